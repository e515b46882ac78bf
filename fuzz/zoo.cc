// SPDX-License-Identifier: Apache-2.0

// Verify that fuzzing catches the mutant that the environment names, or, where
// it names none, that nothing is caught. The input is a generator's choices,
// one after the other.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/check.h"
#include "properties/choices.h"
#include "zoo/judge.h"
#include "zoo/mutant.h"

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

// Two bytes a choice, so that each mutation changes one.
ListedChoices ChoicesOf(const uint8_t* data, size_t size) {
  std::vector<uint64_t> list;
  for (size_t i = 0; i + 1 < size; i += 2) {
    list.push_back(static_cast<uint64_t>(data[i] | data[i + 1] << 8) << 48);
  }
  return ListedChoices(std::move(list));
}

void FailIfCaught(absl::string_view id, const Catch& caught) {
  if (caught.empty()) return;
  Fail<Caught>(absl::StrCat(id, " caught by ", caught.difference,
                            caught.law.empty() ? "" : " ", caught.law));
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  static const Mutant* const mutant = MutantOfEnvironment();
  if (mutant != nullptr) {
    ListedChoices choices = ChoicesOf(data, size);
    FailIfCaught(mutant->id, JudgeCase(*mutant, choices));
    return 0;
  }
  for (const auto& kind : {MapMutants(), LayoutMutants(), ReaderMutants()}) {
    ListedChoices choices = ChoicesOf(data, size);
    FailIfCaught("nothing", JudgeControl(kind.front(), choices));
  }
  return 0;
}
