// SPDX-License-Identifier: Apache-2.0

// RapidCheck generators for what properties are about. Composite values come
// from a list of numbers (properties/generate/choices.h), which RapidCheck
// shrinks.

#ifndef E820CHECK_PROPERTIES_GENERATE_RAPIDCHECK_GENERATORS_H_
#define E820CHECK_PROPERTIES_GENERATE_RAPIDCHECK_GENERATORS_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "machine/machine_options.h"
#include "machine/segment.h"
#include "options/format.h"
#include "properties/generate/choices.h"
#include "properties/generate/machine_generator.h"
#include "properties/laws/map_laws.h"
#include "rapidcheck.h"

namespace e820check {

inline void showValue(const AddressRange& range, std::ostream& os) {
  os << range.ToString();
}
inline void showValue(const Segment& segment, std::ostream& os) {
  os << Describe(segment);
}
inline void showValue(const MachineOptions& machine, std::ostream& os) {
  os << absl::StrJoin(Format(machine), " ");
}

// Lists long enough for any machine; shorter ones end in the simplest choices.
inline rc::Gen<std::vector<uint64_t>> ChoiceLists() {
  constexpr int kLongest = 400;
  return rc::gen::resize(kLongest,
                         rc::gen::container<std::vector<uint64_t>>(
                             rc::gen::inRange<uint64_t>(0, UINT64_MAX)));
}

inline rc::Gen<MachineOptions> Machines(const GeneratorPolicy& policy) {
  return rc::gen::map(ChoiceLists(), [policy](std::vector<uint64_t> list) {
    ListedChoices choices(std::move(list));
    return GenerateMachine(choices, policy);
  });
}

inline rc::Gen<GeneratorPolicy> Policies() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::elementOf(std::vector<QemuVersion>(
                         std::begin(kReleases), std::end(kReleases))),
                     rc::gen::element(Dialect::kStock, Dialect::kMemmapType)),
      [](const std::tuple<QemuVersion, Dialect>& picked) {
        GeneratorPolicy policy;
        policy.qemu_version = std::get<0>(picked);
        policy.dialect = std::get<1>(picked);
        return policy;
      });
}

// Addresses near those that matter, so that ranges meet; a few pages around
// each of the ends of the address space and 4 GiB, by the byte.
inline rc::Gen<uint64_t> Addresses() {
  return rc::gen::map(
      rc::gen::pair(
          rc::gen::element<uint64_t>(0, 640 * kKiB, 4 * kGiB, uint64_t{0} - 64),
          rc::gen::inRange<uint64_t>(0, 64)),
      [](const std::pair<uint64_t, uint64_t>& p) {
        return p.first + p.second;
      });
}

inline rc::Gen<AddressRange> Ranges() {
  return rc::gen::map(rc::gen::pair(Addresses(), Addresses()),
                      [](const std::pair<uint64_t, uint64_t>& ends) {
                        return *AddressRange::Create(AddressRange::FirstAndLast{
                            .first = std::min(ends.first, ends.second),
                            .last = std::max(ends.first, ends.second)});
                      });
}

inline rc::Gen<MemoryAttributes> Attributes() {
  return rc::gen::map(
      rc::gen::pair(
          rc::gen::element(MemoryType::kRam, MemoryType::kSoftReserved,
                           MemoryType::kReserved, static_cast<MemoryType>(9)),
          rc::gen::element<uint32_t>(0, 1, kNoOwner)),
      [](const std::pair<MemoryType, uint32_t>& p) {
        return MemoryAttributes{.type = p.first, .owner = p.second};
      });
}

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_RAPIDCHECK_GENERATORS_H_
