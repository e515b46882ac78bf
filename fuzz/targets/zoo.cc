// SPDX-License-Identifier: Apache-2.0

// Verify that fuzzing catches the mutant that the environment names, or, where
// it names none, that nothing is caught. The input is a generator's choices,
// one after the other.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/choice_bytes.h"
#include "fuzz/support/explain.h"
#include "properties/zoo/judge.h"
#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

struct Caught {
  static constexpr char kName[] = "zoo";
};
struct NoSuchMutant {
  static constexpr char kName[] = "zoo: no such mutant";
};

const Mutant* MutantOfEnvironment() {
  const char* id = std::getenv(kMutantVariable);
  if (id == nullptr) return nullptr;
  static const auto& mutants = *new std::vector<Mutant>(AllMutants());
  for (const Mutant& mutant : mutants) {
    if (mutant.id == id) return &mutant;
  }
  Fail<NoSuchMutant>(id);
}

void FailIfCaught(absl::string_view id, const Detection& caught) {
  if (caught.empty()) return;
  Fail<Caught>(absl::StrCat(id, " caught by ", caught.difference,
                            caught.law.empty() ? "" : " ", caught.law));
}

void Check(const Mutant* mutant, absl::string_view bytes) {
  if (mutant != nullptr) {
    ListedChoices choices = ChoicesOf(bytes);
    FailIfCaught(mutant->id, JudgeCase(*mutant, choices));
    return;
  }
  // The last byte tells which control; choices of a mutant hardly reach it.
  static const auto& controls = *new std::vector<Mutant>{
      MapMutants().front(), LayoutMutants().front(), ReaderMutants().front()};
  const size_t last = bytes.empty() ? 0 : static_cast<uint8_t>(bytes.back());
  ListedChoices choices = ChoicesOf(bytes);
  FailIfCaught("nothing",
               JudgeControl(controls[last % controls.size()], choices));
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  static const Mutant* const mutant = MutantOfEnvironment();
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Examine(
      [&] {
        return absl::StrCat(
            "no machine, but a trial of ",
            mutant == nullptr ? "the controls" : absl::string_view(mutant->id),
            " by ", size / 2, " choices");
      },
      [&] { Check(mutant, bytes); });
  return 0;
}
