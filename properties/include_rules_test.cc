// SPDX-License-Identifier: Apache-2.0

// Who may include whom, read from the sources. The two answers that are held
// against each other must share types only, so model/ and rangetree/ never see
// each other, nor anything but machine/; and so do options/ and model/reader/.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

// Of each room's libraries; tests may include what they test against. A file
// is in the innermost room that has an entry.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"machine", {"machine"}},
    {"options", {"machine", "options"}},
    {"model", {"machine", "model"}},
    {"model/reader", {"machine", "model/reader"}},
    {"rangetree", {"machine", "rangetree"}},
    {"systems/process", {"systems/process"}},
    {"systems/qemu", {"machine", "systems/process", "systems/qemu"}},
    {"systems/subject", {"machine", "systems/process", "systems/subject"}},
    {"systems/subject/memmap_v5",
     {"machine", "model", "systems/subject/memmap_v5"}},
    {"systems/subject/examples",
     {"machine", "options", "rangetree", "systems/subject"}},
    {"systems",
     {"machine", "options", "model", "rangetree", "systems/qemu",
      "systems/subject", "systems/subject/memmap_v5", "systems"}},
    {"properties/ledger", {"machine", "properties/ledger"}},
    {"properties/laws",
     {"machine", "options", "properties/ledger", "properties/laws"}},
    {"properties/generate",
     {"machine", "options", "properties/laws", "properties/generate"}},
    {"properties/shrink",
     {"machine", "options", "properties/generate", "properties/shrink"}},
    {"properties/judge",
     {"machine", "options", "model/reader", "systems", "systems/qemu",
      "systems/subject", "properties/generate", "properties/laws",
      "properties/ledger", "properties/judge"}},
    {"properties/zoo",
     {"machine", "options", "model", "rangetree", "systems/process",
      "properties/generate", "properties/laws", "properties/judge",
      "properties/zoo"}},
    {"search",
     {"machine", "options", "model", "systems", "systems/qemu",
      "systems/subject", "properties/generate", "properties/ledger",
      "properties/shrink", "properties/judge", "search"}},
    {"fuzz/support",
     {"machine", "options", "model", "model/reader", "rangetree", "systems",
      "systems/qemu", "properties/generate", "properties/laws",
      "properties/judge", "search", "fuzz/support"}},
    {"fuzz/dictionaries", {"machine", "options", "fuzz/dictionaries"}},
    {"fuzz/seeds",
     {"machine", "options", "model", "properties/generate", "search",
      "fuzz/support", "fuzz/seeds"}},
    {"fuzz/targets",
     {"machine", "options", "model", "rangetree", "systems", "systems/qemu",
      "systems/subject", "properties/generate", "properties/laws",
      "properties/ledger", "properties/shrink", "properties/judge",
      "properties/zoo", "fuzz/support"}},
    {"cli",
     {"machine", "options", "model", "systems", "systems/qemu",
      "systems/subject", "properties/generate", "properties/laws",
      "properties/ledger", "properties/shrink", "properties/judge",
      "properties/zoo", "search", "cli"}},
    {"bench",
     {"machine", "options", "model", "rangetree", "properties/generate",
      "properties/laws", "fuzz/support", "bench"}},
};

// The innermost room of a path from the root, or empty: "model/reader" of
// "model/reader/json.h".
std::string RoomOf(fs::path path) {
  while (path.has_parent_path()) {
    path = path.parent_path();
    if (kMayInclude.count(path.string()) != 0) return path.string();
  }
  return "";
}

// Of `#include "machine/segment.h"`; empty for other lines.
std::string IncludedRoom(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "#include \"")) return "";
  return RoomOf(fs::path(std::string(line.substr(0, line.find('"')))));
}

TEST(IncludeRules, RoomsIncludeOnlyWhatTheyMay) {
  int lines_checked = 0;
  std::set<std::string> rooms;
  for (const auto& [room, allowed] : kMayInclude) {
    for (const auto& entry :
         fs::directory_iterator(fs::path(E820CHECK_SOURCE_DIR) / room)) {
      const std::string path = entry.path().string();
      if (!absl::EndsWith(path, ".h") && !absl::EndsWith(path, ".cc")) continue;
      rooms.insert(room);
      if (absl::EndsWith(path, "_test.cc")) continue;
      std::ifstream file(path);
      for (std::string line; std::getline(file, line);) {
        const std::string included = IncludedRoom(line);
        if (included.empty()) continue;
        ++lines_checked;
        EXPECT_EQ(allowed.count(included), 1u) << path << ": " << line;
      }
    }
  }
  EXPECT_EQ(rooms.size(), kMayInclude.size());
  EXPECT_GT(lines_checked, 1000);
}

TEST(IncludeRules, EverySourceNamesItsLicence) {
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const auto& entry : fs::recursive_directory_iterator(
             fs::path(E820CHECK_SOURCE_DIR) / folder)) {
      const std::string path = entry.path().string();
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc" && extension != ".c") {
        continue;
      }
      std::ifstream file(path);
      std::string first;
      std::getline(file, first);
      // After "// ", or "/* " in C.
      EXPECT_EQ(first.substr(std::min<size_t>(3, first.size())),
                "SPDX-License-Identifier: Apache-2.0")
          << path;
    }
  }
}

// A rule that asks which release it is, instead of whether it is at least some
// release, is lost in the next one.
TEST(ReleaseRules, NobodyAsksWhichReleaseItIs) {
  for (const auto& [room, allowed] : kMayInclude) {
    for (const auto& entry :
         fs::directory_iterator(fs::path(E820CHECK_SOURCE_DIR) / room)) {
      const std::string path = entry.path().string();
      if (!absl::EndsWith(path, ".h") && !absl::EndsWith(path, ".cc")) continue;
      if (absl::EndsWith(path, "_test.cc")) continue;
      std::ifstream file(path);
      for (std::string line; std::getline(file, line);) {
        for (const char* question :
             {"== QemuVersion::", "!= QemuVersion::", "case QemuVersion::"}) {
          EXPECT_FALSE(absl::StrContains(line, question))
              << path << ": " << line;
        }
      }
    }
  }
}

}  // namespace
}  // namespace e820check
