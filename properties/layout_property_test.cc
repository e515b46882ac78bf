// SPDX-License-Identifier: Apache-2.0

// The ladder of trust for layouts, ReferenceLayout -> RangeTreeLayout, and what
// must hold of both whatever the machine. The third rung, QEMU itself, is
// climbed by `e820check diff --right qemu`.

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "model/reference_memory_map.h"
#include "options/command_line.h"
#include "options/format.h"
#include "properties/generate/rapidcheck_generators.h"
#include "properties/judge/judgement.h"
#include "properties/laws/laws.h"
#include "rangetree/range_tree_layout.h"
#include "rapidcheck/gtest.h"

namespace e820check {
namespace {

using Layout = Answer (*)(const MachineOptions&);

void RequireOk(const absl::Status& status) {
  if (!status.ok()) RC_FAIL(std::string(status.message()));
}

void RequireAgreement(const Judgement& judgement) {
  if (!judgement.defects.empty()) RC_FAIL(Describe(judgement));
}

const GuestLayout* LayoutOf(const Answer& answer) {
  return std::get_if<GuestLayout>(&answer.outcome);
}

// e820 with rows of one type that touch made one, whatever their order.
std::vector<Segment> MergedE820(const GuestLayout& layout) {
  ReferenceMemoryMap map;
  for (const E820Row& row : layout.e820) {
    map.Assign(*AddressRange::Create(AddressRange::StartAndSize{
                   .start = row.address, .size_bytes = row.length_bytes}),
               {.type = row.type, .owner = kNoOwner});
  }
  return map.Segments();
}

RC_GTEST_PROP(LayoutLadder, RangeTreeAgreesWithReference, ()) {
  const MachineOptions machine = *Machines(*Policies());
  RequireOk(Validate(machine));
  const Answer expected = ReferenceLayout(machine);
  RequireAgreement(Judge(&machine, expected, RangeTreeLayout(machine)));
  RC_CLASSIFY(expected.accepted(), "accepted");
  RC_CLASSIFY(!expected.accepted(), "refused");
}

RC_GTEST_PROP(LayoutLaws, HoldOfWhatTheReferenceAccepts, ()) {
  const MachineOptions machine = *Machines(*Policies());
  const Answer answer = ReferenceLayout(machine);
  RC_PRE(answer.accepted());
  RequireOk(CheckLaws(machine, *LayoutOf(answer)));
}

RC_GTEST_PROP(Options, FormatGivesTextThatParsesToTheSameMachine, ()) {
  const GeneratorPolicy policy = *Policies();
  const MachineOptions machine = *Machines(policy);
  const auto parsed = ParseCommandLine(
      Format(machine),
      {.qemu_version = policy.qemu_version, .dialect = policy.dialect});
  RequireOk(parsed.status());
  if (const auto* refusal = std::get_if<Rejection>(&parsed->outcome)) {
    RC_FAIL(refusal->text);
  }
  RC_ASSERT(std::get<MachineOptions>(parsed->outcome) == machine);
}

// Each metamorphic law takes the layout that it is held against.
class Metamorphic : public ::testing::TestWithParam<Layout> {};

INSTANTIATE_TEST_SUITE_P(Layouts, Metamorphic,
                         ::testing::Values(ReferenceLayout, RangeTreeLayout),
                         [](const auto& param) {
                           return param.index == 0 ? "Reference" : "RangeTree";
                         });

template <typename T>
void Shuffle(std::vector<T>& items) {
  for (size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[*rc::gen::inRange<size_t>(0, i)]);
  }
}

// Then order decides which of two distances counts.
bool HasDistanceTwice(const MachineOptions& machine) {
  std::set<std::pair<uint32_t, uint32_t>> seen;
  return std::any_of(machine.numa_distances.begin(),
                     machine.numa_distances.end(), [&](const auto& distance) {
                       return !seen.emplace(distance.from, distance.to).second;
                     });
}

TEST_P(Metamorphic, OrderOfNumaOptionsDoesNotMatter) {
  const Layout layout = GetParam();
  EXPECT_TRUE(rc::check([layout] {
    const MachineOptions machine = *Machines(*Policies());
    RC_PRE(machine.numa_nodes.size() > 1 && !HasDistanceTwice(machine));
    MachineOptions shuffled = machine;
    Shuffle(shuffled.numa_nodes);
    Shuffle(shuffled.numa_cpus);
    Shuffle(shuffled.numa_distances);
    RequireAgreement(Judge(&machine, layout(machine), layout(shuffled)));
    RC_CLASSIFY(!machine.numa_distances.empty(), "with distances");
    RC_CLASSIFY(!machine.numa_cpus.empty(), "with -numa cpu");
  }));
}

// One node in two halves of the same type: other rows, the same merged map.
TEST_P(Metamorphic, SplittingANodeKeepsTheMergedMap) {
  const Layout layout = GetParam();
  EXPECT_TRUE(rc::check([layout] {
    const MachineOptions machine = *Machines(*Policies());
    RC_PRE(!machine.numa_nodes.empty() && machine.numa_nodes.size() < 16);
    RC_PRE(machine.numa_distances.empty());
    const Answer before = layout(machine);
    RC_PRE(before.accepted());

    MachineOptions split = machine;
    const auto split_id = *rc::gen::inRange<uint32_t>(
        0, static_cast<uint32_t>(machine.numa_nodes.size()));
    for (NumaNode& node : split.numa_nodes) {
      if (node.id > split_id) ++node.id;
    }
    for (NumaCpu& binding : split.numa_cpus) {
      if (binding.node_id > split_id) ++binding.node_id;
    }
    const auto node =
        std::find_if(split.numa_nodes.begin(), split.numa_nodes.end(),
                     [&](const NumaNode& n) { return n.id == split_id; });
    RC_PRE(node->memdev.has_value());
    const auto backend = std::find_if(
        split.backends.begin(), split.backends.end(),
        [&](const MemoryBackend& b) { return b.id == *node->memdev; });
    const uint64_t whole = backend->size_bytes;
    RC_PRE(whole > 1);
    const uint64_t low = 1 + *rc::gen::inRange<uint64_t>(0, whole - 1);
    NumaNode upper = *node;
    upper.id = split_id + 1;
    upper.cpus.clear();
    upper.memdev = "upper";
    MemoryBackend half = *backend;
    half.id = "upper";
    half.size_bytes = whole - low;
    backend->size_bytes = low;
    split.backends.push_back(half);
    split.numa_nodes.push_back(upper);

    const Answer after = layout(split);
    // Of a typed node, the part below 1 MiB may be too small to stay whole.
    RC_PRE(after.accepted());
    RC_ASSERT(MergedE820(*LayoutOf(before)) == MergedE820(*LayoutOf(after)));
    RC_CLASSIFY(node->memmap_type == MemmapType::kNormal, "normal");
    RC_CLASSIFY(node->memmap_type != MemmapType::kNormal, "typed");
  }));
}

// Typing one node changes the type of its bytes and of no other.
TEST_P(Metamorphic, RetypingChangesOnlyTheNodesOwnBytes) {
  const Layout layout = GetParam();
  EXPECT_TRUE(rc::check([layout] {
    GeneratorPolicy policy = *Policies();
    policy.dialect = Dialect::kStock;
    const MachineOptions normal = *Machines(policy);
    RC_PRE(!normal.numa_nodes.empty());
    MachineOptions typed = normal;
    const bool spm = *rc::gen::arbitrary<bool>();
    NumaNode& node =
        typed.numa_nodes[*rc::gen::inRange<size_t>(0, typed.numa_nodes.size())];
    node.memmap_type = spm ? MemmapType::kSpm : MemmapType::kReserved;
    const Answer before = layout(normal);
    const Answer after = layout(typed);
    RC_PRE(before.accepted() && after.accepted());

    // Give the typed rows RAM's type back: the merged maps are equal again.
    GuestLayout restored = *LayoutOf(after);
    uint64_t typed_bytes = 0;
    for (E820Row& row : restored.e820) {
      const bool was_there = std::find(LayoutOf(before)->e820.begin(),
                                       LayoutOf(before)->e820.end(),
                                       row) != LayoutOf(before)->e820.end();
      if (was_there || row.type == MemoryType::kRam) continue;
      RC_ASSERT(row.type ==
                (spm ? MemoryType::kSoftReserved : MemoryType::kReserved));
      typed_bytes += row.length_bytes;
      row.type = MemoryType::kRam;
    }
    RC_ASSERT(typed_bytes == NodeSizeBytes(typed, node));
    RC_ASSERT(MergedE820(restored) == MergedE820(*LayoutOf(before)));
    if (spm) RC_ASSERT(LayoutOf(before)->srat == LayoutOf(after)->srat);
    RC_CLASSIFY(spm, "spm");
    RC_CLASSIFY(!spm, "reserved");
  }));
}

}  // namespace
}  // namespace e820check
