// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/machine_generator.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "absl/strings/str_cat.h"
#include "machine/address_range.h"
#include "options/cpu_model.h"
#include "options/machine_types.h"
#include "options/smp.h"
#include "properties/generate/device_generator.h"
#include "properties/generate/release_choice.h"

namespace e820check {
namespace {

// Sizes of RAM at which some rule of the layout changes its mind.
constexpr uint64_t kRamEdges[] = {
    128 * kMiB,  2 * kGiB,     8 * kGiB, 640 * kKiB,       kMiB,
    0xb0000000,  // q35: RAM from here on is split at 2 GiB
    0xc0000000,  // i440fx: split at 3 GiB
    0xe0000000,  // i440fx: RAM from here on is split
    4 * kGiB,    64 * kGiB,
    976 * kGiB,   // q35: the 64-bit PCI hole ends at 0xFD00000000
    978 * kGiB,   // q35: the largest with 40 physical address bits
    1008 * kGiB,  // the same two for i440fx
    1009 * kGiB, 0xfd00000000, kTiB,     kTiB + 76 * kGiB,
};

constexpr uint64_t kNudges[] = {0, 8 * kKiB, kMiB, 16 * kMiB, kGiB};

// Where one node may end and the next begin.
constexpr uint64_t kCutEdges[] = {
    kMiB,       640 * kKiB, 2 * kGiB, 3 * kGiB,   1 * kGiB,    0xe0000000,
    704 * kKiB, 0xb0000000, 4 * kGiB, 512 * kKiB, 1000 * kGiB, 4 * kKiB,
};

constexpr uint64_t kCutNudges[] = {0, 1, 4 * kKiB, 8 * kKiB, 64 * kKiB};

constexpr uint64_t kLowMemoryEnds[] = {
    2 * kGiB,    kGiB,       3 * kGiB, 4 * kGiB,   2560 * kMiB, 3500 * kMiB,
    3584 * kMiB, 512 * kMiB, kMiB,     640 * kKiB, 512 * kKiB,  4 * kKiB,
};

// One feature in this many machines, on average, where nothing else is said.
constexpr uint64_t kUsual = 3;

uint64_t Nudge(uint64_t value, uint64_t by, Choices& choices) {
  if (choices.OneIn(2)) return value - std::min(value, by);
  return CheckedAdd(value, by).value_or(value);
}

uint64_t RoundUp(uint64_t value, uint64_t to) {
  return (value + (to - 1)) / to * to;
}

// 8 KiB granules, as -m rounds to them; from 8 KiB to a little over 1 TiB.
uint64_t PickRamSize(Choices& choices) {
  uint64_t size = 0;
  if (choices.OneIn(4)) {
    size = uint64_t{1} << (13 + choices.Below(28));
    size += choices.Below(size);
  } else {
    size = Nudge(choices.Pick(kRamEdges), choices.Pick(kNudges), choices);
  }
  return std::max<uint64_t>(RoundUp(size, 8 * kKiB), 8 * kKiB);
}

MachineType PickMachineType(Choices& choices, QemuVersion version) {
  const std::vector<MachineType> all = AllMachineTypes(version);
  // The binary's own versions most of the time: there are few of them among
  // all types.
  constexpr MachineFamily kFamilies[] = {
      MachineFamily::kQ35,   MachineFamily::kI440fx,  MachineFamily::kQ35,
      MachineFamily::kIsapc, MachineFamily::kMicrovm, MachineFamily::kNone};
  if (choices.OneIn(2)) return choices.Pick(all);
  return {.family = choices.Pick(kFamilies), .version = OwnVersion(version)};
}

CpuOptions PickCpu(Choices& choices, const MachineType& type,
                   QemuVersion version) {
  constexpr absl::string_view kModels[] = {
      "EPYC",   "Skylake-Server", "qemu64", "qemu32", "486",
      "max",    "Opteron_G5",     "Dhyana", "kvm64",  "pentium3",
      "athlon", "phenom",         "base"};
  constexpr absl::string_view kPhysBits[] = {"",   "48", "48", "52", "46",
                                             "41", "40", "39", "36", "32"};
  std::string argument(choices.Pick(kModels));
  const absl::string_view bits = choices.Pick(kPhysBits);
  if (!bits.empty()) absl::StrAppend(&argument, ",phys-bits=", bits);
  if (choices.OneIn(6)) {
    absl::StrAppend(&argument, ",vendor=",
                    choices.OneIn(2) ? "AuthenticAMD" : "GenuineIntel");
  }
  if (choices.OneIn(12)) absl::StrAppend(&argument, ",-lm");
  const absl::StatusOr<CpuOptions> cpu = ParseCpu(argument, type, version);
  // A refused combination (phys-bits of a 32-bit model) is for fault injection.
  if (!cpu.ok() || cpu->refusal) return DefaultCpu(type, version);
  return *cpu;
}

SmpTopology PickTopology(Choices& choices, const MachineType& type,
                         QemuVersion version) {
  constexpr uint32_t kCounts[] = {1, 2, 1, 3, 4, 1, 5, 8, 16};
  SmpTopology smp;
  const bool pc = type.family == MachineFamily::kI440fx ||
                  type.family == MachineFamily::kQ35;
  smp.sockets = choices.Pick(kCounts);
  smp.cores = choices.Pick(kCounts);
  if (choices.OneIn(3)) smp.threads = choices.Pick(kCounts);
  if (pc && choices.OneIn(4)) smp.dies = choices.Pick(kCounts);
  if (pc && SupportedSmpLevels(type, version).modules && choices.OneIn(4)) {
    smp.modules = choices.Pick(kCounts);
  }
  // More threads than SMBIOS 2.0 can count, or APIC ids of more than a byte,
  // which old releases refuse under TCG.
  if (pc && choices.OneIn(Before(version, QemuVersion::k10_0) ? 128 : 16)) {
    smp = choices.OneIn(2)
              ? SmpTopology{.dies = 16, .cores = 16}
              : SmpTopology{.sockets = 5, .cores = 3, .threads = 16};
  }
  smp.maxcpus = smp.sockets * smp.dies * smp.modules * smp.cores * smp.threads;
  if (smp.maxcpus > MaxCpus(type, version)) return SmpTopology{};
  // Started vCPUs cost a real binary time; possible ones do not.
  smp.cpus = 1 + static_cast<uint32_t>(
                     choices.Below(std::min<uint32_t>(smp.maxcpus, 4)));
  // The fewest that reach an APIC id of 256: CPU 75 starts socket 1.
  if (pc && choices.OneIn(256)) {
    smp = {.cpus = 75 + static_cast<uint32_t>(choices.Below(2)),
           .maxcpus = 150,
           .sockets = 2,
           .dies = 3,
           .cores = 5,
           .threads = 5};
  }
  return smp;
}

// Sizes that add up to `total`, cut at edges; zeros are memory-less nodes.
std::vector<uint64_t> PickNodeSizes(Choices& choices, uint64_t total,
                                    uint32_t count) {
  std::vector<uint64_t> cuts = {0, total};
  while (cuts.size() < count + 1) {
    uint64_t cut = 0;
    switch (choices.Below(4)) {
      case 0:
        cut = choices.Pick(cuts);
        break;
      case 1:
        cut = Nudge(choices.Pick(kCutEdges), choices.Pick(kCutNudges), choices);
        break;
      default:
        cut = choices.Below(total + 1) / (4 * kKiB) * (4 * kKiB);
    }
    if (cut <= total)
      cuts.push_back(cut);
    else
      cuts.push_back(total);
  }
  std::sort(cuts.begin(), cuts.end());
  std::vector<uint64_t> sizes;
  for (size_t i = 1; i < cuts.size(); ++i)
    sizes.push_back(cuts[i] - cuts[i - 1]);
  return sizes;
}

std::string AddBackend(MachineOptions& machine, uint64_t size_bytes,
                       Choices& choices) {
  MemoryBackend backend;
  backend.id = absl::StrCat("m", machine.backends.size());
  // A memfd must be made of whole pages, and end below 2^63.
  if (size_bytes % (4 * kKiB) == 0 && size_bytes <= INT64_MAX &&
      choices.OneIn(8)) {
    backend.kind = MemoryBackend::Kind::kMemfd;
    backend.share = true;
  }
  backend.size_bytes = size_bytes;
  backend.reserve = false;
  machine.backends.push_back(backend);
  return backend.id;
}

void AddNodes(MachineOptions& machine, Choices& choices,
              const GeneratorPolicy& policy) {
  const uint32_t most =
      choices.OneIn(3) ? policy.max_nodes : std::min(policy.max_nodes, 3u);
  const auto count = 1 + static_cast<uint32_t>(choices.Below(most));
  const std::vector<uint64_t> sizes =
      PickNodeSizes(choices, machine.memory.ram_size_bytes, count);
  const bool legacy = machine.type.version <= MachineVersion{5, 0} &&
                      machine.memory.ram_size_bytes <= kGiB && choices.OneIn(2);
  const bool pc = machine.type.family == MachineFamily::kI440fx ||
                  machine.type.family == MachineFamily::kQ35;
  uint64_t start = 0;
  for (uint32_t id = 0; id < count; ++id) {
    NumaNode node;
    node.id = id;
    if (legacy) {
      node.mem_bytes = sizes[id];
    } else if (sizes[id] > 0) {
      node.memdev = AddBackend(machine, sizes[id], choices);
    }
    const bool can_be_typed = pc && sizes[id] > 0 && start >= kMiB;
    if (policy.dialect == Dialect::kMemmapType &&
        choices.OneIn(can_be_typed ? 3 : 24)) {
      node.memmap_type =
          choices.OneIn(2) ? MemmapType::kSpm : MemmapType::kReserved;
    }
    machine.numa_nodes.push_back(node);
    start += sizes[id];
  }
  // Two sizes that QEMU's sum modulo 2^64 does not see.
  if (legacy && count > 1 && choices.OneIn(8)) {
    *machine.numa_nodes[0].mem_bytes += uint64_t{1} << 63;
    *machine.numa_nodes[1].mem_bytes += uint64_t{1} << 63;
  }
  // Ids are typed, so the order on the command line is free.
  if (choices.OneIn(4)) {
    for (size_t i = machine.numa_nodes.size(); i > 1; --i) {
      std::swap(machine.numa_nodes[i - 1],
                machine.numa_nodes[choices.Below(i)]);
    }
  }
}

void BindCpusByIndex(MachineOptions& machine, Choices& choices) {
  const uint32_t maxcpus = machine.smp.maxcpus;
  uint32_t next = 0;
  for (NumaNode& node : machine.numa_nodes) {
    if (next >= maxcpus) return;
    const auto last =
        next + static_cast<uint32_t>(choices.Below(maxcpus - next));
    if (choices.OneIn(4)) {
      next = last + 1;  // leaves a hole: those CPUs fall to node 0
      continue;
    }
    node.cpus.push_back({.first = static_cast<uint16_t>(next),
                         .last = static_cast<uint16_t>(last)});
    next = last + 1;
  }
}

// One binding for each thread of what `binding` names, or one for all.
void BindThreads(NumaCpu binding, MachineOptions& machine, Choices& choices) {
  if (machine.smp.threads == 1 || !choices.OneIn(3)) {
    machine.numa_cpus.push_back(binding);
    return;
  }
  for (uint32_t thread = 0; thread < machine.smp.threads; ++thread) {
    binding.thread_id = thread;
    if (choices.OneIn(3)) {
      binding.node_id = choices.Pick(machine.numa_nodes).id;
    }
    machine.numa_cpus.push_back(binding);
  }
}

void BindCpusByTopology(MachineOptions& machine, Choices& choices) {
  for (uint32_t socket = 0; socket < machine.smp.sockets; ++socket) {
    if (choices.OneIn(8)) continue;
    NumaCpu binding;
    binding.node_id = choices.Pick(machine.numa_nodes).id;
    binding.socket_id = socket;
    if (machine.smp.cores == 1) {
      if (choices.OneIn(2)) binding.core_id = 0;
      BindThreads(binding, machine, choices);
      continue;
    }
    const bool by_core = choices.OneIn(3);
    if (!by_core) {
      BindThreads(binding, machine, choices);
      continue;
    }
    for (uint32_t core = 0; core < machine.smp.cores; ++core) {
      binding.core_id = core;
      if (choices.OneIn(3)) {
        binding.node_id = choices.Pick(machine.numa_nodes).id;
      }
      BindThreads(binding, machine, choices);
    }
  }
}

void AddDistances(MachineOptions& machine, Choices& choices) {
  enum { kOneDirection, kBothEqual, kAsymmetric, kPartial };
  const uint64_t style = choices.Below(8);
  const auto kind = style < 3   ? kOneDirection
                    : style < 5 ? kBothEqual
                    : style < 7 ? kAsymmetric
                                : kPartial;
  const auto value = [&] {
    constexpr uint8_t kValues[] = {20, 21, 255, 11, 254};
    if (choices.OneIn(16)) return uint8_t{10};
    return choices.Pick(kValues);
  };
  for (const NumaNode& from : machine.numa_nodes) {
    for (const NumaNode& to : machine.numa_nodes) {
      if (from.id == to.id) {
        if (choices.OneIn(8)) {
          machine.numa_distances.push_back({from.id, to.id, 10});
        }
        continue;
      }
      if (kind == kPartial && choices.OneIn(3)) continue;
      if (kind == kAsymmetric) {
        machine.numa_distances.push_back({from.id, to.id, value()});
      } else if (from.id < to.id) {
        const uint8_t shared = value();
        machine.numa_distances.push_back({from.id, to.id, shared});
        if (kind == kBothEqual) {
          machine.numa_distances.push_back({to.id, from.id, shared});
        }
      }
    }
  }
  // A repetition overwrites.
  if (!machine.numa_distances.empty() && choices.OneIn(8)) {
    NumaDistance again = choices.Pick(machine.numa_distances);
    if (again.from != again.to && choices.OneIn(2)) again.value = value();
    machine.numa_distances.push_back(again);
  }
}

void AddHotPluggableMemory(MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kExtra[] = {kGiB,       4 * kKiB,    128 * kMiB,
                                 8 * kGiB,   8704 * kMiB, kTiB,
                                 900 * kGiB, 3 * kGiB,    kGiB + 512};
  constexpr uint64_t kSlots[] = {1, 4, 0, 2, 32, 255, 256, 3, 257};
  const std::optional<uint64_t> maxram =
      CheckedAdd(machine.memory.ram_size_bytes, choices.Pick(kExtra));
  if (!maxram) return;
  constexpr uint64_t kMostBytes = UINT64_MAX - 8 * kKiB + 1;
  machine.memory.maxram_size_bytes = choices.OneIn(64) ? kMostBytes : *maxram;
  machine.memory.slots = choices.Pick(kSlots);
}

// -machine memory-backend=, with or without -m.
void BackRam(MachineOptions& machine, Choices& choices) {
  MemoryOptions& memory = machine.memory;
  if (choices.OneIn(4) && memory.maxram_size_bytes == memory.ram_size_bytes) {
    memory = MemoryOptions{};  // maxram stays the default without -m
    const uint64_t size_bytes =
        choices.OneIn(16) ? UINT64_MAX - kGiB : PickRamSize(choices);
    memory.ram_size_bytes =
        size_bytes - std::min(size_bytes - 1, choices.Pick(kCutNudges));
    memory.ram_size_from_backend = true;
  }
  machine.memory_backend = AddBackend(machine, memory.ram_size_bytes, choices);
}

void AddSgxSections(MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kSizes[] = {64 * kMiB, kGiB, 8 * kMiB};
  const size_t nodes = std::max<size_t>(machine.numa_nodes.size(), 1);
  for (uint64_t count = 1 + choices.Below(3); count > 0; --count) {
    machine.sgx_sections.push_back(
        {.size_bytes = choices.Pick(kSizes),
         .node = static_cast<uint32_t>(choices.Below(nodes))});
  }
}

void SetOemNames(MachineOptions& machine, Choices& choices) {
  machine.oem.id = {'A', 'C', 'M', 'E', 0, 0};
  if (choices.OneIn(2)) {
    machine.oem.table_id = {'L', 'A', 'Y', 'O', 'U', 'T', '0', '1'};
  }
}

void AddDevices(MachineOptions& machine, Choices& choices,
                const GeneratorPolicy& policy) {
  const bool pc = machine.type.family == MachineFamily::kI440fx ||
                  machine.type.family == MachineFamily::kQ35;
  if (pc && choices.OneIn(kUsual)) AddHmat(machine, choices);
  const bool hot_pluggable =
      machine.memory.maxram_size_bytes > machine.memory.ram_size_bytes;
  if (choices.OneIn(hot_pluggable ? 2 : 24)) AddMemoryDevices(machine, choices);
  if (pc && choices.OneIn(6)) AddCxl(machine, choices);
  if (choices.OneIn(4)) AddGenericAffinities(machine, choices);
  if (pc && choices.OneIn(12)) {
    constexpr uint64_t kHoleSizes[] = {kTiB,      1008 * kGiB, 0,
                                       64 * kGiB, 1,           UINT64_MAX};
    machine.pci_hole64_size_bytes = choices.Pick(kHoleSizes);
  }
  if (policy.beyond_command_lines) {
    if (choices.OneIn(8)) machine.accelerator = Accelerator::kKvm;
    if (pc && choices.OneIn(8)) AddSgxSections(machine, choices);
  }
}

// Something that only the board finds wrong.
void AddBoardFault(MachineOptions& machine) {
  const auto add_backend = [&machine](std::string id) {
    MemoryBackend backend;
    backend.id = std::move(id);
    backend.size_bytes = machine.memory.ram_size_bytes;
    backend.reserve = false;
    machine.backends.push_back(backend);
  };
  NumaNode* first = nullptr;
  NumaNode* last = nullptr;
  for (NumaNode& node : machine.numa_nodes) {
    if (!node.memdev) continue;
    if (first == nullptr) first = &node;
    last = &node;
  }
  if (machine.memory.ram_size_bytes == 0) return;
  if (first == nullptr) {
    if (machine.memory_backend.empty()) add_backend("pc.ram");
  } else if (first != last &&
             NodeSizeBytes(machine, *first) == NodeSizeBytes(machine, *last)) {
    last->memdev = first->memdev;
  } else {
    add_backend("whole");
    machine.memory_backend = "whole";
  }
}

}  // namespace

GeneratorPolicy ChoosePolicy(Choices& choices) {
  GeneratorPolicy policy;
  policy.qemu_version = ChooseRelease(choices);
  policy.dialect = choices.OneIn(2) ? Dialect::kMemmapType : Dialect::kStock;
  return policy;
}

MachineOptions GenerateMachine(Choices& choices,
                               const GeneratorPolicy& policy) {
  MachineOptions machine;
  machine.qemu_version = policy.qemu_version;
  machine.type = PickMachineType(choices, policy.qemu_version);
  machine.cpu = DefaultCpu(machine.type, policy.qemu_version);
  // "none" has no CPU and no memory map; there is nothing to vary.
  if (machine.type.family == MachineFamily::kNone) return machine;

  if (choices.OneIn(2)) {
    machine.cpu = PickCpu(choices, machine.type, policy.qemu_version);
  }
  if (choices.OneIn(2)) {
    machine.smp = PickTopology(choices, machine.type, policy.qemu_version);
  }
  machine.memory.ram_size_bytes = PickRamSize(choices);
  machine.memory.maxram_size_bytes = machine.memory.ram_size_bytes;
  if (choices.OneIn(kUsual)) AddHotPluggableMemory(machine, choices);
  // QEMU accepts a machine without RAM.
  if (choices.OneIn(100)) {
    machine.memory = {.ram_size_bytes = 0, .maxram_size_bytes = 0};
  }
  const bool pc = machine.type.family == MachineFamily::kI440fx ||
                  machine.type.family == MachineFamily::kQ35;
  if (pc || machine.type.family == MachineFamily::kIsapc) {
    if (choices.OneIn(kUsual)) {
      machine.max_ram_below_4g_bytes = choices.Pick(kLowMemoryEnds);
    }
  }
  if (pc) {
    if (choices.OneIn(8)) SetOemNames(machine, choices);
    machine.acpi = !choices.OneIn(16);
  }
  const bool numa = policy.max_nodes > 0 && choices.Below(4) > 0;
  if (numa) {
    AddNodes(machine, choices, policy);
    if (choices.OneIn(kUsual)) {
      BindCpusByIndex(machine, choices);
    } else if (choices.OneIn(kUsual)) {
      BindCpusByTopology(machine, choices);
    }
    if (choices.OneIn(kUsual)) AddDistances(machine, choices);
  } else {
    // More than a small host reserves without asking.
    const uint64_t ram_bytes = machine.memory.ram_size_bytes;
    if (ram_bytes > kGiB || (ram_bytes > 0 && choices.OneIn(4))) {
      BackRam(machine, choices);
    }
  }
  AddDevices(machine, choices, policy);
  if (choices.OneIn(32)) AddBoardFault(machine);
  return machine;
}

}  // namespace e820check
