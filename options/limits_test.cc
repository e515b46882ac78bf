// SPDX-License-Identifier: Apache-2.0

// Verify that the parser withstands what nobody types: each kind of long
// arguments, of up to 1 MiB, gets an answer, in each release.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "options/command_line.h"
#include "options/long_arguments.h"

namespace e820check {
namespace {

// The outcome in a word.
std::string Parse(const std::vector<std::string>& args, QemuVersion qemu) {
  const auto parsed = ParseCommandLine(args, {.qemu_version = qemu});
  if (!parsed.ok()) {
    return absl::IsUnimplemented(parsed.status()) ? "not covered" : "no answer";
  }
  if (parsed->accepted()) {
    const auto& machine = std::get<MachineOptions>(parsed->outcome);
    EXPECT_EQ(Validate(machine), absl::OkStatus());
    return "accepted";
  }
  return std::get<Rejection>(parsed->outcome).text.empty() ? "no text"
                                                           : "refused";
}

class LimitsTest : public testing::TestWithParam<LongArguments> {};

INSTANTIATE_TEST_SUITE_P(All, LimitsTest, testing::ValuesIn(AllLongArguments()),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST_P(LimitsTest, GetsAnAnswer) {
  for (const QemuVersion qemu : kReleases) {
    const std::string small = Parse(GetParam().make(1 << 12), qemu);
    EXPECT_TRUE(small == "accepted" || small == "refused") << small;
    const std::string large = Parse(GetParam().make(1 << 20), qemu);
    // Of all that QEMU would print, 16 MiB are kept.
    const bool is_flags = absl::EndsWith(GetParam().name, "_flags");
    EXPECT_EQ(large, is_flags ? "not covered" : small);
  }
}

TEST(LimitsTest, NumbersOfAnySizeAllocateNothing) {
  for (const char* number : {"65535", "4294967296", "18446744073709551615",
                             "99999999999999999999"}) {
    for (const std::string& line : {
             absl::StrCat("-numa|node,cpus=0-", number),
             absl::StrCat("-numa|node,nodeid=", number),
             absl::StrCat("-smp|", number),
             absl::StrCat("-smp|1,maxcpus=", number),
             absl::StrCat("-m|1G,maxmem=2G,slots=", number),
             absl::StrCat("-M|sgx-epc.", number, ".node=0"),
             absl::StrCat(
                 "-object|memory-backend-ram,id=m,size=1,host-nodes=0-",
                 number),
         }) {
      SCOPED_TRACE(line);
      const size_t bar = line.find('|');
      const std::string outcome = Parse(
          {line.substr(0, bar), line.substr(bar + 1)}, QemuVersion::k11_1);
      EXPECT_TRUE(outcome == "accepted" || outcome == "refused") << outcome;
    }
  }
}

}  // namespace
}  // namespace e820check
