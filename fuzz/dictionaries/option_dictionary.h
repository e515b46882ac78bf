// SPDX-License-Identifier: Apache-2.0

// The dictionaries of fuzz targets that read options: the names of the tables
// of options/, and texts that no table has.

#ifndef E820CHECK_FUZZ_DICTIONARIES_OPTION_DICTIONARY_H_
#define E820CHECK_FUZZ_DICTIONARIES_OPTION_DICTIONARY_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace e820check {

// The entries, as bytes; empty for a target that has no such dictionary.
std::set<std::string> OptionDictionary(absl::string_view target);

// The text of a dictionary's file.
std::string FormatDictionary(const std::set<std::string>& entries);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_DICTIONARIES_OPTION_DICTIONARY_H_
