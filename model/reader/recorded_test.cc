// SPDX-License-Identifier: Apache-2.0

// Every option that QEMU was asked in corpus/recorded/<release>/, read by the
// reference alone: what it refuses, QEMU refused in these words, and what it
// takes, QEMU did not refuse for its syntax or types.

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "model/reader/answer.h"
#include "model/reader/keyval.h"
#include "model/reader/machine_option.h"
#include "model/reader/memory_option.h"
#include "model/reader/numa_option.h"
#include "model/reader/object_option.h"
#include "nlohmann/json.hpp"

namespace e820check::reader {
namespace {

using Verdict = Answer::Verdict;

constexpr absl::string_view kProgram = "qemu-system-x86_64: ";

struct Option {
  std::string word;  // with one dash
  std::string text;
  std::string location;
};

std::vector<Option> OptionsOf(const std::vector<std::string>& args) {
  std::vector<Option> options;
  for (size_t i = 0; i + 1 < args.size(); ++i) {
    absl::string_view word = args[i];
    if (absl::StartsWith(word, "--")) word.remove_prefix(1);
    if (word == "-M") word = "-machine";
    for (const absl::string_view known :
         {"-m", "-numa", "-object", "-machine", "-smp"}) {
      if (word != known) continue;
      options.push_back({std::string(word), args[i + 1],
                         absl::StrCat(args[i], " ", args[i + 1], ": ")});
      ++i;
      break;
    }
  }
  return options;
}

Answer ReadOption(const Option& option, const Release& release) {
  Keyval ignored;
  if (option.word == "-m") {
    return ReadMemoryOption(option.text, release, ignored);
  }
  if (option.word == "-numa") return ReadNumaOption(option.text, release);
  if (option.word == "-object") return ReadObjectOption(option.text, release);
  return ReadKeyvalOption(option.text, option.word == "-smp" ? "cpus" : "type",
                          ignored);
}

// Whether QEMU says this of what an option's text is, not of what it asks for.
bool IsOfGrammar(absl::string_view message) {
  for (const absl::string_view semantic :
       {"expects an integer between 0 and 127", "expects int32_t",
        // Of two options together.
        "Parameter 'memory' used inconsistently",
        "Parameter 'smp' used inconsistently"}) {
    if (absl::StrContains(message, semantic)) return false;
  }
  // Objects whose members are not read.
  if (absl::StrContains(message, "Parameter 'qom-type' does not accept")) {
    return false;
  }
  for (const absl::string_view start :
       {"Parameter '", "Parameters '", "Invalid parameter", "JSON parse error",
        "Expecting", "Expected", "Value '"}) {
    if (absl::StartsWith(message, start)) return true;
  }
  return false;
}

// What QEMU said of this option and of no other, its refusal without hints.
std::vector<std::string> SaidOf(const Option& option, absl::string_view said) {
  std::vector<std::string> messages;
  const std::string start = absl::StrCat(kProgram, option.location);
  for (size_t at = said.find(start); at != absl::string_view::npos;
       at = said.find(start, at)) {
    at += start.size();
    messages.emplace_back(said.substr(at, said.find('\n', at) - at));
  }
  return messages;
}

class Recorded : public ::testing::TestWithParam<QemuVersion> {};

INSTANTIATE_TEST_SUITE_P(Releases, Recorded,
                         ::testing::Values(QemuVersion::k7_2,
                                           QemuVersion::k10_0,
                                           QemuVersion::k11_1));

TEST_P(Recorded, TheReferenceReadsAsQemuDid) {
  const Release release{.qemu = GetParam()};
  std::ifstream file(absl::StrCat(E820CHECK_SOURCE_DIR, "/corpus/recorded/",
                                  ToString(release.qemu), "/options.jsonl"));
  ASSERT_TRUE(file.is_open());
  int accepted = 0;
  int refused = 0;
  int warned = 0;
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json record = nlohmann::json::parse(line);
    const auto args = record.at("args").get<std::vector<std::string>>();
    const auto said = record.at("stderr").get<std::string>();
    for (const Option& option : OptionsOf(args)) {
      const Answer answer = ReadOption(option, release);
      const std::vector<std::string> messages = SaidOf(option, said);
      if (messages.empty() && answer.verdict == Verdict::kRefused) {
        // Only where something else was refused first.
        EXPECT_EQ(record.at("exit"), 1) << line << "\n" << ToString(answer);
        continue;
      }
      for (const std::string& warning : answer.warnings) {
        EXPECT_TRUE(absl::StrContains(
            said, absl::StrCat(option.location, warning, "\n")))
            << line << "\n"
            << ToString(answer);
        ++warned;
      }
      if (answer.verdict == Verdict::kRefused) {
        EXPECT_TRUE(absl::StrContains(
            said,
            absl::StrCat(kProgram, option.location, answer.refusal, "\n")))
            << line << "\n"
            << ToString(answer);
        ++refused;
        break;
      }
      for (const std::string& message : messages) {
        // Of another object nothing was read.
        if (answer.verdict == Verdict::kOtherObject) break;
        EXPECT_FALSE(IsOfGrammar(message)) << line << "\n" << ToString(answer);
      }
      ++accepted;
    }
  }
  EXPECT_GT(accepted, 500);
  EXPECT_GT(refused, 150);
  EXPECT_GT(warned, 10);
}

}  // namespace
}  // namespace e820check::reader
