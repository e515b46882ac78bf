// SPDX-License-Identifier: Apache-2.0

#include "options/format.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "options/cpu_model.h"
#include "options/device_needs.h"
#include "options/driver.h"
#include "options/generic_affinity.h"
#include "options/global_property.h"
#include "options/numa.h"
#include "options/smp.h"

namespace e820check {
namespace {

// "640K", "3G"; bytes, "8193B", where no unit of 1024 is exact.
std::string FormatSize(uint64_t size_bytes) {
  constexpr absl::string_view kUnits = "BKMGTPE";
  size_t unit = 0;
  while (size_bytes != 0 && size_bytes % 1024 == 0 &&
         unit + 1 < kUnits.size()) {
    size_bytes /= 1024;
    ++unit;
  }
  return absl::StrCat(size_bytes, kUnits.substr(unit, 1));
}

absl::string_view OnOff(bool on) { return on ? "on" : "off"; }

// A comma ends a value unless it is doubled.
std::string Quote(absl::string_view text) {
  return absl::StrReplaceAll(text, {{",", ",,"}});
}

// QEMU pads a typed name with '\0'.
template <size_t kSize>
std::string FormatOemName(const std::array<char, kSize>& name) {
  absl::string_view text(name.data(), name.size());
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  return Quote(text);
}

std::string FormatCxlWindow(size_t index, const CxlWindow& window) {
  const std::string prefix = absl::StrCat(",cxl-fmw.", index, ".");
  std::string text =
      absl::StrCat(prefix, "size=", FormatSize(window.size_bytes));
  for (size_t i = 0; i < window.targets.size(); ++i) {
    absl::StrAppend(&text, prefix, "targets.", i, "=",
                    Quote(window.targets[i]));
  }
  return text;
}

std::string FormatMachine(const MachineOptions& options) {
  std::string text = ToString(options.type);
  if (!options.acpi) absl::StrAppend(&text, ",acpi=off");
  if (options.cxl) absl::StrAppend(&text, ",cxl=on");
  for (size_t i = 0; i < options.cxl_windows.size(); ++i) {
    absl::StrAppend(&text, FormatCxlWindow(i, options.cxl_windows[i]));
  }
  if (options.hmat) absl::StrAppend(&text, ",hmat=on");
  if (options.nvdimm) absl::StrAppend(&text, ",nvdimm=on");
  if (options.max_ram_below_4g_bytes != 0) {
    absl::StrAppend(&text, ",max-ram-below-4g=",
                    FormatSize(options.max_ram_below_4g_bytes));
  }
  if (!options.memory_backend.empty()) {
    absl::StrAppend(&text, ",memory-backend=", Quote(options.memory_backend));
  }
  if (options.smbios_entry_point) {
    constexpr absl::string_view kNames[] = {"32", "64", "auto"};
    absl::StrAppend(&text, ",smbios-entry-point-type=",
                    kNames[static_cast<size_t>(*options.smbios_entry_point)]);
  }
  const OemNames defaults;
  if (options.oem.id != defaults.id) {
    absl::StrAppend(&text, ",x-oem-id=", FormatOemName(options.oem.id));
  }
  if (options.oem.table_id != defaults.table_id) {
    absl::StrAppend(&text,
                    ",x-oem-table-id=", FormatOemName(options.oem.table_id));
  }
  return text;
}

std::string FormatCpu(const MachineOptions& options) {
  const CpuOptions& cpu = options.cpu;
  std::string text = cpu.model;
  const absl::StatusOr<CpuOptions> model =
      ParseCpu(cpu.model, options.type, options.qemu_version);
  if (!model.ok()) return text;
  // KVM has the host's vendor where none is typed.
  if (cpu.vendor != model->vendor || options.accelerator == Accelerator::kKvm) {
    absl::StrAppend(&text, ",vendor=", cpu.vendor);
  }
  if (cpu.long_mode != model->long_mode) {
    absl::StrAppend(&text, ",lm=", OnOff(cpu.long_mode));
  }
  if (cpu.pse36 != model->pse36) {
    absl::StrAppend(&text, ",pse36=", OnOff(cpu.pse36));
  }
  if (cpu.pae != model->pae) {
    absl::StrAppend(&text, ",pae=", OnOff(cpu.pae));
  }
  if (cpu.x2apic != model->x2apic) {
    absl::StrAppend(&text, ",x2apic=", OnOff(cpu.x2apic));
  }
  // Without long mode the number of bits follows from these, and QEMU refuses
  // to be told. With it the default is TCG's, whatever the model.
  if (cpu.long_mode && cpu.phys_bits != CpuOptions().phys_bits) {
    absl::StrAppend(&text, ",phys-bits=", cpu.phys_bits);
  }
  return text;
}

std::string FormatSmp(const MachineOptions& options) {
  const SmpTopology& smp = options.smp;
  const SmpLevels levels =
      SupportedSmpLevels(options.type, options.qemu_version);
  std::string text = absl::StrCat("cpus=", smp.cpus, ",sockets=", smp.sockets);
  if (levels.dies) absl::StrAppend(&text, ",dies=", smp.dies);
  if (levels.modules) absl::StrAppend(&text, ",modules=", smp.modules);
  absl::StrAppend(&text, ",cores=", smp.cores, ",threads=", smp.threads,
                  ",maxcpus=", smp.maxcpus);
  return text;
}

// Empty: there is nothing to say with -m.
std::string FormatMemory(const MemoryOptions& memory) {
  // Without a size, QEMU takes maxmem to be the machine's default.
  const uint64_t default_maxram_bytes = memory.ram_size_from_backend
                                            ? MemoryOptions().maxram_size_bytes
                                            : memory.ram_size_bytes;
  std::vector<std::string> items;
  if (!memory.ram_size_from_backend) {
    // A size of 0 counts as none; the largest one is rounded up to 2^64, which
    // is 0 (doc/spec/qemu-options.md 5.2).
    items.push_back(absl::StrCat(
        "size=",
        FormatSize(memory.ram_size_bytes == 0 ? UINT64_MAX
                                              : memory.ram_size_bytes)));
  }
  if (memory.slots != 0) items.push_back(absl::StrCat("slots=", memory.slots));
  if (memory.maxram_size_bytes != default_maxram_bytes) {
    items.push_back(
        absl::StrCat("maxmem=", FormatSize(memory.maxram_size_bytes)));
  }
  return absl::StrJoin(items, ",");
}

std::string FormatBackend(const MemoryBackend& backend) {
  using Kind = MemoryBackend::Kind;
  const absl::string_view kind = backend.kind == Kind::kRam     ? "ram"
                                 : backend.kind == Kind::kMemfd ? "memfd"
                                                                : "file";
  std::string text = absl::StrCat("memory-backend-", kind, ",id=", backend.id,
                                  ",size=", FormatSize(backend.size_bytes));
  if (backend.kind == Kind::kFile) {
    absl::StrAppend(&text, ",mem-path=", Quote(backend.mem_path));
  }
  // memfd shares unless told otherwise, the others do not.
  if (backend.share || backend.kind == Kind::kMemfd) {
    absl::StrAppend(&text, ",share=", OnOff(backend.share));
  }
  if (!backend.reserve) absl::StrAppend(&text, ",reserve=off");
  return text;
}

std::string FormatNode(const NumaNode& node) {
  std::string text = absl::StrCat("node,nodeid=", node.id);
  for (const CpuIndexRange& cpus : node.cpus) {
    absl::StrAppend(&text, ",cpus=", cpus.first);
    if (cpus.last != cpus.first) absl::StrAppend(&text, "-", cpus.last);
  }
  if (node.mem_bytes) {
    absl::StrAppend(&text, ",mem=", FormatSize(*node.mem_bytes));
  }
  if (node.memdev) absl::StrAppend(&text, ",memdev=", Quote(*node.memdev));
  if (node.memmap_type != MemmapType::kNormal) {
    absl::StrAppend(&text, ",memmap-type=", ToString(node.memmap_type));
  }
  if (node.initiator) absl::StrAppend(&text, ",initiator=", *node.initiator);
  return text;
}

std::string FormatCpuBinding(const NumaCpu& cpu) {
  std::string text = absl::StrCat("cpu,node-id=", cpu.node_id);
  const std::pair<absl::string_view, std::optional<uint32_t>> ids[] = {
      {"socket", cpu.socket_id},
      {"die", cpu.die_id},
      {"module", cpu.module_id},
      {"core", cpu.core_id},
      {"thread", cpu.thread_id}};
  for (const auto& [level, id] : ids) {
    if (id) absl::StrAppend(&text, ",", level, "-id=", *id);
  }
  return text;
}

std::string FormatDistance(const NumaDistance& distance) {
  return absl::StrCat("dist,src=", distance.from, ",dst=", distance.to,
                      ",val=", distance.value);
}

std::string FormatHmatValue(const HmatValue& value) {
  std::string text = absl::StrCat(
      "hmat-lb,initiator=", value.initiator, ",target=", value.target,
      ",hierarchy=", kHmatHierarchies[static_cast<size_t>(value.hierarchy)],
      ",data-type=", kHmatDataTypes[static_cast<size_t>(value.data_type)]);
  if (IsLatency(value.data_type)) {
    return absl::StrCat(text, ",latency=", value.value);
  }
  return absl::StrCat(text, ",bandwidth=", FormatSize(value.value));
}

std::string FormatHmatCache(const HmatCache& cache) {
  return absl::StrCat(
      "hmat-cache,node-id=", cache.node, ",size=", FormatSize(cache.size_bytes),
      ",level=", int{cache.level}, ",associativity=",
      kHmatAssociativities[static_cast<size_t>(cache.associativity)],
      ",policy=", kHmatWritePolicies[static_cast<size_t>(cache.write_policy)],
      ",line=", cache.line_bytes);
}

// Of other objects the id alone counts, so the plainest type will do.
std::string FormatObject(const MachineOptions& options, const std::string& id) {
  const auto generic = std::find_if(
      options.generic_affinities.begin(), options.generic_affinities.end(),
      [&id](const GenericAffinity& candidate) { return candidate.id == id; });
  if (generic == options.generic_affinities.end()) {
    return absl::StrCat("iothread,id=", id);
  }
  const bool is_initiator = generic->kind == GenericAffinity::Kind::kInitiator;
  return absl::StrCat(QomType(generic->kind), ",id=", id,
                      is_initiator ? ",pci-dev=" : ",pci-bus=",
                      Quote(generic->device), ",node=", generic->node);
}

// nullopt: there is no such driver, or it is not covered.
std::optional<Driver> DriverOf(const MachineOptions& options,
                               const Device& device) {
  const auto found =
      FindDriver(device.driver, options.type, options.qemu_version);
  if (!found.ok()) return std::nullopt;
  const auto* driver = std::get_if<Driver>(&*found);
  return driver == nullptr ? std::nullopt : std::optional(*driver);
}

// The id of the last device before `index` with a bus of its own; empty: there
// is none.
absl::string_view LastBus(const MachineOptions& options, size_t index) {
  while (index-- > 0) {
    const Device& device = options.devices[index];
    const std::optional<Driver> driver = DriverOf(options, device);
    if (driver && (driver->is_bridge || driver->is_host_bridge) &&
        !device.id.empty()) {
      return device.id;
    }
  }
  return "";
}

// Where a PCI device stands: on the first bus, or on some other.
std::string FormatPlace(const MachineOptions& options, size_t index) {
  const Device& device = options.devices[index];
  const std::optional<Driver> driver = DriverOf(options, device);
  if (!driver || driver->bus != Driver::Bus::kPci) return "";
  if (device.devfn) {
    return absl::StrCat(",bus=", RootBusName(options.type), ",addr=0x",
                        absl::Hex(*device.devfn / 8), ".", *device.devfn % 8);
  }
  const absl::string_view bus = LastBus(options, index);
  // Without a bus to name, it is that of a host bridge, where devices go that
  // do not name one.
  return bus.empty() ? "" : absl::StrCat(",bus=", bus);
}

// What a device of which only the driver is known must have been told.
std::string FormatNeeds(const MachineOptions& options, const Device& device) {
  if (device.refusal) return "";
  const std::optional<Driver> driver = DriverOf(options, device);
  return driver ? ExampleOfNeeds(*driver) : "";
}

std::string FormatDevice(const MachineOptions& options, size_t index) {
  const Device& device = options.devices[index];
  std::string text = device.driver;
  if (!device.id.empty()) absl::StrAppend(&text, ",id=", device.id);
  absl::StrAppend(&text, FormatPlace(options, index),
                  FormatNeeds(options, device));
  if (device.is_multifunction) absl::StrAppend(&text, ",multifunction=on");
  if (!device.memdev.empty()) {
    absl::StrAppend(&text, ",memdev=", Quote(device.memdev));
  }
  if (device.node != 0) absl::StrAppend(&text, ",node=", device.node);
  if (device.address != 0) {
    // The addr= of a PCI device is its place on the bus.
    const std::optional<Driver> driver = DriverOf(options, device);
    const bool is_pci = driver && driver->bus == Driver::Bus::kPci;
    absl::StrAppend(&text, is_pci ? ",memaddr=0x" : ",addr=0x",
                    absl::Hex(device.address));
  }
  if (device.slot) absl::StrAppend(&text, ",slot=", *device.slot);
  const std::pair<absl::string_view, uint64_t> sizes[] = {
      {"block-size", device.block_size_bytes},
      {"label-size", device.label_size_bytes},
      {"requested-size", device.requested_size_bytes}};
  for (const auto& [name, size_bytes] : sizes) {
    if (size_bytes == 0) continue;
    absl::StrAppend(&text, ",", name, "=", FormatSize(size_bytes));
  }
  if (device.bus_number != 0) {
    absl::StrAppend(&text, ",bus_nr=", int{device.bus_number});
  }
  return text;
}

}  // namespace

std::vector<std::string> Format(const MachineOptions& options) {
  std::vector<std::string> arguments;
  const auto add = [&](absl::string_view option, std::string argument) {
    arguments.emplace_back(option);
    arguments.push_back(std::move(argument));
  };
  add("-machine", FormatMachine(options));
  if (options.accelerator == Accelerator::kKvm) add("-accel", "kvm");
  // "none" has no CPU, and refuses any -cpu.
  if (options.type.family != MachineFamily::kNone) {
    add("-cpu", FormatCpu(options));
  }
  add("-smp", FormatSmp(options));
  if (std::string memory = FormatMemory(options.memory); !memory.empty()) {
    add("-m", std::move(memory));
  }
  if (options.pci_hole64_size_bytes) {
    add("-global",
        absl::StrCat(PciHostDriver(options.type), ".pci-hole64-size=",
                     FormatSize(*options.pci_hole64_size_bytes)));
  }
  for (const std::string& id : options.other_object_ids) {
    add("-object", FormatObject(options, id));
  }
  for (const MemoryBackend& backend : options.backends) {
    add("-object", FormatBackend(backend));
  }
  // Bindings, distances and values name nodes that must be there before.
  for (const NumaNode& node : options.numa_nodes) {
    add("-numa", FormatNode(node));
  }
  for (const NumaCpu& cpu : options.numa_cpus) {
    add("-numa", FormatCpuBinding(cpu));
  }
  for (const NumaDistance& distance : options.numa_distances) {
    add("-numa", FormatDistance(distance));
  }
  for (const HmatValue& value : options.hmat_values) {
    add("-numa", FormatHmatValue(value));
  }
  for (const HmatCache& cache : options.hmat_caches) {
    add("-numa", FormatHmatCache(cache));
  }
  for (size_t i = 0; i < options.devices.size(); ++i) {
    add("-device", FormatDevice(options, i));
  }
  return arguments;
}

}  // namespace e820check
