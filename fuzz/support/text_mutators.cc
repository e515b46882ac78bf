// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "fuzz/support/mutator.h"
#include "options/argument_lines.h"
#include "properties/generate/argument_units.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/option_text_generator.h"
#include "search/mutation.h"

namespace e820check {
namespace {

// First lines of each release and dialect; the default may go without.
std::vector<std::string> Profiles() {
  std::vector<std::string> profiles = {""};
  for (const QemuVersion release : kReleases) {
    if (release != kDefaultRelease) {
      profiles.push_back(absl::StrCat("#", ToString(release)));
    }
  }
  for (const QemuVersion release : kReleases) {
    profiles.push_back(absl::StrCat("#", ToString(release), " ",
                                    ToString(Dialect::kMemmapType)));
  }
  return profiles;
}

// A file's first line, if it names a release, and the rest.
struct Parts {
  std::string profile;  // without line end
  std::string text;
};

Parts Split(absl::string_view file) {
  if (!absl::StartsWith(file, "#")) return {"", std::string(file)};
  const size_t end = std::min(file.find('\n'), file.size() - 1);
  return {std::string(file.substr(0, end)), std::string(file.substr(end + 1))};
}

std::string Join(const Parts& parts) {
  return parts.profile.empty() ? parts.text
                               : absl::StrCat(parts.profile, "\n", parts.text);
}

void ChangeProfile(Parts& parts, Choices& choices) {
  if (choices.OneIn(8)) parts.profile = choices.Pick(Profiles());
}

CommandLineArgs Arguments(absl::string_view text) {
  CommandLineArgs args = absl::StrSplit(text, '\n');
  if (args.back().empty()) args.pop_back();
  return args;
}

GeneratorPolicy PolicyFor(absl::string_view profile) {
  GeneratorPolicy policy;
  const CommandLineContext context = SplitArgumentLines(profile).context;
  policy.qemu_version = context.qemu_version;
  policy.dialect = context.dialect;
  // The mutation is fault enough.
  policy.one_fault_in = UINT64_MAX;
  policy.max_nodes = 4;
  return policy;
}

// The arguments as lines, without the last ones if there is no room.
std::string Lines(Parts parts, CommandLineArgs args, size_t max_size) {
  for (std::string& arg : args) std::replace(arg.begin(), arg.end(), '\n', ' ');
  while (true) {
    parts.text = absl::StrJoin(args, "\n");
    std::string file = Join(parts);
    if (file.size() <= max_size) return file;
    if (args.empty()) return "";
    args.pop_back();
  }
}

std::string MutateArguments(absl::string_view file, size_t max_size,
                            Choices& choices) {
  Parts parts = Split(file);
  ChangeProfile(parts, choices);
  const CommandLineArgs donor =
      GenerateCommandLine(choices, PolicyFor(parts.profile));
  CommandLineArgs args = Mutate(Arguments(parts.text), {donor}, choices);
  return Lines(std::move(parts), std::move(args), max_size);
}

std::string CrossArguments(absl::string_view left, absl::string_view right,
                           size_t max_size, Choices& choices) {
  Parts parts = Split(left);
  CommandLineArgs args =
      Mutate(Arguments(parts.text), {Arguments(Split(right).text)}, choices);
  return Lines(std::move(parts), std::move(args), max_size);
}

// The option's text seen as the value of an option, of which Mutate knows how
// to change items.
std::string MutateText(absl::string_view file, const std::string& donor,
                       size_t max_size, Choices& choices) {
  Parts parts = Split(file);
  ChangeProfile(parts, choices);
  const std::vector<ArgumentUnit> units = SplitArguments(
      Mutate({"-x", parts.text}, {CommandLineArgs{"-x", donor}}, choices));
  parts.text = donor;
  for (const ArgumentUnit& unit : units) {
    if (unit.value) parts.text = *unit.value;
  }
  std::string mutated = Join(parts);
  if (mutated.size() > max_size) mutated.resize(max_size);
  return mutated;
}

template <std::string (*kGenerate)(Choices&)>
std::string MutateOption(absl::string_view file, size_t max_size,
                         Choices& choices) {
  const std::string donor = kGenerate(choices);
  return MutateText(file, donor, max_size, choices);
}

std::string CrossOptions(absl::string_view left, absl::string_view right,
                         size_t max_size, Choices& choices) {
  return MutateText(left, Split(right).text, max_size, choices);
}

}  // namespace

const Mutator kArgumentsMutator = {MutateArguments, CrossArguments};
const Mutator kMemoryTextMutator = {MutateOption<GenerateMemoryText>,
                                    CrossOptions};
const Mutator kNumaTextMutator = {MutateOption<GenerateNumaText>, CrossOptions};
const Mutator kObjectTextMutator = {MutateOption<GenerateObjectText>,
                                    CrossOptions};

}  // namespace e820check
