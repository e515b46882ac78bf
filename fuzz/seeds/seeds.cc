// SPDX-License-Identifier: Apache-2.0

#include "fuzz/seeds/seeds.h"

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/seeds/table_seeds.h"
#include "fuzz/support/machine_codec.h"
#include "options/cpu_model.h"
#include "options/machine_types.h"

namespace e820check {
namespace {

// What a seed says first; the rest of the machine follows from it.
struct Basics {
  MachineFamily family = MachineFamily::kQ35;
  MachineVersion version = {7, 2, 0};
  QemuVersion qemu = kDefaultRelease;
  absl::string_view cpu;  // empty: the machine's own
  uint64_t ram_bytes = 128 * kMiB;
};

MachineOptions Machine(const Basics& basics) {
  MachineOptions m;
  m.qemu_version = basics.qemu;
  m.type = {.family = basics.family, .version = basics.version};
  m.cpu = DefaultCpu(m.type, m.qemu_version);
  if (!basics.cpu.empty()) m.cpu = *ParseCpu(basics.cpu, m.type, basics.qemu);
  m.memory.ram_size_bytes = basics.ram_bytes;
  m.memory.maxram_size_bytes = basics.ram_bytes;
  return m;
}

std::string AddBackend(MachineOptions& m, uint64_t size_bytes) {
  std::string id = absl::StrCat("m", m.backends.size());
  m.backends.push_back({.id = id, .size_bytes = size_bytes, .reserve = false});
  return id;
}

// A machine whose RAM is all in nodes 0, 1, ... of these sizes.
MachineOptions WithNodes(Basics basics, const std::vector<uint64_t>& sizes) {
  basics.ram_bytes = 0;
  for (const uint64_t size : sizes) basics.ram_bytes += size;
  MachineOptions m = Machine(basics);
  for (const uint64_t size : sizes) {
    NumaNode node{.id = static_cast<uint32_t>(m.numa_nodes.size())};
    if (size > 0) node.memdev = AddBackend(m, size);
    m.numa_nodes.push_back(std::move(node));
  }
  return m;
}

void AddCpus(MachineOptions& m, uint32_t sockets, uint32_t cores) {
  m.smp = {.cpus = sockets * cores,
           .maxcpus = sockets * cores,
           .sockets = sockets,
           .cores = cores};
}

constexpr MachineFamily kI440fx = MachineFamily::kI440fx;

// Where RAM is split and what lies above it.
void AddSplitSeeds(std::vector<LayoutSeed>& seeds) {
  const auto add = [&](absl::string_view name, MachineOptions m) {
    seeds.push_back({std::string(name), std::move(m)});
  };
  add("default_machine", Machine({.family = kI440fx}));
  add("i440fx_last_size_below_4g",
      Machine({.family = kI440fx, .ram_bytes = 3584 * kMiB - 8 * kKiB}));
  add("i440fx_first_size_above_4g",
      Machine({.family = kI440fx, .ram_bytes = 3584 * kMiB}));
  add("q35_last_size_below_4g", Machine({.ram_bytes = 2816 * kMiB - 8 * kKiB}));
  add("q35_first_size_above_4g", Machine({.ram_bytes = 2816 * kMiB}));
  add("intel_without_hyper_transport_row",
      Machine({.cpu = "Skylake-Server", .ram_bytes = 8 * kGiB}));
  add("relocated_to_one_terabyte",
      Machine({.cpu = "EPYC,phys-bits=48", .ram_bytes = 1100 * kGiB}));
  add("largest_q35_with_40_address_bits", Machine({.ram_bytes = 978 * kGiB}));
  add("too_large_for_40_address_bits", Machine({.ram_bytes = 979 * kGiB}));
  add("no_relocation_in_7_0", Machine({.version = {7, 0, 0},
                                       .cpu = "EPYC,phys-bits=48",
                                       .ram_bytes = 1100 * kGiB}));
  add("microvm_splits_at_3g",
      Machine({.family = MachineFamily::kMicrovm, .ram_bytes = 4 * kGiB}));
  add("isapc",
      Machine({.family = MachineFamily::kIsapc, .ram_bytes = 64 * kMiB}));
  MachineOptions low_end = Machine({.family = kI440fx, .ram_bytes = 6 * kGiB});
  low_end.max_ram_below_4g_bytes = 1536 * kMiB;
  add("low_memory_end_at_1536m", low_end);
  MachineOptions hotplug = Machine({.ram_bytes = 8704 * kMiB});
  hotplug.memory.maxram_size_bytes = 9 * kGiB;
  hotplug.memory.slots = 4;
  add("four_slots_of_hot_pluggable_memory", hotplug);
  MachineOptions backed = Machine({.ram_bytes = 128 * kMiB + 1});
  backed.memory_backend = AddBackend(backed, 128 * kMiB + 1);
  backed.memory.ram_size_from_backend = true;
  backed.memory.maxram_size_bytes = 128 * kMiB;
  add("ram_size_from_an_odd_backend", backed);
}

// Who owns it.
void AddNumaSeeds(std::vector<LayoutSeed>& seeds) {
  const auto add = [&](absl::string_view name, MachineOptions m) {
    seeds.push_back({std::string(name), std::move(m)});
  };
  MachineOptions distances = WithNodes({}, {64 * kMiB, 64 * kMiB});
  AddCpus(distances, 2, 2);
  distances.numa_nodes[0].cpus = {{.first = 0, .last = 1}};
  distances.numa_nodes[1].cpus = {{.first = 2, .last = 3}};
  distances.numa_distances = {{.from = 0, .to = 1, .value = 21}};
  add("two_nodes_with_distances", distances);
  MachineOptions asymmetric = WithNodes({}, {64 * kMiB, 32 * kMiB, 32 * kMiB});
  for (const auto& [from, to, value] : std::vector<NumaDistance>{{0, 1, 20},
                                                                 {1, 0, 30},
                                                                 {0, 2, 40},
                                                                 {2, 0, 50},
                                                                 {1, 2, 255},
                                                                 {2, 1, 10}}) {
    asymmetric.numa_distances.push_back({from, to, value});
  }
  add("three_nodes_asymmetric_distances", asymmetric);
  add("node_spans_the_4g_split", WithNodes({}, {kGiB, 2 * kGiB, 5 * kGiB}));
  add("node_ends_at_the_4g_split", WithNodes({}, {2 * kGiB, 2 * kGiB}));
  MachineOptions tiny_low_end =
      WithNodes({}, {512 * kKiB, 128 * kMiB - 512 * kKiB});
  tiny_low_end.max_ram_below_4g_bytes = 512 * kKiB;
  add("node_ends_at_a_low_memory_end_of_512k", tiny_low_end);
  add("node_ends_in_legacy_hole", WithNodes({}, {704 * kKiB, 130368 * kKiB}));
  add("node_ends_at_640k",
      WithNodes({}, {640 * kKiB, 128 * kMiB - 640 * kKiB}));
  add("node_without_memory", WithNodes({}, {64 * kMiB, 0, 64 * kMiB}));
  MachineOptions shuffled = WithNodes({}, {kGiB, 3 * kGiB});
  std::swap(shuffled.numa_nodes[0], shuffled.numa_nodes[1]);
  add("nodes_in_descending_order", shuffled);
  MachineOptions sparse = WithNodes({}, {64 * kMiB, 64 * kMiB});
  sparse.numa_nodes[1].id = 127;
  add("node_id_missing", sparse);
  MachineOptions legacy = Machine({.family = kI440fx, .version = {5, 0, 0}});
  legacy.numa_nodes = {{.id = 0, .mem_bytes = 100 * kMiB},
                       {.id = 1, .mem_bytes = 28 * kMiB}};
  add("mem_option_of_machine_5_0", legacy);
  MachineOptions typed = WithNodes({}, {kGiB, 2 * kGiB, 5 * kGiB});
  typed.numa_nodes[1].memmap_type = MemmapType::kSpm;
  typed.numa_nodes[2].memmap_type = MemmapType::kReserved;
  add("soft_reserved_node_spans_4g", typed);
  MachineOptions moved =
      WithNodes({.cpu = "EPYC,phys-bits=48"}, {1092 * kGiB, 8 * kGiB});
  moved.numa_nodes[1].memmap_type = MemmapType::kSpm;
  add("soft_reserved_node_above_one_terabyte", moved);
  MachineOptions wide =
      WithNodes({.version = {10, 0, 0}, .qemu = QemuVersion::k10_0},
                {64 * kMiB, 64 * kMiB});
  wide.smp = {.cpus = 4,
              .maxcpus = 300,
              .sockets = 3,
              .dies = 2,
              .modules = 5,
              .cores = 5,
              .threads = 2};
  wide.numa_cpus = {
      {.node_id = 1, .socket_id = 2},
      {.node_id = 0, .socket_id = 0, .die_id = 1, .module_id = 4}};
  add("three_hundred_possible_cpus", wide);
  MachineOptions hmat = WithNodes({}, {128 * kMiB, 0});
  hmat.hmat = true;
  hmat.numa_nodes[0].cpus = {{.first = 0, .last = 0}};
  hmat.numa_nodes[1].initiator = 0;
  hmat.oem = {.id = {'A', 'C', 'M', 'E', 0, 0},
              .table_id = {'L', 'A', 'Y', 'O', 'U', 'T', '0', '1'}};
  add("initiator_and_oem_names", hmat);
}

using Kind = MapOperation::Kind;

constexpr AddressRange At(AddressRange::StartAndSize range) {
  return *AddressRange::Create(range);
}

MapOperation Assign(AddressRange::StartAndSize range,
                    MemoryType type = MemoryType::kRam,
                    uint32_t owner = kNoOwner) {
  return {.kind = Kind::kAssign,
          .range = At(range),
          .attributes = {.type = type, .owner = owner}};
}

MapOperation Erase(AddressRange::StartAndSize range) {
  return {.kind = Kind::kErase, .range = At(range)};
}

MapOperation Query(Kind kind, AddressRange range,
                   MemoryType type = MemoryType::kRam) {
  return {.kind = kind, .range = range, .attributes = {.type = type}};
}

MapOperation Gap(uint64_t size_bytes, uint64_t alignment_bytes) {
  return {.kind = Kind::kFirstAlignedGap,
          .size_bytes = size_bytes,
          .step_bytes = alignment_bytes};
}

// `size_bytes` in every `size_bytes + step_bytes` of a range.
MapOperation Stripes(Kind kind, AddressRange::StartAndSize range,
                     uint64_t size_bytes, uint64_t step_bytes) {
  return {.kind = kind,
          .range = At(range),
          .size_bytes = size_bytes,
          .step_bytes = step_bytes};
}

}  // namespace

std::vector<LayoutSeed> LayoutSeeds() {
  std::vector<LayoutSeed> seeds;
  AddSplitSeeds(seeds);
  AddNumaSeeds(seeds);
  return seeds;
}

std::vector<RangeTreeMapSeed> RangeTreeMapSeeds() {
  constexpr AddressRange kAll = AddressRange::Everything();
  constexpr uint64_t kTop = UINT64_MAX;
  constexpr auto kReserved = MemoryType::kReserved;
  constexpr auto kSoft = MemoryType::kSoftReserved;
  // Every other page of the i-th 64 KiB.
  const auto stripes = [](uint64_t i) {
    return Stripes(Kind::kAssignStripes, {i * 64 * kKiB, 64 * kKiB}, 4096,
                   4096);
  };
  return {
      {"neighbours_join",
       {Assign({0, 4096}), Assign({4096, 4096}),
        Query(Kind::kOverlapping, kAll)}},
      {"neighbours_of_other_owners_stay_apart",
       {Assign({0, 4096}, MemoryType::kRam, 0),
        Assign({4096, 4096}, MemoryType::kRam, 1),
        Query(Kind::kOverlapping, At({4032, 128}))}},
      {"hole_in_the_middle",
       {Assign({0, kMiB}), Erase({640 * kKiB, 384 * kKiB}),
        Query(Kind::kAt, At({640 * kKiB, 1})), Gap(64 * kKiB, 64 * kKiB)}},
      {"retyped_in_the_middle_and_back",
       {Assign({0, 8 * kGiB}), Assign({4 * kGiB, kGiB}, kSoft),
        Query(Kind::kBytesOfType, kAll, kSoft), Assign({4 * kGiB, kGiB})}},
      {"last_byte_of_the_address_space",
       {Assign({kTop, 1}), Assign({kTop - 1, 1}, kReserved),
        Query(Kind::kAt, At({kTop, 1})), Gap(1, 4096), Erase({kTop, 1})}},
      {"whole_address_space",
       {{.kind = Kind::kAssign},
        Query(Kind::kBytesOfType, kAll),
        Gap(1, 1),
        {.kind = Kind::kErase},
        Gap(1, 1)}},
      {"erase_across_segments",
       {Assign({0, 4096}), Assign({8192, 4096}, kReserved),
        Assign({16384, 4096}, kSoft), Erase({2048, 16384})}},
      {"assign_over_everything",
       {Assign({0, 4096}),
        Assign({kMiB, kMiB}, kReserved),
        Assign({4 * kGiB, kGiB}, kSoft),
        {.kind = Kind::kAssign}}},
      {"gap_with_odd_alignment",
       {Assign({0, 4096}), Assign({8192, 4096}), Gap(4096, 3 << 12), Gap(16, 3),
        Gap(kGiB, 7)}},
      {"clear_and_reuse",
       {Assign({0, 4096}),
        {.kind = Kind::kClear},
        Assign({4096, 4096}),
        Query(Kind::kOverlaps, At({0, 4096}))}},
      {"split_a_leaf",
       {stripes(0), stripes(3), stripes(1), stripes(2),
        Query(Kind::kBytesOfType, kAll), Gap(8192, 4096)}},
      {"merge_leaves",
       {stripes(0), stripes(1), stripes(2), stripes(3), stripes(4),
        Erase({0, 64 * kKiB}),
        Stripes(Kind::kEraseStripes, {64 * kKiB, 128 * kKiB}, 4096, 12288),
        Query(Kind::kOverlapping, kAll), Gap(4096, 8192)}},
      {"three_levels",
       {stripes(4),
        stripes(0),
        stripes(3),
        stripes(1),
        stripes(2),
        Query(Kind::kBytesOfType, kAll),
        Gap(8192, 4096),
        Assign({640 * kKiB, 4096}, kReserved),
        Erase({kMiB, 2 * kMiB}),
        Gap(8192, 4096),
        {.kind = Kind::kErase}}},
  };
}

std::vector<SeedFile> SeedFiles(absl::string_view recorded) {
  std::vector<SeedFile> files = TableSeedFiles(recorded);
  for (const LayoutSeed& seed : LayoutSeeds()) {
    files.push_back({absl::StrCat("layout/", seed.name),
                     EncodeMachine(seed.machine).value_or("")});
  }
  for (const RangeTreeMapSeed& seed : RangeTreeMapSeeds()) {
    files.push_back({absl::StrCat("range_tree_map/", seed.name),
                     EncodeMapOperations(seed.operations).value_or("")});
  }
  return files;
}

}  // namespace e820check
