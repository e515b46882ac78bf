// SPDX-License-Identifier: Apache-2.0

#include "properties/laws/evidence.h"

#include <algorithm>
#include <variant>

namespace e820check {
namespace {

// AMD's reserved range below 1 TiB, as QEMU publishes it.
constexpr E820Row kHyperTransportHole = {.address = 0xfd00000000,
                                         .length_bytes = 0x300000000,
                                         .type = MemoryType::kReserved};

// What KVM keeps for itself on Intel hosts.
constexpr E820Row kKvmPages = {.address = 0xfeffc000,
                               .length_bytes = 0x4000,
                               .type = MemoryType::kReserved};

// Removes the rows of sp-mem devices, which end the table, in plug order.
std::vector<OwnedRange> TakeSpMemRows(const MachineOptions& options,
                                      E820Table& rows) {
  const bool pc = options.type.family == MachineFamily::kI440fx ||
                  options.type.family == MachineFamily::kQ35;
  std::vector<OwnedRange> owned;
  for (size_t i = options.devices.size(); pc && i-- > 0;) {
    const Device& device = options.devices[i];
    if (device.kind != Device::Kind::kSpMem || rows.empty()) continue;
    if (const std::optional<AddressRange> range = RangeOf(rows.back())) {
      owned.push_back(
          {*range, device.node, MemmapType::kSpm, rows.back().type});
    }
    rows.pop_back();
  }
  return owned;
}

// Removes the row of enclave memory, which is then the last: one for all
// sections. Boards without enclaves ignore the sections.
std::vector<OwnedRange> TakeEnclaveRow(const MachineOptions& options,
                                       E820Table& rows) {
  uint64_t size_bytes = 0;
  for (const SgxSection& section : options.sgx_sections) {
    size_bytes += section.size_bytes;
  }
  std::vector<OwnedRange> owned;
  if (size_bytes == 0 || rows.empty() || rows.back() == kHyperTransportHole ||
      rows.back().type != MemoryType::kReserved ||
      rows.back().length_bytes != size_bytes || !RangeOf(rows.back())) {
    return owned;
  }
  uint64_t start = rows.back().address;
  for (const SgxSection& section : options.sgx_sections) {
    const auto range = AddressRange::Create(AddressRange::StartAndSize{
        .start = start, .size_bytes = section.size_bytes});
    if (range) {
      owned.push_back(
          {*range, section.node, MemmapType::kReserved, rows.back().type});
    }
    start += section.size_bytes;
  }
  rows.pop_back();
  return owned;
}

std::vector<E820Row> FindRamRows(const MachineOptions& options,
                                 const E820Table& table) {
  std::vector<E820Row> rows;
  for (const E820Row& row : table) {
    const bool kvm =
        options.accelerator == Accelerator::kKvm && row == kKvmPages;
    if (row != kHyperTransportHole && !kvm && RangeOf(row)) rows.push_back(row);
  }
  std::stable_sort(
      rows.begin(), rows.end(),
      [](const E820Row& a, const E820Row& b) { return a.address < b.address; });
  return rows;
}

struct Share {
  uint32_t node_id;
  uint64_t size_bytes;
  MemmapType memmap_type;
};

std::vector<Share> SharesById(const MachineOptions& options) {
  if (options.numa_nodes.empty()) {
    return {{0, options.memory.ram_size_bytes, MemmapType::kNormal}};
  }
  std::vector<Share> shares;
  for (const NumaNode& node : options.numa_nodes) {
    shares.push_back({node.id, NodeSizeBytes(options, node), node.memmap_type});
  }
  std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
    return a.node_id < b.node_id;
  });
  return shares;
}

// Deals the rows' bytes to the shares, in order, until either runs out.
std::vector<OwnedRange> Deal(const std::vector<E820Row>& rows,
                             const std::vector<Share>& shares) {
  std::vector<OwnedRange> owned;
  size_t share = 0;
  uint64_t left = shares.empty() ? 0 : shares[0].size_bytes;
  for (const E820Row& row : rows) {
    uint64_t taken = 0;
    while (taken < row.length_bytes) {
      while (left == 0) {
        if (++share >= shares.size()) return owned;
        left = shares[share].size_bytes;
      }
      const uint64_t size = std::min(left, row.length_bytes - taken);
      owned.push_back({*AddressRange::Create(AddressRange::StartAndSize{
                           .start = row.address + taken, .size_bytes = size}),
                       shares[share].node_id, shares[share].memmap_type,
                       row.type});
      taken += size;
      left -= size;
    }
  }
  return owned;
}

}  // namespace

std::optional<AddressRange> RangeOf(const E820Row& row) {
  return AddressRange::Create(AddressRange::StartAndSize{
      .start = row.address, .size_bytes = row.length_bytes});
}

std::optional<AddressRange> RangeOf(const MemoryAffinity& row) {
  return AddressRange::Create(AddressRange::StartAndSize{
      .start = row.base, .size_bytes = row.length_bytes});
}

Evidence Gather(const MachineOptions& options, const GuestLayout& layout) {
  Evidence evidence{.options = options,
                    .layout = layout,
                    .ram_rows = {},
                    .owned = {},
                    .beside_ram = {},
                    .srat = DecodeSrat(layout.srat),
                    .slit = DecodeSlit(layout.slit),
                    .hmat = DecodeHmat(layout.hmat),
                    .memory_rows = {},
                    .non_volatile_rows = {},
                    .hot_plug_rows = {},
                    .node_count = 0,
                    .on_breach = nullptr};
  E820Table rows = layout.e820;
  evidence.beside_ram = TakeSpMemRows(options, rows);
  const std::vector<OwnedRange> enclave = TakeEnclaveRow(options, rows);
  evidence.beside_ram.insert(evidence.beside_ram.end(), enclave.begin(),
                             enclave.end());
  evidence.ram_rows = FindRamRows(options, rows);
  evidence.owned = Deal(evidence.ram_rows, SharesById(options));
  if (!evidence.srat.ok()) return evidence;
  evidence.node_count =
      std::max<uint32_t>(1, static_cast<uint32_t>(options.numa_nodes.size()));
  for (const SratRow& row : evidence.srat->rows) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    if (memory == nullptr) continue;
    if ((memory->flags & MemoryAffinity::kEnabled) == 0) continue;
    if ((memory->flags & MemoryAffinity::kHotPluggable) != 0) {
      evidence.hot_plug_rows.push_back(*memory);
    } else if ((memory->flags & MemoryAffinity::kNonVolatile) != 0) {
      evidence.non_volatile_rows.push_back(*memory);
    } else {
      evidence.memory_rows.push_back(*memory);
    }
  }
  return evidence;
}

}  // namespace e820check
