// SPDX-License-Identifier: Apache-2.0

#include "search/config_spelling.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "properties/generate/argument_units.h"

namespace e820check {
namespace {

struct Group {
  absl::string_view option;
  absl::string_view name;
  absl::string_view implied_key;
};

// doc/spec/qemu-options.md 2 and 11.
constexpr Group kGroups[] = {
    {"-m", "memory", "size"},        {"-numa", "numa", "type"},
    {"-machine", "machine", "type"}, {"-M", "machine", "type"},
    {"-smp", "smp-opts", "cpus"},    {"-object", "object", "qom-type"}};

const Group* GroupOf(const ArgumentUnit& unit) {
  if (!unit.value || absl::StartsWith(*unit.value, "{")) return nullptr;
  const auto found = std::find_if(
      std::begin(kGroups), std::end(kGroups),
      [&](const Group& group) { return group.option == unit.option; });
  return found == std::end(kGroups) ? nullptr : found;
}

std::string Spell(const Group& group, absl::string_view value) {
  std::string header = std::string(group.name);
  std::string lines;
  absl::string_view implied_key = group.implied_key;
  for (const std::string& item : SplitItems(value)) {
    const size_t equals = item.find('=');
    absl::string_view key = implied_key;
    std::string text = item;
    if (equals != std::string::npos) {
      key = absl::string_view(item).substr(0, equals);
      text.erase(0, equals + 1);
    } else if (implied_key.empty()) {
      key = item;
      text = "on";
    }
    implied_key = "";
    text = absl::StrReplaceAll(text, {{",,", ","}});
    if (key == "id") {
      absl::StrAppend(&header, " \"", text, "\"");
    } else {
      absl::StrAppend(&lines, "  ", key, " = \"", text, "\"\n");
    }
  }
  return absl::StrCat("[", header, "]\n", lines);
}

}  // namespace

CommandLineArgs SpellAsConfigFile(const CommandLineArgs& args,
                                  Choices& choices) {
  std::vector<ArgumentUnit> units;
  std::string file = "data:";
  for (ArgumentUnit& unit : SplitArguments(args)) {
    const Group* group = GroupOf(unit);
    if (group == nullptr || choices.OneIn(2)) {
      units.push_back(std::move(unit));
    } else {
      file += Spell(*group, *unit.value);
    }
  }
  units.insert(units.begin() +
                   static_cast<std::ptrdiff_t>(choices.Below(units.size() + 1)),
               {.option = "-readconfig", .value = std::move(file)});
  return JoinArguments(units);
}

}  // namespace e820check
