// SPDX-License-Identifier: Apache-2.0

// Verify that two independent readers make the same of any text of -numa:
// the same warnings, and the same values or the same words of refusal.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/mutator.h"
#include "fuzz/support/option_text.h"
#include "properties/judge/readers.h"

namespace {

struct Difference {
  static constexpr char kName[] = "readers";
};

}  // namespace

const e820check::Mutator& e820check::TargetMutator() {
  return kNumaTextMutator;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto option = e820check::SplitOptionText(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  e820check::Examine(
      [&] { return e820check::DescribeOption("-numa", option); },
      [&] {
        e820check::CheckOk<Difference>(
            e820check::CompareNumaReaders(option.text, option.release));
      });
  return 0;
}
