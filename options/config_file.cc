// SPDX-License-Identifier: Apache-2.0

#include "options/config_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "options/integer.h"
#include "options/refusal.h"

namespace e820check {
namespace {

constexpr size_t kLineBytes = 1023;
constexpr size_t kWordBytes = 63;

void SkipSpace(absl::string_view& text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
}

// scanf's "%63s": a word without blanks; empty: there is none.
absl::string_view TakeWord(absl::string_view& text) {
  SkipSpace(text);
  size_t size = 0;
  while (size < std::min(text.size(), kWordBytes) && !IsSpace(text[size])) {
    ++size;
  }
  const absl::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

// scanf's "%63[^c]"; empty: there is none.
absl::string_view TakeUntil(char c, size_t limit, absl::string_view& text) {
  const absl::string_view part = text.substr(0, limit);
  const absl::string_view found = part.substr(0, part.find(c));
  text.remove_prefix(found.size());
  return found;
}

// Of a key's line after the key: `= "value"`.
absl::string_view ReadValue(absl::string_view text) {
  SkipSpace(text);
  if (!absl::ConsumePrefix(&text, "=")) return "";
  SkipSpace(text);
  if (!absl::ConsumePrefix(&text, "\"")) return "";
  return TakeUntil('"', kLineBytes, text);
}

// Items with the order in which they came.
class ItemCollector {
 public:
  // A later value takes the place of an earlier one.
  void Put(absl::string_view key, absl::string_view value) {
    const auto [at, is_new] = values_.try_emplace(
        key, Entry{value, static_cast<uint32_t>(values_.size())});
    if (!is_new) at->second.value = value;
  }

  std::vector<ConfigGroup::Item> InQDictOrder() const {
    std::vector<ValueTree::Entry> entries;
    entries.reserve(values_.size());
    for (const auto& [key, entry] : values_) {
      entries.push_back({key, entry.index});
    }
    SortInQDictOrder(entries);
    std::vector<ConfigGroup::Item> items;
    items.reserve(entries.size());
    for (const ValueTree::Entry& entry : entries) {
      items.push_back({entry.key, values_.at(entry.key).value});
    }
    return items;
  }

 private:
  struct Entry {
    absl::string_view value;
    uint32_t index;
  };
  std::map<absl::string_view, Entry> values_;
};

// Splits "a.b.c" at the first dot; ".." is a dot of the name. No second part:
// there is no dot to split at.
struct SplitKey {
  std::string first;
  std::optional<absl::string_view> rest;
};

SplitKey Split(absl::string_view key) {
  SplitKey split;
  for (size_t at = 0; at < key.size(); ++at) {
    if (key[at] != '.') {
      split.first.push_back(key[at]);
    } else if (at + 1 < key.size() && key[at + 1] == '.') {
      split.first.push_back('.');
      ++at;
    } else {
      split.rest = key.substr(at + 1);
      break;
    }
  }
  return split;
}

// As strtoll reads it: with a sign.
std::optional<int64_t> ReadIndex(absl::string_view key) {
  int64_t index = 0;
  if (key.empty() || IsSpace(key.front()) || !absl::SimpleAtoi(key, &index)) {
    return std::nullopt;
  }
  return index;
}

// Makes a list of a dict whose keys are all indexes.
absl::Status Listify(uint32_t dict, ValueTree& tree) {
  bool any_index = false;
  bool any_name = false;
  int64_t largest = -1;
  for (const ValueTree::Entry& member : tree.QDictOrder(dict)) {
    const std::optional<int64_t> index = ReadIndex(member.key);
    (index ? any_index : any_name) = true;
    if (index) largest = std::max(largest, *index);
  }
  if (any_index && any_name) {
    return Refuse("Cannot mix list and non-list keys");
  }
  if (!any_index) return absl::OkStatus();
  const auto count = static_cast<int64_t>(tree[dict].members.size());
  if (largest != count - 1) {
    return Refuse("List indices are not contiguous, saw ", count,
                  " elements but ", largest, " largest index");
  }
  Value list;
  list.kind = Value::Kind::kList;
  for (int64_t i = 0; i < count; ++i) {
    const std::optional<uint32_t> element = tree.Find(dict, absl::StrCat(i));
    if (!element) return Refuse("Missing list index ", i);
    list.elements.push_back(*element);
  }
  tree[dict] = std::move(list);
  return absl::OkStatus();
}

// Fills an empty dict. Recursion is as deep as a key has dots, at most 31.
absl::Status Fill(uint32_t dict, const std::vector<ConfigGroup::Item>& items,
                  ValueTree& tree) {
  struct Child {
    std::optional<absl::string_view> scalar;
    ItemCollector members;
    uint32_t index = 0;
  };
  std::map<std::string, Child> children;
  for (const ConfigGroup::Item& item : items) {
    SplitKey key = Split(item.key);
    const auto [at, is_new] = children.try_emplace(std::move(key.first));
    Child& child = at->second;
    if (is_new) {
      child.index = static_cast<uint32_t>(children.size());
    } else if (!key.rest || child.scalar) {
      return Refuse("Cannot mix scalar and non-scalar keys");
    }
    if (key.rest) {
      child.members.Put(*key.rest, item.value);
    } else {
      child.scalar = item.value;
    }
  }
  std::vector<ValueTree::Entry> order;
  order.reserve(children.size());
  for (const auto& [key, child] : children) order.push_back({key, child.index});
  SortInQDictOrder(order);
  for (const ValueTree::Entry& entry : order) {
    const Child& child = children.at(std::string(entry.key));
    const uint32_t index = tree.AddMember(
        dict, entry.key,
        child.scalar ? StringValue(std::string(*child.scalar)) : Value());
    if (child.scalar) continue;
    absl::Status filled = Fill(index, child.members.InQDictOrder(), tree);
    if (!filled.ok()) return filled;
  }
  return Listify(dict, tree);
}

}  // namespace

const ConfigGroup::Item* ConfigGroup::Find(absl::string_view key) const {
  const auto found =
      std::find_if(items.begin(), items.end(),
                   [key](const Item& item) { return item.key == key; });
  return found == items.end() ? nullptr : &*found;
}

// `[name "id"]`, or `[name]`; what follows does not matter.
std::optional<ConfigFile::Header> ConfigFile::ReadHeader(
    absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "[")) return std::nullopt;
  absl::string_view rest = line;
  const absl::string_view word = TakeWord(rest);
  SkipSpace(rest);
  if (!word.empty() && absl::ConsumePrefix(&rest, "\"")) {
    const absl::string_view id = TakeUntil('"', kWordBytes, rest);
    if (!id.empty()) return Header{word, id};
  }
  const absl::string_view name = TakeUntil(']', kWordBytes, line);
  if (name.empty()) return std::nullopt;
  return Header{name, std::nullopt};
}

absl::string_view ConfigFile::TakeLine() {
  const absl::string_view part = rest_.substr(0, kLineBytes);
  const size_t newline = part.find('\n');
  const absl::string_view line =
      newline == absl::string_view::npos ? part : part.substr(0, newline + 1);
  rest_.remove_prefix(line.size());
  ++lines_;
  return line.substr(0, line.find('\0'));
}

absl::StatusOr<std::optional<ConfigGroup>> ConfigFile::Next() {
  std::optional<ConfigGroup> group;
  ItemCollector items;
  const auto begin = [&](const Header& header) {
    group = ConfigGroup{.name = header.name, .items = {}};
    if (header.id) items.Put("id", *header.id);
  };
  if (next_) begin(*std::exchange(next_, std::nullopt));
  while (!next_ && !rest_.empty()) {
    absl::string_view line = TakeLine();
    if (line == "\n" || absl::ConsumePrefix(&line, "#")) continue;
    if (const std::optional<Header> header = ReadHeader(line)) {
      if (group) {
        next_ = header;
      } else {
        begin(*header);
      }
      continue;
    }
    key_line_ = lines_;
    const absl::string_view key = TakeWord(line);
    if (key.empty()) return Refuse("parse error");
    if (!group) return Refuse("no group defined");
    items.Put(key, ReadValue(line));
  }
  if (group) group->items = items.InQDictOrder();
  return group;
}

absl::StatusOr<ValueTree> Crumple(const ConfigGroup& group) {
  ValueTree tree;
  absl::Status filled = Fill(ValueTree::kRoot, group.items, tree);
  if (!filled.ok()) return filled;
  return tree;
}

}  // namespace e820check
