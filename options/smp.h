// SPDX-License-Identifier: Apache-2.0

// -smp: from the numbers a user typed to a complete CPU topology
// (doc/spec/qemu-options.md 6).

#ifndef E820CHECK_OPTIONS_SMP_H_
#define E820CHECK_OPTIONS_SMP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"

namespace e820check {

// What was typed; nullopt: not given. QEMU 7.2 has no drawers, books and
// modules, and refuses them as unexpected parameters before it gets here.
struct SmpRequest {
  std::optional<int64_t> cpus = std::nullopt;
  std::optional<int64_t> drawers = std::nullopt;
  std::optional<int64_t> books = std::nullopt;
  std::optional<int64_t> sockets = std::nullopt;
  std::optional<int64_t> dies = std::nullopt;
  std::optional<int64_t> clusters = std::nullopt;
  std::optional<int64_t> modules = std::nullopt;
  std::optional<int64_t> cores = std::nullopt;
  std::optional<int64_t> threads = std::nullopt;
  std::optional<int64_t> maxcpus = std::nullopt;
};

// InvalidArgument with QEMU's words where it refuses the request. Unimplemented
// where QEMU accepts levels whose product is maxcpus only modulo 2^32: there is
// no such SmpTopology. Appends warnings, without location, whatever the answer.
absl::StatusOr<SmpTopology> CompleteTopology(
    const SmpRequest& request, const MachineType& type, QemuVersion qemu,
    std::vector<std::string>& warnings);

// Levels beyond sockets, cores and threads that -smp may set above 1.
struct SmpLevels {
  bool dies = false;
  bool modules = false;
};
SmpLevels SupportedSmpLevels(const MachineType& type, QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_SMP_H_
