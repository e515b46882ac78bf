// SPDX-License-Identifier: Apache-2.0

// -cpu under TCG: what a model and its features make of the five things that a
// memory map depends on (doc/spec/qemu-layout.md 2.2, 2.3).

#ifndef E820CHECK_OPTIONS_CPU_MODEL_H_
#define E820CHECK_OPTIONS_CPU_MODEL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "options/vocabulary.h"

namespace e820check {

// The CPU of a command line without -cpu.
CpuOptions DefaultCpu(const MachineType& type, QemuVersion qemu);

// The models that -cpu help lists, with their -vN versions, sorted; "host" is
// among them, though TCG refuses it.
std::vector<std::string> AllCpuModels(QemuVersion qemu);

// Models and properties, but not the flags that change nothing.
void AddCpuWords(Vocabulary& vocabulary);

// `argument` is "MODEL[,FEATURE...]" where FEATURE is +name, -name, name or
// name=value.
//
// InvalidArgument with QEMU's words where QEMU refuses before it looks at
// -numa. What it refuses later is in CpuOptions::refusal, and the rest of the
// result is then the model without its features. Unimplemented for properties
// whose effect cannot be told from the argument alone; from 10.0 on these
// include the ones that 7.2 does not have.
//
// Appends to `warnings`, which have no location: that +name or -name and
// name=value are both there. Other warnings are not reported.
absl::StatusOr<CpuOptions> ParseCpu(absl::string_view argument,
                                    const MachineType& type, QemuVersion qemu,
                                    std::vector<std::string>& warnings);

// Without the warnings.
absl::StatusOr<CpuOptions> ParseCpu(absl::string_view argument,
                                    const MachineType& type, QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_CPU_MODEL_H_
