// SPDX-License-Identifier: Apache-2.0

// Who may include whom, read from the sources. The two answers that are held
// against each other must share types only, so model/ and rangetree/ never see
// each other, nor anything but machine/.

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

// Of each folder's libraries; tests may include what they test against. What a
// folder may is not what a folder in it may, if that has an entry of its own.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"machine", {"machine"}},
    {"options", {"machine", "options"}},
    {"grammar", {"machine", "grammar"}},
    {"model", {"machine", "model"}},
    {"rangetree", {"machine", "rangetree"}},
    {"process", {"process"}},
    {"qemu", {"machine", "process", "qemu"}},
    {"properties", {"machine", "options", "grammar", "properties"}},
    {"subject", {"machine", "process", "subject"}},
    {"subject/memmap_v5", {"machine", "model", "subject"}},
    {"subject/examples", {"machine", "options", "rangetree", "subject"}},
    {"fuzz",
     {"machine", "options", "grammar", "model", "rangetree", "properties",
      "qemu", "subject", "hunt", "zoo", "fuzz"}},
    {"hunt", {"machine", "options", "properties", "hunt"}},
    {"zoo",
     {"machine", "options", "model", "rangetree", "process", "properties",
      "zoo"}},
    {"cli",
     {"machine", "options", "model", "rangetree", "qemu", "properties",
      "subject", "hunt", "zoo", "cli"}},
};

// "machine" of `#include "machine/segment.h"`; empty for other lines.
std::string IncludedFolder(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "#include \"")) return "";
  const size_t slash = line.find('/');
  return slash == absl::string_view::npos ? ""
                                          : std::string(line.substr(0, slash));
}

// Whose rules a file in `folder` is under.
bool IsUnder(const std::string& folder, const fs::path& file) {
  const std::string parent =
      fs::relative(file, E820CHECK_SOURCE_DIR).parent_path().string();
  return parent == folder || kMayInclude.count(parent) == 0;
}

TEST(IncludeRules, FoldersIncludeOnlyWhatTheyMay) {
  int lines_checked = 0;
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const auto& entry : fs::recursive_directory_iterator(
             fs::path(E820CHECK_SOURCE_DIR) / folder)) {
      const std::string path = entry.path().string();
      if (!absl::EndsWith(path, ".h") && !absl::EndsWith(path, ".cc")) continue;
      if (absl::EndsWith(path, "_test.cc")) continue;
      if (!IsUnder(folder, entry.path())) continue;
      std::ifstream file(path);
      for (std::string line; std::getline(file, line);) {
        const std::string included = IncludedFolder(line);
        if (kMayInclude.count(included) == 0) continue;
        ++lines_checked;
        EXPECT_EQ(allowed.count(included), 1u) << path << ": " << line;
      }
    }
  }
  EXPECT_GT(lines_checked, 100);
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

}  // namespace
}  // namespace e820check
