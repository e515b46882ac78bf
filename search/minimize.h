// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_MINIMIZE_H_
#define E820CHECK_SEARCH_MINIMIZE_H_

#include <functional>

#include "search/hunted_case.h"

namespace e820check {

inline constexpr int kMostMinimizeRuns = 1000;
// Each lasts as long as QEMU has for an answer.
inline constexpr int kMostMinimizeHangs = 6;

// What `run` makes of a shorter command line of the same kind and shape; what
// was found, if there is none, or once `must_stop`.
HuntedCase Minimize(
    const HuntedCase& found,
    const std::function<HuntedCase(const CommandLineArgs&)>& run,
    const std::function<bool()>& must_stop);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_MINIMIZE_H_
