// SPDX-License-Identifier: Apache-2.0

// Fuzz bytes to machines and back.
//
// Decoding is total: every byte string is a machine that Validate() accepts and
// a command line can ask for. It starts with the QEMU version, the machine type
// and a word of features; then follow the sections whose feature is on. Bytes
// past the end are zeros, and zeros stand for what QEMU does unasked: the empty
// string is `qemu-system-x86_64` without options. Lists end with the input, so
// small inputs are small machines.
//
// The codec's domain is what the limits below and these rules leave:
//   - backends are named m0, m1, ... in order, and a file is /dev/shm/<id>;
//   - CPUs are the models of CodecCpuModels(), with any phys-bits and one of
//     four vendors, and are not refused;
//   - OEM names are printable ASCII, then NULs.

#ifndef E820CHECK_FUZZ_SUPPORT_MACHINE_CODEC_H_
#define E820CHECK_FUZZ_SUPPORT_MACHINE_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_options.h"

namespace e820check {

// More nodes only repeat what the first ones do, and a full distance matrix
// grows with their square. Ids still reach 127.
inline constexpr size_t kCodecMaxNodes = 16;
inline constexpr size_t kCodecMaxDistances =
    kCodecMaxNodes * kCodecMaxNodes - 1;
// One for each node, one for memory-backend=, one that nobody uses.
inline constexpr size_t kCodecMaxBackends = kCodecMaxNodes + 2;
// Past 255, where APIC rows become x2APIC rows, and past 256, where an 8-bit
// field is full; beyond that only run time grows.
inline constexpr uint32_t kCodecMaxCpus = 320;
// Two are enough to conflict, and each more costs a pass over all CPUs.
inline constexpr size_t kCodecMaxNumaCpus = 8;
inline constexpr size_t kCodecMaxCpuRanges = 4;
// The board refuses more than 256.
inline constexpr uint64_t kCodecMaxSlots = 260;

absl::Span<const absl::string_view> CodecCpuModels();

MachineOptions DecodeMachine(absl::string_view bytes);

// The bytes of `machine`: DecodeMachine(*EncodeMachine(m)) == m. nullopt where
// m is outside the domain.
std::optional<std::string> EncodeMachine(const MachineOptions& machine);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_MACHINE_CODEC_H_
