// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 8: the Heterogeneous Memory Attribute Table.

#ifndef E820CHECK_MODEL_HMAT_H_
#define E820CHECK_MODEL_HMAT_H_

#include <string>

#include "machine/machine_options.h"
#include "model/layout_policy.h"
#include "model/numa_completion.h"
#include "model/rules.h"

namespace e820check::model {

// Empty without hmat=on. The topology has at least one node.
std::string BuildHmat(const MachineOptions& options, const LayoutPolicy& policy,
                      const NumaTopology& numa, Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_HMAT_H_
