// SPDX-License-Identifier: Apache-2.0

// Verify that each command line that QEMU 7.2 was asked gets the same verdict
// here, word for word (corpus/recorded/option-probes-7.2.jsonl).

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "options/command_line.h"

namespace e820check {
namespace {

// What ends a run after steps 0 to 11, or on the host's account, and so is no
// business of the parser. All texts of spec/qemu-options.md 9 and 10 that were
// recorded are here, and nothing else.
struct LaterVerdict {
  const char* stage;
  const char* part;
};
constexpr LaterVerdict kLaterVerdicts[] = {
    {"host", "Cannot allocate memory"},
    {"host", "can't open backing store /nonexistent"},
    {"board", "Machine memory size does not match the size of the memory"},
    {"board", "is reserved for the default RAM backend"},
    {"board", "numa: Node ID missing"},
    {"board", "total memory for NUMA nodes"},
    {"board", "properties are mutually exclusive"},
    {"board", "can't be used multiple times."},
    {"board", "The distance between node"},
    {"board", "The initiator of CPU NUMA node 0 should be itself (got 5)"},
    {"board", "NUMA node 2 is missing"},
    {"board", "The initiator of NUMA node 1 is invalid"},
    {"board", "phys-bits too low"},
    {"board", "unsupported amount of memory slots"},
    {"board", "maximum memory size must by aligned"},
    {"board", "requires kernel irqchip and X2APIC API support"},
    {"device", "no free slots available"},
    {"device", "can't use already busy memdev: m0"},
    {"device", "not enough space, currently 0x0 in use of total space"},
};

struct Recorded {
  std::vector<std::string> args;
  bool accepted;
  // What was printed: lines without the program's name, hints joined to them.
  std::vector<std::string> printed;
};

std::vector<Recorded> ReadRecords() {
  std::ifstream file(E820CHECK_SOURCE_DIR
                     "/corpus/recorded/option-probes-7.2.jsonl");
  std::vector<Recorded> records;
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    Recorded record;
    record.args = json["args"].get<std::vector<std::string>>();
    if (!json.value("no_monitor", false)) {
      for (const char* word : {"-display", "none", "-nodefaults", "-S",
                               "-accel", "tcg", "-monitor", "stdio"}) {
        record.args.emplace_back(word);
      }
    }
    record.accepted = json["exit"] == 0;
    std::string text = json["stderr"];
    if (absl::EndsWith(text, "\n")) text.pop_back();
    std::vector<absl::string_view> lines;
    if (!text.empty()) lines = absl::StrSplit(text, '\n');
    for (absl::string_view part : lines) {
      if (absl::ConsumePrefix(&part, "qemu-system-x86_64: ") ||
          record.printed.empty()) {
        record.printed.emplace_back(part);
      } else {
        absl::StrAppend(&record.printed.back(), "\n", part);
      }
    }
    records.push_back(std::move(record));
  }
  return records;
}

// The class of a record. "same verdict" and "later: refusal", a text that the
// options carry to the board, are checked word for word, "accepted" and other
// "later" for what was printed before; the other classes are reasons for
// not being checked.
std::string Check(const Recorded& record) {
  const absl::StatusOr<ParsedCommandLine> parsed =
      ParseCommandLine(record.args, {});
  if (!parsed.ok()) {
    EXPECT_TRUE(absl::IsUnimplemented(parsed.status())) << parsed.status();
    const std::string message(parsed.status().message());
    return message.substr(message.rfind(':') + 2);
  }
  std::vector<std::string> said = parsed->warnings;
  std::string outcome = "accepted";
  if (const auto* rejection = std::get_if<Rejection>(&parsed->outcome)) {
    said.push_back(rejection->text);
    EXPECT_EQ(record.printed, said);
    EXPECT_FALSE(record.accepted);
    return "same verdict";
  }
  const auto& machine = std::get<MachineOptions>(parsed->outcome);
  EXPECT_EQ(Validate(machine), absl::OkStatus());
  // The board may have printed more.
  EXPECT_LE(said.size(), record.printed.size());
  EXPECT_TRUE(std::equal(said.begin(), said.end(), record.printed.begin()))
      << testing::PrintToString(said);
  if (record.accepted) return "accepted";
  if (record.printed.back() == machine.cpu.refusal) return "later: refusal";
  for (const LaterVerdict& later : kLaterVerdicts) {
    if (absl::StrContains(record.printed.back(), later.part)) {
      return absl::StrCat("later: ", later.stage);
    }
  }
  ADD_FAILURE() << "not refused";
  return "not refused";
}

TEST(RecordedTest, EveryCommandLineGetsItsVerdict) {
  const std::vector<Recorded> records = ReadRecords();
  std::map<std::string, int> classes;
  for (const Recorded& record : records) {
    SCOPED_TRACE(absl::StrCat(absl::StrJoin(record.args, " "), "\nprinted: ",
                              absl::StrJoin(record.printed, "\n         ")));
    ++classes[Check(record)];
  }
  for (const auto& [name, count] : classes) {
    std::cout << count << " " << name << "\n";
  }
  const std::map<std::string, int> expected = {
      {"same verdict", 320},
      {"accepted", 122},
      {"later: board", 47},
      {"later: device", 3},
      {"later: host", 14},
      {"later: refusal", 1},
      {"huge pages depend on the host", 1},
      {"it prints help", 6},
      {"QEMU looks for this node-id outside its table of nodes", 2},
      {"this option is not covered", 6},
  };
  EXPECT_EQ(classes, expected);
}

}  // namespace
}  // namespace e820check
