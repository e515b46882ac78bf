// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_SHAPE_H_
#define E820CHECK_SEARCH_SHAPE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "search/mutation.h"

namespace e820check {

// What many texts of QEMU have in common: "-numa node,nodeid=200: Invalid node
// 200" and the like become "-numa: Invalid node #". Arguments that stand in
// front as a location go, numbers become '#', and what is quoted '*'.
std::string ShapeOf(absl::string_view text, const CommandLineArgs& args);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_SHAPE_H_
