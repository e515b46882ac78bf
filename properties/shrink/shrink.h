// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_SHRINK_SHRINK_H_
#define E820CHECK_PROPERTIES_SHRINK_SHRINK_H_

#include <functional>
#include <string>
#include <vector>

namespace e820check {

// A smaller command line that still fails, found greedily: options dropped,
// then items, then numbers brought nearer to 0, then bytes dropped, again and
// again until nothing helps or `most_runs` calls of `still_fails` are spent.
// `args` itself is taken to fail. A candidate is never longer than what it
// replaces.
std::vector<std::string> Shrink(
    const std::vector<std::string>& args,
    const std::function<bool(const std::vector<std::string>&)>& still_fails,
    int most_runs);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_SHRINK_SHRINK_H_
