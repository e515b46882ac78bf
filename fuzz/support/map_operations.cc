// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/map_operations.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace e820check {
namespace {

using Kind = MapOperation::Kind;

// Mostly edits, for the queries to have something to find.
constexpr std::array<Kind, 16> kKinds = {
    Kind::kAssign,          Kind::kAssign,        Kind::kAssign,
    Kind::kAssign,          Kind::kErase,         Kind::kErase,
    Kind::kErase,           Kind::kAssignStripes, Kind::kAssignStripes,
    Kind::kEraseStripes,    Kind::kClear,         Kind::kAt,
    Kind::kOverlaps,        Kind::kOverlapping,   Kind::kBytesOfType,
    Kind::kFirstAlignedGap,
};

constexpr std::array<MemoryType, 8> kTypes = {
    MemoryType::kRam,          MemoryType::kReserved,
    MemoryType::kSoftReserved, MemoryType::kPersistent,
    MemoryType::kAcpiNvs,      MemoryType::kAcpiReclaimable,
    MemoryType::kUnusable,     static_cast<MemoryType>(9)};

// Where x86 memory maps have their edges, and the middle of the space.
constexpr std::array<uint64_t, 8> kBases = {
    0,        640 * kKiB,   kMiB, 2 * kGiB,
    4 * kGiB, 0xFD00000000, kTiB, uint64_t{1} << 63};

// (low nibble + 1) << (3 * high nibble): 1..16 times a power of eight.
uint64_t DecodeNibbles(uint8_t code) {
  return uint64_t{(code & 0xFU) + 1U} << (3 * (code >> 4));
}

std::optional<uint8_t> EncodeNibbles(uint64_t value) {
  for (int code = 0; code < 256; ++code) {
    if (DecodeNibbles(static_cast<uint8_t>(code)) == value)
      return static_cast<uint8_t>(code);
  }
  return std::nullopt;
}

AddressRange DecodeRange(const std::array<uint8_t, 4>& code) {
  const auto offset = static_cast<int8_t>(code[1]);
  // Wraps at 2^64 on purpose, see the head of map_operations.h.
  const uint64_t first =
      kBases[code[0] & 7] +
      (static_cast<uint64_t>(int64_t{offset}) << (code[0] >> 3));
  const uint64_t multiplier = uint64_t{code[2]} + 1;
  const int shift = code[3] & 63;
  const uint64_t size_less_1 = multiplier > (UINT64_MAX >> shift)
                                   ? UINT64_MAX
                                   : (multiplier << shift) - 1;
  const uint64_t last = CheckedAdd(first, size_less_1).value_or(UINT64_MAX);
  return *AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

std::optional<std::array<uint8_t, 4>> EncodeRange(const AddressRange& range) {
  std::array<uint8_t, 4> code = {0, 0, 255, 63};
  // 256 << 63 reaches the top from everywhere; other sizes are searched.
  const auto size_found = [&] {
    if (range.last() == UINT64_MAX) return true;
    const uint64_t size_bytes = range.last() - range.first() + 1;
    for (int shift = 0; shift < 64; ++shift) {
      const uint64_t multiplier = size_bytes >> shift;
      if (multiplier < 1 || multiplier > 256) continue;
      if (multiplier << shift != size_bytes) continue;
      code[2] = static_cast<uint8_t>(multiplier - 1);
      code[3] = static_cast<uint8_t>(shift);
      return true;
    }
    return false;
  };
  if (!size_found()) return std::nullopt;
  for (size_t base = 0; base < kBases.size(); ++base) {
    for (size_t shift = 0; shift < 32; ++shift) {
      const auto distance = static_cast<int64_t>(range.first() - kBases[base]);
      const int64_t offset = distance >> shift;
      if (offset < INT8_MIN || offset > INT8_MAX) continue;
      code[0] = static_cast<uint8_t>(base | (shift << 3));
      code[1] = static_cast<uint8_t>(offset);
      if (DecodeRange(code) == range) return code;
    }
  }
  return std::nullopt;
}

uint8_t EncodeAttributes(const MemoryAttributes& attributes) {
  const auto type =
      std::find(kTypes.begin(), kTypes.end(), attributes.type) - kTypes.begin();
  // kNoOwner + 1 is 0.
  return static_cast<uint8_t>((type & 7) | (((attributes.owner + 1) & 7) << 3));
}

MemoryAttributes DecodeAttributes(uint8_t code) {
  return {.type = kTypes[code & 7], .owner = ((code >> 3) & 7U) - 1U};
}

absl::string_view Name(Kind kind) {
  switch (kind) {
    case Kind::kAssign:
      return "assign";
    case Kind::kErase:
      return "erase";
    case Kind::kAssignStripes:
      return "assign stripes";
    case Kind::kEraseStripes:
      return "erase stripes";
    case Kind::kClear:
      return "clear";
    case Kind::kAt:
      return "at";
    case Kind::kOverlaps:
      return "overlaps";
    case Kind::kOverlapping:
      return "overlapping";
    case Kind::kFirstAlignedGap:
      return "first aligned gap";
    case Kind::kBytesOfType:
      return "bytes of type";
  }
  return "";
}

}  // namespace

std::string MapOperation::ToString() const {
  std::string text = absl::StrCat(Name(kind), " ", range.ToString(), " ",
                                  e820check::ToString(attributes.type));
  if (attributes.owner != kNoOwner) {
    absl::StrAppend(&text, " owner ", attributes.owner);
  }
  absl::StrAppend(&text, " size ", size_bytes, " step ", step_bytes);
  return text;
}

MapOperation DecodeMapOperation(absl::string_view record) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(record[i]); };
  return {.kind = kKinds[byte(0) % kKinds.size()],
          .range = DecodeRange({byte(2), byte(3), byte(4), byte(5)}),
          .attributes = DecodeAttributes(byte(1)),
          .size_bytes = DecodeNibbles(byte(6)),
          .step_bytes = DecodeNibbles(byte(7))};
}

std::vector<MapOperation> DecodeMapOperations(absl::string_view bytes,
                                              size_t most) {
  std::vector<MapOperation> operations;
  while (operations.size() < most && bytes.size() >= kMapOperationSizeBytes) {
    operations.push_back(
        DecodeMapOperation(bytes.substr(0, kMapOperationSizeBytes)));
    bytes.remove_prefix(kMapOperationSizeBytes);
  }
  return operations;
}

std::string DescribeMapOperations(absl::string_view bytes, size_t most) {
  return absl::StrJoin(DecodeMapOperations(bytes, most), "\n",
                       [](std::string* out, const MapOperation& operation) {
                         absl::StrAppend(out, operation.ToString());
                       });
}

std::optional<std::string> EncodeMapOperations(
    absl::Span<const MapOperation> operations) {
  std::string bytes;
  for (const MapOperation& operation : operations) {
    const auto kind = std::find(kKinds.begin(), kKinds.end(), operation.kind);
    const auto range = EncodeRange(operation.range);
    const auto size = EncodeNibbles(operation.size_bytes);
    const auto step = EncodeNibbles(operation.step_bytes);
    if (!range || !size || !step) return std::nullopt;
    for (const auto byte :
         {static_cast<uint8_t>(kind - kKinds.begin()),
          EncodeAttributes(operation.attributes), (*range)[0], (*range)[1],
          (*range)[2], (*range)[3], *size, *step}) {
      bytes.push_back(static_cast<char>(byte));
    }
    const auto record =
        absl::string_view(bytes).substr(bytes.size() - kMapOperationSizeBytes);
    if (DecodeMapOperation(record) != operation) return std::nullopt;
  }
  return bytes;
}

}  // namespace e820check
