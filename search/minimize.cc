// SPDX-License-Identifier: Apache-2.0

#include "search/minimize.h"

#include <utility>

#include "machine/no_answer.h"
#include "properties/shrink/shrink.h"

namespace e820check {

HuntedCase Minimize(
    const HuntedCase& found,
    const std::function<HuntedCase(const CommandLineArgs&)>& run,
    const std::function<bool()>& must_stop) {
  HuntedCase least = found;
  int hangs_left = kMostMinimizeHangs;
  Shrink(
      found.args,
      [&](const CommandLineArgs& candidate) {
        if (hangs_left == 0 || must_stop()) return false;
        HuntedCase smaller = run(candidate);
        if (smaller.kind == ToString(NoAnswer::Kind::kHang)) --hangs_left;
        if (smaller.kind != found.kind || smaller.shape != found.shape) {
          return false;
        }
        least = std::move(smaller);
        return true;
      },
      kMostMinimizeRuns);
  return least;
}

}  // namespace e820check
