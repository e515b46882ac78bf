// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/device_generator.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

using Kind = Device::Kind;

uint64_t RoundUp(uint64_t value, uint64_t to) {
  return (value + (to - 1)) / to * to;
}

uint32_t PickNode(const MachineOptions& machine, Choices& choices) {
  // A node too high now and then.
  const size_t count = std::max<size_t>(machine.numa_nodes.size(), 1);
  return static_cast<uint32_t>(
      choices.Below(count + (choices.OneIn(24) ? 1 : 0)));
}

bool HasPci(const MachineOptions& machine) {
  return machine.type.family == MachineFamily::kI440fx ||
         machine.type.family == MachineFamily::kQ35;
}

// The nodes that have CPUs by an option, which is what hmat-lb asks for.
std::vector<uint32_t> NodesWithExplicitCpus(const MachineOptions& machine) {
  std::set<uint32_t> nodes;
  for (const NumaNode& node : machine.numa_nodes) {
    if (!node.cpus.empty()) nodes.insert(node.id);
  }
  for (const NumaCpu& cpu : machine.numa_cpus) nodes.insert(cpu.node_id);
  return {nodes.begin(), nodes.end()};
}

void AddHmatList(MachineOptions& machine, const HmatValue& like,
                 const std::vector<uint32_t>& initiators, Choices& choices) {
  // All of a list are within the factor that QEMU's 16-bit entries allow.
  constexpr uint64_t kNanoseconds[] = {10, 5, 100, 1000, 40, 1, 60000, 0};
  constexpr uint64_t kMebibytes[] = {100, 200, 1, 1024, 1000, 4096, 3, 0};
  const bool latency = IsLatency(like.data_type);
  const bool all_zero = choices.OneIn(12);
  if (choices.OneIn(24) && latency) {  // alone, it passes though it cannot fit
    HmatValue value = like;
    value.initiator = value.target = initiators.front();
    value.value = 65536;
    machine.hmat_values.push_back(value);
    return;
  }
  const bool sparse = choices.OneIn(3);
  for (const uint32_t initiator : initiators) {
    for (const NumaNode& target : machine.numa_nodes) {
      if (sparse && choices.OneIn(2)) continue;
      HmatValue value = like;
      value.initiator = initiator;
      value.target = target.id;
      value.value = latency ? choices.Pick(kNanoseconds)
                            : choices.Pick(kMebibytes) * kMiB;
      if (all_zero) value.value = 0;
      machine.hmat_values.push_back(value);
    }
  }
}

void AddHmatCaches(MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kSizes[] = {64 * kKiB, kMiB, 4096, 1, 32 * kMiB, 5 * kGiB};
  constexpr uint16_t kLines[] = {64, 0, 128, 65535};
  std::set<uint32_t> with_latency;
  std::set<uint32_t> with_bandwidth;
  for (const HmatValue& value : machine.hmat_values) {
    if (value.value == 0) continue;
    (IsLatency(value.data_type) ? with_latency : with_bandwidth)
        .insert(value.target);
  }
  for (const uint32_t node : with_latency) {
    if (with_bandwidth.count(node) == 0 || choices.OneIn(2)) continue;
    const uint64_t levels = 1 + choices.Below(kMaxHmatCacheLevel);
    uint64_t size_bytes = 0;
    for (uint8_t level = 1; level <= levels; ++level) {
      size_bytes += choices.Pick(kSizes);
      machine.hmat_caches.push_back(
          {.node = node,
           .size_bytes = size_bytes,
           .level = level,
           .associativity =
               static_cast<HmatCache::Associativity>(choices.Below(3)),
           .write_policy =
               static_cast<HmatCache::WritePolicy>(choices.Below(3)),
           .line_bytes = choices.Pick(kLines)});
    }
  }
}

std::string AddBackend(MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kSizes[] = {
      128 * kMiB, 64 * kMiB, 2 * kMiB,        kGiB, 256 * kMiB,
      512 * kMiB, 3 * kMiB,  2 * kMiB + 4096, kMiB, 8 * kGiB};
  MemoryBackend backend;
  backend.id = absl::StrCat("d", machine.backends.size());
  backend.size_bytes = choices.Pick(kSizes);
  backend.reserve = false;
  if (choices.OneIn(8)) {
    backend.kind = MemoryBackend::Kind::kMemfd;
    backend.share = true;
  }
  machine.backends.push_back(backend);
  return backend.id;
}

void SetPcDimm(const MachineOptions& machine, Device& device,
               Choices& choices) {
  if (choices.OneIn(6)) {
    device.slot =
        static_cast<int32_t>(choices.Below(5)) - (choices.OneIn(24) ? 6 : 0);
  }
  device.node = PickNode(machine, choices);
}

void SetNvdimm(const MachineOptions& machine, Device& device,
               Choices& choices) {
  constexpr uint64_t kLabels[] = {128 * kKiB, 256 * kKiB, 2 * kMiB};
  SetPcDimm(machine, device, choices);
  if (choices.OneIn(3)) device.label_size_bytes = choices.Pick(kLabels);
}

void SetVirtioMem(const MachineOptions& machine, Device& device,
                  Choices& choices) {
  constexpr uint64_t kBlocks[] = {2 * kMiB, 4 * kMiB, 64 * kMiB, 256 * kMiB};
  device.node = PickNode(machine, choices);
  if (choices.OneIn(3)) device.block_size_bytes = choices.Pick(kBlocks);
  if (choices.OneIn(2)) device.requested_size_bytes = choices.Pick(kBlocks);
}

void SetSpMem(const MachineOptions& machine, Device& device, Choices& choices) {
  device.node = PickNode(machine, choices);
}

void SetNothing(const MachineOptions&, Device&, Choices&) {}

// A memory device, and what it has beside a backend and an address.
struct Recipe {
  Kind kind;
  absl::string_view driver;
  void (*set)(const MachineOptions& machine, Device& device, Choices& choices);
  bool is_pci = false;
  QemuVersion since = kSinceEver;
};

constexpr Recipe kPcDimm = {Kind::kPcDimm, "pc-dimm", SetPcDimm};
constexpr Recipe kNvdimm = {Kind::kNvdimm, "nvdimm", SetNvdimm};
constexpr Recipe kSpMem = {Kind::kSpMem, "sp-mem", SetSpMem, false,
                           QemuVersion::k11_1};
// Each as often as it is to be drawn.
constexpr Recipe kRecipes[] = {
    kPcDimm,
    kNvdimm,
    kPcDimm,
    kNvdimm,
    {Kind::kVirtioMem, "virtio-mem-pci", SetVirtioMem, true},
    {Kind::kVirtioPmem, "virtio-pmem-pci", SetNothing, true},
    kSpMem,
    kSpMem,
    kSpMem};

Recipe PickRecipe(const MachineOptions& machine, Choices& choices) {
  std::vector<Recipe> recipes;
  for (const Recipe& recipe : kRecipes) {
    if ((HasPci(machine) || !recipe.is_pci) &&
        AtLeast(machine.qemu_version, recipe.since)) {
      recipes.push_back(recipe);
    }
  }
  return choices.Pick(recipes);
}

// On the first PCI bus: slots 3 to 30 are free on both PCI boards. Or, where
// the device before allows it, a further function of its slot.
void Place(const MachineOptions& machine, Device& device, Choices& choices) {
  constexpr uint8_t kFunctionsPerSlot = 8;
  uint8_t slot = 3;
  const Device* before = nullptr;
  for (const Device& other : machine.devices) {
    if (!other.devfn) continue;
    before = &other;
    ++slot;
  }
  device.devfn = static_cast<uint8_t>(slot * kFunctionsPerSlot);
  device.is_multifunction = choices.OneIn(6);
  if (before == nullptr || !before->is_multifunction) return;
  const auto next = static_cast<uint8_t>(*before->devfn + 1);
  if (next % kFunctionsPerSlot != 0) device.devfn = next;
}

void SetId(MachineOptions& machine, Device& device, Choices& choices) {
  constexpr absl::string_view kStems[] = {"dimm", "n", "mem-", "x", "aaa"};
  if (choices.OneIn(3)) return;
  device.id = absl::StrCat(choices.Pick(kStems), machine.devices.size());
}

// Where device memory mostly starts.
uint64_t DeviceMemoryStart(const MachineOptions& machine) {
  const uint64_t ram = machine.memory.ram_size_bytes;
  const uint64_t low = machine.type.family == MachineFamily::kQ35
                           ? (ram >= 0xb0000000 ? 2 * kGiB : ram)
                           : (ram >= 0xe0000000 ? 3 * kGiB : ram);
  return RoundUp(4 * kGiB + (ram - low), kGiB);
}

// Near there, or in no place.
uint64_t PickAddress(const MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kOffsets[] = {
      0,        kGiB, 2 * kMiB,  512 * kMiB,           2 * kGiB,
      4 * kGiB, 4096, 30 * kGiB, UINT64_MAX - 8 * kGiB};
  return DeviceMemoryStart(machine) + choices.Pick(kOffsets);
}

Device MakeMemoryDevice(MachineOptions& machine, Choices& choices) {
  const Recipe recipe = PickRecipe(machine, choices);
  Device device;
  device.kind = recipe.kind;
  device.driver = std::string(recipe.driver);
  if (choices.OneIn(16) && !machine.backends.empty()) {
    device.memdev = choices.Pick(machine.backends).id;  // busy, perhaps
  } else if (!choices.OneIn(48)) {
    device.memdev = AddBackend(machine, choices);
  }
  if (choices.OneIn(4)) device.address = PickAddress(machine, choices);
  recipe.set(machine, device, choices);
  if (recipe.is_pci) Place(machine, device, choices);
  return device;
}

// One DIMM amid device memory, and another that has the room but no gap.
void AddFragments(MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kSizeBytes = 8 * kGiB;
  machine.memory.maxram_size_bytes =
      machine.memory.ram_size_bytes + 2 * kSizeBytes;
  machine.memory.slots = 2;
  for (const uint64_t offset : {5 * kGiB, uint64_t{0}}) {
    Device device;
    device.kind = Kind::kPcDimm;
    device.driver = "pc-dimm";
    device.memdev = AddBackend(machine, choices);
    machine.backends.back().size_bytes = kSizeBytes;
    if (offset != 0) device.address = DeviceMemoryStart(machine) + offset;
    machine.devices.push_back(device);
  }
}

}  // namespace

void AddHmat(MachineOptions& machine, Choices& choices) {
  machine.hmat = true;
  if (machine.numa_nodes.empty()) return;
  const std::vector<uint32_t> with_cpus = NodesWithExplicitCpus(machine);
  for (NumaNode& node : machine.numa_nodes) {
    // Of a node with CPUs, QEMU takes no other initiator on the command line.
    if (!choices.OneIn(2)) continue;
    if (std::count(with_cpus.begin(), with_cpus.end(), node.id) > 0) continue;
    node.initiator = !with_cpus.empty() && !choices.OneIn(12)
                         ? choices.Pick(with_cpus)
                     : choices.OneIn(2) ? node.id
                                        : PickNode(machine, choices);
  }
  if (with_cpus.empty()) return;
  std::set<std::pair<uint64_t, uint64_t>> lists;
  for (uint64_t i = choices.Below(6); i > 0; --i) {
    lists.insert({choices.OneIn(2) ? 0 : choices.Below(4), choices.Below(6)});
  }
  for (const auto& [hierarchy, type] : lists) {
    AddHmatList(machine,
                {.hierarchy = static_cast<HmatValue::Hierarchy>(hierarchy),
                 .data_type = static_cast<HmatValue::DataType>(type)},
                with_cpus, choices);
  }
  AddHmatCaches(machine, choices);
}

void AddMemoryDevices(MachineOptions& machine, Choices& choices) {
  if (choices.OneIn(24) && machine.memory.ram_size_bytes < kTiB) {
    AddFragments(machine, choices);
    return;
  }
  machine.nvdimm = machine.type.family != MachineFamily::kMicrovm &&
                   machine.type.family != MachineFamily::kNone &&
                   !choices.OneIn(6);
  for (uint64_t count = 1 + choices.Below(choices.OneIn(4) ? 9 : 4); count > 0;
       --count) {
    Device device = MakeMemoryDevice(machine, choices);
    SetId(machine, device, choices);
    machine.devices.push_back(device);
  }
}

void AddCxl(MachineOptions& machine, Choices& choices) {
  constexpr uint64_t kSizes[] = {256 * kMiB, 4 * kGiB, 1 * kGiB, 900 * kGiB, 0};
  machine.cxl = !choices.OneIn(12);
  if (machine.memory.ram_size_from_backend && choices.OneIn(2)) {
    // RAM just below HyperTransport, with maxmem below it.
    MemoryBackend& ram = machine.backends.front();
    ram.size_bytes = 1011 * kGiB;
    ram.reserve = false;
    machine.memory.ram_size_bytes = ram.size_bytes;
  }
  if (machine.type.family != MachineFamily::kQ35) return;
  std::vector<std::string> bridges;
  for (uint64_t count = choices.Below(3); count > 0; --count) {
    Device bridge;
    bridge.kind = Kind::kPxbCxl;
    bridge.driver = "pxb-cxl";
    bridge.id = absl::StrCat("cxl.", bridges.size());
    Place(machine, bridge, choices);
    bridge.bus_number = static_cast<uint8_t>(12 + 40 * bridges.size());
    bridges.push_back(bridge.id);
    machine.devices.push_back(bridge);
  }
  if (bridges.empty()) return;
  for (uint64_t count = choices.Below(4); count > 0; --count) {
    CxlWindow window = {.size_bytes = choices.Pick(kSizes)};
    for (uint64_t ways = 1 + choices.Below(2); ways > 0; --ways) {
      window.targets.push_back(choices.OneIn(24) ? "cxl.9"
                                                 : choices.Pick(bridges));
    }
    machine.cxl_windows.push_back(window);
  }
}

void AddGenericAffinities(MachineOptions& machine, Choices& choices) {
  if (Before(machine.qemu_version, QemuVersion::k10_0) || !HasPci(machine))
    return;
  constexpr absl::string_view kStems[] = {"gi", "a", "port", "zz-"};
  std::vector<std::string> pci_ids;
  std::vector<std::string> bridge_ids;
  for (uint64_t count = 1 + choices.Below(3); count > 0; --count) {
    Device device;
    device.driver = "virtio-rng-pci";
    device.id = absl::StrCat("rng", count);
    Place(machine, device, choices);
    machine.devices.push_back(device);
  }
  for (const Device& device : machine.devices) {
    if (device.id.empty()) continue;
    if (device.devfn) pci_ids.push_back(device.id);
    if (device.kind == Kind::kPxbCxl) bridge_ids.push_back(device.id);
  }
  for (uint64_t count = 1 + choices.Below(6); count > 0; --count) {
    GenericAffinity generic;
    generic.id = absl::StrCat(choices.Pick(kStems), count);
    generic.node = PickNode(machine, choices);
    if (!bridge_ids.empty() && choices.OneIn(2)) {
      generic.kind = GenericAffinity::Kind::kPort;
      generic.device = choices.Pick(bridge_ids);
    } else {
      generic.device = choices.Pick(pci_ids);
    }
    if (choices.OneIn(24)) generic.device = "nowhere";
    machine.other_object_ids.push_back(generic.id);
    machine.generic_affinities.push_back(generic);
  }
}

}  // namespace e820check
