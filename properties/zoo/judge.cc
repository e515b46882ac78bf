// SPDX-License-Identifier: Apache-2.0

#include "properties/zoo/judge.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "model/reference_layout.h"
#include "model/reference_memory_map.h"
#include "options/command_line.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"
#include "properties/generate/map_workload.h"
#include "properties/judge/judgement.h"
#include "properties/laws/map_checker.h"
#include "properties/laws/map_laws.h"
#include "rangetree/range_tree_layout.h"

namespace e820check {
namespace {

// --- Maps ---

// A few addresses around those that matter, so that ranges meet.
uint64_t SomeAddress(Choices& choices) {
  constexpr uint64_t kPlaces[] = {0,    640 * kKiB, 4 * kGiB,
                                  kTiB, 16 * kTiB,  uint64_t{0} - 64};
  return choices.Pick(kPlaces) + choices.Below(64);
}

AddressRange SomeRange(Choices& choices) {
  const uint64_t a = SomeAddress(choices);
  const uint64_t b = SomeAddress(choices);
  return *AddressRange::Create(AddressRange::FirstAndLast{
      .first = std::min(a, b), .last = std::max(a, b)});
}

MemoryType SomeType(Choices& choices) {
  constexpr MemoryType kTypes[] = {MemoryType::kRam, MemoryType::kReserved,
                                   MemoryType::kSoftReserved};
  return choices.Pick(kTypes);
}

// The maps after each of some writes, by the laws of map_laws.h.
Detection JudgeMap(MapFault fault, Choices& choices) {
  constexpr uint64_t kMostWrites = 24;
  MapChecker maps{ReferenceMemoryMap(), FaultyMap(fault)};
  const FaultyMap& actual = maps.actual();
  const uint64_t writes = 1 + choices.Below(kMostWrites);
  for (uint64_t i = 0; i < writes; ++i) {
    MapWrite write{.range = SomeRange(choices), .attributes = std::nullopt};
    if (!choices.OneIn(4)) {
      write.attributes = {.type = SomeType(choices),
                          .owner = static_cast<uint32_t>(choices.Below(3))};
    }
    Apply(write, maps);
    if (!CheckSegments(actual).ok()) return {.law = "map segments"};
    if (!CheckWindow(actual, SomeRange(choices), SomeType(choices)).ok()) {
      return {.law = "map queries of a window"};
    }
    const GapRequest request = {.size_bytes = 1 + choices.Below(4 * kGiB),
                                .alignment_bytes = 1 + choices.Below(64),
                                .within = SomeRange(choices)};
    if (!CheckGap(actual, request).ok()) return {.law = "map gap"};
    if (!maps.CheckContents().ok()) return {.difference = "map content"};
  }
  return {};
}

// --- Layouts ---

// `machine` may be nullptr: then no law is asked.
Detection Compare(const MachineOptions* machine, Answer expected,
                  Answer actual) {
  Detection caught;
  Judgement judgement = Judge(machine, std::move(expected), std::move(actual));
  for (Defect& defect : judgement.defects) {
    std::string& place = defect.law != nullptr ? caught.law : caught.difference;
    if (place.empty()) place = std::move(defect.id);
  }
  return caught;
}

Detection JudgeLayout(const LayoutFault& fault, Choices& choices) {
  GeneratorPolicy policy = ChoosePolicy(choices);
  policy.beyond_command_lines = true;
  const MachineOptions machine = GenerateMachine(choices, policy);
  MachineOptions misread = machine;
  if (fault.misread != nullptr) {
    fault.misread(misread);
    // What no reader makes is no machine to lay out.
    if (misread == machine || !Validate(misread).ok()) return {};
  }
  Answer actual = RangeTreeLayout(misread);
  auto* layout = std::get_if<GuestLayout>(&actual.outcome);
  if (fault.spoil != nullptr && layout != nullptr) {
    fault.spoil(machine, *layout);
  }
  return Compare(&machine, ReferenceLayout(machine), std::move(actual));
}

// --- Readers ---

// The texts of refusals echo what was read, so they do not count here: only
// whether a command line is refused, and what machine it makes.
Detection CompareReadings(const ParsedCommandLine& expected,
                          const ParsedCommandLine& actual) {
  if (expected.accepted() && actual.accepted()) {
    const auto& machine = std::get<MachineOptions>(expected.outcome);
    const auto& misread = std::get<MachineOptions>(actual.outcome);
    if (machine == misread) return {};
    const Detection caught =
        Compare(&machine, ReferenceLayout(machine), RangeTreeLayout(misread));
    return caught.empty() ? Detection{.difference = "other machine"} : caught;
  }
  if (expected.accepted() == actual.accepted()) return {};
  // Whose defect it is does not depend on the layout.
  const auto answer = [](const ParsedCommandLine& parsed) {
    const auto* refusal = std::get_if<Rejection>(&parsed.outcome);
    return refusal == nullptr ? Answer{.outcome = GuestLayout{}}
                              : Answer{.outcome = *refusal};
  };
  return Compare(nullptr, answer(expected), answer(actual));
}

Detection JudgeReader(const ReaderFault& fault, Choices& choices) {
  GeneratorPolicy policy = ChoosePolicy(choices);
  policy.one_fault_in = 2;
  const CommandLineContext context = {.qemu_version = policy.qemu_version,
                                      .dialect = policy.dialect};
  const std::vector<std::string> args = GenerateCommandLine(choices, policy);
  std::vector<std::string> misread = args;
  if (fault.misread != nullptr) {
    fault.misread(misread);
    if (misread == args) return {};
  }
  const auto expected = ParseCommandLine(args, context);
  const auto actual = ParseCommandLine(misread, context);
  // What is not covered is compared with nothing.
  if (!expected.ok() || !actual.ok()) return {};
  return CompareReadings(*expected, *actual);
}

Detection JudgeFault(const decltype(Mutant::fault)& fault, Choices& choices) {
  return std::visit(
      [&](const auto& one) {
        using Fault = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Fault, MapFault>) {
          return JudgeMap(one, choices);
        } else if constexpr (std::is_same_v<Fault, LayoutFault>) {
          return JudgeLayout(one, choices);
        } else {
          return JudgeReader(one, choices);
        }
      },
      fault);
}

}  // namespace

Detection JudgeCase(const Mutant& mutant, Choices& choices) {
  return JudgeFault(mutant.fault, choices);
}

Detection JudgeControl(const Mutant& mutant, Choices& choices) {
  return std::visit(
      [&](const auto& one) {
        return JudgeFault(std::decay_t<decltype(one)>{}, choices);
      },
      mutant.fault);
}

}  // namespace e820check
