// SPDX-License-Identifier: Apache-2.0

#include "model/reference_layout.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "model/address_space.h"
#include "model/cpu_topology.h"
#include "model/layout_policy.h"
#include "model/memmap_types.h"
#include "model/numa_completion.h"
#include "model/numa_tables.h"
#include "model/ram_split.h"

namespace e820check {
namespace model {
namespace {

// spec/qemu-layout.md 9: isapc of 11.1 looks at its RAM before its CPU.
absl::Status CheckIsapcRam(const MachineOptions& options,
                           const LayoutPolicy& policy) {
  const uint64_t ram = options.memory.ram_size_bytes;
  if (!policy.isapc_refuses_large_ram || ram <= kIsapcMaxRamBytes) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("Too much memory for this machine: ", ram / kMiB,
                   " MiB, maximum ", kIsapcMaxRamBytes / kMiB, " MiB"));
}

// The board creates its vCPUs when RAM is split but not yet placed: the
// warnings of the split come before, the address space limit after.
absl::Status CreateCpus(const MachineOptions& options,
                        const LayoutPolicy& policy,
                        std::vector<std::string>& warnings) {
  if (policy.tcg_refuses_x2apic_ids &&
      ApicIdOf(options.smp, options.smp.maxcpus - 1) >= kFirstX2ApicId) {
    return absl::FailedPreconditionError(
        "current -smp configuration requires kernel irqchip and X2APIC API "
        "support.");
  }
  if (!options.cpu.refusal.empty()) {
    return absl::FailedPreconditionError(options.cpu.refusal);
  }
  // No CPU under TCG has topoext, the feature that would avert this.
  if (options.cpu.vendor == kRelocatedVendor && options.smp.threads > 1) {
    warnings.push_back(absl::StrCat(
        "warning: This family of AMD CPU doesn't support hyperthreading(",
        options.smp.threads, ")", policy.hyperthreading_advice));
  }
  return absl::OkStatus();
}

// spec/qemu-layout.md 3, rows 3 to 5. Low RAM has a row even where it is empty.
E820Table BuildE820(const RamSplit& split, const AddressSpace& space) {
  E820Table table;
  if (space.has_hyper_transport_hole) {
    table.push_back({.address = kHyperTransportStart,
                     .length_bytes = kHyperTransportSizeBytes,
                     .type = MemoryType::kReserved});
  }
  table.push_back({.address = 0,
                   .length_bytes = split.below_bytes,
                   .type = MemoryType::kRam});
  if (split.above_bytes > 0) {
    table.push_back({.address = space.above_base,
                     .length_bytes = split.above_bytes,
                     .type = MemoryType::kRam});
  }
  return table;
}

absl::StatusOr<GuestLayout> InitMachine(const MachineOptions& options,
                                        std::vector<std::string>& warnings) {
  const LayoutPolicy policy = PolicyOf(options.type, options.qemu_version);
  GuestLayout layout;

  // What every machine does: spec/qemu-options.md 9 items 1 to 9.
  if (absl::Status s = CheckRamBackend(options, policy); !s.ok()) return s;
  const absl::StatusOr<NumaTopology> numa =
      CompleteNuma(options, policy, warnings);
  if (!numa.ok()) return numa.status();

  // The board: spec/qemu-layout.md 2, 3.
  if (absl::Status s = CheckIsapcRam(options, policy); !s.ok()) return s;
  const RamSplit split = SplitRam(options, policy, warnings);
  if (absl::Status s = CreateCpus(options, policy, warnings); !s.ok()) return s;
  if (absl::Status s = CheckMemmapTypesSupported(options); !s.ok()) return s;
  if (options.type.family == MachineFamily::kNone) return layout;
  if (options.type.family == MachineFamily::kMicrovm) {
    layout.e820 = BuildE820(split, AddressSpace{});
    return layout;
  }
  const absl::StatusOr<AddressSpace> space =
      ArrangeAddressSpace(options, policy, split);
  if (!space.ok()) return space.status();
  layout.e820 = BuildE820(split, *space);
  if (absl::Status s =
          ApplyMemmapTypes(*numa, split, space->above_base, layout.e820);
      !s.ok()) {
    return s;
  }
  if (absl::Status s = CheckDeviceMemory(options, policy, *space); !s.ok()) {
    return s;
  }

  // The tables: 6 to 8.
  if (options.acpi && policy.has_acpi_tables && !numa->nodes.empty()) {
    layout.srat = BuildSrat(options, *numa, split, *space);
    layout.slit = BuildSlit(options, *numa);
    layout.hmat = BuildHmat(options, policy, *numa);
  }
  return layout;
}

}  // namespace
}  // namespace model

Answer ReferenceLayout(const MachineOptions& options) {
  Answer answer;
  absl::StatusOr<GuestLayout> layout =
      model::InitMachine(options, answer.warnings);
  if (layout.ok()) {
    answer.outcome = *std::move(layout);
  } else {
    answer.outcome = Rejection{.text = std::string(layout.status().message())};
  }
  return answer;
}

}  // namespace e820check
