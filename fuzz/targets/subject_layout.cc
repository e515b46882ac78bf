// SPDX-License-Identifier: Apache-2.0

// Verify that the subject linked in (E820CHECK_SUBJECT) gives the reference's
// answer to every command line that it covers, that what it lays out keeps the
// laws, and that it keeps to its buffers.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_laws.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/machine_codec.h"
#include "fuzz/support/mutator.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "options/format.h"
#include "systems/command_line_answer.h"
#include "systems/subject/e820_subject.h"
#include "systems/subject/subject_caller.h"

namespace e820check {
namespace {

struct SubjectMisbehaves {
  static constexpr char kName[] = "how the subject behaves";
};

void CheckSubject(const SubjectQuestion& question) {
  const auto parsed = ParseCommandLine(
      question.args,
      {.qemu_version = question.qemu_version, .dialect = question.dialect});
  if (!parsed.ok()) return;
  static auto* const caller = new SubjectCaller(e820_subject_answer);
  Reply actual = caller->Ask(question);
  if (!actual.ok() && !actual.none().IsFinding()) return;
  if (!actual.ok()) Fail<SubjectMisbehaves>(Describe(actual.none()));
  MustAgree(std::get_if<MachineOptions>(&parsed->outcome),
            AnswerCommandLine(*parsed, ReferenceLayout), *std::move(actual));
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() { return kMachineMutator; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const e820check::MachineOptions machine = e820check::DecodeMachine(bytes);
  for (const e820check::Dialect dialect :
       {e820check::Dialect::kStock, e820check::Dialect::kMemmapType}) {
    const e820check::SubjectQuestion question = {
        .args = e820check::Format(machine),
        .dialect = dialect,
        .qemu_version = machine.qemu_version};
    e820check::Examine(
        [&] {
          return e820check::DescribeCase(question.args,
                                         {.qemu_version = question.qemu_version,
                                          .dialect = question.dialect});
        },
        [&] { e820check::CheckSubject(question); });
  }
  return 0;
}
