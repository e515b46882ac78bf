// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_SUPPORT_CHECK_LAWS_H_
#define E820CHECK_FUZZ_SUPPORT_CHECK_LAWS_H_

#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "properties/judge/judgement.h"

namespace e820check {

// Verify that the layout keeps the laws, but for what the ledger excuses; or
// print what it breaks, and abort. The function of the broken law is then in
// the stack, right below AbortOnBreach and Broken, since crashes are told apart
// by the three topmost frames (doc/spec/oss-fuzz.md 2).
void MustKeepLaws(const MachineOptions& options, const GuestLayout& layout);

// Abort because of a judgement that is not of agreement, of two answers: for a
// difference in Fail<Agreement>, for a law as above.
struct Agreement {
  static constexpr char kName[] = "agreement";
};
[[noreturn]] void FailFor(const Judgement& judgement,
                          const MachineOptions* machine);

// Verify that the answers agree and, unless `machine` is nullptr, that the
// actual one keeps the laws; or abort as above.
void MustAgree(const MachineOptions* machine, Answer expected, Answer actual);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CHECK_LAWS_H_
