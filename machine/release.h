// SPDX-License-Identifier: Apache-2.0

// The releases of QEMU whose behaviour is known, and their order.
//
// A rule asks whether a release is at least another, or before it, never which
// one it is: what a release changed stays so in those after it until one of
// them changes it again. So a release that is added behaves like the one before
// it, but for what its rules say. doc/releases.md tells how to add one.

#ifndef E820CHECK_MACHINE_RELEASE_H_
#define E820CHECK_MACHINE_RELEASE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace e820check {

// 100 * major + minor, so that the numbers are in order of age.
enum class QemuVersion : uint16_t { k7_2 = 702, k10_0 = 1000, k11_1 = 1101 };

// All of them. A release's place is its number in corpora, so a new one is
// appended, also if it is older than others.
inline constexpr QemuVersion kReleases[] = {
    QemuVersion::k7_2, QemuVersion::k10_0, QemuVersion::k11_1};

// What is meant where no release is named.
inline constexpr QemuVersion kDefaultRelease = QemuVersion::k7_2;

// Before all releases: since when there is what was always there.
inline constexpr QemuVersion kSinceEver{};

constexpr bool AtLeast(QemuVersion release, QemuVersion other) {
  return release >= other;
}
constexpr bool Before(QemuVersion release, QemuVersion other) {
  return release < other;
}

constexpr int MajorOf(QemuVersion release) {
  return static_cast<int>(release) / 100;
}
constexpr int MinorOf(QemuVersion release) {
  return static_cast<int>(release) % 100;
}

// "7.2", "10.0", "11.1".
std::string ToString(QemuVersion release);

// The release with this name; nullopt if none of kReleases has it.
std::optional<QemuVersion> FindRelease(absl::string_view name);

// The newest release that is not newer than this version of QEMU; the oldest
// for versions before all.
QemuVersion NearestRelease(int major, int minor);

// Its place in kReleases, and back; nullopt if it has none.
std::optional<size_t> NumberOf(QemuVersion release);
std::optional<QemuVersion> ReleaseOfNumber(size_t number);

// Which releases have something.
struct Lifetime {
  QemuVersion since = kSinceEver;
  // The last that has it; nullopt: all from `since` on, those to come too.
  std::optional<QemuVersion> until = std::nullopt;
};

constexpr bool Has(const Lifetime& lifetime, QemuVersion release) {
  return AtLeast(release, lifetime.since) &&
         (!lifetime.until || AtLeast(*lifetime.until, release));
}

// The row that holds for `release`, of a table whose rows have a `since` and
// are in order of age: the last that is not newer, or else the first.
template <typename Row, size_t kSize>
constexpr const Row& InForce(const Row (&table)[kSize], QemuVersion release) {
  size_t row = kSize - 1;
  while (row > 0 && Before(release, table[row].since)) --row;
  return table[row];
}

}  // namespace e820check

#endif  // E820CHECK_MACHINE_RELEASE_H_
