// SPDX-License-Identifier: Apache-2.0

// Verify that each command line that QEMU 7.2 was asked gets the same answer
// from the model: accepted or not, and every line that was printed
// (corpus/recorded/option-probes-7.2.jsonl).

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
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

// The class of a record; of those that are not compared, why.
std::string Check(const System& model, Recorded record) {
  const Reply answer =
      model.Ask(MakeQuestion(record.args, CommandLineContext()));
  if (!answer.ok()) {
    EXPECT_FALSE(answer.none().IsFinding()) << Describe(answer.none());
    return answer.none().text;
  }
  std::vector<std::string> said = answer->warnings;
  if (!record.accepted && !record.printed.empty() &&
      IsTheHosts(record.printed.back())) {
    // It came before what the model may have to say of the board.
    record.printed.pop_back();
    EXPECT_LE(record.printed.size(), said.size());
    said.resize(record.printed.size());
    EXPECT_EQ(record.printed, said);
    return "refused by the host";
  }
  if (answer->accepted()) {
    EXPECT_TRUE(record.accepted);
    EXPECT_EQ(record.printed, said);
    return "accepted";
  }
  const auto& rejection = std::get<Rejection>(answer->outcome);
  EXPECT_EQ(record.accepted, rejection.help_exit_status == 0);
  if (!rejection.help_exit_status) said.push_back(rejection.text);
  EXPECT_EQ(record.printed, said);
  return rejection.help_exit_status ? "help" : "refused";
}

TEST(RecordedOptions, EveryCommandLineGetsItsAnswer) {
  const auto model = MakeSystem("reference");
  ASSERT_TRUE(model.ok());
  std::map<std::string, int> classes;
  for (const Recorded& record : ReadRecords()) {
    SCOPED_TRACE(absl::StrJoin(record.args, " "));
    ++classes[Check(**model, record)];
  }
  const std::map<std::string, int> expected = {
      {"accepted", 122},
      {"help", 6},
      {"refused", 374},
      // -m and backends of many GiB, some of them with refusals to come, and
      // one file in a folder that does not exist.
      {"refused by the host", 14},
      {"-object memory-backend-memfd: huge pages depend on the host", 1},
      {"-numa cpu,node-id=-1,socket-id=0: "
       "QEMU looks for this node-id outside its table of nodes",
       1},
      {"-numa cpu,node-id=-9223372036854775808,socket-id=0: "
       "QEMU looks for this node-id outside its table of nodes",
       1},
      {"-preconfig: QEMU waits for commands before it builds the board", 3},
  };
  EXPECT_EQ(classes, expected);
}

}  // namespace
}  // namespace e820check
