// SPDX-License-Identifier: Apache-2.0

#include "fuzz/seeds/material.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "fuzz/support/machine_codec.h"
#include "nlohmann/json.hpp"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"
#include "properties/generate/option_text_generator.h"
#include "search/config_spelling.h"
#include "search/mutation.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

constexpr int kOfEachProfile = 200;
constexpr int kOfChoices = 800;

struct TextTarget {
  const char* name;
  std::string (*generate)(Choices&);
};
constexpr TextTarget kTextTargets[] = {{"numa_option", GenerateNumaText},
                                       {"object_option", GenerateObjectText},
                                       {"memory_option", GenerateMemoryText}};

void AddRecorded(absl::string_view recorded, std::vector<SeedFile>& files) {
  for (const absl::string_view line :
       absl::StrSplit(recorded, '\n', absl::SkipEmpty())) {
    const ordered_json args = ordered_json::parse(line)["args"];
    const std::string text =
        absl::StrJoin(args.get<std::vector<std::string>>(), "\n");
    for (const char* target : {"command_line", "options"}) {
      files.push_back({absl::StrCat(target, "/recorded", files.size()), text});
    }
  }
}

// In a file's text, '|' stands for a line's end (command_line_case.h).
std::string Lines(const std::string& profile, CommandLineArgs args) {
  for (std::string& arg : args) std::replace(arg.begin(), arg.end(), '\n', '|');
  return absl::StrCat(profile, absl::StrJoin(args, "\n"));
}

void AddOfProfile(const GeneratorPolicy& policy, std::vector<SeedFile>& files) {
  const std::string profile = absl::StrCat("#", ToString(policy.qemu_version),
                                           " ", ToString(policy.dialect), "\n");
  SeededChoices choices(files.size());
  for (int i = 0; i < kOfEachProfile; ++i) {
    const auto add = [&](absl::string_view target, const std::string& bytes) {
      files.push_back({absl::StrCat(target, "/", files.size()), bytes});
    };
    const CommandLineArgs args = GenerateCommandLine(choices, policy);
    const std::string text = Lines(profile, args);
    const std::string with_file =
        Lines(profile, SpellAsConfigFile(args, choices));
    const std::string mutated = Lines(profile, Mutate(args, {args}, choices));
    for (const char* target : {"command_line", "options"}) {
      add(target, text);
      add(target, with_file);
      add(target, mutated);
    }
    for (const TextTarget& target : kTextTargets) {
      add(target.name, absl::StrCat(profile, target.generate(choices)));
    }
    if (const auto bytes = EncodeMachine(GenerateMachine(choices, policy))) {
      add("layout", *bytes);
      add("subject_layout", *bytes);
    }
  }
}

void AddChoices(std::vector<SeedFile>& files) {
  SeededChoices choices(1);
  for (int i = 0; i < kOfChoices; ++i) {
    std::string bytes(2 * (1 + choices.Below(500)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(choices.Below(256));
    for (const char* target :
         {"machine", "generated", "divergence", "range_tree_map",
          "range_map_subject", "reference_map"}) {
      files.push_back({absl::StrCat(target, "/", files.size()), bytes});
    }
  }
}

}  // namespace

std::vector<SeedFile> Material(absl::string_view recorded) {
  std::vector<SeedFile> files;
  AddRecorded(recorded, files);
  for (const auto version : kReleases) {
    for (const auto dialect : {Dialect::kStock, Dialect::kMemmapType}) {
      GeneratorPolicy policy;
      policy.qemu_version = version;
      policy.dialect = dialect;
      AddOfProfile(policy, files);
    }
  }
  AddChoices(files);
  return files;
}

}  // namespace e820check
