// SPDX-License-Identifier: Apache-2.0

#include "properties/laws/dialects.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "machine/srat_table.h"
#include "properties/laws/evidence.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

constexpr uint64_t kUnitBytes = 2 * kMiB;

MemoryBackend* BackendOf(MachineOptions& machine, const NumaNode& node) {
  if (!node.memdev) return nullptr;
  const auto found = std::find_if(
      machine.backends.begin(), machine.backends.end(),
      [&](const MemoryBackend& b) { return b.id == *node.memdev; });
  return found == machine.backends.end() ? nullptr : &*found;
}

bool HasBothDialects(const MachineOptions& machine) {
  return AtLeast(machine.qemu_version, QemuVersion::k11_1) && machine.acpi &&
         (machine.type.family == MachineFamily::kI440fx ||
          machine.type.family == MachineFamily::kQ35);
}

// Makes sizes of nodes typed spm whole units; false if there is no such node,
// or none for the rest.
bool RoundTypedNodes(MachineOptions& machine) {
  MemoryBackend* rest = nullptr;
  bool any = false;
  for (NumaNode& node : machine.numa_nodes) {
    MemoryBackend* const backend = BackendOf(machine, node);
    if (node.memmap_type != MemmapType::kSpm || backend == nullptr ||
        backend->size_bytes < kUnitBytes) {
      node.memmap_type = MemmapType::kNormal;
      // Others want whole pages.
      const bool any_size =
          backend != nullptr && backend->kind == MemoryBackend::Kind::kRam;
      if (rest == nullptr && any_size) rest = backend;
    } else {
      any = true;
    }
  }
  if (!any || rest == nullptr) return false;
  for (const NumaNode& node : machine.numa_nodes) {
    if (node.memmap_type != MemmapType::kSpm) continue;
    MemoryBackend& backend = *BackendOf(machine, node);
    rest->size_bytes += backend.size_bytes % kUnitBytes;
    backend.size_bytes -= backend.size_bytes % kUnitBytes;
  }
  return true;
}

MachineOptions WithSpMem(MachineOptions machine) {
  for (NumaNode& node : machine.numa_nodes) {
    if (node.memmap_type != MemmapType::kSpm) continue;
    Device device;
    device.kind = Device::Kind::kSpMem;
    device.driver = "sp-mem";
    device.memdev = *std::exchange(node.memdev, std::nullopt);
    device.node = node.id;
    node.memmap_type = MemmapType::kNormal;
    machine.memory.ram_size_bytes -=
        FindBackend(machine, device.memdev)->size_bytes;
    machine.devices.push_back(std::move(device));
  }
  return machine;
}

bool SratIsKnownToBeWrong(const MachineOptions& machine) {
  return FindExcuse("srat.covers-soft-reserved", machine) != nullptr ||
         FindExcuse("srat.sums-to-node-sizes", machine) != nullptr;
}

// What a guest is given, wherever it lies.
struct Memory {
  absl::uint128 soft_reserved_bytes = 0;
  absl::uint128 ram_bytes = 0;
  std::map<uint32_t, absl::uint128> soft_reserved_by_domain;
  std::map<uint32_t, absl::uint128> ram_by_domain;
  std::vector<SratRow> other_rows;  // of CPUs and generic devices
};

absl::Status Broken(const std::string& what) {
  return absl::FailedPreconditionError(what);
}

absl::Status AddRow(const MemoryAffinity& row, const E820Table& e820,
                    Memory& memory) {
  const std::optional<AddressRange> range = RangeOf(row);
  if ((row.flags & MemoryAffinity::kEnabled) == 0 || !range) {
    return absl::OkStatus();
  }
  for (const E820Row& e820_row : e820) {
    const std::optional<AddressRange> other = RangeOf(e820_row);
    const auto common = other ? other->Intersection(*range) : std::nullopt;
    if (!common) continue;
    if (e820_row.type == MemoryType::kSoftReserved) {
      if (row.flags != MemoryAffinity::kEnabled) {
        return Broken(Describe(row) + " has soft-reserved memory");
      }
      memory.soft_reserved_by_domain[row.proximity_domain] +=
          common->size_bytes().value_or(0);
    } else if (e820_row.type == MemoryType::kRam) {
      memory.ram_by_domain[row.proximity_domain] +=
          common->size_bytes().value_or(0);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Memory> MemoryOf(const GuestLayout& layout) {
  const absl::StatusOr<SratTable> srat = DecodeSrat(layout.srat);
  if (!srat.ok()) return srat.status();
  Memory memory;
  for (const E820Row& row : layout.e820) {
    if (row.type == MemoryType::kSoftReserved) {
      memory.soft_reserved_bytes += row.length_bytes;
    } else if (row.type == MemoryType::kRam) {
      memory.ram_bytes += row.length_bytes;
    }
  }
  for (const SratRow& row : srat->rows) {
    const auto* affinity = std::get_if<MemoryAffinity>(&row);
    if (affinity == nullptr) {
      memory.other_rows.push_back(row);
      continue;
    }
    if (absl::Status s = AddRow(*affinity, layout.e820, memory); !s.ok()) {
      return s;
    }
  }
  absl::uint128 in_rows = 0;
  for (const auto& [domain, bytes] : memory.soft_reserved_by_domain) {
    in_rows += bytes;
  }
  if (in_rows != memory.soft_reserved_bytes) {
    return Broken(absl::StrCat(
        absl::Uint128Low64(in_rows), " bytes in rows of SRAT for ",
        absl::Uint128Low64(memory.soft_reserved_bytes), " soft reserved"));
  }
  return memory;
}

absl::Status CompareTotals(absl::string_view what, absl::uint128 memmap_type,
                           absl::uint128 sp_mem) {
  if (memmap_type == sp_mem) return absl::OkStatus();
  return Broken(absl::StrCat(what, ": ", absl::Uint128Low64(memmap_type),
                             " bytes, and ", absl::Uint128Low64(sp_mem)));
}

absl::Status CompareDomains(
    absl::string_view what,
    const std::map<uint32_t, absl::uint128>& memmap_type,
    const std::map<uint32_t, absl::uint128>& sp_mem) {
  for (const auto& [domain, bytes] : memmap_type) {
    const auto other = sp_mem.find(domain);
    absl::Status status =
        CompareTotals(absl::StrCat(what, " of domain ", domain), bytes,
                      other == sp_mem.end() ? 0 : other->second);
    if (!status.ok()) return status;
  }
  if (memmap_type.size() == sp_mem.size()) return absl::OkStatus();
  return Broken(absl::StrCat(what, ": in more domains"));
}

absl::Status CheckSpMemIsAboveRam(const E820Table& e820) {
  for (const E820Row& row : e820) {
    if (row.type != MemoryType::kSoftReserved) continue;
    for (const E820Row& other : e820) {
      if (other.type == MemoryType::kRam && other.address >= row.address) {
        return Broken("sp-mem is below RAM: " + Describe(row));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<DialectPair> InBothDialects(const MachineOptions& machine) {
  if (!HasBothDialects(machine)) return std::nullopt;
  DialectPair pair = {.memmap_type = machine, .sp_mem = {}};
  if (!RoundTypedNodes(pair.memmap_type)) return std::nullopt;
  pair.sp_mem = WithSpMem(pair.memmap_type);
  if (SratIsKnownToBeWrong(pair.memmap_type) ||
      SratIsKnownToBeWrong(pair.sp_mem)) {
    return std::nullopt;
  }
  return pair;
}

absl::Status CheckSameMemory(const GuestLayout& memmap_type,
                             const GuestLayout& sp_mem) {
  const absl::StatusOr<Memory> a = MemoryOf(memmap_type);
  if (!a.ok())
    return Broken(absl::StrCat("memmap-type: ", a.status().message()));
  const absl::StatusOr<Memory> b = MemoryOf(sp_mem);
  if (!b.ok()) return Broken(absl::StrCat("sp-mem: ", b.status().message()));
  for (const absl::Status& status :
       {CompareTotals("soft-reserved memory", a->soft_reserved_bytes,
                      b->soft_reserved_bytes),
        CompareDomains("soft-reserved memory", a->soft_reserved_by_domain,
                       b->soft_reserved_by_domain),
        CompareTotals("RAM", a->ram_bytes, b->ram_bytes),
        CompareDomains("RAM", a->ram_by_domain, b->ram_by_domain),
        CheckSpMemIsAboveRam(sp_mem.e820)}) {
    if (!status.ok()) return status;
  }
  if (a->other_rows != b->other_rows) {
    return Broken("SRAT has other rows of CPUs or devices");
  }
  if (memmap_type.slit != sp_mem.slit) return Broken("SLIT differs");
  return absl::OkStatus();
}

}  // namespace e820check
