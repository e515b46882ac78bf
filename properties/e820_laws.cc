// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/table_laws.h"

namespace e820check {
namespace {

absl::Status E820RowsAreRanges(const Evidence& evidence) {
  for (const E820Row& row : evidence.layout.e820) {
    if (row.length_bytes == 0) return Broken("empty: " + Describe(row));
    if (!RangeOf(row)) return Broken("wraps: " + Describe(row));
  }
  return absl::OkStatus();
}

absl::Status E820RowsDoNotOverlap(const Evidence& evidence) {
  return RowsDoNotOverlap(evidence.layout.e820);
}

absl::Status E820HoldsAllRam(const Evidence& evidence) {
  absl::uint128 total = 0;
  for (const E820Row& row : evidence.ram_rows) total += row.length_bytes;
  const absl::uint128 wanted =
      evidence.options.type.family == MachineFamily::kNone
          ? 0
          : evidence.options.memory.ram_size_bytes;
  if (total == wanted) return absl::OkStatus();
  return Broken(absl::StrCat("RAM rows hold ", absl::Uint128Low64(total),
                             " bytes, not ", absl::Uint128Low64(wanted)));
}

// Evidence has them latest first, and before enclave memory.
absl::Status E820HoldsSpMem(const Evidence& evidence) {
  const MachineOptions& options = evidence.options;
  auto part = evidence.beside_ram.rbegin();
  while (part != evidence.beside_ram.rend() &&
         part->wanted != MemmapType::kSpm) {
    ++part;
  }
  if (options.type.family == MachineFamily::kMicrovm ||
      options.type.family == MachineFamily::kNone) {
    return absl::OkStatus();
  }
  for (const Device& device : options.devices) {
    if (device.kind != Device::Kind::kSpMem) continue;
    const MemoryBackend* backend = FindBackend(options, device.memdev);
    if (backend == nullptr || part == evidence.beside_ram.rend() ||
        part->range.size_bytes() != backend->size_bytes) {
      return Broken(absl::StrCat("sp-mem device '", device.id,
                                 "' has no row of its size"));
    }
    ++part;
  }
  return absl::OkStatus();
}

absl::Status E820TypesFollowOwners(const Evidence& evidence) {
  std::vector<OwnedRange> all = evidence.owned;
  all.insert(all.end(), evidence.beside_ram.begin(), evidence.beside_ram.end());
  for (const OwnedRange& run : all) {
    MemoryType wanted = MemoryType::kRam;
    if (run.wanted == MemmapType::kSpm) wanted = MemoryType::kSoftReserved;
    if (run.wanted == MemmapType::kReserved) wanted = MemoryType::kReserved;
    if (run.found != wanted) {
      return Broken(absl::StrCat(run.range.ToString(), " of node ", run.node_id,
                                 " is ", ToString(run.found), ", not ",
                                 ToString(wanted)));
    }
  }
  return absl::OkStatus();
}

absl::Status E820RoundTrips(const Evidence& evidence) {
  const absl::StatusOr<E820Table> again =
      DecodeE820(EncodeE820(evidence.layout.e820));
  if (again.ok() && *again == evidence.layout.e820) return absl::OkStatus();
  return Broken("decode(encode(table)) is another table");
}

constexpr Law kLaws[] = {
    {"e820.rows-are-ranges", "E02 E03",
     "Linux refuses the whole map at a row that wraps", E820RowsAreRanges},
    {"e820.no-overlap", "E04",
     "OVMF builds conflicting HOBs; Linux lets the highest type value win",
     E820RowsDoNotOverlap},
    {"e820.holds-all-ram", "E13", "the guest loses memory or uses none",
     E820HoldsAllRam},
    {"e820.holds-sp-mem", "E17", "Linux offers other memory as dax devices",
     E820HoldsSpMem},
    {"e820.types-follow-owners", "E08 E17 X01",
     "device memory is handed to the allocator, or RAM is not",
     E820TypesFollowOwners},
    {"e820.round-trip", "E01", "firmware reads another map", E820RoundTrips},
};

}  // namespace

absl::Span<const Law> E820Laws() { return kLaws; }

}  // namespace e820check
