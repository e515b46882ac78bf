// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_HMAT_H_
#define E820CHECK_RANGETREE_HMAT_H_

#include <string>

#include "machine/machine_options.h"
#include "rangetree/board_policy.h"
#include "rangetree/numa_plan.h"

namespace e820check {

// The bytes of the HMAT table (doc/spec/qemu-layout.md 8), with the generic
// initiators of 6.6.
std::string BuildHmat(const MachineOptions& options, const BoardPolicy& policy,
                      const NumaPlan& plan);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_HMAT_H_
