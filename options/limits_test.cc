// SPDX-License-Identifier: Apache-2.0

// Verify that the parser withstands what nobody types: each kind of long
// arguments, of up to 1 MiB, gets an answer, in each release, and that no
// number makes it allocate memory.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "gtest/gtest.h"
#include "options/command_line.h"
#include "options/long_arguments.h"

namespace {

// By operator new, freed ones too, since the program began.
size_t allocated_bytes = 0;

}  // namespace

// None of these inline, as g++ would take them for a mismatch of new and free.
[[gnu::noinline]] void* operator new(size_t size_bytes) {
  allocated_bytes += size_bytes;
  void* const memory = std::malloc(size_bytes == 0 ? 1 : size_bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

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
                         [](const auto& parameter) {
                           return std::string(parameter.param.name);
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

// What parsing allocates, over its whole course.
size_t BytesToParse(absl::string_view option, const std::string& argument) {
  const std::vector<std::string> args = {std::string(option), argument};
  const size_t before = allocated_bytes;
  const std::string outcome = Parse(args, QemuVersion::k11_1);
  EXPECT_TRUE(outcome == "accepted" || outcome == "refused") << outcome;
  return allocated_bytes - before;
}

// A CPU or node each of a number would be 64 KiB and more. What is here is the
// text of arguments and refusals, in which numbers differ in length.
TEST(NumbersTest, OfAnySizeAllocateNoMore) {
  constexpr size_t kTextBytes = 4 << 10;
  for (const auto& [option, argument] :
       std::vector<std::pair<const char*, const char*>>{
           {"-numa", "node,cpus=0-$0"},
           {"-numa", "node,nodeid=$0"},
           {"-smp", "$0"},
           {"-smp", "1,maxcpus=$0"},
           {"-m", "1G,maxmem=2G,slots=$0"},
           {"-M", "sgx-epc.$0.node=0"},
           {"-object", "memory-backend-ram,id=m,size=1,host-nodes=0-$0"}}) {
    const size_t least = BytesToParse(option, absl::Substitute(argument, "1"));
    ASSERT_GT(least, 0u);
    for (const char* number : {"65535", "4294967296", "18446744073709551615",
                               "99999999999999999999"}) {
      SCOPED_TRACE(absl::StrCat(option, " ", argument, " ", number));
      EXPECT_LE(BytesToParse(option, absl::Substitute(argument, number)),
                least + kTextBytes);
    }
  }
}

}  // namespace
}  // namespace e820check
