// SPDX-License-Identifier: Apache-2.0

#include "options/keyval.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "options/qemu_opts.h"
#include "options/refusal.h"

namespace e820check {
namespace {

constexpr size_t kFragmentLimit = 128;

bool IsAlpha(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c));
}
bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// The length of the index at the start of `text`, 0 if there is none.
size_t IndexLength(absl::string_view text) {
  return static_cast<size_t>(
      std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin());
}

// An index's value; large ones are all the same to QEMU.
uint32_t IndexValue(absl::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits) {
    value = std::min<uint64_t>(value * 10 + static_cast<uint64_t>(c - '0'),
                               INT32_MAX);
  }
  return static_cast<uint32_t>(value);
}

bool IsIndex(absl::string_view key) {
  return !key.empty() && IndexLength(key) == key.size();
}

// The length of the name at the start of `text`, 0 if there is none: letters,
// digits, '-' and '_' after a letter; downstream names have "__rfqdn_" first.
size_t NameLength(absl::string_view text) {
  size_t at = 0;
  if (absl::StartsWith(text, "__")) {
    at = 2;
    while (at < text.size() && (IsAlpha(text[at]) || IsDigit(text[at]) ||
                                text[at] == '-' || text[at] == '.')) {
      ++at;
    }
    if (at == text.size() || text[at] != '_') return 0;
    ++at;
  }
  if (at == text.size() || !IsAlpha(text[at])) return 0;
  while (at < text.size() && (IsAlpha(text[at]) || IsDigit(text[at]) ||
                              text[at] == '-' || text[at] == '_')) {
    ++at;
  }
  return at;
}

class Parser {
 public:
  explicit Parser(ValueTree& tree) : tree_(tree) {}

  absl::StatusOr<bool> Parse(absl::string_view text,
                             absl::string_view implied_key);

 private:
  // Where a key's value goes: the member `fragment` of `dict`.
  struct Place {
    uint32_t dict;
    absl::string_view fragment;
  };
  absl::StatusOr<Place> Locate(absl::string_view key);
  absl::StatusOr<uint32_t> Descend(const Place& place, absl::string_view path);
  absl::Status Store(const Place& place, absl::string_view key,
                     std::string value);
  absl::Status Listify();
  absl::Status ListifyOne(uint32_t dict);
  std::string PathTo(uint32_t dict) const;

  ValueTree& tree_;
  bool any_index_ = false;
  // The dicts below the root through which this text's keys went: where each
  // hangs. A parent has a lower index than its children.
  struct Link {
    uint32_t parent;
    std::string fragment;
  };
  std::map<uint32_t, Link> touched_;
};

absl::StatusOr<Parser::Place> Parser::Locate(absl::string_view key) {
  Place place{ValueTree::kRoot, {}};
  for (size_t at = 0;;) {
    const absl::string_view rest = key.substr(at);
    const size_t index_length = at == 0 ? 0 : IndexLength(rest);
    const size_t length = index_length != 0 ? index_length : NameLength(rest);
    if (length == 0 || (length < rest.size() && rest[length] != '.')) {
      return Refuse("Invalid parameter '", key, "'");
    }
    if (length >= kFragmentLimit) {
      return Refuse("Parameter", length == key.size() ? "" : " fragment", " '",
                    rest.substr(0, length), "' is too long");
    }
    if (at != 0) {
      absl::StatusOr<uint32_t> child = Descend(place, key.substr(0, at - 1));
      if (!child.ok()) return child.status();
      place.dict = *child;
    }
    place.fragment = rest.substr(0, length);
    any_index_ |= index_length != 0;
    if (length == rest.size()) return place;
    at += length + 1;
  }
}

absl::StatusOr<uint32_t> Parser::Descend(const Place& place,
                                         absl::string_view path) {
  std::optional<uint32_t> child = tree_.Find(place.dict, place.fragment);
  if (!child) {
    child = tree_.AddMember(place.dict, place.fragment, Value());
  } else if (tree_[*child].kind != Value::Kind::kDict) {
    return Refuse("Parameters '", path, ".*' used inconsistently");
  }
  touched_.try_emplace(*child, Link{place.dict, std::string(place.fragment)});
  return *child;
}

absl::Status Parser::Store(const Place& place, absl::string_view key,
                           std::string value) {
  if (const std::optional<uint32_t> old =
          tree_.Find(place.dict, place.fragment)) {
    if (tree_[*old].kind != Value::Kind::kString) {
      return Refuse("Parameters '", key, ".*' used inconsistently");
    }
    tree_[*old].text = std::move(value);
    return absl::OkStatus();
  }
  tree_.AddMember(place.dict, place.fragment, StringValue(std::move(value)));
  return absl::OkStatus();
}

absl::StatusOr<bool> Parser::Parse(absl::string_view text,
                                   absl::string_view implied_key) {
  bool help = false;
  for (; !text.empty(); implied_key = {}) {
    absl::string_view key = text.substr(0, text.find(','));
    key = key.substr(0, key.find('='));
    text.remove_prefix(key.size());
    const bool has_value = absl::ConsumePrefix(&text, "=");
    std::string value;
    if (!has_value && !key.empty()) {
      absl::ConsumePrefix(&text, ",");
      if (IsHelp(key)) {
        help = true;
        continue;
      }
      if (!implied_key.empty())
        value = std::string(std::exchange(key, implied_key));
    }
    absl::StatusOr<Place> place = Locate(key);
    if (!place.ok()) return place.status();
    if (has_value) {
      value = TakeValue(text);
    } else if (key.data() != implied_key.data()) {
      return Refuse("Expected '=' after parameter '", key, "'");
    }
    absl::Status stored = Store(*place, key, std::move(value));
    if (!stored.ok()) return stored;
  }
  absl::Status listified = Listify();
  if (!listified.ok()) return listified;
  return help;
}

// Walks the touched dicts depth first, siblings in QDict order, and turns them
// into lists on the way up: the order decides which mistake is reported.
absl::Status Parser::Listify() {
  if (!any_index_) return absl::OkStatus();
  std::map<uint32_t, std::vector<ValueTree::Entry>> children;
  for (const auto& [dict, link] : touched_) {
    children[link.parent].push_back({link.fragment, dict});
  }
  struct Step {
    uint32_t dict;
    bool descended;
  };
  std::vector<Step> pending = {{ValueTree::kRoot, false}};
  while (!pending.empty()) {
    Step& step = pending.back();
    const uint32_t dict = step.dict;
    if (step.descended) {
      pending.pop_back();
      absl::Status listified = ListifyOne(dict);
      if (!listified.ok()) return listified;
      continue;
    }
    step.descended = true;
    std::vector<ValueTree::Entry>& siblings = children[dict];
    SortInQDictOrder(siblings);
    for (auto s = siblings.rbegin(); s != siblings.rend(); ++s) {
      pending.push_back({s->index, false});
    }
  }
  return absl::OkStatus();
}

absl::Status Parser::ListifyOne(uint32_t dict) {
  const std::vector<ValueTree::Entry> members = tree_.QDictOrder(dict);
  const auto is_index = [](const ValueTree::Entry& member) {
    return IsIndex(member.key);
  };
  if (std::none_of(members.begin(), members.end(), is_index)) {
    return absl::OkStatus();
  }
  if (!std::all_of(members.begin(), members.end(), is_index)) {
    return Refuse("Parameters '", PathTo(dict), "*' used inconsistently");
  }
  std::vector<std::optional<uint32_t>> elements;
  uint32_t highest = 0;
  elements.resize(members.size());
  for (const ValueTree::Entry& member : members) {
    const uint32_t at = IndexValue(member.key);
    highest = std::max(highest, at);
    if (at < elements.size()) elements[at] = member.index;
  }
  // "0" and "00" are one element under two names, so there may be fewer.
  elements.resize(std::min<size_t>(elements.size(), size_t{highest} + 1));
  Value list;
  list.kind = Value::Kind::kList;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!elements[i]) {
      return Refuse("Parameter '", PathTo(dict), i, "' missing");
    }
    list.elements.push_back(*elements[i]);
  }
  tree_[dict] = std::move(list);
  return absl::OkStatus();
}

// "sgx-epc.0." for the dict of that path, "" for the root.
std::string Parser::PathTo(uint32_t dict) const {
  std::vector<absl::string_view> fragments;
  while (dict != ValueTree::kRoot) {
    const Link& link = touched_.at(dict);
    fragments.push_back(link.fragment);
    dict = link.parent;
  }
  std::string path;
  for (auto f = fragments.rbegin(); f != fragments.rend(); ++f) {
    absl::StrAppend(&path, *f, ".");
  }
  return path;
}

// Merges one tree into another, depth first: the order decides which clash is
// reported.
class Merger {
 public:
  Merger(const ValueTree& source, ValueTree& target)
      : source_(source), target_(target) {}

  // The source's root becomes the member `key` of the target's, or is it.
  absl::Status Merge(std::optional<absl::string_view> key);

 private:
  static constexpr size_t kTop = SIZE_MAX;

  // The source's value `from` goes to the target's `to`, or where that is not
  // known yet, to the member `key` of `to_dict`.
  struct Step {
    uint32_t from = ValueTree::kRoot;
    std::optional<uint32_t> to;
    uint32_t to_dict = ValueTree::kRoot;
    absl::string_view key;
    size_t parent = kTop;  // the step of the dict that holds it
    bool is_new = false;   // in the target
  };

  absl::Status FindPlace(size_t step);
  void PushContent(size_t step);
  std::string PathOf(size_t step) const;

  const ValueTree& source_;
  ValueTree& target_;
  std::vector<Step> steps_;
  std::vector<size_t> pending_;
};

std::string Merger::PathOf(size_t step) const {
  std::vector<absl::string_view> keys;
  for (; step != kTop; step = steps_[step].parent) {
    if (!steps_[step].key.empty()) keys.push_back(steps_[step].key);
  }
  std::reverse(keys.begin(), keys.end());
  return absl::StrJoin(keys, ".");
}

absl::Status Merger::FindPlace(size_t step) {
  const Step& s = steps_[step];
  const Value& value = source_[s.from];
  std::optional<uint32_t> to = target_.Find(s.to_dict, s.key);
  if (!to) {
    Value copy;
    copy.kind = value.kind;
    to = target_.AddMember(s.to_dict, s.key, std::move(copy));
    steps_[step].is_new = true;
  } else if (target_[*to].kind != value.kind) {
    return Refuse("Parameter '", PathOf(step), "' used inconsistently");
  }
  target_[*to].text = value.text;
  steps_[step].to = *to;
  return absl::OkStatus();
}

// A list is appended to; no clash is possible within its elements.
void Merger::PushContent(size_t step) {
  const uint32_t from = steps_[step].from;
  const uint32_t to = *steps_[step].to;
  const size_t first = steps_.size();
  std::vector<ValueTree::Entry> members = source_.QDictOrder(from);
  if (steps_[step].is_new) {
    // QEMU takes a dict over as it is, in the order in which its members came.
    std::sort(members.begin(), members.end(),
              [](const ValueTree::Entry& a, const ValueTree::Entry& b) {
                return a.index < b.index;
              });
  }
  for (const ValueTree::Entry& member : members) {
    steps_.push_back({.from = member.index,
                      .to = std::nullopt,
                      .to_dict = to,
                      .key = member.key,
                      .parent = step});
  }
  for (const uint32_t element : source_[from].elements) {
    Value copy;
    copy.kind = source_[element].kind;
    copy.text = source_[element].text;
    const uint32_t index = target_.Add(std::move(copy));
    target_[to].elements.push_back(index);
    steps_.push_back(
        {.from = element, .to = index, .parent = step, .is_new = true});
  }
  for (size_t pushed = steps_.size(); pushed > first; --pushed) {
    pending_.push_back(pushed - 1);
  }
}

absl::Status Merger::Merge(std::optional<absl::string_view> key) {
  Step top;
  if (key) {
    top.key = *key;
  } else {
    top.to = ValueTree::kRoot;
  }
  steps_ = {top};
  pending_ = {0};
  while (!pending_.empty()) {
    const size_t step = pending_.back();
    pending_.pop_back();
    if (!steps_[step].to) {
      absl::Status found = FindPlace(step);
      if (!found.ok()) return found;
    }
    PushContent(step);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bool> ParseKeyval(absl::string_view text,
                                 absl::string_view implied_key,
                                 ValueTree& tree) {
  return Parser(tree).Parse(text, implied_key);
}

absl::Status MergeKeyval(const ValueTree& source, ValueTree& target) {
  return Merger(source, target).Merge(std::nullopt);
}

absl::Status MergeKeyval(absl::string_view key, const ValueTree& source,
                         ValueTree& target) {
  return Merger(source, target).Merge(key);
}

}  // namespace e820check
