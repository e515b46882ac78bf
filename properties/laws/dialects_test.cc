// SPDX-License-Identifier: Apache-2.0

// The comparison of the two dialects holds of one pair of layouts, written down
// here, and fails for each way in which one could be wrong.

#include "properties/laws/dialects.h"

#include <functional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kEnabled = MemoryAffinity::kEnabled;
constexpr uint32_t kHotPlug =
    MemoryAffinity::kEnabled | MemoryAffinity::kHotPluggable;

// q35 with 2 GiB in node 0, and in node 1, which has no CPU, 1 GiB of
// soft-reserved memory.
struct Tables {
  E820Table e820;
  SratTable srat;
  SlitTable slit;

  GuestLayout Layout() const {
    return {.e820 = e820,
            .srat = EncodeSrat(srat),
            .slit = EncodeSlit(slit),
            .hmat = ""};
  }
};

Tables Common() {
  Tables tables;
  tables.srat.rows = {
      LocalApicAffinity{.proximity_domain = 0, .apic_id = 0, .flags = 1},
      MemoryAffinity{0, 0, 640 * kKiB, kEnabled},
      MemoryAffinity{0, kMiB, 2 * kGiB - kMiB, kEnabled}};
  tables.slit.locality_count = 2;
  tables.slit.distances = {10, 20, 20, 10};
  return tables;
}

Tables MemmapType() {
  Tables tables = Common();
  tables.e820 = {{0, 2 * kGiB, MemoryType::kRam},
                 {4 * kGiB, kGiB, MemoryType::kSoftReserved}};
  tables.srat.rows.emplace_back(MemoryAffinity{1, 4 * kGiB, kGiB, kEnabled});
  return tables;
}

// With 1 GiB of maxmem left over.
Tables SpMem() {
  Tables tables = Common();
  tables.e820 = {{0, 2 * kGiB, MemoryType::kRam},
                 {5 * kGiB, kGiB, MemoryType::kSoftReserved}};
  tables.srat.rows.emplace_back(MemoryAffinity{1, 4 * kGiB, kGiB, kHotPlug});
  tables.srat.rows.emplace_back(MemoryAffinity{1, 5 * kGiB, kGiB, kEnabled});
  return tables;
}

TEST(Dialects, SameMemoryInAnotherPlaceIsTheSame) {
  EXPECT_EQ(CheckSameMemory(MemmapType().Layout(), SpMem().Layout()),
            absl::OkStatus());
}

struct Damage {
  std::string name;
  std::function<void(Tables&)> apply;  // to sp-mem's
  std::string message;
};

class DialectDamage : public ::testing::TestWithParam<Damage> {};

TEST_P(DialectDamage, IsNoticed) {
  Tables sp_mem = SpMem();
  GetParam().apply(sp_mem);
  const absl::Status status =
      CheckSameMemory(MemmapType().Layout(), sp_mem.Layout());
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

MemoryAffinity& Last(Tables& tables) {
  return std::get<MemoryAffinity>(tables.srat.rows.back());
}

const Damage kDamages[] = {
    {"Less",
     [](Tables& t) {
       t.e820[1].length_bytes -= 2 * kMiB;
       Last(t).length_bytes -= 2 * kMiB;
     },
     "soft-reserved memory: 1073741824 bytes, and 1071644672"},
    {"OfAnotherType", [](Tables& t) { t.e820[1].type = MemoryType::kReserved; },
     "soft-reserved memory: 1073741824 bytes, and 0"},
    {"OfAnotherDomain", [](Tables& t) { Last(t).proximity_domain = 0; },
     "soft-reserved memory of domain 1: 1073741824 bytes, and 0"},
    {"PartlyOfAnotherDomain",
     [](Tables& t) {
       Last(t).length_bytes -= 2 * kMiB;
       t.srat.rows.emplace_back(
           MemoryAffinity{0, 6 * kGiB - 2 * kMiB, 2 * kMiB, kEnabled});
     },
     "soft-reserved memory of domain 1"},
    {"OfNoDomain", [](Tables& t) { t.srat.rows.pop_back(); },
     "sp-mem: 0 bytes in rows of SRAT for 1073741824 soft reserved"},
    {"HotPluggable", [](Tables& t) { Last(t).flags = kHotPlug; },
     "hot-plug has soft-reserved memory"},
    {"Disabled", [](Tables& t) { Last(t).flags = 0; },
     "sp-mem: 0 bytes in rows of SRAT"},
    {"LessRam", [](Tables& t) { t.e820[0].length_bytes -= kMiB; },
     "RAM: 2147483648 bytes, and 2146435072"},
    {"RamOfAnotherDomain",
     [](Tables& t) {
       std::get<MemoryAffinity>(t.srat.rows[2]).proximity_domain = 1;
     },
     "RAM of domain 0"},
    {"BelowRam",
     [](Tables& t) {
       t.e820.push_back({8 * kGiB, kGiB, MemoryType::kRam});
       t.e820[0].length_bytes -= kGiB;
       std::get<MemoryAffinity>(t.srat.rows[2]).length_bytes -= kGiB;
       t.srat.rows.emplace_back(MemoryAffinity{0, 8 * kGiB, kGiB, kEnabled});
     },
     "sp-mem is below RAM"},
    {"OtherCpus",
     [](Tables& t) {
       std::get<LocalApicAffinity>(t.srat.rows[0]).proximity_domain = 1;
     },
     "other rows of CPUs"},
    {"OtherDistances", [](Tables& t) { t.slit.distances[1] = 21; },
     "SLIT differs"},
    {"Unreadable", [](Tables& t) { t.srat.header.signature[0] = 'T'; },
     "sp-mem: "},
};

INSTANTIATE_TEST_SUITE_P(Each, DialectDamage, ::testing::ValuesIn(kDamages),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace e820check
