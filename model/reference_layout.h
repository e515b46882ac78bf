// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MODEL_REFERENCE_LAYOUT_H_
#define E820CHECK_MODEL_REFERENCE_LAYOUT_H_

#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "model/rules.h"

namespace e820check {

// What QEMU under TCG answers to these options, restated step by step from
// doc/spec/qemu-layout.md and the board checks of doc/spec/qemu-options.md 9,
// mistakes of QEMU included. Slow and plain; every other layout must agree with
// it.
//
// Any options for which Validate(options) is OK get an answer. Warnings are
// those of board initialisation, except "TCG doesn't support requested feature"
// lines, which follow from the CPU model. Not restated: the refusals and
// crashes of other subsystems, such as the limit of 65535 bytes on SMBIOS 2.1
// tables, which about 18 TiB of RAM exceed.
Answer ReferenceLayout(const MachineOptions& options);
// The same; adds to `reached` the rules that had a part in the answer.
Answer TraceReferenceLayout(const MachineOptions& options, RuleSet& reached);

}  // namespace e820check

#endif  // E820CHECK_MODEL_REFERENCE_LAYOUT_H_
