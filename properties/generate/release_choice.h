// SPDX-License-Identifier: Apache-2.0

// How corpora name a release: by its number (machine/release.h), or by any
// other number, which stands for one of the three releases that there were
// first. So a new release changes what its own number means, and no other.

#ifndef E820CHECK_PROPERTIES_GENERATE_RELEASE_CHOICE_H_
#define E820CHECK_PROPERTIES_GENERATE_RELEASE_CHOICE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "machine/release.h"
#include "properties/generate/choices.h"

namespace e820check {

// Numbers stay below this, so that nearly all bytes mean a release today.
inline constexpr size_t kMostReleases = 8;
static_assert(std::size(kReleases) <= kMostReleases);

inline constexpr size_t kFirstReleases = 3;

// Whether the byte is the number of a release to come. No corpus file may have
// such a byte, since its meaning will change.
inline bool IsReserved(uint8_t number) {
  return number < kMostReleases && !ReleaseOfNumber(number);
}

// Of a machine's first byte (machine_codec.h).
inline QemuVersion ReleaseOfByte(uint8_t byte) {
  const size_t number = byte < kMostReleases ? byte : byte % kFirstReleases;
  return ReleaseOfNumber(number).value_or(kReleases[0]);
}

// Of a list of choices, of which the first is taken: its high byte is the
// number of a release beyond the first three, or the whole of it is in one of
// three equal parts.
inline QemuVersion ChooseRelease(Choices& choices) {
  const uint64_t choice = choices.Below(uint64_t{1} << 16);
  const uint64_t number = choice >> 8;
  if (number >= kFirstReleases && number < kMostReleases) {
    if (const auto release = ReleaseOfNumber(number)) return *release;
  }
  return kReleases[(choice * kFirstReleases) >> 16];
}

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_RELEASE_CHOICE_H_
