// SPDX-License-Identifier: Apache-2.0

// Verify that each command line that a release of QEMU was asked gets the same
// answer from both implementations: accepted or not, and every line that was
// printed (corpus/recorded/<release>/options.jsonl, made by scripts/record).

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "systems/qemu/messages.h"
#include "systems/system.h"

namespace e820check {
namespace {

struct Recorded {
  std::vector<std::string> args;
  int exit_status;  // negative: the signal that it died on
  // What was printed: lines without the program's name, hints joined to them.
  std::vector<std::string> printed;
};

// What stands before each question's words (scripts/recording/answers.py).
constexpr const char* kSilent[] = {"-display", "none", "-nodefaults", "-S",
                                   "-accel",   "tcg",  "-monitor",    "stdio"};

std::vector<Recorded> ReadRecords(QemuVersion qemu) {
  std::ifstream file(absl::StrCat(E820CHECK_SOURCE_DIR, "/corpus/recorded/",
                                  ToString(qemu), "/options.jsonl"));
  std::vector<Recorded> records;
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    Recorded record;
    record.args.assign(std::begin(kSilent), std::end(kSilent));
    for (const auto& word : json["args"]) record.args.push_back(word);
    record.exit_status = json["exit"];
    record.printed =
        SplitMessages("qemu-system-x86_64", std::string(json["stderr"]));
    records.push_back(std::move(record));
  }
  return records;
}

// What QEMU could not do on the host where it was asked; the model has all the
// memory and files that it wants.
bool IsTheHosts(const std::string& text) {
  return IsHostRefusal(text) ||
         absl::StrContains(text, "can't open backing store /nonexistent");
}

// What the option parser takes without a look: QEMU refuses some of it, and
// warns of the rest. x-remote is a machine type that is left out.
const std::set<std::string> kNotLookedInto = {
    "-boot order=z",
    "-device e1000,nonsense=1",
    "-global e1000.nonsense=1",
    "-global nonsense.x=1",
    "-machine x-remote",
    "-name a,nonsense=1",
    "-object iommufd,id=a,fd=-1",
    "-qmp-pretty none",
    "-rotate 1",
    "-rtc base=nope",
};

bool IsNotLookedInto(const Recorded& record) {
  const std::string question = absl::StrJoin(
      record.args.begin() + std::size(kSilent), record.args.end(), " ");
  return kNotLookedInto.count(question) != 0;
}

bool Decides(const std::string& message) {
  return !IsBeyondMemoryTables(message);
}

// The class of a record; of those that are not compared, why.
std::string Check(const System& system, QemuVersion qemu, Recorded record) {
  if (record.exit_status < 0) return "QEMU died";
  const Reply answer =
      system.Ask(MakeQuestion(record.args, {.qemu_version = qemu}));
  if (!answer.ok()) {
    EXPECT_FALSE(answer.none().IsFinding()) << Describe(answer.none());
    return "not covered";
  }
  const bool accepted = record.exit_status == 0;
  std::vector<std::string> printed;
  std::copy_if(record.printed.begin(), record.printed.end(),
               std::back_inserter(printed), Decides);
  std::vector<std::string> said = answer->warnings;
  if (!accepted && !printed.empty() && IsTheHosts(printed.back())) {
    // It came before what the model may have to say of the board.
    printed.pop_back();
    EXPECT_LE(printed.size(), said.size());
    said.resize(printed.size());
    EXPECT_EQ(printed, said);
    return "refused by the host";
  }
  if (IsNotLookedInto(record) &&
      (answer->accepted() != accepted || (accepted && printed != said))) {
    return "not looked into";
  }
  if (answer->accepted()) {
    EXPECT_TRUE(accepted);
    EXPECT_EQ(printed, said);
    return "accepted";
  }
  const auto& rejection = std::get<Rejection>(answer->outcome);
  EXPECT_EQ(accepted, rejection.help_exit_status == 0);
  if (!rejection.help_exit_status) said.push_back(rejection.text);
  EXPECT_EQ(printed, said);
  return rejection.help_exit_status ? "help" : "refused";
}

using Classes = std::map<std::string, int>;

// "refused by the host": -m and backends of many GiB, some of them with
// refusals to come, and a file in a folder that does not exist.
const std::map<QemuVersion, Classes> kClasses = {
    {QemuVersion::k7_2,
     {{"accepted", 178},
      {"help", 6},
      {"not covered", 8},
      {"not looked into", 8},
      {"refused", 462},
      {"refused by the host", 14}}},
    {QemuVersion::k10_0,
     {{"QEMU died", 1},
      {"accepted", 182},
      {"help", 6},
      {"not covered", 13},
      {"not looked into", 9},
      {"refused", 453},
      {"refused by the host", 12}}},
    {QemuVersion::k11_1,
     {{"accepted", 180},
      {"help", 6},
      {"not covered", 15},
      {"not looked into", 9},
      {"refused", 454},
      {"refused by the host", 12}}},
};

class RecordedOptions
    : public ::testing::TestWithParam<std::tuple<std::string, QemuVersion>> {};

INSTANTIATE_TEST_SUITE_P(
    Systems, RecordedOptions,
    ::testing::Combine(::testing::Values("reference", "rangetree"),
                       ::testing::Values(QemuVersion::k7_2, QemuVersion::k10_0,
                                         QemuVersion::k11_1)),
    [](const auto& parameter) {
      std::string name = absl::StrCat(std::get<0>(parameter.param), "_",
                                      ToString(std::get<1>(parameter.param)));
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

TEST_P(RecordedOptions, EveryCommandLineGetsItsAnswer) {
  const auto& [name, qemu] = GetParam();
  const auto system = MakeSystem(name);
  ASSERT_TRUE(system.ok()) << system.status();
  Classes classes;
  for (const Recorded& record : ReadRecords(qemu)) {
    SCOPED_TRACE(absl::StrJoin(record.args, " "));
    ++classes[Check(**system, qemu, record)];
  }
  EXPECT_EQ(classes, kClasses.at(qemu));
}

}  // namespace
}  // namespace e820check
