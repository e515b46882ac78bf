// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/byte_coder.h"

#include <array>
#include <optional>

#include "machine/address_range.h"

namespace e820check {
namespace {

// The first byte of a size:
//    0         the usual one
//    1.. 31    an edge
//   32.. 62    an edge, and a signed byte of bytes
//   64.. 94    an edge, and a signed byte of pages
//   96..126    an edge, and a signed byte of MiB
//  128..191    a byte plus 1, shifted left by 0..63
//  192..255    eight bytes
// 63, 95 and 127 are read as the edge before them. A result outside uint64_t
// becomes its nearest end.
constexpr uint8_t kFirstEdge = 1;
constexpr uint8_t kFirstShift = 128;
constexpr uint8_t kFirstPlain = 192;

struct Form {
  uint8_t first;
  uint64_t unit_bytes;
};
constexpr std::array<Form, 3> kNearEdge = {
    {{32, 1}, {64, 4 * kKiB}, {96, kMiB}}};

// Sizes of RAM or of a node around which a layout rule changes its mind.
constexpr std::array<uint64_t, 31> kEdges = {
    4 * kKiB,
    640 * kKiB,
    704 * kKiB,
    kMiB,
    64 * kMiB,
    128 * kMiB,
    256 * kMiB,
    512 * kMiB,
    kGiB,
    2 * kGiB,
    0xB0000000,  // q35: RAM from here on is split at 2 GiB
    0xC0000000,  // i440fx: split at 3 GiB
    0xE0000000,  // i440fx: RAM from here on is split
    4 * kGiB,
    6 * kGiB,
    8 * kGiB,
    16 * kGiB,
    64 * kGiB,
    128 * kGiB,
    512 * kGiB,
    976 * kGiB,  // q35, 1008 GiB: i440fx: the PCI hole reaches 0xFD00000000
    978 * kGiB,  // q35, 1009 GiB: i440fx: the most with 40 address bits
    1008 * kGiB,
    1009 * kGiB,
    0xFD00000000,
    kTiB,
    1100 * kGiB,
    2 * kTiB,
    uint64_t{1} << 52,
    uint64_t{1} << 63,
    UINT64_MAX - 8 * kKiB + 1,  // the last size that -m does not round to 0
};

uint64_t AddSigned(uint64_t base, int8_t count, uint64_t unit_bytes) {
  if (count >= 0) {
    return CheckedAdd(base, static_cast<uint64_t>(count) * unit_bytes)
        .value_or(UINT64_MAX);
  }
  const uint64_t below = static_cast<uint64_t>(-int{count}) * unit_bytes;
  return base - std::min(base, below);
}

struct NearEdge {
  uint8_t first;
  int8_t count;
};

std::optional<NearEdge> FindNearEdge(uint64_t value) {
  for (const Form& form : kNearEdge) {
    for (size_t edge = 0; edge < kEdges.size(); ++edge) {
      const auto distance = static_cast<int64_t>(value - kEdges[edge]);
      const int64_t count = distance / static_cast<int64_t>(form.unit_bytes);
      if (count < INT8_MIN || count > INT8_MAX) continue;
      const auto byte = static_cast<int8_t>(count);
      if (AddSigned(kEdges[edge], byte, form.unit_bytes) != value) continue;
      return NearEdge{.first = static_cast<uint8_t>(form.first + edge),
                      .count = byte};
    }
  }
  return std::nullopt;
}

}  // namespace

uint64_t ByteReader::Bytes(size_t width, uint64_t /*value*/) {
  uint64_t read = 0;
  const size_t here = std::min(width, bytes_.size());
  for (size_t i = 0; i < here; ++i) {
    read |= uint64_t{static_cast<uint8_t>(bytes_[i])} << (8 * i);
  }
  bytes_.remove_prefix(here);
  return read;
}

uint64_t ByteReader::Size(uint64_t usual, uint64_t /*value*/) {
  const uint8_t first = Byte(0);
  if (first == 0) return usual;
  if (first >= kFirstPlain) return Bytes(8, 0);
  if (first >= kFirstShift) {
    const uint64_t multiplier = uint64_t{Byte(0)} + 1;
    const int shift = first - kFirstShift;
    return multiplier > (UINT64_MAX >> shift) ? UINT64_MAX
                                              : multiplier << shift;
  }
  const uint64_t edge = kEdges[std::min<size_t>(
      (first < kNearEdge[0].first ? first - kFirstEdge : first % 32),
      kEdges.size() - 1)];
  if (first < kNearEdge[0].first) return edge;
  const Form& form = kNearEdge[first / 32 - 1];
  return AddSigned(edge, static_cast<int8_t>(Byte(0)), form.unit_bytes);
}

uint64_t ByteWriter::Bytes(size_t width, uint64_t value) {
  uint64_t written = 0;
  for (size_t i = 0; i < width; ++i) {
    const uint64_t byte = (value >> (8 * i)) & 0xFF;
    bytes_.push_back(static_cast<char>(byte));
    written |= byte << (8 * i);
  }
  return written;
}

uint64_t ByteWriter::Size(uint64_t usual, uint64_t value) {
  if (value == usual) {
    Byte(0);
    return value;
  }
  const auto edge = std::find(kEdges.begin(), kEdges.end(), value);
  if (edge != kEdges.end()) {
    Byte(static_cast<uint8_t>(kFirstEdge + (edge - kEdges.begin())));
    return value;
  }
  for (int shift = 0; shift < 64; ++shift) {
    const uint64_t multiplier = value >> shift;
    if (multiplier < 1 || multiplier > 256) continue;
    if (multiplier << shift != value) continue;
    Byte(static_cast<uint8_t>(kFirstShift + shift));
    Byte(static_cast<uint8_t>(multiplier - 1));
    return value;
  }
  if (const auto near = FindNearEdge(value)) {
    Byte(near->first);
    Byte(static_cast<uint8_t>(near->count));
    return value;
  }
  Byte(kFirstPlain);
  return Bytes(8, value);
}

}  // namespace e820check
