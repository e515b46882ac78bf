// SPDX-License-Identifier: Apache-2.0

#include "cli/text_table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace e820check {
namespace {

constexpr size_t kLineWidth = 100;
constexpr absl::string_view kGap = "  ";

std::string Padded(const std::string& text, size_t width, bool to_the_right) {
  const std::string blanks(width - std::min(width, text.size()), ' ');
  return to_the_right ? blanks + text : text + blanks;
}

// As wide as the widest cell; then the widest columns shrink until a line fits.
std::vector<size_t> Widths(const TextTable& table) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    size_t width = table.columns[i].title.size();
    for (const auto& row : table.rows) width = std::max(width, row[i].size());
    widths.push_back(width);
  }
  const size_t gaps = kGap.size() * (widths.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), gaps) > kLineWidth) {
    --*std::max_element(widths.begin(), widths.end());
  }
  return widths;
}

std::string TextRow(const std::vector<std::string>& cells,
                    const TextTable& table, const std::vector<size_t>& widths) {
  std::vector<std::vector<std::string>> wrapped;
  size_t height = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    wrapped.push_back(WrapWords(cells[i], widths[i]));
    height = std::max(height, wrapped.back().size());
  }
  std::string text;
  for (size_t line_number = 0; line_number < height; ++line_number) {
    std::vector<std::string> line;
    for (size_t i = 0; i < cells.size(); ++i) {
      line.push_back(
          Padded(line_number < wrapped[i].size() ? wrapped[i][line_number] : "",
                 widths[i], table.columns[i].is_number));
    }
    std::string joined = absl::StrJoin(line, kGap);
    joined.erase(joined.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, joined, "\n");
  }
  return text;
}

}  // namespace

std::vector<std::string> WrapWords(const std::string& text, size_t width) {
  std::vector<std::string> lines(1);
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    while (!word.empty()) {
      std::string& line = lines.back();
      if (line.empty()) {
        line = std::string(word.substr(0, width));
        word.remove_prefix(line.size());
      } else if (line.size() + 1 + word.size() <= width) {
        absl::StrAppend(&line, " ", word);
        word = "";
      } else {
        lines.emplace_back();
      }
    }
  }
  return lines;
}

std::string Print(const TextTable& table) {
  const std::vector<size_t> widths = Widths(table);
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (size_t i = 0; i < widths.size(); ++i) {
    titles.push_back(table.columns[i].title);
    rules.emplace_back(widths[i], '-');
  }
  std::string text = TextRow(titles, table, widths);
  absl::StrAppend(&text, absl::StrJoin(rules, kGap), "\n");
  for (const auto& row : table.rows) text += TextRow(row, table, widths);
  return text;
}

}  // namespace e820check
