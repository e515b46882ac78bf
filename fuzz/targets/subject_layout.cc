// SPDX-License-Identifier: Apache-2.0

// Verify that the subject linked in (E820CHECK_SUBJECT) gives the reference's
// answer to every command line that it covers, that what it lays out keeps the
// laws, and that it keeps to its buffers.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_laws.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/machine_codec.h"
#include "fuzz/support/mutator.h"
#include "options/format.h"
#include "properties/judge/judgement.h"
#include "systems/subject/e820_subject.h"
#include "systems/subject/subject_caller.h"
#include "systems/system.h"

namespace e820check {
namespace {

struct SubjectMisbehaves {
  static constexpr char kName[] = "how the subject behaves";
};

class LinkedSubject final : public System {
 public:
  const std::string& name() const override { return name_; }
  bool IsInTheLedger() const override { return false; }
  Reply Ask(const Question& question) const override {
    static auto* const caller = new SubjectCaller(e820_subject_answer);
    return caller->Ask({.args = question.args,
                        .dialect = question.dialect,
                        .qemu_version = question.qemu_version});
  }

 private:
  std::string name_ = "the subject";
};

void CheckSubject(const Question& question) {
  static const System* const reference = MakeSystem("reference")->release();
  static const LinkedSubject subject;
  const Judgement judgement = Judge(*reference, subject, question);
  if (judgement.verdict != Verdict::kDisagree) return;
  if (judgement.none() != nullptr) Fail<SubjectMisbehaves>(Describe(judgement));
  FailFor(judgement, OptionsOf(question));
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() { return kMachineMutator; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const e820check::MachineOptions machine = e820check::DecodeMachine(bytes);
  for (const e820check::Dialect dialect :
       {e820check::Dialect::kStock, e820check::Dialect::kMemmapType}) {
    const e820check::CommandLineContext context = {
        .qemu_version = machine.qemu_version, .dialect = dialect};
    const e820check::Question question =
        e820check::MakeQuestion(e820check::Format(machine), context);
    e820check::Examine(
        [&] { return e820check::DescribeCase(question.args, context); },
        [&] { e820check::CheckSubject(question); });
  }
  return 0;
}
