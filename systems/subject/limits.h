// SPDX-License-Identifier: Apache-2.0

// How much of an answer is taken from somebody else's implementation. Each
// limit lies above what any machine can need, and low enough for laws whose
// time grows with the square of the rows.

#ifndef E820CHECK_SYSTEMS_SUBJECT_LIMITS_H_
#define E820CHECK_SYSTEMS_SUBJECT_LIMITS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "machine/guest_layout.h"

namespace e820check {

// A row for each piece of 128 nodes and each of 256 devices.
inline constexpr size_t kMaxE820Rows = 512;
// 4096 CPUs of 24 bytes and the rows of memory.
inline constexpr size_t kMaxSratBytes = 256 << 10;
// 128 * 128 distances.
inline constexpr size_t kMaxSlitBytes = 64 << 10;
// 24 lists of 128 * 128 values, two bytes each.
inline constexpr size_t kMaxHmatBytes = 1 << 20;
inline constexpr size_t kMaxTextBytes = 64 << 10;
// A machine warns at most a few times for each device.
inline constexpr size_t kMaxWarnings = 1024;
inline constexpr size_t kMaxWarningsBytes = 1 << 20;

// DataLoss if the answer has more of anything.
absl::Status CheckSizes(const Answer& answer);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_LIMITS_H_
