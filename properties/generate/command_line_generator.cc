// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/command_line_generator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "options/format.h"
#include "properties/generate/argument_units.h"

namespace e820check {
namespace {

using Units = std::vector<ArgumentUnit>;

// QEMU's JSON form of -object.
std::string BackendAsJson(const MemoryBackend& backend) {
  const absl::string_view type =
      backend.kind == MemoryBackend::Kind::kMemfd ? "memfd" : "ram";
  return absl::StrCat("{\"qom-type\":\"memory-backend-", type, "\",\"id\":\"",
                      backend.id, "\",\"size\":", backend.size_bytes,
                      ",\"share\":", backend.share ? "true" : "false",
                      ",\"reserve\":", backend.reserve ? "true" : "false", "}");
}

void SpellBackendsAsJson(const MachineOptions& machine, Choices& choices,
                         Units& units) {
  size_t backend = 0;
  for (ArgumentUnit& unit : units) {
    if (unit.option != "-object" ||
        !absl::StartsWith(*unit.value, "memory-backend-")) {
      continue;
    }
    if (choices.OneIn(2)) {
      unit.value = BackendAsJson(machine.backends[backend]);
    }
    ++backend;
  }
}

// Backends are made before nodes and -m is read before either, so units of
// different options may trade places.
void MoveUnits(Choices& choices, Units& units) {
  for (size_t i = units.size(); i > 1; --i) {
    if (units[i - 1].option == units[i - 2].option) continue;
    if (choices.OneIn(2)) std::swap(units[i - 1], units[i - 2]);
  }
}

// All items but the first, which may stand for an implied key.
void MoveItems(Choices& choices, Units& units) {
  for (ArgumentUnit& unit : units) {
    if (!unit.value) continue;
    std::vector<std::string> items = SplitItems(*unit.value);
    for (size_t i = items.size(); i > 2; --i) {
      std::swap(items[i - 1], items[1 + choices.Below(i - 1)]);
    }
    unit.value = JoinItems(items);
  }
}

void Respell(const MachineOptions& machine, Choices& choices, Units& units) {
  if (choices.OneIn(6)) SpellBackendsAsJson(machine, choices, units);
  if (choices.OneIn(4)) MoveUnits(choices, units);
  if (choices.OneIn(4)) MoveItems(choices, units);
  if (!choices.OneIn(4)) return;
  for (ArgumentUnit& unit : units) {
    if (unit.option == "-machine" && choices.OneIn(2)) unit.option = "-M";
    if (choices.OneIn(4)) unit.option.insert(0, "-");
  }
}

void ReplaceValue(Choices& choices, std::vector<std::string>& items) {
  constexpr absl::string_view kValues[] = {
      "0",  "1",   "",    "x",     "-1",   "128",
      "4G", "300", "256", "65536", "on",   "18446744073709551615",
      "9",  "5",   "1.5", "0x10",  "+2",   "010",
      "1x", "3-1", "2k",  "266",   "1.5G", "0.5M"};
  std::string& item = items[choices.Below(items.size())];
  const size_t equals = item.find('=');
  const absl::string_view value = choices.Pick(kValues);
  if (equals == std::string::npos) {
    item = std::string(value);
  } else {
    item = absl::StrCat(item.substr(0, equals + 1), value);
  }
}

void SpoilItems(Choices& choices, std::vector<std::string>& items) {
  constexpr absl::string_view kExtras[] = {
      "foo=1",   "nodeid=1",  "id=x",          "foo",
      "mem=64M", "noid",      "size=1",        "cpus=0",
      "",        "memdev=m0", "type=dist",     "slots=2",
      "src=0",   "=",         "hmat=on",       "maxmem=64M",
      "cpus=9",  "cpus=3-1",  "initiator=128", "initiator=0"};
  switch (choices.Below(5)) {
    case 0:
      ReplaceValue(choices, items);
      break;
    case 1:
      items.insert(items.begin() +
                       static_cast<ptrdiff_t>(choices.Below(items.size() + 1)),
                   std::string(choices.Pick(kExtras)));
      break;
    case 2:
      items.erase(items.begin() +
                  static_cast<ptrdiff_t>(choices.Below(items.size())));
      break;
    case 3: {
      // A misspelt key: one letter doubled.
      std::string& item = items[choices.Below(items.size())];
      if (!item.empty()) item.insert(item.begin(), item.front());
      break;
    }
    default:
      items.push_back(items[choices.Below(items.size())]);
      ReplaceValue(choices, items);
  }
}

void SpoilUnits(Choices& choices, Units& units) {
  constexpr absl::string_view kNuma[] = {"node",
                                         "node,nodeid=3",
                                         "dist,src=0,dst=1,val=9",
                                         "dist,src=0,dst=0,val=11",
                                         "dist,src=0,dst=1,val=30",
                                         "cpu,node-id=0,socket-id=99",
                                         "cpu,node-id=9",
                                         "cpu,node-id=0",
                                         "cpu,node-id=1,thread-id=0",
                                         "node,mem=1G",
                                         "node,memdev=m9",
                                         "node,cpus=0",
                                         "foo"};
  const size_t at = choices.Below(units.size());
  switch (choices.Below(4)) {
    case 0:
      units.erase(units.begin() + static_cast<ptrdiff_t>(at));
      break;
    case 1: {
      const ArgumentUnit copy = units[at];
      units.push_back(copy);
      break;
    }
    case 2:
      units.push_back(
          {.option = "-numa", .value = std::string(choices.Pick(kNuma))});
      break;
    default:
      std::swap(units[at], units[choices.Below(units.size())]);
  }
}

void AddFault(Choices& choices, Units& units) {
  if (units.empty()) return;
  ArgumentUnit& unit = units[choices.Below(units.size())];
  if (!unit.value || absl::EndsWith(unit.option, "-global") ||
      absl::StartsWith(*unit.value, "{") || choices.OneIn(3)) {
    SpoilUnits(choices, units);
    return;
  }
  std::vector<std::string> items = SplitItems(*unit.value);
  SpoilItems(choices, items);
  unit.value = JoinItems(items);
}

}  // namespace

std::vector<std::string> GenerateCommandLine(Choices& choices,
                                             const GeneratorPolicy& policy) {
  const MachineOptions machine = GenerateMachine(choices, policy);
  Units units = SplitArguments(Format(machine));
  Respell(machine, choices, units);
  if (choices.OneIn(policy.one_fault_in)) AddFault(choices, units);
  return JoinArguments(units);
}

}  // namespace e820check
