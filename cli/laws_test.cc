// SPDX-License-Identifier: Apache-2.0

#include "cli/laws.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/laws/laws_example.h"

namespace e820check {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string AuditOf(const Example& example) {
  std::ostringstream out;
  PrintAudit(example.options, Answer{.outcome = example.Layout()}, out);
  return out.str();
}

TEST(PrintAudit, ASoundLayoutHasNothingToShow) {
  EXPECT_THAT(AuditOf(Example()), StartsWith("audit  0 of "));
}

TEST(PrintAudit, ShowsSeverityRuleAndConsumer) {
  Example example;
  std::swap(example.e820[0], example.e820[1]);
  EXPECT_THAT(AuditOf(example),
              HasSubstr("\n  warning e820.rows-ascend, rule E05\n    "));
  EXPECT_THAT(AuditOf(example), HasSubstr("\n    breaks: OVMF adds up "));
}

TEST(PrintAudit, NamesTheExcuse) {
  Example example;
  example.options.numa_distances = {{0, 1, 10}};
  example.slit.distances = {10, 10, 10, 10};
  EXPECT_THAT(AuditOf(example),
              EndsWith("excused by the quirk ledger: slit-distance-10\n"));
}

}  // namespace
}  // namespace e820check
