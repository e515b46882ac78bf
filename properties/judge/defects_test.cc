// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/defects.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/srat_table.h"
#include "properties/generate/choices.h"
#include "properties/judge/consequences.h"
#include "properties/judge/differences.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr MemoryType kRam = MemoryType::kRam;
constexpr MemoryType kSpm = MemoryType::kSoftReserved;

Answer Accepts(E820Table rows, std::string srat = "") {
  GuestLayout layout;
  layout.e820 = std::move(rows);
  layout.srat = std::move(srat);
  return {.warnings = {}, .outcome = layout};
}

Answer Refuses(const std::string& text) {
  return {.warnings = {}, .outcome = Rejection{text}};
}

std::vector<std::string> Ids(const Answer& expected, const Answer& actual) {
  std::vector<std::string> ids;
  for (const Defect& defect :
       DefectsOf(FindDifferences(expected, actual), expected, actual)) {
    EXPECT_NE(defect.breaks, "unknown") << defect.id;
    EXPECT_THAT(defect.detail, Not(IsEmpty()));
    ids.push_back(defect.id);
  }
  return ids;
}

TEST(Defects, VerdictsAreNamedByTheRefusal) {
  EXPECT_THAT(
      Ids(Refuses("NUMA node 12: memmap-type=spm covers memory below 1 MiB"),
          Accepts({})),
      ElementsAre("accepts: NUMA node N: memmap-type=T covers memory below 1 "
                  "MiB"));
  EXPECT_THAT(Ids(Accepts({}), Refuses("-device x,id=a3: at 0xab1f of 0x10")),
              ElementsAre("refuses: at N of N"));
  EXPECT_THAT(Ids(Refuses("a"), Refuses("b")), ElementsAre("other refusal"));
  EXPECT_THAT(Ids(Refuses("a"), Refuses("a")), IsEmpty());
  Rejection help;
  help.help_exit_status = 0;
  EXPECT_THAT(Ids(Refuses(""), {.warnings = {}, .outcome = help}),
              ElementsAre("other refusal"));
}

TEST(Defects, Warnings) {
  const auto with = [](std::vector<std::string> warnings) {
    Answer answer = Accepts({});
    answer.warnings = std::move(warnings);
    return answer;
  };
  EXPECT_THAT(Ids(with({"a", "b 1"}), with({"b 2", "a", "c"})),
              ElementsAre("extra warning: b N", "extra warning: c",
                          "missing warning: b N"));
  EXPECT_THAT(Ids(with({"a", "b"}), with({"b", "a"})),
              ElementsAre("warning order"));
  EXPECT_THAT(Ids(with({"a"}), with({"a", "a"})),
              ElementsAre("extra warning: a"));
}

TEST(Defects, E820RowsThatSayTheSameOtherwise) {
  const E820Row low = {0, kGiB, kRam};
  const E820Row high = {4 * kGiB, kGiB, kRam};
  EXPECT_THAT(Ids(Accepts({low, high}), Accepts({high, low})),
              ElementsAre("e820 order"));
  EXPECT_THAT(Ids(Accepts({low}),
                  Accepts({{0, 4096, kRam}, {4096, kGiB - 4096, kRam}})),
              ElementsAre("e820 row boundaries"));
  EXPECT_THAT(Ids(Accepts({low}), Accepts({low, low})),
              ElementsAre("e820 row boundaries"));
  EXPECT_THAT(Ids(Accepts({low}), Accepts({low, {kGiB, 0, kSpm}})),
              ElementsAre("e820 empty row"));
  EXPECT_THAT(Ids(Accepts({low}), Accepts({low, {UINT64_MAX, 2, kRam}})),
              ElementsAre("e820 row wraps"));
}

TEST(Defects, E820TypesByPlace) {
  const auto row = [](uint64_t address, MemoryType type) {
    return E820Row{address, kGiB, type};
  };
  EXPECT_THAT(Ids(Accepts({row(0, kRam)}), Accepts({})),
              ElementsAre("e820 lost ram below 4G"));
  EXPECT_THAT(Ids(Accepts({}), Accepts({row(4 * kGiB, kRam)})),
              ElementsAre("e820 extra memory above 4G"));
  EXPECT_THAT(
      Ids(Accepts({row(1024 * kGiB, kSpm)}), Accepts({row(1024 * kGiB, kRam)})),
      ElementsAre("e820 soft reserved as ram above 1T"));
  // One of each id; the addresses in between agree.
  EXPECT_THAT(
      Ids(Accepts({row(0, kRam), row(kGiB, kSpm), row(2 * kGiB, kRam)}),
          Accepts({row(0, kSpm), row(kGiB, kSpm), row(2 * kGiB, kSpm)})),
      ElementsAre("e820 ram as soft reserved below 4G"));
}

std::string Srat(const std::vector<MemoryAffinity>& memory,
                 uint8_t apic_id = 0) {
  SratTable table;
  table.rows.push_back(LocalApicAffinity{.apic_id = apic_id, .flags = 1});
  for (const MemoryAffinity& row : memory) table.rows.push_back(row);
  return EncodeSrat(table);
}

TEST(Defects, SratRows) {
  const MemoryAffinity node_0 = {0, 0, kGiB, 1};
  const MemoryAffinity node_1 = {1, kGiB, kGiB, 1};
  const auto ids = [](const std::string& expected, const std::string& actual) {
    return Ids(Accepts({}, expected), Accepts({}, actual));
  };
  EXPECT_THAT(ids(Srat({node_0}), Srat({node_0, node_1})),
              ElementsAre("srat extra node"));
  EXPECT_THAT(ids(Srat({node_0, node_1}), Srat({node_0})),
              ElementsAre("srat missing node"));
  EXPECT_THAT(ids(Srat({node_0}), Srat({{0, 1, kGiB, 1}})),
              ElementsAre("srat extra memory row", "srat missing memory row"));
  EXPECT_THAT(ids(Srat({node_0}), Srat({node_0, {}})),
              ElementsAre("srat extra empty row"));
  EXPECT_THAT(ids(Srat({node_0, node_1}), Srat({node_1, node_0})),
              ElementsAre("srat order"));
  EXPECT_THAT(ids(Srat({}, 1), Srat({}, 2)),
              ElementsAre("srat extra CPU row", "srat missing CPU row"));
  EXPECT_THAT(ids(Srat({}), ""), ElementsAre("srat missing"));
  EXPECT_THAT(ids("", Srat({})), ElementsAre("srat extra"));
  EXPECT_THAT(ids(Srat({}), "x"), ElementsAre("srat malformed"));
}

TEST(Defects, ABrokenLawIsADefectUnlessExcused) {
  const Law& law = Laws()[0];
  const Quirk* const excuse = reinterpret_cast<const Quirk*>(&law);
  const std::vector<Breach> breaches = {{&law, "why", nullptr},
                                        {&Laws()[1], "why", excuse}};
  const auto defects = DefectsOf(breaches, false);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].id, "law " + std::string(law.id));
  EXPECT_EQ(defects[0].breaks, law.breaks);
  EXPECT_EQ(defects[0].law, &law);
  EXPECT_EQ(DefectsOf(breaches, true)[0].detail, "both answers break it: why");
}

// No difference goes without a defect, and no defect without a difference.
TEST(Defects, FindsADefectWhereAnswersDisagree) {
  SeededChoices choices(820);
  int disagreements = 0;
  const auto make = [&] {
    if (choices.OneIn(8)) return Refuses(choices.OneIn(2) ? "a" : "b");
    E820Table rows;
    for (uint64_t i = choices.Below(3); i > 0; --i) {
      rows.push_back(
          {choices.Below(3), choices.Below(3), choices.OneIn(2) ? kRam : kSpm});
    }
    std::string srat;
    if (choices.OneIn(2)) {
      srat = Srat({{static_cast<uint32_t>(choices.Below(2)), 0,
                    choices.Below(2), static_cast<uint32_t>(choices.Below(2))}},
                  static_cast<uint8_t>(choices.Below(2)));
    }
    if (choices.OneIn(8)) srat.push_back('x');
    Answer answer = Accepts(rows, srat);
    auto& layout = std::get<GuestLayout>(answer.outcome);
    if (choices.OneIn(4)) layout.slit = "x";
    if (choices.OneIn(4)) layout.hmat = choices.OneIn(2) ? "x" : "y";
    if (choices.OneIn(4)) answer.warnings.push_back("w");
    return answer;
  };
  for (int i = 0; i < 20000; ++i) {
    const Answer expected = make();
    const Answer actual = choices.OneIn(8) ? expected : make();
    const bool agree = FindDifferences(expected, actual).empty();
    disagreements += agree ? 0 : 1;
    ASSERT_EQ(Ids(expected, actual).empty(), agree);
  }
  EXPECT_GT(disagreements, 10000);
  EXPECT_LT(disagreements, 20000);
}

TEST(Consequences, AreKnownForEveryWayOfNotAnswering) {
  for (const char* kind : {"crash", "sanitizer", "exit", "hang", "garbage",
                           "flood", "overrun", "failed"}) {
    EXPECT_NE(WhatBreaks(kind), "unknown") << kind;
  }
  EXPECT_EQ(WhatBreaks("no such id"), "unknown");
}

}  // namespace
}  // namespace e820check
