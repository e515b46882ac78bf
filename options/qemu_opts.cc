// SPDX-License-Identifier: Apache-2.0

#include "options/qemu_opts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "options/integer.h"
#include "options/refusal.h"

namespace e820check {

bool IsHelp(absl::string_view word) { return word == "help" || word == "?"; }

bool IsHelpFlag(const QemuOpt& opt) {
  return opt.is_flag && opt.value == "on" && IsHelp(opt.key);
}

std::optional<std::string> FlagWarning(const QemuOpt& opt) {
  if (!opt.is_flag || IsHelpFlag(opt)) return std::nullopt;
  // The one flag whose "no" belongs to the name.
  const bool is_delay = opt.key == "delay";
  const absl::string_view key = is_delay ? "nodelay" : opt.key;
  const absl::string_view value = !is_delay
                                      ? absl::string_view(opt.value)
                                      : (opt.value == "on" ? "off" : "on");
  return absl::StrCat("warning: short-form boolean option '",
                      opt.value == "on" ? "" : "no", opt.key,
                      "' deprecated\nPlease use ", key, "=", value, " instead");
}

std::string TakeValue(absl::string_view& rest) {
  std::string value;
  while (!rest.empty()) {
    const absl::string_view part = rest.substr(0, rest.find(','));
    value.append(part.data(), part.size());
    rest.remove_prefix(part.size());
    if (!absl::ConsumePrefix(&rest, ",")) break;
    if (!absl::ConsumePrefix(&rest, ",")) break;
    value.push_back(',');
  }
  return value;
}

std::optional<QemuOpt> QemuOptsReader::Next() {
  if (rest_.empty()) return std::nullopt;
  QemuOpt opt;
  const absl::string_view implied_key = std::exchange(implied_key_, {});
  absl::string_view name = rest_.substr(0, rest_.find(','));
  const size_t equals = name.find('=');
  if (equals != absl::string_view::npos) {
    opt.key = name.substr(0, equals);
    rest_.remove_prefix(equals + 1);
    opt.value = TakeValue(rest_);
    return opt;
  }
  if (!implied_key.empty()) {
    opt.key = implied_key;
    opt.value = TakeValue(rest_);
    return opt;
  }
  rest_.remove_prefix(name.size());
  absl::ConsumePrefix(&rest_, ",");
  opt.is_flag = true;
  opt.value = absl::ConsumePrefix(&name, "no") ? "off" : "on";
  opt.key = name;
  return opt;
}

namespace {

constexpr absl::string_view kId = "id";

// Whether an item of the text seems to be an id; that may be part of a value.
bool MayHaveId(absl::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    absl::string_view rest = text.substr(at);
    absl::ConsumePrefix(&rest, "no");  // a flag
    if (rest.substr(0, kId.size()) == kId &&
        (rest.size() == kId.size() || rest[kId.size()] == '=' ||
         rest[kId.size()] == ',')) {
      return true;
    }
    at = text.find(',', at);
    if (at == absl::string_view::npos) break;
  }
  return false;
}

}  // namespace

std::optional<std::string> FindId(absl::string_view text) {
  // Most options have none: avoid the walk.
  if (!MayHaveId(text)) return std::nullopt;
  QemuOptsReader reader(text, /*implied_key=*/"");
  while (std::optional<QemuOpt> opt = reader.Next()) {
    if (opt->key == kId) return std::move(opt->value);
  }
  return std::nullopt;
}

const std::string* QemuOptsBag::Find(absl::string_view key) const {
  for (auto opt = items.rbegin(); opt != items.rend(); ++opt) {
    if (opt->key == key) return &opt->value;
  }
  return nullptr;
}

absl::Status QemuOptsList::TakeId(const std::string& id) {
  if (!IsIdentifier(id)) return RefuseId();
  if (!ids_.insert(id).second) {
    return Refuse("Duplicate ID '", id, "' for ", name_);
  }
  return absl::OkStatus();
}

absl::StatusOr<QemuOptsBag> QemuOptsList::Parse(
    absl::string_view text, std::vector<std::string>& warnings) {
  QemuOptsBag bag;
  bag.id = FindId(text);
  if (bag.id) {
    if (absl::Status taken = TakeId(*bag.id); !taken.ok()) return taken;
  }
  bag.items.reserve(1 + std::count(text.begin(), text.end(), ','));
  QemuOptsReader reader(text, implied_key_);
  while (std::optional<QemuOpt> opt = reader.Next()) {
    if (opt->is_flag) {
      if (std::optional<std::string> warning = FlagWarning(*opt)) {
        warnings.push_back(*std::move(warning));
      }
    }
    if (opt->key != kId) bag.items.push_back(*std::move(opt));
  }
  return bag;
}

absl::Status RefuseId() {
  return Refuse("Parameter 'id' expects an identifier", kIdentifierHint);
}

}  // namespace e820check
