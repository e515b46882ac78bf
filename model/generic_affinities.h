// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 6.5, 6.7: rows for devices near a node, and the CXL
// host bridges that a command line names. QEMU looks the devices up when all of
// them are there.

#ifndef E820CHECK_MODEL_GENERIC_AFFINITIES_H_
#define E820CHECK_MODEL_GENERIC_AFFINITIES_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "machine/machine_options.h"
#include "machine/srat_table.h"
#include "model/layout_policy.h"
#include "model/numa_completion.h"
#include "model/rules.h"

namespace e820check::model {

// 2.4: refuses bridges without cxl=on, and windows over no bridge.
absl::Status CheckCxl(const MachineOptions& options, Journal& journal);

// Generic initiators, then ports, each in the order of QEMU's walk. Fails with
// QEMU's text.
absl::StatusOr<std::vector<SratRow>> GenericRows(const MachineOptions& options,
                                                 const LayoutPolicy& policy,
                                                 const NumaTopology& numa,
                                                 Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_GENERIC_AFFINITIES_H_
