// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/check_machine.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_laws.h"
#include "machine/guest_layout.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "options/format.h"
#include "properties/laws/dialects.h"
#include "rangetree/range_tree_layout.h"

namespace e820check {
namespace {

struct Validity {
  static constexpr char kName[] = "validity";
};
struct RoundTrip {
  static constexpr char kName[] = "round trip through text";
};
struct SameMemory {
  static constexpr char kName[] = "same memory in both dialects";
};

absl::Status CheckRoundTrip(const MachineOptions& machine) {
  const std::vector<std::string> args = Format(machine);
  const auto differ = [&](const std::string& why) {
    return absl::FailedPreconditionError(
        absl::StrCat(why, ": ", absl::StrJoin(args, " ")));
  };
  const auto parsed = ParseCommandLine(
      args, CommandLineContext{.qemu_version = machine.qemu_version,
                               .dialect = DialectOf(machine)});
  if (!parsed.ok()) return differ(std::string(parsed.status().message()));
  if (const auto* refusal = std::get_if<Rejection>(&parsed->outcome)) {
    return differ(absl::StrCat("refused with \"", refusal->text, "\""));
  }
  if (std::get<MachineOptions>(parsed->outcome) != machine) {
    return differ("parses to another machine");
  }
  return absl::OkStatus();
}

// Where one dialect's layout is refused there is nothing to compare: the place
// decides about that.
absl::Status CheckDialects(const MachineOptions& machine) {
  const std::optional<DialectPair> pair = InBothDialects(machine);
  if (!pair) return absl::OkStatus();
  const Answer memmap_type = RangeTreeLayout(pair->memmap_type);
  const Answer sp_mem = RangeTreeLayout(pair->sp_mem);
  if (!memmap_type.accepted() || !sp_mem.accepted()) return absl::OkStatus();
  return CheckSameMemory(std::get<GuestLayout>(memmap_type.outcome),
                         std::get<GuestLayout>(sp_mem.outcome));
}

}  // namespace

Dialect DialectOf(const MachineOptions& machine) {
  const bool typed = std::any_of(
      machine.numa_nodes.begin(), machine.numa_nodes.end(),
      [](const NumaNode& n) { return n.memmap_type != MemmapType::kNormal; });
  return typed ? Dialect::kMemmapType : Dialect::kStock;
}

bool HasWords(const MachineOptions& machine) {
  return machine.accelerator == Accelerator::kTcg && !machine.cpu.refusal &&
         !machine.pci_hole64_refusal && machine.sgx_sections.empty() &&
         std::all_of(
             machine.devices.begin(), machine.devices.end(),
             [](const Device& d) { return !d.refusal && !d.bus_refusal; });
}

void CheckMachine(const MachineOptions& machine) {
  CheckOk<Validity>(Validate(machine));
  if (HasWords(machine)) {
    CheckOk<RoundTrip>(CheckRoundTrip(machine));
  }
  MustAgree(&machine, ReferenceLayout(machine), RangeTreeLayout(machine));
  CheckOk<SameMemory>(CheckDialects(machine));
}

}  // namespace e820check
