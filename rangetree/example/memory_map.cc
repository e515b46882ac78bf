// SPDX-License-Identifier: Apache-2.0

// The memory map of a small machine: what lies where, how much RAM there is,
// and where a device of 256 MiB would go.

#include <cstdint>
#include <cstdio>
#include <optional>

#include "rangetree/range_tree_map.h"

int main() {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const auto range = [](uint64_t start, uint64_t size_bytes) {
    return *AddressRange::Create(
        AddressRange::StartAndSize{.start = start, .size_bytes = size_bytes});
  };
  RangeTreeMap map;
  map.Assign(range(0, 2 * kGiB), {.type = MemoryType::kRam, .owner = 0});
  map.Assign(range(4 * kGiB, 2 * kGiB), {.type = MemoryType::kRam, .owner = 1});
  map.Assign(range(0x9fc00, 0x60400), {.type = MemoryType::kReserved});
  map.Erase(range(0xa0000, 0x50000));

  for (const Segment& segment : map) {
    std::printf("%-28s %s\n", segment.range.ToString().c_str(),
                ToString(segment.attributes.type).c_str());
  }
  const uint64_t ram_bytes = static_cast<uint64_t>(
      map.BytesOfType(AddressRange::Everything(), MemoryType::kRam));
  std::printf("%llu KiB of RAM\n",
              static_cast<unsigned long long>(ram_bytes / kKiB));
  const std::optional<uint64_t> place = map.FirstAlignedGap(
      {.size_bytes = 256 * kMiB, .alignment_bytes = 256 * kMiB});
  std::printf("a device goes to %#llx\n",
              static_cast<unsigned long long>(place.value_or(0)));
  return map.size() == 5 && place == 2 * kGiB ? 0 : 1;
}
