// SPDX-License-Identifier: Apache-2.0

#include "machine/release.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace e820check {

std::string ToString(QemuVersion release) {
  return absl::StrCat(MajorOf(release), ".", MinorOf(release));
}

std::optional<QemuVersion> FindRelease(absl::string_view name) {
  for (const QemuVersion release : kReleases) {
    if (ToString(release) == name) return release;
  }
  return std::nullopt;
}

QemuVersion NearestRelease(int major, int minor) {
  const auto version = static_cast<QemuVersion>(100 * major + minor);
  QemuVersion nearest =
      *std::min_element(std::begin(kReleases), std::end(kReleases));
  for (const QemuVersion release : kReleases) {
    if (AtLeast(version, release) && AtLeast(release, nearest)) {
      nearest = release;
    }
  }
  return nearest;
}

std::optional<size_t> NumberOf(QemuVersion release) {
  for (size_t number = 0; number < std::size(kReleases); ++number) {
    if (kReleases[number] == release) return number;
  }
  return std::nullopt;
}

std::optional<QemuVersion> ReleaseOfNumber(size_t number) {
  if (number >= std::size(kReleases)) return std::nullopt;
  return kReleases[number];
}

}  // namespace e820check
