// SPDX-License-Identifier: Apache-2.0

// Verify that two answers agree only if they are equal, that otherwise the
// first divergence and every defect have words and say what breaks, and that
// each law that an answer breaks is one of its defects; and that a death is a
// finding unless one entry of the ledger excuses it. The input is the choices
// of a machine and of the damage to its answer.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_machine.h"
#include "fuzz/support/choice_bytes.h"
#include "fuzz/support/damage.h"
#include "fuzz/support/explain.h"
#include "model/reference_layout.h"
#include "options/format.h"
#include "properties/generate/machine_generator.h"
#include "properties/judge/judgement.h"
#include "properties/ledger/quirks.h"
#include "systems/system.h"

namespace e820check {
namespace {

struct Agreement {
  static constexpr char kName[] = "agreement";
};
struct Defects {
  static constexpr char kName[] = "defects";
};

struct Deaths {
  static constexpr char kName[] = "deaths";
};

// Dies of every question, as QEMU might.
class DyingSystem final : public System {
 public:
  const std::string& name() const override { return name_; }
  Reply Ask(const Question& /*question*/) const override {
    return NoAnswer{.kind = NoAnswer::Kind::kCrash, .text = "signal 6"};
  }

 private:
  std::string name_ = "dying";
};

void CheckDeath(const MachineOptions& machine) {
  static const System* const reference = MakeSystem("reference")->release();
  static const DyingSystem dying;
  const Question question = MakeQuestion(
      Format(machine),
      {.qemu_version = machine.qemu_version, .dialect = DialectOf(machine)});
  const Judgement judgement = Judge(*reference, dying, question);
  const bool is_excused = judgement.verdict == Verdict::kKnownCrash;
  if (!is_excused && judgement.verdict != Verdict::kDisagree) return;
  if (judgement.quirks.size() != (is_excused ? 1 : 0)) {
    Fail<Deaths>(absl::StrCat(judgement.quirks.size(), " entries"));
  }
  if (judgement.defects.size() != (is_excused ? 0 : 1)) {
    Fail<Deaths>(absl::StrCat(judgement.defects.size(), " defects"));
  }
  if (KindOf(judgement) != kCrash) Fail<Deaths>(KindOf(judgement));
}

void CheckDivergence(const MachineOptions& machine, const Answer& expected,
                     const Answer& actual) {
  const bool equal = expected == actual;
  const Judgement judgement = Judge(&machine, expected, actual);
  if (judgement.differences.empty() != equal) {
    Fail<Agreement>(equal ? Describe(judgement) : "of answers that differ");
  }
  for (const Difference& difference : judgement.differences) {
    if (difference.expected == difference.actual) {
      Fail<Agreement>(absl::StrCat("without words: ", Describe(difference)));
    }
  }
  if (!equal && judgement.defects.empty()) {
    Fail<Defects>("none, though answers differ");
  }
  if (judgement.defects.empty() != Describe(judgement).empty()) {
    Fail<Defects>("without words");
  }
  for (const Defect& defect : judgement.defects) {
    if (defect.id.empty() || defect.detail.empty() || defect.breaks.empty()) {
      Fail<Defects>(absl::StrCat("without words: '", defect.id, "', '",
                                 defect.detail, "', '", defect.breaks, "'"));
    }
  }
  Answer warned = expected;
  warned.device_warnings.push_back({.device = 0, .text = "warning: a"});
  if (FindDifferences(expected, warned).empty()) Fail<Agreement>("of warnings");
  for (const Breach& breach : judgement.breaches) {
    const bool found = std::any_of(
        judgement.defects.begin(), judgement.defects.end(),
        [&](const Defect& defect) { return defect.law == breach.law; });
    if (found != breach.IsDefect()) Fail<Defects>(std::string(breach.law->id));
  }
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  ListedChoices choices =
      ChoicesOf(absl::string_view(reinterpret_cast<const char*>(data), size));
  const GeneratorPolicy policy = ChoosePolicy(choices);
  // The damage is chosen first, so that few bytes are enough for one.
  std::vector<uint64_t> of_damage(24);
  for (uint64_t& choice : of_damage) choice = choices.Below(UINT64_MAX);
  const MachineOptions machine = GenerateMachine(choices, policy);
  // What is about a device comes with words of a command line, which a machine
  // has not.
  Answer expected = ReferenceLayout(machine);
  expected.device_warnings.clear();
  if (auto* rejection = std::get_if<Rejection>(&expected.outcome)) {
    rejection->device.reset();
  }
  ListedChoices damage(of_damage);
  const Answer actual = Damage(expected, damage);
  Examine([&] { return DescribeMachine(machine); },
          [&] {
            CheckDivergence(machine, expected, actual);
            CheckDeath(machine);
          });
  return 0;
}
