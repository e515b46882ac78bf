// SPDX-License-Identifier: Apache-2.0

// Verify that the harness notices a crash: this target has a planted one.
//
// It lies behind one comparison per byte, as bugs do, so that finding it takes
// coverage feedback and not luck: 6 random bytes would take 2^48 runs.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "fuzz/check.h"

namespace {

struct Canary {
  static constexpr char kName[] = "canary";
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr absl::string_view kPlanted = "0xe820";
  if (size != kPlanted.size()) return 0;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != static_cast<uint8_t>(kPlanted[i])) return 0;
  }
  e820check::Fail<Canary>("the planted crash was found");
}
