// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/classify.h"

#include <variant>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

// Who can reach a class: the least dialect, and the releases.
struct Class {
  absl::string_view name;
  Dialect dialect;
  bool (*holds)(const MachineOptions& options, const Answer& answer);
  Lifetime releases = {};
  bool beyond_command_lines = false;  // only with GeneratorPolicy's
};

const GuestLayout* LayoutOf(const Answer& answer) {
  return std::get_if<GuestLayout>(&answer.outcome);
}

template <MachineFamily kFamily>
bool IsFamily(const MachineOptions& options, const Answer&) {
  return options.type.family == kFamily;
}

template <size_t kLeast, size_t kMost>
bool HasNodes(const MachineOptions& options, const Answer&) {
  const size_t count = options.numa_nodes.size();
  return kLeast <= count && count <= kMost;
}

bool HasRowAt(const Answer& answer, uint64_t address) {
  const GuestLayout* layout = LayoutOf(answer);
  return layout != nullptr &&
         absl::c_any_of(layout->e820, [address](const E820Row& row) {
           return row.address == address;
         });
}

template <Device::Kind kOne, Device::Kind kOther>
bool HasDevice(const MachineOptions& options, const Answer& answer) {
  return answer.accepted() &&
         absl::c_any_of(options.devices, [](const Device& device) {
           return device.kind == kOne || device.kind == kOther;
         });
}

template <MemmapType kType>
bool HasMemmapType(const MachineOptions& options, const Answer& answer) {
  return answer.accepted() &&
         absl::c_any_of(options.numa_nodes, [](const NumaNode& node) {
           return node.memmap_type == kType;
         });
}

constexpr Class kClasses[] = {
    {"board refuses", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) { return !a.accepted(); }},
    {"i440fx", Dialect::kStock, IsFamily<MachineFamily::kI440fx>},
    {"q35", Dialect::kStock, IsFamily<MachineFamily::kQ35>},
    {"isapc", Dialect::kStock, IsFamily<MachineFamily::kIsapc>},
    {"microvm", Dialect::kStock, IsFamily<MachineFamily::kMicrovm>},
    {"none", Dialect::kStock, IsFamily<MachineFamily::kNone>},
    {"machine <= 5.0",
     Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return o.type.version <= MachineVersion{5, 0};
     },
     {.until = QemuVersion::k10_0}},
    {"no nodes", Dialect::kStock, HasNodes<0, 0>},
    {"1 node", Dialect::kStock, HasNodes<1, 1>},
    {"2-4 nodes", Dialect::kStock, HasNodes<2, 4>},
    {"5-16 nodes", Dialect::kStock, HasNodes<5, 16>},
    {"memory-less node", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && absl::c_any_of(o.numa_nodes, [&](const auto& n) {
                return NodeSizeBytes(o, n) == 0;
              });
     }},
    {"mem=",
     Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return absl::c_any_of(o.numa_nodes, [](const NumaNode& n) {
         return n.mem_bytes.has_value();
       });
     },
     {.until = QemuVersion::k10_0}},
    {"RAM <= 1M", Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return o.memory.ram_size_bytes <= kMiB;
     }},
    {"RAM above 4G", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) {
       return HasRowAt(a, 4 * kGiB);
     }},
    {"RAM above 1T", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && o.memory.ram_size_bytes > kTiB;
     }},
    {"RAM moved to 1T", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) { return HasRowAt(a, kTiB); }},
    {"HyperTransport row", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) {
       return HasRowAt(a, 0xfd00000000);
     }},
    {"dist", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) {
       return a.accepted() && !LayoutOf(a)->slit.empty();
     }},
    {"cpus=", Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return absl::c_any_of(o.numa_nodes,
                             [](const NumaNode& n) { return !n.cpus.empty(); });
     }},
    {"-numa cpu", Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return !o.numa_cpus.empty();
     }},
    {"slots and maxmem", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && o.memory.slots > 0;
     }},
    {"max-ram-below-4g", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && o.max_ram_below_4g_bytes != 0;
     }},
    {"memory-backend=", Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return !o.memory_backend.empty();
     }},
    {"DIMM or NVDIMM", Dialect::kStock,
     HasDevice<Device::Kind::kPcDimm, Device::Kind::kNvdimm>},
    {"virtio-mem or -pmem", Dialect::kStock,
     HasDevice<Device::Kind::kVirtioMem, Device::Kind::kVirtioPmem>},
    {"device refused", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) {
       const auto* rejection = std::get_if<Rejection>(&a.outcome);
       return rejection != nullptr &&
              (rejection->device.has_value() ||
               absl::StartsWith(rejection->text, "-device "));
     }},
    {"HMAT", Dialect::kStock,
     [](const MachineOptions&, const Answer& a) {
       return a.accepted() && !LayoutOf(a)->hmat.empty();
     }},
    {"hmat-lb", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && !o.hmat_values.empty();
     }},
    {"cxl=on", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && o.cxl;
     }},
    {"CXL window", Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && !o.cxl_windows.empty();
     }},
    {"pxb-cxl", Dialect::kStock,
     HasDevice<Device::Kind::kPxbCxl, Device::Kind::kPxbCxl>},
    {"sp-mem",
     Dialect::kStock,
     HasDevice<Device::Kind::kSpMem, Device::Kind::kSpMem>,
     {.since = QemuVersion::k11_1}},
    {"modules",
     Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && o.smp.modules > 1;
     },
     {.since = QemuVersion::k10_0}},
    {"generic affinity",
     Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && !o.generic_affinities.empty();
     },
     {.since = QemuVersion::k10_0}},
    {"KVM",
     Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && o.accelerator == Accelerator::kKvm;
     },
     {},
     true},
    {"SGX section",
     Dialect::kStock,
     [](const MachineOptions& o, const Answer& a) {
       return a.accepted() && !o.sgx_sections.empty();
     },
     {},
     true},
    {"pci-hole64-size", Dialect::kStock,
     [](const MachineOptions& o, const Answer&) {
       return o.pci_hole64_size_bytes.has_value();
     }},
    {"node spm", Dialect::kMemmapType, HasMemmapType<MemmapType::kSpm>},
    {"node reserved", Dialect::kMemmapType,
     HasMemmapType<MemmapType::kReserved>},
};

constexpr absl::string_view kParserRefuses = "parser refuses";

}  // namespace

std::vector<absl::string_view> Classify(const MachineOptions* options,
                                        const Answer& answer) {
  if (options == nullptr) return {kParserRefuses};
  std::vector<absl::string_view> names;
  for (const Class& c : kClasses) {
    if (c.holds(*options, answer)) names.push_back(c.name);
  }
  return names;
}

std::vector<absl::string_view> AllClasses(const GeneratorPolicy& policy) {
  std::vector<absl::string_view> names = {kParserRefuses};
  for (const Class& c : kClasses) {
    if (c.dialect != Dialect::kStock && c.dialect != policy.dialect) continue;
    if (c.beyond_command_lines && !policy.beyond_command_lines) continue;
    if (Has(c.releases, policy.qemu_version)) names.push_back(c.name);
  }
  return names;
}

}  // namespace e820check
