// SPDX-License-Identifier: Apache-2.0

#include "fuzz/dictionaries/option_dictionary.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/machine_type.h"
#include "options/numa.h"
#include "options/vocabulary.h"

namespace e820check {
namespace {

using ::testing::IsSupersetOf;

using Entries = std::set<std::string>;

// The lines of a file, in whichever releases are recorded.
std::vector<std::string> Recorded(absl::string_view name) {
  std::vector<std::string> lines;
  for (const auto& entry : std::filesystem::directory_iterator(
           E820CHECK_SOURCE_DIR "/corpus/recorded")) {
    if (!entry.is_directory()) continue;
    std::ifstream file(entry.path() / std::string(name));
    EXPECT_TRUE(file.is_open()) << entry.path() << " " << name;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
  }
  return lines;
}

// Of the types whose names begin so: "name=type" after the colon.
Entries RecordedProperties(absl::string_view file, absl::string_view prefix) {
  Entries names;
  for (const std::string& line : Recorded(file)) {
    if (!absl::StartsWith(line, prefix)) continue;
    const std::vector<std::string> halves =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (halves.size() < 2) continue;
    for (absl::string_view item : absl::StrSplit(halves[1], ' ')) {
      names.emplace(item.substr(0, item.find('=')));
    }
  }
  EXPECT_FALSE(names.empty()) << prefix;
  // The class, which every object tells and no option sets.
  names.erase("type");
  return names;
}

// A table that is left out, or a word that a table lacks, shows here: these are
// the binaries' words.
TEST(OptionDictionaryTest, HasWhatBinariesHave) {
  const Entries lines = OptionDictionary("command_line");
  for (const std::string& line : Recorded("option-words.txt")) {
    const std::string word = line.substr(0, line.find(' '));
    EXPECT_EQ(lines.count(absl::StrCat("-", word, "\n")), 1u) << word;
  }
  for (const std::string& line : Recorded("option-groups.txt")) {
    const std::string group = line.substr(0, line.find(':'));
    if (group.empty()) continue;  // QEMU gives one no name
    EXPECT_EQ(lines.count(absl::StrCat(group, ".")), 1u) << group;
  }
  for (const absl::string_view machine :
       {"machine ", "x86-machine ", "generic-pc-machine ", "microvm-machine ",
        "pc-i440fx-", "pc-q35-"}) {
    for (const std::string& name :
         RecordedProperties("machines.txt", machine)) {
      if (name.find('.') != name.npos) continue;  // keyval makes two of it
      EXPECT_EQ(lines.count(name + "="), 1u) << name;
    }
  }
}

TEST(OptionDictionaryTest, HasBackendsPropertiesForBothSyntaxes) {
  const Entries texts = OptionDictionary("command_line");
  const Entries objects = OptionDictionary("object_option");
  for (const std::string& name :
       RecordedProperties("objects.txt", "memory-backend")) {
    EXPECT_EQ(texts.count(name + "="), 1u) << name;
    EXPECT_EQ(objects.count(name), 1u) << name;
  }
  EXPECT_THAT(objects, IsSupersetOf({"memory-backend-shm", "interleave",
                                     "pci-dev", "\"id\":\"m0\""}));
}

// No binary lists the members of -numa and -m. Each of the tables has a row
// here, so that one of them cannot be forgotten.
TEST(OptionDictionaryTest, HasRowsOfEachTable) {
  const Entries numa = OptionDictionary("numa_option");
  EXPECT_THAT(
      numa, IsSupersetOf({"type=", "node", "memmap-type=", "reserved", "dist",
                          "val=", "cpu", "thread-id=", "hmat-lb", "hierarchy=",
                          "third-level", "hmat-cache", "line=", "write-back"}));
  EXPECT_THAT(OptionDictionary("memory_option"),
              IsSupersetOf({"size=", "maxmem=", "slots="}));
  const Entries lines = OptionDictionary("options");
  EXPECT_THAT(
      lines, IsSupersetOf({"EPYC", "phys-bits=", "sp-mem", "pxb", "intel-iommu",
                           "requested-size=", "max-size=", "maxmem=",
                           "interleave-granularity="}));
  Vocabulary vocabulary;
  AddNumaWords(vocabulary);
  for (const absl::string_view key : vocabulary.keys) {
    EXPECT_EQ(numa.count(absl::StrCat(key, "=")), 1u) << key;
    EXPECT_EQ(lines.count(absl::StrCat(key, "=")), 1u) << key;
  }
  for (const absl::string_view word : vocabulary.words) {
    EXPECT_EQ(numa.count(std::string(word)), 1u) << word;
  }
}

TEST(OptionDictionaryTest, BeginsWithAnyRelease) {
  for (const QemuVersion release : kReleases) {
    EXPECT_EQ(OptionDictionary("numa_option")
                  .count(absl::StrCat("#", ToString(release), "\n")),
              1u);
  }
}

TEST(OptionDictionaryTest, IsOfTargetsThatReadOptions) {
  EXPECT_TRUE(OptionDictionary("layout").empty());
  EXPECT_TRUE(OptionDictionary("").empty());
}

TEST(OptionDictionaryTest, EscapesWhatLibFuzzerWouldNotRead) {
  EXPECT_THAT(FormatDictionary({"a=\n", "\"\\", "\x01\xff"}),
              ::testing::EndsWith("\"\\x01\\xff\"\n"
                                  "\"\\\"\\\\\"\n"
                                  "\"a=\\x0a\"\n"));
}

}  // namespace
}  // namespace e820check
