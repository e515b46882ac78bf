// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_layout.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/e820_table.h"
#include "machine/machine_type.h"
#include "machine/slit_table.h"
#include "rangetree/board_policy.h"
#include "rangetree/cause_text.h"
#include "rangetree/generic_affinities.h"
#include "rangetree/hmat.h"
#include "rangetree/machine_refusal.h"
#include "rangetree/memory_devices.h"
#include "rangetree/numa_plan.h"
#include "rangetree/ram_layout.h"
#include "rangetree/srat.h"

namespace e820check {
namespace {

using Warnings = std::vector<std::string>;

// doc/spec/qemu-options.md 9.1.
absl::Status CheckRamBackend(const MachineOptions& options,
                             const BoardPolicy& policy) {
  const uint64_t ram = options.memory.ram_size_bytes;
  if (!options.memory_backend.empty()) {
    const MemoryBackend* backend = FindBackend(options, options.memory_backend);
    if (backend != nullptr && backend->size_bytes != ram) {
      return RefuseMachine(
          "Machine memory size does not match the size of the memory backend");
    }
    return absl::OkStatus();
  }
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memdev) return absl::OkStatus();
  }
  const std::string id(policy.default_ram_id);
  if (ram > 0 && FindBackend(options, id) != nullptr) {
    return RefuseMachine(ReservedRamIdText(policy));
  }
  return absl::OkStatus();
}

bool IsAmd(const CpuOptions& cpu) { return cpu.vendor == kAmdVendor; }

absl::Status CreateCpus(const MachineOptions& options,
                        const BoardPolicy& policy, Warnings& warnings) {
  const SmpTopology& smp = options.smp;
  const bool tcg = options.accelerator == Accelerator::kTcg;
  if (tcg && ApicIdOf(smp, smp.maxcpus - 1) >= policy.release.apic_id_limit) {
    return RefuseMachine(
        "current -smp configuration requires kernel irqchip and X2APIC API "
        "support.");
  }
  const CpuOptions& cpu = options.cpu;
  const auto refuse = [&] {
    return RefuseMachine(CauseText(*cpu.refusal, policy.release));
  };
  if (cpu.refusal && !cpu.refused_after_threads) return refuse();
  // Under TCG no CPU model keeps TOPOEXT, so every AMD one gives the warning.
  if (IsAmd(cpu) && smp.threads > 1) {
    warnings.push_back(HyperthreadingText(policy, smp.threads));
  }
  if (cpu.refusal) return refuse();
  // Ids ascend with the index.
  if (!tcg || cpu.x2apic ||
      ApicIdOf(smp, smp.cpus - 1) < policy.release.xapic_id_limit) {
    return absl::OkStatus();
  }
  uint32_t first = smp.cpus - 1;
  while (first > 0 &&
         ApicIdOf(smp, first - 1) >= policy.release.xapic_id_limit) {
    --first;
  }
  return RefuseMachine(
      absl::StrCat("APIC ID ", ApicIdOf(smp, first),
                   " requires x2APIC feature in CPU\nTry x2apic=on "
                   "in -cpu."));
}

// Where another board would ignore memmap-type=, it refuses.
absl::Status CheckMemmapTypeSupport(const MachineOptions& options,
                                    const NumaPlan& plan,
                                    const BoardPolicy& policy) {
  if (policy.supports_memmap_type) return absl::OkStatus();
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    if (plan.nodes[id].memmap_type == MemmapType::kNormal) continue;
    return RefuseMachine(absl::StrCat(
        MemmapTypePrefix(id, plan.nodes[id].memmap_type),
        " is not supported by machine '", ToString(options.type), "'"));
  }
  return absl::OkStatus();
}

// doc/spec/qemu-layout.md 2.2: moves `split` if it must, and says whether the
// HyperTransport range gets a row.
bool AvoidHyperTransport(const MachineOptions& options,
                         const BoardPolicy& policy, RamSplit& split) {
  if (!policy.avoids_hyper_transport || !IsAmd(options.cpu)) return false;
  if (LastUsedAddress(options, policy, split) >= kHyperTransportBase) {
    split.above_base = kRelocatedAboveBase;
  }
  return options.cpu.phys_bits >= kHyperTransportPhysBits;
}

absl::Status CheckAddressSpace(const MachineOptions& options,
                               const BoardPolicy& policy,
                               const RamSplit& split) {
  const uint32_t bits = options.cpu.phys_bits;
  const uint64_t limit = bits < 64 ? (uint64_t{1} << bits) - 1 : UINT64_MAX;
  const uint64_t last = LastUsedAddress(options, policy, split);
  if (last <= limit) return absl::OkStatus();
  return RefuseMachine(absl::StrCat("Address space limit 0x", absl::Hex(limit),
                                    " < 0x", absl::Hex(last),
                                    " phys-bits too low (", bits, ")"));
}

// doc/spec/qemu-options.md 9.10, second half.
absl::Status CheckDeviceMemory(const MachineOptions& options,
                               const BoardPolicy& policy,
                               const std::optional<DeviceMemory>& device) {
  const MemoryOptions& memory = options.memory;
  if (!policy.has_device_memory &&
      (memory.slots != 0 || memory.maxram_size_bytes > memory.ram_size_bytes)) {
    return RefuseMachine(
        absl::StrCat("\"-memory 'slots|maxmem'\" is not supported by: ",
                     ToString(options.type)));
  }
  if (!device) return absl::OkStatus();
  if (memory.slots > kMaxSlots) {
    return RefuseMachine(
        absl::StrCat("unsupported amount of memory slots: ", memory.slots));
  }
  if (memory.maxram_size_bytes % kMaxramGranuleBytes != 0) {
    return RefuseMachine(
        absl::StrCat("maximum memory size must by aligned to multiple "
                     "of ",
                     kMaxramGranuleBytes, " bytes"));
  }
  if (!CheckedAdd(device->base, device->size_bytes)) {
    return RefuseMachine(absl::StrCat("unsupported amount of maximum memory: ",
                                      absl::Hex(memory.maxram_size_bytes)));
  }
  return absl::OkStatus();
}

// doc/spec/qemu-layout.md 3, rows 2 to 6. May move `split`.
absl::StatusOr<E820Table> PlaceRam(const MachineOptions& options,
                                   const BoardPolicy& policy,
                                   const NumaPlan& plan, RamSplit& split) {
  E820Table rows;
  if (options.accelerator == Accelerator::kKvm) {
    rows.push_back({.address = kKvmPagesBase,
                    .length_bytes = kKvmPagesBytes,
                    .type = MemoryType::kReserved});
  }
  if (policy.has_pc_memory_map) {
    if (AvoidHyperTransport(options, policy, split)) {
      rows.push_back({.address = kHyperTransportBase,
                      .length_bytes = kHyperTransportSizeBytes,
                      .type = MemoryType::kReserved});
    }
    if (absl::Status s = CheckAddressSpace(options, policy, split); !s.ok()) {
      return s;
    }
  }
  const auto ram_rows = RamRows(plan, split);
  if (!ram_rows.ok()) return ram_rows.status();
  rows.insert(rows.end(), ram_rows->begin(), ram_rows->end());
  if (!options.sgx_sections.empty() && policy.has_pc_memory_map) {
    rows.push_back({.address = split.enclave_base,
                    .length_bytes = split.enclave_bytes,
                    .type = MemoryType::kReserved});
  }
  return rows;
}

// doc/spec/qemu-layout.md 7.
std::string BuildSlit(const MachineOptions& options, const NumaPlan& plan) {
  SlitTable table;
  table.header.oem = options.oem;
  table.locality_count = plan.nodes.size();
  table.distances = plan.distances;
  return EncodeSlit(table);
}

absl::Status CheckSmbios(const MachineOptions& options,
                         const BoardPolicy& policy) {
  const SmpTopology& smp = options.smp;
  const uint64_t threads_of_socket =
      uint64_t{smp.dies} * smp.modules * smp.cores * smp.threads;
  const bool second = options.smbios_entry_point
                          ? *options.smbios_entry_point == SmbiosEntryPoint::k32
                          : !policy.prefers_smbios_3;
  if (!policy.counts_smbios_threads || !second || threads_of_socket < 256) {
    return absl::OkStatus();
  }
  return RefuseMachine(
      "SMBIOS 2.0 doesn't support number of processor cores/threads more than "
      "255, use -machine smbios-entry-point-type=64 option to enable SMBIOS "
      "3.0 support");
}

// What is published once all devices are there.
absl::Status Publish(const MachineOptions& options, const BoardPolicy& policy,
                     const SratContents& contents, GuestLayout& layout) {
  const NumaPlan& plan = contents.plan;
  for (const DevicePlaces::Place& place : contents.places) {
    if (place.named != DevicePlaces::Named::kSoftReserved) continue;
    layout.e820.push_back({.address = place.base,
                           .length_bytes = place.size_bytes,
                           .type = MemoryType::kSoftReserved});
  }
  if (policy.checks_cxl) {
    if (absl::Status s = CheckCxlDevices(options); !s.ok()) return s;
  }
  if (!policy.publishes_numa_tables || !options.acpi) {
    return CheckSmbios(options, policy);
  }
  const uint32_t last_apic_id = ApicIdOf(options.smp, options.smp.maxcpus - 1);
  if (policy.cpu_hotplug_limit != 0 &&
      last_apic_id >= policy.cpu_hotplug_limit) {
    return RefuseMachine(absl::StrCat(
        "max_cpus is too large. APIC ID of last CPU is ", last_apic_id));
  }
  if (plan.nodes.empty()) return CheckSmbios(options, policy);
  const auto generic = GenericAffinityRows(options, policy, plan.nodes.size());
  if (!generic.ok()) return generic.status();
  layout.srat = BuildSrat(options, contents, *generic);
  if (!plan.distances.empty()) layout.slit = BuildSlit(options, plan);
  if (options.hmat) layout.hmat = BuildHmat(options, policy, plan);
  return CheckSmbios(options, policy);
}

absl::Status CheckRamSize(const MachineOptions& options,
                          const BoardPolicy& policy) {
  const uint64_t ram = options.memory.ram_size_bytes;
  if (ram <= policy.max_ram_bytes) return absl::OkStatus();
  return RefuseMachine(
      absl::StrCat("Too much memory for this machine: ", ram / kMiB,
                   " MiB, maximum ", policy.max_ram_bytes / kMiB, " MiB"));
}

Rejection ToRejection(const absl::Status& status) {
  return Rejection{.text = std::string(status.message())};
}

std::variant<GuestLayout, Rejection> LayOut(const MachineOptions& options,
                                            Answer& answer) {
  Warnings& warnings = answer.warnings;
  const BoardPolicy policy = PolicyOf(options.qemu_version, options.type);
  if (absl::Status s = CheckRamBackend(options, policy); !s.ok()) {
    return ToRejection(s);
  }
  const auto plan = PlanNuma(options, policy, warnings);
  if (!plan.ok()) return ToRejection(plan.status());
  if (!policy.usual_cpus.empty() &&
      !absl::StrContains(policy.usual_cpus,
                         absl::StrCat(" ", options.cpu.model, " "))) {
    warnings.push_back(absl::StrCat("warning: cpu type ", options.cpu.model,
                                    "-x86_64-cpu is deprecated for ",
                                    ToString(options.type), " machine"));
  }
  if (absl::Status s = CheckRamSize(options, policy); !s.ok()) {
    return ToRejection(s);
  }
  RamSplit split = SplitRam(options, policy, warnings);
  if (absl::Status s = CreateCpus(options, policy, warnings); !s.ok()) {
    return ToRejection(s);
  }
  if (options.pci_hole64_refusal) {
    return ToRejection(
        RefuseMachine(CauseText(*options.pci_hole64_refusal, policy.release)));
  }
  if (absl::Status s = CheckMemmapTypeSupport(options, *plan, policy);
      !s.ok()) {
    return ToRejection(s);
  }
  GuestLayout layout;
  if (policy.split != BoardPolicy::Split::kNoRam) {
    auto e820 = PlaceRam(options, policy, *plan, split);
    if (!e820.ok()) return ToRejection(e820.status());
    layout.e820 = *std::move(e820);
  }
  std::optional<DeviceMemory> area;
  if (policy.has_pc_memory_map) {
    area = DeviceMemoryOf(options, policy, split);
    if (absl::Status s = CheckDeviceMemory(options, policy, area); !s.ok()) {
      return ToRejection(s);
    }
  }
  if (options.nvdimm && policy.warns_of_nvdimm) {
    warnings.push_back(
        "warning: Unknown firmware file in legacy mode: etc/acpi/nvdimm-mem");
  }
  DevicePlaces devices =
      PlaceDevices(options, policy, plan->nodes.size(), area);
  answer.device_warnings = std::move(devices.warnings);
  if (devices.refusal) return *std::move(devices.refusal);
  absl::Status published = Publish(
      options, policy,
      {.plan = *plan, .split = split, .area = area, .places = devices.places},
      layout);
  if (!published.ok()) return ToRejection(published);
  return layout;
}

}  // namespace

Answer RangeTreeLayout(const MachineOptions& options) {
  Answer answer;
  answer.outcome = LayOut(options, answer);
  return answer;
}

}  // namespace e820check
