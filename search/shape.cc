// SPDX-License-Identifier: Apache-2.0

#include "search/shape.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace e820check {
namespace {

// "-numa node: " to "-numa: ", wherever it stands.
std::string WithoutArguments(absl::string_view text,
                             const CommandLineArgs& args) {
  std::vector<std::pair<std::string, std::string>> locations;
  for (size_t i = 0; i + 1 < args.size(); ++i) {
    if (!absl::StartsWith(args[i], "-")) continue;
    locations.emplace_back(absl::StrCat(args[i], " ", args[i + 1], ": "),
                           absl::StrCat(args[i], ": "));
  }
  return absl::StrReplaceAll(text, locations);
}

// After its first digit; hexadecimal too.
bool IsInNumber(char c) {
  return c == 'x' || absl::ascii_isxdigit(static_cast<unsigned char>(c));
}

}  // namespace

std::string ShapeOf(absl::string_view text, const CommandLineArgs& args) {
  const std::string plain = WithoutArguments(text, args);
  std::string shape;
  for (size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] == '\'' || plain[i] == '"') {
      const size_t end = plain.find(plain[i], i + 1);
      if (end != std::string::npos) {
        absl::StrAppend(&shape, plain.substr(i, 1), "*", plain.substr(i, 1));
        i = end;
        continue;
      }
    }
    if (!absl::ascii_isdigit(static_cast<unsigned char>(plain[i]))) {
      shape.push_back(plain[i]);
      continue;
    }
    // The digits of a type are no number.
    if (absl::EndsWith(shape, "uint")) {
      const size_t end = std::min(plain.find('_', i), plain.size());
      shape.append(plain, i, end - i);
      i = end - 1;
      continue;
    }
    while (i + 1 < plain.size() && IsInNumber(plain[i + 1])) ++i;
    shape.push_back('#');
  }
  return shape;
}

}  // namespace e820check
