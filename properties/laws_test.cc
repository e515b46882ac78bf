// SPDX-License-Identifier: Apache-2.0

// Each law catches what it is for: a sound layout passes all, and one change to
// it breaks the law named.

#include "properties/laws.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

constexpr uint32_t kEnabled = MemoryAffinity::kEnabled;

// q35 with two nodes of 2 GiB: node 0 below 4 GiB, node 1 above; a slot.
struct Example {
  MachineOptions options;
  E820Table e820;
  SratTable srat;
  SlitTable slit;

  Example() {
    options.type = {.family = MachineFamily::kQ35, .version = {7, 2}};
    options.memory = {
        .ram_size_bytes = 4 * kGiB, .maxram_size_bytes = 5 * kGiB, .slots = 1};
    options.smp = {.cpus = 2, .maxcpus = 2, .sockets = 2};
    for (const uint32_t id : {0u, 1u}) {
      MemoryBackend backend;
      backend.id = id == 0 ? "a" : "b";
      backend.size_bytes = 2 * kGiB;
      NumaNode node;
      node.id = id;
      node.memdev = backend.id;
      node.cpus = {{.first = static_cast<uint16_t>(id),
                    .last = static_cast<uint16_t>(id)}};
      options.backends.push_back(backend);
      options.numa_nodes.push_back(node);
    }
    options.numa_distances = {{0, 1, 20}};
    e820 = {{0xfd00000000, 0x300000000, MemoryType::kReserved},
            {0, 2 * kGiB, MemoryType::kRam},
            {4 * kGiB, 2 * kGiB, MemoryType::kRam}};
    srat.rows = {
        LocalApicAffinity{.proximity_domain = 0, .apic_id = 0, .flags = 1},
        LocalApicAffinity{.proximity_domain = 1, .apic_id = 1, .flags = 1},
        MemoryAffinity{0, 0, 640 * kKiB, kEnabled},
        MemoryAffinity{0, kMiB, 2 * kGiB - kMiB, kEnabled},
        MemoryAffinity{1, 4 * kGiB, 2 * kGiB, kEnabled},
        MemoryAffinity{0, 0, 0, 0},
        MemoryAffinity{1, 6 * kGiB, 2 * kGiB,
                       kEnabled | MemoryAffinity::kHotPluggable}};
    slit.locality_count = 2;
    slit.distances = {10, 20, 20, 10};
  }

  MemoryAffinity& Memory(size_t row) {
    return std::get<MemoryAffinity>(srat.rows[row]);
  }

  GuestLayout Layout() const {
    return {.e820 = e820,
            .srat = EncodeSrat(srat),
            .slit = EncodeSlit(slit),
            .hmat = ""};
  }
};

std::vector<std::string> BrokenLaws(const Example& example) {
  std::vector<std::string> ids;
  for (const Breach& breach : FindBreaches(example.options, example.Layout())) {
    ids.emplace_back(breach.law->id);
  }
  return ids;
}

TEST(Laws, ASoundLayoutBreaksNone) {
  EXPECT_THAT(BrokenLaws(Example()), ::testing::IsEmpty());
}

struct Damage {
  std::string law;
  std::function<void(Example&)> apply;
};

class DamageTest : public ::testing::TestWithParam<Damage> {};

TEST_P(DamageTest, BreaksItsLaw) {
  Example example;
  GetParam().apply(example);
  EXPECT_THAT(BrokenLaws(example), ::testing::Contains(GetParam().law));
}

const Damage kDamages[] = {
    {"e820.rows-are-ranges",
     [](Example& e) {
       e.e820.push_back({8 * kGiB, 0, MemoryType::kRam});
     }},
    {"e820.rows-are-ranges",
     [](Example& e) {
       e.e820.push_back({UINT64_MAX, 2, MemoryType::kReserved});
     }},
    {"e820.no-overlap", [](Example& e) { e.e820[1].length_bytes += 4 * kGiB; }},
    {"e820.holds-all-ram", [](Example& e) { e.e820[2].length_bytes -= kMiB; }},
    {"e820.types-follow-owners",
     [](Example& e) { e.e820[2].type = MemoryType::kSoftReserved; }},
    {"e820.types-follow-owners",
     [](Example& e) {
       e.options.numa_nodes[1].memmap_type = MemmapType::kSpm;
     }},
    {"srat.exists-where-nodes-do", [](Example& e) { e.options.acpi = false; }},
    {"srat.rows-are-ranges", [](Example& e) { e.Memory(4).length_bytes = 0; }},
    {"srat.rows-are-ranges",
     [](Example& e) { e.Memory(4).base = UINT64_MAX - 5; }},
    {"srat.no-overlap",
     [](Example& e) { e.Memory(2).length_bytes = 2 * kMiB; }},
    {"srat.rows-lie-in-ram",
     [](Example& e) { e.Memory(4).proximity_domain = 0; }},
    {"srat.rows-lie-in-ram", [](Example& e) { e.Memory(4).base = 5 * kGiB; }},
    {"srat.covers-ram", [](Example& e) { e.Memory(3).base += 4 * kKiB; }},
    {"srat.covers-ram", [](Example& e) { e.Memory(4).flags = 0; }},
    {"srat.omits-reserved-nodes",
     [](Example& e) {
       e.options.numa_nodes[1].memmap_type = MemmapType::kReserved;
     }},
    {"srat.hot-plug-area",
     [](Example& e) { e.Memory(6).proximity_domain = 0; }},
    {"srat.hot-plug-area", [](Example& e) { e.srat.rows.pop_back(); }},
    {"srat.each-cpu-once", [](Example& e) { e.srat.rows[1] = e.srat.rows[0]; }},
    {"srat.each-cpu-once",
     [](Example& e) {
       e.srat.rows[1] =
           X2ApicAffinity{.proximity_domain = 1, .x2apic_id = 1, .flags = 1};
     }},
    {"srat.follows-cpu-bindings",
     [](Example& e) {
       std::get<LocalApicAffinity>(e.srat.rows[0]).proximity_domain = 1;
     }},
    {"slit.well-formed", [](Example& e) { e.slit.distances.pop_back(); }},
    {"slit.well-formed", [](Example& e) { e.options.numa_distances.clear(); }},
    {"slit.diagonal-is-local", [](Example& e) { e.slit.distances[3] = 11; }},
    {"slit.nodes-are-apart", [](Example& e) { e.slit.distances[2] = 10; }},
    {"slit.follows-options", [](Example& e) { e.slit.distances[1] = 21; }},
};

INSTANTIATE_TEST_SUITE_P(Each, DamageTest, ::testing::ValuesIn(kDamages));

TEST(Laws, SratBytesThatDoNotDecodeAreABreach) {
  Example example;
  GuestLayout layout = example.Layout();
  layout.srat.resize(layout.srat.size() - 1);
  const absl::Status status = CheckLaws(example.options, layout);
  EXPECT_THAT(std::string(status.message()),
              ::testing::StartsWith("srat.well-formed"));
}

// Every law is the target of some damage above, so none is there for show.
TEST(Laws, EachIsTested) {
  std::vector<std::string> damaged = {"srat.well-formed", "e820.round-trip"};
  for (const Damage& damage : kDamages) damaged.push_back(damage.law);
  for (const Law& law : Laws()) {
    EXPECT_THAT(damaged, ::testing::Contains(std::string(law.id)));
  }
}

}  // namespace
}  // namespace e820check
