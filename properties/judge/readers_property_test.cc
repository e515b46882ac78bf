// SPDX-License-Identifier: Apache-2.0

// The two readers of the option grammar agree on every text. Each property
// names the classes of texts that it must have tried, by what the reference
// made of them.

#include <map>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "properties/generate/choices.h"
#include "properties/generate/option_text_generator.h"
#include "properties/generate/rapidcheck_generators.h"
#include "properties/judge/readers.h"
#include "rapidcheck.h"

namespace e820check {
namespace reader {

void showValue(const Release& release, std::ostream& os) {
  os << e820check::ToString(release.qemu) << " "
     << e820check::ToString(release.dialect);
}

}  // namespace reader

namespace {

using reader::Release;
using Verdict = ReferenceAnswer::Verdict;
using Compare = absl::Status (*)(absl::string_view, const Release&,
                                 ReferenceAnswer*);
using Generate = std::string (*)(Choices&);

rc::Gen<Release> Releases() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::elementOf(std::vector<QemuVersion>(
                         std::begin(kReleases), std::end(kReleases))),
                     rc::gen::element(Dialect::kStock, Dialect::kMemmapType)),
      [](const std::tuple<QemuVersion, Dialect>& picked) {
        return Release{std::get<0>(picked), std::get<1>(picked)};
      });
}

// How to see that an answer belongs to a class: by a part of its warnings or
// refusal; or by its verdict.
struct Class {
  const char* name;
  absl::string_view part;
};

constexpr Class kByRefusal[] = {
    {"id", "expects an identifier"},
    {"unsigned", "expects a uint64 value"},
    {"signed", "expects an int64 value"},
    {"range", "expects a uint64 value or range"},
    {"width", "_t"},
    {"width of an element", "'null' expects uint16_t"},
    {"size", "expects a size value"},
    {"size of -m", "expects a non-negative number below 2^64\n"},
    {"size out of range", "is out of range for parameter"},
    {"size in keyval", "expects size"},
    {"mem= in MiB out of range", "could not parse memory size"},
    {"number", "expects a number"},
    {"number too large", "is too large for parameter"},
    {"integer in keyval", "expects integer"},
    {"bool", "expects 'on' or 'off'"},
    {"word", "does not accept value"},
    {"missing", "is missing"},
    {"leftover in QemuOpts", "Invalid parameter '"},
    {"leftover", "is unexpected"},
    {"subtree", ".*' are unexpected"},
    {"maxmem", "invalid value of maxmem"},
    {"slots alone", "slots specified but no max-size"},
    {"no =", "Expected '=' after"},
    {"long key", "is too long"},
    {"inconsistent", "used inconsistently"},
    {"hole", "' missing"},
    {"JSON", "JSON parse error"},
    {"JSON stray", "JSON parse error, stray"},
    {"JSON keyword", "invalid keyword"},
    {"JSON twice", "Expecting at most one"},
    {"JSON duplicate", "duplicate key"},
    {"JSON escape", "invalid escape"},
    {"JSON character", "not a valid Unicode"},
    {"JSON too deep", "nesting depth"},
    {"JSON type", "Invalid parameter type"},
    {"JSON unsigned", "expects uint64"},
    {"JSON element", "]' expects uint64"},
    {"level", "not supported by this machine's CPU topology"},
    {"product", "product of the hierarchy"},
    {"below cpus", "maxcpus must be equal"},
    {"CPUs", "Invalid SMP CPUs"},
};
constexpr Class kByWarning[] = {
    {"flag", "short-form boolean"},
    {"delay", "Please use nodelay"},
    {"hex with a unit", "multiplier suffix"},
    {"zero", "must be greater than zero"},
};

std::vector<std::string> ClassesOf(const ReferenceAnswer& answer) {
  std::vector<std::string> classes;
  for (const Class& c : kByRefusal) {
    if (absl::StrContains(answer.refusal, c.part)) classes.push_back(c.name);
  }
  for (const Class& c : kByWarning) {
    for (const std::string& warning : answer.warnings) {
      if (!absl::StrContains(warning, c.part)) continue;
      classes.push_back(c.name);
      break;
    }
  }
  if (answer.verdict == Verdict::kAccepted) classes.push_back("accepted");
  if (answer.verdict == Verdict::kRefused) classes.push_back("refused");
  if (answer.verdict == Verdict::kAccident) classes.push_back("accident");
  if (answer.verdict == Verdict::kHelp ||
      answer.verdict == Verdict::kHelpAndFail) {
    classes.push_back("help");
  }
  if (answer.values.size() > 6) classes.push_back("many values");
  return classes;
}

void CheckReaders(Compare compare, Generate generate,
                  const std::vector<std::string>& wanted) {
  std::map<std::string, int> reached;
  ASSERT_TRUE(rc::check([&] {
    const Release release = *Releases();
    ListedChoices choices(*ChoiceLists());
    const std::string text = generate(choices);
    ReferenceAnswer answer;
    const absl::Status status = compare(text, release, &answer);
    const std::vector<std::string> classes = ClassesOf(answer);
    for (const std::string& name : classes) {
      ++reached[name];
      RC_TAG(name);
    }
    if (!status.ok()) RC_FAIL(std::string(status.message()));
  }));
  for (const std::string& name : wanted) {
    EXPECT_GT(reached[name], 0) << name << " was never reached";
  }
}

TEST(Readers, AgreeOnNuma) {
  CheckReaders(CompareNumaReaders, GenerateNumaText,
               {"accepted", "refused", "many values", "id", "unsigned",
                "signed", "range", "width", "width of an element", "size",
                "word", "missing", "leftover in QemuOpts", "flag", "delay",
                "hex with a unit", "mem= in MiB out of range"});
}

TEST(Readers, AgreeOnObjects) {
  CheckReaders(
      CompareObjectReaders, GenerateObjectText,
      {"accepted",     "refused",        "many values",  "help",
       "id",           "unsigned",       "range",        "size",
       "bool",         "word",           "missing",      "leftover in QemuOpts",
       "leftover",     "flag",           "JSON",         "JSON stray",
       "JSON twice",   "JSON duplicate", "JSON escape",  "JSON character",
       "JSON type",    "JSON unsigned",  "JSON element", "JSON keyword",
       "JSON too deep"});
}

TEST(Readers, AgreeOnMemory) {
  CheckReaders(CompareMemoryReaders, GenerateMemoryText,
               {"accepted", "refused", "accident", "help", "size of -m",
                "size out of range", "size in keyval", "number",
                "number too large", "maxmem", "slots alone",
                "leftover in QemuOpts", "flag", "hex with a unit"});
}

TEST(Readers, AgreeOnMachines) {
  CheckReaders(
      CompareMachineReaders, GenerateMachineText,
      {"accepted", "refused", "help", "no =", "long key", "inconsistent",
       "hole", "leftover in QemuOpts", "leftover", "subtree", "size in keyval",
       "integer in keyval", "maxmem", "slots alone", "hex with a unit"});
}

TEST(Readers, AgreeOnSmp) {
  CheckReaders(CompareSmpReaders, GenerateSmpText,
               {"accepted", "refused", "many values", "leftover", "subtree",
                "integer in keyval", "no =", "inconsistent", "level", "product",
                "below cpus", "CPUs", "zero"});
}

}  // namespace
}  // namespace e820check
