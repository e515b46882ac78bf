// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/map_workload.h"

#include <algorithm>

namespace e820check {
namespace {

// 1 to 2^12 pages; each power of two is as likely as the next.
uint64_t SizeBytes(Choices& choices) {
  const uint64_t power = uint64_t{1} << choices.Below(12);
  return (power + choices.Below(power)) * kWorkloadPageBytes;
}

uint64_t PageIn(const AddressRange& space, Choices& choices) {
  return choices.Below(space.last() / kWorkloadPageBytes + 1) *
         kWorkloadPageBytes;
}

AddressRange Clipped(uint64_t first, uint64_t size_bytes,
                     const AddressRange& space) {
  return *AddressRange::Create(AddressRange::FirstAndLast{
      .first = first,
      .last = std::min(first + (size_bytes - 1), space.last())});
}

}  // namespace

MemoryAttributes WorkloadAttributes(Choices& choices) {
  static constexpr MemoryType kTypes[] = {
      MemoryType::kRam,          MemoryType::kRam,
      MemoryType::kRam,          MemoryType::kReserved,
      MemoryType::kAcpiNvs,      MemoryType::kAcpiReclaimable,
      MemoryType::kSoftReserved, MemoryType::kPersistent};
  const MemoryType type = choices.Pick(kTypes);
  return {.type = type,
          .owner = type == MemoryType::kRam
                       ? static_cast<uint32_t>(choices.Below(4))
                       : kNoOwner};
}

std::vector<Segment> WorkloadSegments(size_t count, Choices& choices) {
  std::vector<Segment> segments;
  segments.reserve(count);
  uint64_t next = 0;
  while (segments.size() < count) {
    MemoryAttributes attributes = WorkloadAttributes(choices);
    if (choices.OneIn(2)) {
      next += SizeBytes(choices);
    } else {
      // Touching ones would coalesce if they were the same.
      while (!segments.empty() && segments.back().attributes == attributes) {
        attributes = WorkloadAttributes(choices);
      }
    }
    segments.push_back(
        {.range = *AddressRange::Create(AddressRange::StartAndSize{
             .start = next, .size_bytes = SizeBytes(choices)}),
         .attributes = attributes});
    next = segments.back().range.last() + 1;
  }
  return segments;
}

AddressRange WorkloadSpace(const std::vector<Segment>& segments) {
  return *AddressRange::Create(AddressRange::FirstAndLast{
      .first = 0, .last = segments.back().range.last()});
}

std::vector<MapWrite> WorkloadWrites(const AddressRange& space, size_t count,
                                     Choices& choices) {
  std::vector<MapWrite> writes;
  writes.reserve(count);
  while (writes.size() < count) {
    // Each write adds up to two edges and removes those it covers. Twice the
    // length of a segment makes up for the edges that it shares with another.
    const AddressRange range =
        Clipped(PageIn(space, choices), 2 * SizeBytes(choices), space);
    MapWrite write{.range = range, .attributes = std::nullopt};
    if (!choices.OneIn(4)) write.attributes = WorkloadAttributes(choices);
    writes.push_back(write);
  }
  return writes;
}

std::vector<uint64_t> WorkloadAddresses(const AddressRange& space, size_t count,
                                        Choices& choices) {
  std::vector<uint64_t> addresses(count);
  for (uint64_t& address : addresses) {
    address = PageIn(space, choices) + choices.Below(kWorkloadPageBytes);
  }
  return addresses;
}

std::vector<AddressRange> WorkloadWindows(const AddressRange& space,
                                          size_t count, Choices& choices) {
  std::vector<AddressRange> windows;
  windows.reserve(count);
  while (windows.size() < count) {
    const uint64_t a = PageIn(space, choices);
    const uint64_t b = PageIn(space, choices);
    windows.push_back(*AddressRange::Create(AddressRange::FirstAndLast{
        .first = std::min(a, b),
        .last = std::max(a, b) + (kWorkloadPageBytes - 1)}));
  }
  return windows;
}

std::vector<AddressRange> WorkloadSmallWindows(const AddressRange& space,
                                               size_t count, Choices& choices) {
  std::vector<AddressRange> windows;
  windows.reserve(count);
  while (windows.size() < count) {
    windows.push_back(
        Clipped(PageIn(space, choices), SizeBytes(choices), space));
  }
  return windows;
}

}  // namespace e820check
