// SPDX-License-Identifier: Apache-2.0

#include "model/memmap_types.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

// Half open.
struct Piece {
  absl::uint128 start = 0;
  absl::uint128 end = 0;
};

absl::Status Refuse(size_t node, MemmapType type, const std::string& what) {
  return absl::FailedPreconditionError(absl::StrCat(
      "NUMA node ", node, ": memmap-type=", ToString(type), " ", what));
}

// The guest addresses of bytes [start, end) of RAM: low piece, high piece, each
// only if not empty.
std::vector<Piece> PiecesOf(const Piece& ram, const RamSplit& split,
                            uint64_t above_base) {
  const absl::uint128 below = split.below_bytes;
  std::vector<Piece> pieces;
  if (ram.start < below) {
    pieces.push_back({.start = ram.start, .end = std::min(ram.end, below)});
  }
  if (ram.end > below) {
    pieces.push_back({.start = above_base + std::max(ram.start, below) - below,
                      .end = above_base + ram.end - below});
  }
  return pieces;
}

void AppendRow(const Piece& part, MemoryType type, E820Table& table) {
  if (part.start >= part.end) return;
  table.push_back({.address = absl::Uint128Low64(part.start),
                   .length_bytes = absl::Uint128Low64(part.end - part.start),
                   .type = type});
}

// `table` with the RAM in `piece` given another type.
E820Table Retyped(const E820Table& table, const Piece& piece, MemoryType type) {
  E820Table result;
  for (const E820Row& row : table) {
    const Piece held = {.start = row.address,
                        .end = absl::uint128(row.address) + row.length_bytes};
    const Piece common = {.start = std::max(held.start, piece.start),
                          .end = std::min(held.end, piece.end)};
    if (row.type != MemoryType::kRam || common.start >= common.end) {
      result.push_back(row);
      continue;
    }
    AppendRow({.start = held.start, .end = common.start}, row.type, result);
    AppendRow(common, type, result);
    AppendRow({.start = common.end, .end = held.end}, row.type, result);
  }
  return result;
}

bool HasRamBelow4GiB(const E820Table& table) {
  for (const E820Row& row : table) {
    if (row.type == MemoryType::kRam && row.length_bytes > 0 &&
        row.address < 4 * kGiB) {
      return true;
    }
  }
  return false;
}

// QEMU sums the sizes of nodes modulo 2^64 (layout 1), so more than all memory
// may pass; which address a node has is then undefined.
absl::Status CheckSum(const NumaTopology& numa) {
  absl::uint128 sum = 0;
  bool typed = false;
  for (const NumaTopology::Node& node : numa.nodes) {
    sum += node.size_bytes;
    typed |= node.memmap_type != MemmapType::kNormal;
  }
  if (!typed || sum <= UINT64_MAX) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "memmap-type: the sum of the node sizes overflows");
}

MemoryType E820TypeOf(MemmapType type) {
  switch (type) {
    case MemmapType::kNormal:
      return MemoryType::kRam;
    case MemmapType::kSpm:
      return MemoryType::kSoftReserved;
    case MemmapType::kReserved:
      return MemoryType::kReserved;
  }
  return MemoryType::kRam;
}

}  // namespace

absl::Status CheckMemmapTypesSupported(const MachineOptions& options) {
  if (options.type.family == MachineFamily::kI440fx ||
      options.type.family == MachineFamily::kQ35) {
    return absl::OkStatus();
  }
  const NumaNode* first = nullptr;
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memmap_type == MemmapType::kNormal) continue;
    if (first == nullptr || node.id < first->id) first = &node;
  }
  if (first == nullptr) return absl::OkStatus();
  return Refuse(first->id, first->memmap_type,
                absl::StrCat("is not supported by machine '",
                             ToString(options.type), "'"));
}

absl::Status ApplyMemmapTypes(const NumaTopology& numa, const RamSplit& split,
                              uint64_t above_base, E820Table& e820) {
  if (absl::Status s = CheckSum(numa); !s.ok()) return s;
  bool applied = false;
  Piece ram;
  for (size_t id = 0; id < numa.nodes.size(); ++id) {
    const NumaTopology::Node& node = numa.nodes[id];
    ram.start = ram.end;
    ram.end = ram.start + node.size_bytes;
    if (node.memmap_type == MemmapType::kNormal) continue;
    if (node.size_bytes == 0) {
      return Refuse(id, node.memmap_type, "needs memory");
    }
    for (const Piece& piece : PiecesOf(ram, split, above_base)) {
      if (piece.start < kMiB) {
        return Refuse(id, node.memmap_type, "covers memory below 1 MiB");
      }
      e820 = Retyped(e820, piece, E820TypeOf(node.memmap_type));
    }
    applied = true;
  }
  if (applied && !HasRamBelow4GiB(e820)) {
    return absl::FailedPreconditionError(
        "memmap-type leaves no normal RAM below 4 GiB");
  }
  return absl::OkStatus();
}

}  // namespace e820check::model
