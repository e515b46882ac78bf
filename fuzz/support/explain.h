// SPDX-License-Identifier: Apache-2.0

// E820CHECK_EXPLAIN=1 in the environment makes a target say on standard error
// what an input means, and after it how it fares:
//
//   QEMU 7.2, stock
//   qemu-system-x86_64 -display none -nodefaults -accel tcg -S -machine ...
//   expected: ...
//   first divergence: none
//
// E820CHECK_ARGUMENTS=FILE beside it appends each of these command lines to
// FILE for scripts, which must take no such text for code: the items release,
// "harmless" or "harmful" (search/harmless.h), the number of arguments, and the
// arguments, with a NUL byte after each. Only of stock QEMU.

#ifndef E820CHECK_FUZZ_SUPPORT_EXPLAIN_H_
#define E820CHECK_FUZZ_SUPPORT_EXPLAIN_H_

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/option_text.h"
#include "machine/machine_options.h"
#include "options/command_line.h"

namespace e820check {

bool Explaining();

// check(), which aborts by way of Fail, whose words then follow "first
// divergence: "; before it what describe() returns.
template <typename Describe, typename Check>
void Examine(Describe&& describe, Check&& check) {
  if (!Explaining()) {
    check();
    return;
  }
  std::fprintf(stderr, "%s\nfirst divergence: ", describe().c_str());
  check();
  std::fputs("none\n", stderr);
}

// The release, the command line, and the answer that is expected to it.
std::string DescribeCase(const std::vector<std::string>& args,
                         const CommandLineContext& context);
// Of one option alone, which has no answer.
std::string DescribeOption(absl::string_view name, const OptionText& option);
// As DescribeCase. Where no command line asks for the machine, it says so.
std::string DescribeMachine(const MachineOptions& machine);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_EXPLAIN_H_
