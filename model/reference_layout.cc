// SPDX-License-Identifier: Apache-2.0

#include "model/reference_layout.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "model/address_space.h"
#include "model/cpu_topology.h"
#include "model/generic_affinities.h"
#include "model/hmat.h"
#include "model/layout_policy.h"
#include "model/memmap_types.h"
#include "model/memory_devices.h"
#include "model/numa_completion.h"
#include "model/numa_tables.h"
#include "model/ram_split.h"
#include "model/refusal_words.h"

namespace e820check {
namespace model {
namespace {

// doc/spec/qemu-layout.md 9: isapc of 11.1 looks at its RAM before its CPU.
absl::Status CheckIsapcRam(const MachineOptions& options,
                           const LayoutPolicy& policy, Journal& journal) {
  const uint64_t ram = options.memory.ram_size_bytes;
  if (!policy.is_32_bit_isapc || ram <= kIsapcMaxRamBytes) {
    return absl::OkStatus();
  }
  journal.Reach(Rule::kIsapcRamLimit);
  return absl::FailedPreconditionError(
      absl::StrCat("Too much memory for this machine: ", ram / kMiB,
                   " MiB, maximum ", kIsapcMaxRamBytes / kMiB, " MiB"));
}

// doc/spec/qemu-layout.md 9: 11.1 knows these as the CPUs of isapc's time.
void WarnOfIsapcCpu(const MachineOptions& options, const LayoutPolicy& policy,
                    Journal& journal) {
  if (!policy.is_32_bit_isapc) return;
  for (const char* model : {"486", "athlon", "kvm32", "pentium", "pentium2",
                            "pentium3", "qemu32"}) {
    if (options.cpu.model == model) return;
  }
  journal.Reach(Rule::kIsapcCpuDeprecated);
  journal.Warn(absl::StrCat("warning: cpu type ", options.cpu.model,
                            "-x86_64-cpu is deprecated for isapc machine"));
}

// doc/spec/qemu-layout.md 4.2: of the started CPUs, the first that cannot have
// its id is named. 10.0 aborts with these words.
absl::Status CheckX2ApicFeature(const MachineOptions& options,
                                const LayoutPolicy& policy, Journal& journal) {
  if (policy.release.tcg_refuses_x2apic_ids || options.cpu.x2apic ||
      options.accelerator == Accelerator::kKvm) {
    return absl::OkStatus();
  }
  for (uint32_t cpu = 0; cpu < options.smp.cpus; ++cpu) {
    const uint64_t id = ApicIdOf(options.smp, cpu);
    if (id < kFirstX2ApicId) continue;
    journal.Reach(Rule::kX2ApicFeature);
    return absl::FailedPreconditionError(
        absl::StrCat("APIC ID ", id,
                     " requires x2APIC feature in CPU\nTry x2apic=on in "
                     "-cpu."));
  }
  return absl::OkStatus();
}

// The board creates its vCPUs when RAM is split but not yet placed: the
// warnings of the split come before, the address space limit after.
absl::Status CreateCpus(const MachineOptions& options,
                        const LayoutPolicy& policy, Journal& journal) {
  if (policy.release.tcg_refuses_x2apic_ids &&
      options.accelerator == Accelerator::kTcg &&
      ApicIdOf(options.smp, options.smp.maxcpus - 1) >= kFirstX2ApicId) {
    journal.Reach(Rule::kX2ApicRefused);
    return absl::FailedPreconditionError(
        "current -smp configuration requires kernel irqchip and X2APIC API "
        "support.");
  }
  const CpuOptions& cpu = options.cpu;
  const auto refuse = [&] {
    return absl::FailedPreconditionError(
        model::RefusalWords(*cpu.refusal, policy.release));
  };
  if (cpu.refusal && !cpu.refused_after_threads) return refuse();
  // No CPU under TCG has topoext, the feature that would avert this.
  if (cpu.vendor == kRelocatedVendor && options.smp.threads > 1) {
    journal.Reach(Rule::kHyperthreadingWarning);
    journal.Warn(absl::StrCat(
        "warning: This family of AMD CPU doesn't support hyperthreading(",
        options.smp.threads, ")", policy.release.hyperthreading_advice));
  }
  if (cpu.refusal) return refuse();
  return CheckX2ApicFeature(options, policy, journal);
}

// doc/spec/qemu-layout.md 3, rows 2 to 5. Low RAM has a row even where it is
// empty.
E820Table BuildE820(const MachineOptions& options, const RamSplit& split,
                    const AddressSpace& space, Journal& journal) {
  E820Table table;
  if (options.accelerator == Accelerator::kKvm) {
    journal.Reach(Rule::kKvmRow);
    table.push_back({.address = kKvmStart,
                     .length_bytes = kKvmSizeBytes,
                     .type = MemoryType::kReserved});
  }
  if (space.has_hyper_transport_hole) {
    journal.Reach(Rule::kHyperTransportRow);
    table.push_back({.address = kHyperTransportStart,
                     .length_bytes = kHyperTransportSizeBytes,
                     .type = MemoryType::kReserved});
  }
  journal.Reach(Rule::kLowRamRow);
  table.push_back({.address = 0,
                   .length_bytes = split.below_bytes,
                   .type = MemoryType::kRam});
  if (split.above_bytes > 0) {
    journal.Reach(Rule::kHighRamRow);
    table.push_back({.address = space.above_base,
                     .length_bytes = split.above_bytes,
                     .type = MemoryType::kRam});
  }
  return table;
}

// The same, row 6.
void AppendEnclaveRow(const AddressSpace& space, E820Table& table,
                      Journal& journal) {
  if (!space.enclave) return;
  journal.Reach(Rule::kSgxSections);
  table.push_back({.address = space.enclave->base,
                   .length_bytes = space.enclave->size_bytes,
                   .type = MemoryType::kReserved});
}

// The same, row 7.
void AppendSpMemRows(const std::vector<PluggedDevice>& devices,
                     E820Table& table, Journal& journal) {
  for (const PluggedDevice& plugged : devices) {
    if (plugged.contents != PluggedDevice::Contents::kSoftReserved) continue;
    journal.Reach(Rule::kSpMemRow);
    table.push_back({.address = plugged.address,
                     .length_bytes = plugged.size_bytes,
                     .type = MemoryType::kSoftReserved});
  }
}

// doc/spec/qemu-layout.md 4.2: old boards tell firmware which CPUs are there
// with a bit for each of 256 APIC ids.
absl::Status CheckCpuHotplug(const MachineOptions& options,
                             const LayoutPolicy& policy, Journal& journal) {
  constexpr uint64_t kApicIds = 256;
  const uint64_t last = ApicIdOf(options.smp, options.smp.maxcpus - 1);
  if (!policy.has_old_cpu_hotplug || last < kApicIds) return absl::OkStatus();
  journal.Reach(Rule::kCpuHotplugLimit);
  return absl::FailedPreconditionError(
      absl::StrCat("max_cpus is too large. APIC ID of last CPU is ", last));
}

// doc/spec/qemu-layout.md 4.2: what 10.0 and 11.1 do last of all.
absl::Status CheckSmbios(const MachineOptions& options,
                         const LayoutPolicy& policy, Journal& journal) {
  const SmbiosEntryPoint entry_point = options.smbios_entry_point.value_or(
      policy.has_smbios_3 ? SmbiosEntryPoint::kAuto : SmbiosEntryPoint::k32);
  if (!policy.checks_smbios_threads || entry_point != SmbiosEntryPoint::k32 ||
      options.smp.maxcpus / options.smp.sockets <= 255) {
    return absl::OkStatus();
  }
  journal.Reach(Rule::kSmbiosThreads);
  return absl::FailedPreconditionError(
      "SMBIOS 2.0 doesn't support number of processor cores/threads more than "
      "255, use -machine smbios-entry-point-type=64 option to enable SMBIOS "
      "3.0 support");
}

// One machine on its way from options to tables. Each step needs the ones
// before it.
class Board {
 public:
  Board(const MachineOptions& options, Journal& journal)
      : options_(options),
        policy_(PolicyOf(options.type, options.qemu_version)),
        journal_(journal) {}

  std::variant<GuestLayout, Rejection> PowerOn() {
    if (absl::Status s = Init(); !s.ok()) {
      return Rejection{.text = std::string(s.message())};
    }
    auto devices = PlugDevices(options_, policy_, numa_, space_, journal_);
    if (auto* rejection = std::get_if<Rejection>(&devices)) {
      return std::move(*rejection);
    }
    if (absl::Status s = Publish(std::get<std::vector<PluggedDevice>>(devices));
        !s.ok()) {
      return Rejection{.text = std::string(s.message())};
    }
    return std::move(layout_);
  }

 private:
  // doc/spec/qemu-options.md 9.
  absl::Status Init() {
    // What every machine does: items 1 to 9.
    if (absl::Status s = CheckRamBackend(options_, policy_, journal_);
        !s.ok()) {
      return s;
    }
    absl::StatusOr<NumaTopology> numa =
        CompleteNuma(options_, policy_, journal_);
    if (!numa.ok()) return numa.status();
    numa_ = *std::move(numa);

    // The board: doc/spec/qemu-layout.md 2, 3.
    WarnOfIsapcCpu(options_, policy_, journal_);
    if (absl::Status s = CheckIsapcRam(options_, policy_, journal_); !s.ok()) {
      return s;
    }
    split_ = SplitRam(options_, policy_, journal_);
    if (absl::Status s = CreateCpus(options_, policy_, journal_); !s.ok()) {
      return s;
    }
    if (options_.pci_hole64_refusal) {
      return absl::FailedPreconditionError(
          model::RefusalWords(*options_.pci_hole64_refusal, policy_.release));
    }
    if (absl::Status s = CheckMemmapTypesSupported(options_); !s.ok()) return s;
    if (options_.type.family == MachineFamily::kNone) return absl::OkStatus();
    if (options_.type.family == MachineFamily::kMicrovm) {
      layout_.e820 = BuildE820(options_, split_, space_, journal_);
      return absl::OkStatus();
    }
    absl::StatusOr<AddressSpace> space =
        ArrangeAddressSpace(options_, policy_, split_, journal_);
    if (!space.ok()) return space.status();
    space_ = *space;
    layout_.e820 = BuildE820(options_, split_, space_, journal_);
    if (absl::Status s =
            ApplyMemmapTypes(numa_, split_, space_.above_base, layout_.e820);
        !s.ok()) {
      return s;
    }
    AppendEnclaveRow(space_, layout_.e820, journal_);
    if (absl::Status s = CheckDeviceMemory(options_, policy_, space_, journal_);
        !s.ok()) {
      return s;
    }
    if (options_.nvdimm && policy_.nvdimm_brings_warning) {
      journal_.Reach(Rule::kLegacyNvdimmWarning);
      journal_.Warn(
          "warning: Unknown firmware file in legacy mode: "
          "etc/acpi/nvdimm-mem");
    }
    return absl::OkStatus();
  }

  // What waits for all devices: doc/spec/qemu-layout.md 6 to 8.
  absl::Status Publish(const std::vector<PluggedDevice>& devices) {
    AppendSpMemRows(devices, layout_.e820, journal_);
    if (policy_.has_cxl) {
      if (absl::Status s = CheckCxl(options_, journal_); !s.ok()) return s;
    }
    if (options_.acpi && policy_.has_acpi_tables) {
      if (absl::Status s = CheckCpuHotplug(options_, policy_, journal_);
          !s.ok()) {
        return s;
      }
    }
    if (options_.acpi && policy_.has_acpi_tables && !numa_.nodes.empty()) {
      if (absl::Status s = PublishNumaTables(devices); !s.ok()) return s;
    }
    return CheckSmbios(options_, policy_, journal_);
  }

  absl::Status PublishNumaTables(const std::vector<PluggedDevice>& devices) {
    const absl::StatusOr<std::vector<SratRow>> generic_rows =
        GenericRows(options_, policy_, numa_, journal_);
    if (!generic_rows.ok()) return generic_rows.status();
    layout_.srat = BuildSrat(options_, numa_, split_, space_, devices,
                             *generic_rows, journal_);
    layout_.slit = BuildSlit(options_, numa_, journal_);
    layout_.hmat = BuildHmat(options_, policy_, numa_, journal_);
    return absl::OkStatus();
  }

  const MachineOptions& options_;
  const LayoutPolicy policy_;
  Journal& journal_;
  NumaTopology numa_;
  RamSplit split_;
  AddressSpace space_;
  GuestLayout layout_;
};

}  // namespace
}  // namespace model

Answer ReferenceLayout(const MachineOptions& options) {
  RuleSet reached;
  return TraceReferenceLayout(options, reached);
}

Answer TraceReferenceLayout(const MachineOptions& options, RuleSet& reached) {
  model::Journal journal;
  Answer answer;
  answer.outcome = model::Board(options, journal).PowerOn();
  answer.warnings = journal.TakeWarnings();
  answer.device_warnings = journal.TakeDeviceWarnings();
  reached |= journal.reached();
  return answer;
}

}  // namespace e820check
