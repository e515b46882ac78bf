// SPDX-License-Identifier: Apache-2.0

// make_dictionary TARGET FILE: writes the dictionary of a fuzz target that
// reads options. A step of the build.

#include <cstdio>
#include <fstream>
#include <set>
#include <string>

#include "fuzz/dictionaries/option_dictionary.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: make_dictionary TARGET FILE\n", stderr);
    return 2;
  }
  const std::set<std::string> entries = e820check::OptionDictionary(argv[1]);
  if (entries.empty()) {
    std::fprintf(stderr, "make_dictionary: no options are read by %s\n",
                 argv[1]);
    return 2;
  }
  std::ofstream file(argv[2]);
  file << e820check::FormatDictionary(entries) << std::flush;
  if (!file) {
    std::fprintf(stderr, "make_dictionary: cannot write %s\n", argv[2]);
    return 2;
  }
  return 0;
}
