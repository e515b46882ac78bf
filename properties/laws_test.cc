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

// q35 of QEMU 11.1 with two nodes of 2 GiB: node 0 below 4 GiB, node 1 above;
// an area for hot-plug, which begins with an sp-mem device and goes on with an
// NVDIMM; a generic initiator; HMAT with one latency, one bandwidth and a
// cache.
struct Example {
  MachineOptions options;
  E820Table e820;
  SratTable srat;
  SlitTable slit;
  HmatTable hmat;

  Example() {
    options.qemu_version = QemuVersion::k11_1;
    options.type = {.family = MachineFamily::kQ35, .version = {11, 1}};
    options.hmat = true;
    options.nvdimm = true;
    options.memory = {
        .ram_size_bytes = 4 * kGiB, .maxram_size_bytes = 8 * kGiB, .slots = 1};
    options.smp = {.cpus = 2, .maxcpus = 2, .sockets = 2};
    for (const char* id : {"a", "b", "s", "n"}) {
      MemoryBackend backend;
      backend.id = id;
      backend.size_bytes = *id < 'm' ? 2 * kGiB : kGiB;
      options.backends.push_back(backend);
    }
    for (const uint32_t id : {0u, 1u}) {
      NumaNode node;
      node.id = id;
      node.memdev = options.backends[id].id;
      node.cpus = {{.first = static_cast<uint16_t>(id),
                    .last = static_cast<uint16_t>(id)}};
      options.numa_nodes.push_back(node);
    }
    options.devices = {
        {.kind = Device::Kind::kSpMem, .memdev = "s", .node = 0},
        {.kind = Device::Kind::kNvdimm, .memdev = "n", .node = 1}};
    options.generic_affinities = {{.id = "g", .device = "d", .node = 1}};
    options.other_object_ids = {"g"};
    options.hmat_values = {{.initiator = 0, .target = 1, .value = 20},
                           {.initiator = 0,
                            .target = 1,
                            .data_type = HmatValue::DataType::kAccessBandwidth,
                            .value = kGiB}};
    options.hmat_caches = {
        {.node = 1, .size_bytes = kMiB, .level = 1, .line_bytes = 64}};
    options.numa_distances = {{0, 1, 20}};
    e820 = {{0xfd00000000, 0x300000000, MemoryType::kReserved},
            {0, 2 * kGiB, MemoryType::kRam},
            {4 * kGiB, 2 * kGiB, MemoryType::kRam},
            {6 * kGiB, kGiB, MemoryType::kSoftReserved}};
    srat.rows = {
        LocalApicAffinity{.proximity_domain = 0, .apic_id = 0, .flags = 1},
        LocalApicAffinity{.proximity_domain = 1, .apic_id = 1, .flags = 1},
        MemoryAffinity{0, 0, 640 * kKiB, kEnabled},
        MemoryAffinity{0, kMiB, 2 * kGiB - kMiB, kEnabled},
        MemoryAffinity{1, 4 * kGiB, 2 * kGiB, kEnabled},
        MemoryAffinity{1, 10 * kGiB, kGiB,
                       kEnabled | MemoryAffinity::kNonVolatile},
        GenericDeviceAffinity{
            .proximity_domain = 1, .handle = PciDeviceHandle{}, .flags = 1},
        MemoryAffinity{0, 6 * kGiB, kGiB, kEnabled},
        MemoryAffinity{1, 7 * kGiB, 3 * kGiB,
                       kEnabled | MemoryAffinity::kHotPluggable}};
    hmat.structures = {
        MemoryProximityDomain{.flags = 1, .initiator = 0, .memory = 0},
        MemoryProximityDomain{.flags = 1, .initiator = 1, .memory = 1},
        LatencyBandwidth{.base_unit = 10000,
                         .initiators = {0, 1},
                         .targets = {0, 1},
                         .entries = {0, 2, 0, 0}},
        LatencyBandwidth{.data_type = 3,
                         .base_unit = 1024,
                         .initiators = {0, 1},
                         .targets = {0, 1},
                         .entries = {0, 1, 0, 0}},
        MemorySideCache{
            .memory = 1, .size_bytes = kMiB, .attributes = 64 << 16 | 0x11}};
    slit.locality_count = 2;
    slit.distances = {10, 20, 20, 10};
  }

  template <typename Structure>
  Structure& Hmat(size_t index) {
    return std::get<Structure>(hmat.structures[index]);
  }

  MemoryAffinity& Memory(size_t row) {
    return std::get<MemoryAffinity>(srat.rows[row]);
  }

  GuestLayout Layout() const {
    return {.e820 = e820,
            .srat = EncodeSrat(srat),
            .slit = EncodeSlit(slit),
            .hmat = EncodeHmat(hmat)};
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
    {"e820.holds-sp-mem", [](Example& e) { e.e820[3].length_bytes -= kMiB; }},
    {"e820.types-follow-owners",
     [](Example& e) { e.e820[3].type = MemoryType::kReserved; }},
    {"srat.non-volatile-apart",
     [](Example& e) { e.Memory(5).base = 8 * kGiB; }},
    {"srat.no-overlap", [](Example& e) { e.Memory(5).base = 5 * kGiB; }},
    {"srat.lists-nvdimms",
     [](Example& e) { e.Memory(5).proximity_domain = 0; }},
    {"srat.lists-nvdimms", [](Example& e) { e.Memory(5).flags = 0; }},
    {"srat.lists-generic-devices",
     [](Example& e) {
       std::get<GenericDeviceAffinity>(e.srat.rows[6]).proximity_domain = 0;
     }},
    {"srat.lists-generic-devices",
     [](Example& e) { e.srat.rows.erase(e.srat.rows.begin() + 6); }},
    {"srat.covers-ram", [](Example& e) { e.Memory(7).flags = 0; }},
    {"srat.hot-plug-area",
     [](Example& e) { e.Memory(8).proximity_domain = 0; }},
    {"srat.hot-plug-area", [](Example& e) { e.Memory(8).base += kGiB; }},
    {"srat.hot-plug-area",
     [](Example& e) { e.Memory(8).length_bytes -= kMiB; }},
    {"srat.hot-plug-area",
     [](Example& e) {
       MemoryAffinity rest = e.Memory(8);
       e.Memory(8).length_bytes = kGiB;
       rest.base += kGiB;
       rest.length_bytes -= kGiB;
       e.srat.rows.push_back(rest);
     }},
    {"srat.lists-generic-devices",
     [](Example& e) {
       e.options.generic_affinities.push_back(
           {.id = "h", .device = "d", .node = 0});
       e.srat.rows.push_back(e.srat.rows[6]);
     }},
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
    {"hmat.well-formed", [](Example& e) { e.options.hmat = false; }},
    {"hmat.names-memory",
     [](Example& e) { e.hmat.structures.erase(e.hmat.structures.begin()); }},
    {"hmat.names-memory",
     [](Example& e) { e.Hmat<MemoryProximityDomain>(1).initiator = 2; }},
    {"hmat.lists-initiators-once",
     [](Example& e) { e.Hmat<LatencyBandwidth>(2).initiators[1] = 0; }},
    {"hmat.lists-initiators-once",
     [](Example& e) { e.Hmat<LatencyBandwidth>(2).initiators[1] = 2; }},
    {"hmat.follows-options",
     [](Example& e) { e.Hmat<LatencyBandwidth>(2).base_unit = 1000; }},
    {"hmat.follows-options",
     [](Example& e) { e.Hmat<LatencyBandwidth>(3).entries[1] = 2; }},
    {"hmat.lists-caches",
     [](Example& e) { e.Hmat<MemorySideCache>(4).size_bytes = kGiB; }},
    {"hmat.lists-caches", [](Example& e) { e.hmat.structures.pop_back(); }},
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
