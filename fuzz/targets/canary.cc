// SPDX-License-Identifier: Apache-2.0

// Verify that the harness notices a crash: this target has a planted one.
//
// It lies behind one comparison per byte, as bugs do, so that finding it takes
// coverage feedback and not luck: 6 random bytes would take 2^48 runs.

#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"

namespace {

struct Canary {
  static constexpr char kName[] = "canary";
};

void Check(const uint8_t* data, size_t size) {
  constexpr absl::string_view kPlanted = "0xe820";
  if (size != kPlanted.size()) return;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != static_cast<uint8_t>(kPlanted[i])) return;
  }
  e820check::Fail<Canary>("the planted crash was found");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  e820check::Examine(
      [&] {
        return absl::StrCat("no machine: ",
                            absl::CHexEscape(absl::string_view(
                                reinterpret_cast<const char*>(data), size)));
      },
      [&] { Check(data, size); });
  return 0;
}
