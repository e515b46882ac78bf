// SPDX-License-Identifier: Apache-2.0

#include "model/reader/qemu_opts.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "model/reader/answer.h"
#include "model/reader/cursor.h"

namespace e820check::reader {
namespace {

std::string FlagWarning(absl::string_view typed, const Item& flag) {
  std::string instead = absl::StrCat(flag.key, "=", flag.value);
  if (flag.key == "delay") {
    instead = flag.value == "on" ? "nodelay=off" : "nodelay=on";
  }
  return absl::StrCat("warning: short-form boolean option '", typed,
                      "' deprecated\nPlease use ", instead, " instead");
}

// flag := ["no"] name
Item ReadFlag(absl::string_view typed) {
  Item flag;
  absl::string_view name = typed;
  flag.value = absl::ConsumePrefix(&name, "no") ? "off" : "on";
  flag.key = std::string(name);
  flag.is_help_flag = IsHelpWord(typed);
  if (!flag.is_help_flag) flag.warning = FlagWarning(typed, flag);
  return flag;
}

// item := key "=" value | flag | value of the implied key
Item ReadItem(Cursor& at, absl::string_view implied_key) {
  const size_t start = at.Place();
  const absl::string_view key =
      at.TakeWhile([](char c) { return c != '=' && c != ','; });
  if (at.TakeIf('=')) return {.key = std::string(key), .value = ReadValue(at)};
  if (implied_key.empty()) return ReadFlag(key);
  at.GoTo(start);
  return {.key = std::string(implied_key), .value = ReadValue(at)};
}

}  // namespace

std::string ReadValue(Cursor& at) {
  std::string value;
  while (!at.AtEnd()) {
    if (at.Peek() == ',') {
      if (at.Peek(1) != ',') break;
      at.Take();
    }
    value += at.Take();
  }
  return value;
}

std::vector<Item> ReadItems(absl::string_view text,
                            absl::string_view implied_key) {
  std::vector<Item> items;
  Cursor at(text);
  while (!at.AtEnd()) {
    items.push_back(ReadItem(at, items.empty() ? implied_key : ""));
    at.TakeIf(',');
  }
  return items;
}

std::optional<std::string> FindId(absl::string_view text) {
  for (const Item& item : ReadItems(text, "")) {
    if (item.key == "id") return item.value;
  }
  return std::nullopt;
}

absl::Status CheckId(absl::string_view id) {
  Cursor at(id);
  const bool starts = absl::ascii_isalpha(at.Peek());
  at.TakeWhile([](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
  if (starts && at.AtEnd()) return absl::OkStatus();
  return Refuse(
      "Parameter 'id' expects an identifier\n"
      "Identifiers consist of letters, digits, '-', '.', '_', starting with a "
      "letter.");
}

bool IsHelpWord(absl::string_view word) {
  return word == "help" || word == "?";
}

}  // namespace e820check::reader
