// SPDX-License-Identifier: Apache-2.0

// The two dialects of soft-reserved memory, over generated machines and for
// both layouts: same memory, same type, another place.

#include <algorithm>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "options/format.h"
#include "properties/generate/rapidcheck_generators.h"
#include "properties/laws/dialects.h"
#include "properties/laws/laws.h"
#include "rangetree/range_tree_layout.h"
#include "rapidcheck/gtest.h"

namespace e820check {
namespace {

using Layout = Answer (*)(const MachineOptions&);

void RequireOk(const absl::Status& status) {
  if (!status.ok()) RC_FAIL(std::string(status.message()));
}

// Each dialect's command line means its machine, so that a QEMU can be asked.
void RequireWords(const MachineOptions& machine, Dialect dialect) {
  const auto parsed = ParseCommandLine(
      Format(machine),
      {.qemu_version = machine.qemu_version, .dialect = dialect});
  RequireOk(parsed.status());
  RC_ASSERT(parsed->accepted());
  RC_ASSERT(std::get<MachineOptions>(parsed->outcome) == machine);
}

std::vector<E820Row> SoftReserved(const GuestLayout& layout) {
  std::vector<E820Row> rows;
  for (const E820Row& row : layout.e820) {
    if (row.type == MemoryType::kSoftReserved) rows.push_back(row);
  }
  return rows;
}

// What a pair of layouts is an example of.
std::vector<std::string> ClassesOf(const DialectPair& pair,
                                   const GuestLayout& memmap_type,
                                   const GuestLayout& sp_mem) {
  const std::vector<E820Row> before = SoftReserved(memmap_type);
  const std::vector<E820Row> after = SoftReserved(sp_mem);
  std::vector<std::string> classes;
  const auto add = [&](bool holds, const char* name) {
    if (holds) classes.emplace_back(name);
  };
  const auto any_at = [](const std::vector<E820Row>& rows, uint64_t from,
                         uint64_t to) {
    return std::any_of(rows.begin(), rows.end(), [&](const E820Row& row) {
      return row.address >= from && row.address < to;
    });
  };
  add(any_at(before, 0, 4 * kGiB), "typed below 4G");
  add(any_at(before, 4 * kGiB, kTiB), "typed above 4G");
  add(any_at(before, kTiB, UINT64_MAX), "typed above 1T");
  add(before.size() > after.size(), "typed on both sides of the PCI hole");
  add(after.size() > 1, "several devices");
  add(before == after, "same place");
  add(before != after, "another place");
  add(any_at(after, kTiB, UINT64_MAX), "device above 1T");
  add(!memmap_type.slit.empty(), "with distances");
  add(pair.sp_mem.devices.size() > after.size(), "with other devices");
  add(pair.memmap_type.memory.maxram_size_bytes >
          pair.memmap_type.memory.ram_size_bytes,
      "with room for hot-plug");
  return classes;
}

constexpr const char* kClasses[] = {
    "memmap-type refused",   "sp-mem refused",
    "typed below 4G",        "typed above 4G",
    "typed above 1T",        "typed on both sides of the PCI hole",
    "several devices",       "same place",
    "another place",         "device above 1T",
    "with distances",        "with other devices",
    "with room for hot-plug"};

// Node 1 ends RAM where device memory would start without it.
MachineOptions MachineWithOneEnd() {
  MachineOptions machine;
  machine.qemu_version = QemuVersion::k11_1;
  machine.type = {.family = MachineFamily::kQ35, .version = {11, 1}};
  machine.memory.ram_size_bytes = 8 * kGiB;
  machine.memory.maxram_size_bytes = 8 * kGiB;
  for (const uint32_t id : {0u, 1u}) {
    MemoryBackend backend;
    backend.id = absl::StrCat("m", id);
    backend.size_bytes = id == 0 ? 6 * kGiB : 2 * kGiB;
    NumaNode node;
    node.id = id;
    node.memdev = backend.id;
    machine.backends.push_back(backend);
    machine.numa_nodes.push_back(node);
  }
  machine.numa_nodes[1].memmap_type = MemmapType::kSpm;
  return machine;
}

// A machine of 11.1 with some nodes typed spm and none reserved.
MachineOptions TypedMachine() {
  if (*rc::gen::inRange(0, 16) == 15) return MachineWithOneEnd();
  GeneratorPolicy policy;
  policy.qemu_version = QemuVersion::k11_1;
  policy.dialect = Dialect::kStock;
  MachineOptions machine = *Machines(policy);
  RC_PRE(machine.numa_nodes.size() > 1);
  const auto first = *rc::gen::inRange<size_t>(0, machine.numa_nodes.size());
  const bool all = *rc::gen::inRange(0, 4) == 0;
  for (size_t i = 0; i < machine.numa_nodes.size(); ++i) {
    NumaNode& node = machine.numa_nodes[i];
    if (i == first || (all && node.id > 0)) {
      node.memmap_type = MemmapType::kSpm;
    }
  }
  return machine;
}

class Dialects : public ::testing::TestWithParam<Layout> {};

INSTANTIATE_TEST_SUITE_P(Layouts, Dialects,
                         ::testing::Values(ReferenceLayout, RangeTreeLayout),
                         [](const auto& param) {
                           return param.index == 0 ? "Reference" : "RangeTree";
                         });

TEST_P(Dialects, GiveTheSameMemoryOfTheSameType) {
  const Layout layout = GetParam();
  std::map<std::string, int> reached;
  EXPECT_TRUE(rc::check([layout, &reached] {
    const auto pair = InBothDialects(TypedMachine());
    RC_PRE(pair.has_value());
    RequireOk(Validate(pair->memmap_type));
    RequireOk(Validate(pair->sp_mem));
    RequireWords(pair->memmap_type, Dialect::kMemmapType);
    RequireWords(pair->sp_mem, Dialect::kStock);

    const Answer before = layout(pair->memmap_type);
    const Answer after = layout(pair->sp_mem);
    if (!before.accepted()) ++reached["memmap-type refused"];
    if (!after.accepted()) ++reached["sp-mem refused"];
    RC_PRE(before.accepted() && after.accepted());
    const auto& typed = std::get<GuestLayout>(before.outcome);
    const auto& plugged = std::get<GuestLayout>(after.outcome);
    RequireOk(CheckSameMemory(typed, plugged));
    RequireOk(CheckLaws(pair->memmap_type, typed));
    RequireOk(CheckLaws(pair->sp_mem, plugged));
    for (const std::string& name : ClassesOf(*pair, typed, plugged)) {
      ++reached[name];
      RC_TAG(name);
    }
  }));
  for (const char* name : kClasses) {
    EXPECT_GE(reached[name], 1) << "never reached: " << name;
  }
}

}  // namespace
}  // namespace e820check
