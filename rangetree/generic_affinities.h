// SPDX-License-Identifier: Apache-2.0

// What one device of a command line says about another.

#ifndef E820CHECK_RANGETREE_GENERIC_AFFINITIES_H_
#define E820CHECK_RANGETREE_GENERIC_AFFINITIES_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "machine/machine_options.h"
#include "machine/srat_table.h"
#include "rangetree/board_policy.h"

namespace e820check {

// FailedPrecondition, in QEMU's words, for CXL host bridges on a machine
// without CXL and for windows over bridges that are not there.
absl::Status CheckCxlDevices(const MachineOptions& options);

// The SRAT rows of acpi-generic-initiator and acpi-generic-port objects
// (doc/spec/qemu-layout.md 6.5), or the words with which QEMU refuses one.
absl::StatusOr<std::vector<SratRow>> GenericAffinityRows(
    const MachineOptions& options, const BoardPolicy& policy,
    size_t node_count);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_GENERIC_AFFINITIES_H_
