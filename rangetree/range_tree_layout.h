// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_RANGE_TREE_LAYOUT_H_
#define E820CHECK_RANGETREE_RANGE_TREE_LAYOUT_H_

#include "machine/guest_layout.h"
#include "machine/machine_options.h"

namespace e820check {

// The implementation under test: what QEMU, under TCG, publishes for these
// options, or its words of refusal (doc/spec/qemu-layout.md 1 to 8,
// doc/spec/qemu-options.md 9; nodes with a memmap-type after
// doc/spec/memmap-type.md 5). It finds memory by interval algebra on
// RangeTreeMap: RAM offsets, node positions and device memory are maps, holes
// are cut out with Erase, and rows are what iteration reads back.
//
// Warnings are those of board init and of devices. Every `options` that pass
// Validate() get an answer.
Answer RangeTreeLayout(const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_RANGE_TREE_LAYOUT_H_
