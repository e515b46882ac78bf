// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_TEXT_TABLE_H_
#define E820CHECK_CLI_TEXT_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace e820check {

struct TextTable {
  struct Column {
    std::string title;
    bool is_number = false;  // to the right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // of as many cells each
};

// No line has more than 100 characters: cells of the widest columns are broken
// between words.
std::string Print(const TextTable& table);

// `text` in lines of at most `width` characters, broken between words, or
// inside of one that is longer. At least one line.
std::vector<std::string> WrapWords(const std::string& text, size_t width);

}  // namespace e820check

#endif  // E820CHECK_CLI_TEXT_TABLE_H_
