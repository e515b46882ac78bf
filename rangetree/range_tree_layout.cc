// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_layout.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/acpi_header.h"
#include "machine/e820_table.h"
#include "machine/machine_type.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"
#include "machine/wire.h"
#include "rangetree/board_policy.h"
#include "rangetree/numa_plan.h"
#include "rangetree/ram_layout.h"

namespace e820check {
namespace {

using Warnings = std::vector<std::string>;

absl::Status Refuse(absl::string_view text) {
  return absl::FailedPreconditionError(text);
}

// spec/qemu-options.md 9.1.
absl::Status CheckRamBackend(const MachineOptions& options,
                             const BoardPolicy& policy) {
  const uint64_t ram = options.memory.ram_size_bytes;
  if (!options.memory_backend.empty()) {
    const MemoryBackend* backend = FindBackend(options, options.memory_backend);
    if (backend != nullptr && backend->size_bytes != ram) {
      return Refuse(
          "Machine memory size does not match the size of the memory backend");
    }
    return absl::OkStatus();
  }
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memdev) return absl::OkStatus();
  }
  const std::string id(policy.default_ram_id);
  if (ram > 0 && FindBackend(options, id) != nullptr) {
    return Refuse(ReservedRamIdText(options.qemu_version, id));
  }
  return absl::OkStatus();
}

bool IsAmd(const CpuOptions& cpu) { return cpu.vendor == kAmdVendor; }

absl::Status CreateCpus(const MachineOptions& options,
                        const BoardPolicy& policy, Warnings& warnings) {
  const SmpTopology& smp = options.smp;
  if (ApicIdOf(smp, smp.maxcpus - 1) >= policy.apic_id_limit) {
    return Refuse(
        "current -smp configuration requires kernel irqchip and X2APIC API "
        "support.");
  }
  if (!options.cpu.refusal.empty()) return Refuse(options.cpu.refusal);
  // Under TCG no CPU model keeps TOPOEXT, so every AMD one gives the warning.
  if (IsAmd(options.cpu) && smp.threads > 1) {
    warnings.push_back(HyperthreadingText(options.qemu_version, smp.threads));
  }
  return absl::OkStatus();
}

// Where another board would ignore memmap-type=, it refuses.
absl::Status CheckMemmapTypeSupport(const MachineOptions& options,
                                    const NumaPlan& plan,
                                    const BoardPolicy& policy) {
  if (policy.supports_memmap_type) return absl::OkStatus();
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    if (plan.nodes[id].memmap_type == MemmapType::kNormal) continue;
    return Refuse(absl::StrCat(MemmapTypePrefix(id, plan.nodes[id].memmap_type),
                               " is not supported by machine '",
                               ToString(options.type), "'"));
  }
  return absl::OkStatus();
}

// spec/qemu-layout.md 2.2: moves `split` if it must, and says whether the
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
  return Refuse(absl::StrCat("Address space limit 0x", absl::Hex(limit),
                             " < 0x", absl::Hex(last), " phys-bits too low (",
                             bits, ")"));
}

// spec/qemu-options.md 9.10, second half.
absl::Status CheckDeviceMemory(const MachineOptions& options,
                               const BoardPolicy& policy,
                               const std::optional<DeviceMemory>& device) {
  const MemoryOptions& memory = options.memory;
  if (!policy.has_device_memory &&
      (memory.slots != 0 || memory.maxram_size_bytes > memory.ram_size_bytes)) {
    return Refuse(
        absl::StrCat("\"-memory 'slots|maxmem'\" is not supported by: ",
                     ToString(options.type)));
  }
  if (!device) return absl::OkStatus();
  if (memory.slots > kMaxSlots) {
    return Refuse(
        absl::StrCat("unsupported amount of memory slots: ", memory.slots));
  }
  if (memory.maxram_size_bytes % kMaxramGranuleBytes != 0) {
    return Refuse(
        absl::StrCat("maximum memory size must by aligned to multiple "
                     "of ",
                     kMaxramGranuleBytes, " bytes"));
  }
  if (!CheckedAdd(device->base, device->size_bytes)) {
    return Refuse(absl::StrCat("unsupported amount of maximum memory: ",
                               absl::Hex(memory.maxram_size_bytes)));
  }
  return absl::OkStatus();
}

// spec/qemu-layout.md 6.
std::string BuildSrat(const MachineOptions& options, const NumaPlan& plan,
                      const RamSplit& split,
                      const std::optional<DeviceMemory>& device) {
  SratTable table;
  table.header.oem = options.oem;
  for (uint32_t cpu = 0; cpu < plan.node_of_cpu.size(); ++cpu) {
    const uint32_t node = plan.node_of_cpu[cpu];
    const uint32_t apic_id = ApicIdOf(options.smp, cpu);
    if (apic_id < kFirstX2ApicId) {
      table.rows.push_back(
          LocalApicAffinity{.proximity_domain = node,
                            .apic_id = static_cast<uint8_t>(apic_id),
                            .flags = 1});
    } else {
      table.rows.push_back(X2ApicAffinity{
          .proximity_domain = node, .x2apic_id = apic_id, .flags = 1});
    }
  }
  const std::vector<MemoryAffinity> memory = NodeRows(plan, split);
  table.rows.insert(table.rows.end(), memory.begin(), memory.end());
  for (size_t rows = memory.size();
       rows < plan.nodes.size() + kPaddingRowsBeyondNodes; ++rows) {
    table.rows.push_back(MemoryAffinity{});
  }
  if (device) {
    table.rows.push_back(MemoryAffinity{
        .proximity_domain = static_cast<uint32_t>(plan.nodes.size() - 1),
        .base = device->base,
        .length_bytes = device->size_bytes,
        .flags = MemoryAffinity::kEnabled | MemoryAffinity::kHotPluggable});
  }
  return EncodeSrat(table);
}

// spec/qemu-layout.md 7.
std::string BuildSlit(const MachineOptions& options, const NumaPlan& plan) {
  SlitTable table;
  table.header.oem = options.oem;
  table.locality_count = plan.nodes.size();
  table.distances = plan.distances;
  return EncodeSlit(table);
}

// The processor domain nearest to each node, spec/qemu-layout.md 8.1: the node
// itself if it has CPUs, else what initiator= says, else kMaxNumaNodes.
std::vector<uint32_t> NearestInitiators(const MachineOptions& options,
                                        const NumaPlan& plan) {
  std::vector<uint32_t> initiators(plan.nodes.size(), kMaxNumaNodes);
  for (const NumaNode& node : options.numa_nodes) {
    initiators[node.id] = node.initiator.value_or(kMaxNumaNodes);
  }
  for (const uint32_t node : plan.node_of_cpu) initiators[node] = node;
  return initiators;
}

// spec/qemu-layout.md 8.1: a table of memory proximity domains.
std::string BuildHmat(const MachineOptions& options, const BoardPolicy& policy,
                      const NumaPlan& plan) {
  const std::vector<uint32_t> initiators = NearestInitiators(options, plan);
  std::string body(4, '\0');
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    const NumaPlan::Node& node = plan.nodes[id];
    const bool has_memory =
        node.size_bytes > 0 && node.memmap_type != MemmapType::kReserved;
    if (!has_memory && policy.hmat_skips_empty_nodes) continue;
    const bool known = initiators[id] != kMaxNumaNodes;
    for (const uint32_t word : {0u, kHmatMemoryDomainSizeBytes, uint32_t{known},
                                initiators[id], id}) {
      AppendLittleEndian(word, body);
    }
    body.append(20, '\0');
  }
  return EncodeAcpiTable({.signature = {'H', 'M', 'A', 'T'},
                          .revision = kHmatRevision,
                          .oem = options.oem},
                         body);
}

absl::StatusOr<GuestLayout> LayOut(const MachineOptions& options,
                                   Warnings& warnings) {
  const BoardPolicy policy = PolicyOf(options.qemu_version, options.type);
  if (absl::Status s = CheckRamBackend(options, policy); !s.ok()) return s;
  const auto plan = PlanNuma(options, policy, warnings);
  if (!plan.ok()) return plan.status();

  if (options.memory.ram_size_bytes > policy.max_ram_bytes) {
    return Refuse(absl::StrCat("Too much memory for this machine: ",
                               options.memory.ram_size_bytes / kMiB,
                               " MiB, maximum ", policy.max_ram_bytes / kMiB,
                               " MiB"));
  }
  RamSplit split = SplitRam(options, policy, warnings);
  if (absl::Status s = CreateCpus(options, policy, warnings); !s.ok()) return s;
  if (absl::Status s = CheckMemmapTypeSupport(options, *plan, policy);
      !s.ok()) {
    return s;
  }
  GuestLayout layout;
  if (policy.split == BoardPolicy::Split::kNoRam) return layout;

  if (policy.is_pc) {
    if (AvoidHyperTransport(options, policy, split)) {
      layout.e820.push_back({.address = kHyperTransportBase,
                             .length_bytes = kHyperTransportSizeBytes,
                             .type = MemoryType::kReserved});
    }
    if (absl::Status s = CheckAddressSpace(options, policy, split); !s.ok()) {
      return s;
    }
  }
  const auto ram_rows = RamRows(*plan, split);
  if (!ram_rows.ok()) return ram_rows.status();
  layout.e820.insert(layout.e820.end(), ram_rows->begin(), ram_rows->end());
  if (!policy.is_pc) return layout;

  const auto device = DeviceMemoryOf(options, policy, split);
  if (absl::Status s = CheckDeviceMemory(options, policy, device); !s.ok()) {
    return s;
  }
  if (policy.publishes_numa_tables && options.acpi && !plan->nodes.empty()) {
    layout.srat = BuildSrat(options, *plan, split, device);
    if (!plan->distances.empty()) layout.slit = BuildSlit(options, *plan);
    if (options.hmat) layout.hmat = BuildHmat(options, policy, *plan);
  }
  return layout;
}

}  // namespace

Answer RangeTreeLayout(const MachineOptions& options) {
  Answer answer;
  auto layout = LayOut(options, answer.warnings);
  if (layout.ok()) {
    answer.outcome = *std::move(layout);
  } else {
    answer.outcome = Rejection{std::string(layout.status().message())};
  }
  return answer;
}

}  // namespace e820check
