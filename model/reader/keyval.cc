// SPDX-License-Identifier: Apache-2.0

#include "model/reader/keyval.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "model/reader/answer.h"
#include "model/reader/cursor.h"
#include "model/reader/hash_table.h"
#include "model/reader/qemu_opts.h"

namespace e820check::reader {
namespace {

using Kind = KeyvalNode::Kind;

// QEMU keeps a fragment in a buffer of this size, its '\0' included.
constexpr size_t kMaxFragmentSize = 128;

// index := decimal digits, capped to INT_MAX; nullopt for other text.
std::optional<size_t> ToIndex(absl::string_view text) {
  size_t index = 0;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
    index =
        std::min<size_t>(index * 10 + static_cast<size_t>(c - '0'), INT32_MAX);
  }
  if (text.empty()) return std::nullopt;
  return index;
}

// frag := letter { letter | digit | "-" | "_" } | "__" rfqdn "_" frag
// Empty where there is none; then `at` is anywhere.
absl::string_view TakeName(Cursor& at) {
  const size_t start = at.Place();
  if (at.TakeIf('_')) {
    if (!at.TakeIf('_')) return "";
    at.TakeWhile(
        [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; });
    if (!at.TakeIf('_')) return "";
  }
  if (!absl::ascii_isalpha(at.Peek())) return "";
  at.TakeWhile(
      [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
  return at.Since(start);
}

absl::string_view TakeFragment(Cursor& at, bool is_first) {
  if (!is_first && absl::ascii_isdigit(at.Peek())) {
    return at.TakeWhile(absl::ascii_isdigit);
  }
  return TakeName(at);
}

class KeyvalReader {
 public:
  // item := "help" | "?" | bare, if there is an implied key | path "=" value
  absl::Status ReadItem(Cursor& at, absl::string_view implied_key) {
    const size_t start = at.Place();
    const absl::string_view whole =
        at.TakeWhile([](char c) { return c != '=' && c != ','; });
    if (whole.empty() || at.Peek() == '=') {
      at.GoTo(start);
      return ReadPair(at, whole);
    }
    if (IsHelpWord(whole)) {
      tree_.asks_for_help = true;
    } else if (!implied_key.empty()) {
      return PutText(KeyvalRoot(), implied_key, std::string(whole),
                     implied_key);
    } else {
      at.GoTo(start);
      return ReadPair(at, whole);
    }
    return absl::OkStatus();
  }

  // What only the whole text shows: dicts that are lists.
  absl::Status MakeLists();

  Keyval Take() { return std::move(tree_); }

 private:
  static size_t KeyvalRoot() { return 0; }

  // path := frag { "." ( frag | index ) }; `whole` is its text.
  absl::Status ReadPair(Cursor& at, absl::string_view whole) {
    const size_t start = at.Place();
    const size_t end = start + whole.size();
    size_t dict = KeyvalRoot();
    absl::string_view before;  // the fragment before this one
    while (true) {
      const bool is_first = at.Place() == start;
      const absl::string_view fragment = TakeFragment(at, is_first);
      if (fragment.empty() || (at.Place() < end && at.Peek() != '.')) {
        return Refuse("Invalid parameter '", whole, "'");
      }
      if (fragment.size() >= kMaxFragmentSize) {
        return Refuse("Parameter", fragment == whole ? "" : " fragment", " '",
                      fragment, "' is too long");
      }
      if (!is_first) {
        const absl::string_view path =
            at.Since(start).substr(0, at.Place() - start - fragment.size() - 1);
        absl::StatusOr<size_t> inner = EnterDict(dict, before, path);
        if (!inner.ok()) return inner.status();
        dict = *inner;
      }
      before = fragment;
      if (!at.TakeIf('.')) break;
    }
    if (!at.TakeIf('=')) {
      return Refuse("Expected '=' after parameter '", whole, "'");
    }
    return PutText(dict, before, ReadValue(at), whole);
  }

  static absl::Status RefuseInconsistent(absl::string_view path) {
    return Refuse("Parameters '", path, ".*' used inconsistently");
  }

  size_t AddChild(size_t dict, absl::string_view key, KeyvalNode node) {
    const size_t child = tree_.nodes.size();
    tree_.nodes.push_back(std::move(node));
    tree_.nodes[dict].keys.emplace_back(key);
    tree_.nodes[dict].children.push_back(child);
    return child;
  }

  absl::StatusOr<size_t> EnterDict(size_t dict, absl::string_view key,
                                   absl::string_view path) {
    const std::optional<size_t> child = FindChild(tree_, dict, key);
    if (!child) return AddChild(dict, key, KeyvalNode());
    if (tree_.nodes[*child].kind != Kind::kDict)
      return RefuseInconsistent(path);
    return *child;
  }

  absl::Status PutText(size_t dict, absl::string_view key, std::string text,
                       absl::string_view path) {
    const std::optional<size_t> child = FindChild(tree_, dict, key);
    if (!child) {
      AddChild(dict, key, {.kind = Kind::kText, .text = std::move(text)});
    } else if (tree_.nodes[*child].kind != Kind::kText) {
      return RefuseInconsistent(path);
    } else {
      tree_.nodes[*child].text = std::move(text);
    }
    return absl::OkStatus();
  }

  absl::Status MakeList(size_t dict, absl::string_view path);

  Keyval tree_;
};

// `path` ends with a dot, or is empty.
absl::Status KeyvalReader::MakeList(size_t dict, absl::string_view path) {
  KeyvalNode& node = tree_.nodes[dict];
  const size_t keys = node.keys.size();
  size_t indexes = 0;
  size_t largest = 0;
  for (const std::string& key : node.keys) {
    if (const std::optional<size_t> index = ToIndex(key)) {
      ++indexes;
      largest = std::max(largest, *index);
    }
  }
  if (indexes == 0) return absl::OkStatus();
  if (indexes < keys) {
    return Refuse("Parameters '", path, "*' used inconsistently");
  }
  // "0" and "00" are one index: the later in QDict order counts. An index that
  // is too large for as many keys leaves a hole below it.
  std::vector<std::optional<size_t>> elements(keys);
  for (const size_t i : QDictOrder(node.keys)) {
    const size_t index = *ToIndex(node.keys[i]);
    if (index < keys) elements[index] = node.children[i];
  }
  std::vector<size_t> list;
  for (size_t i = 0; i <= largest; ++i) {
    if (i >= keys || !elements[i]) {
      return Refuse("Parameter '", path, i, "' missing");
    }
    list.push_back(*elements[i]);
  }
  node = {.kind = Kind::kList, .children = std::move(list)};
  return absl::OkStatus();
}

absl::Status KeyvalReader::MakeLists() {
  // A dict on the way down, with what is still to be visited below it.
  struct Visit {
    size_t dict;
    std::string path;
    std::vector<size_t> order;
    size_t next = 0;
  };
  std::vector<Visit> visits;
  const auto enter = [&](size_t dict, std::string path) {
    visits.push_back(
        {dict, std::move(path), QDictOrder(tree_.nodes[dict].keys)});
  };
  enter(KeyvalRoot(), "");
  while (!visits.empty()) {
    Visit& visit = visits.back();
    const KeyvalNode& dict = tree_.nodes[visit.dict];
    if (visit.next == visit.order.size()) {
      absl::Status status = MakeList(visit.dict, visit.path);
      if (!status.ok()) return status;
      visits.pop_back();
      continue;
    }
    const size_t i = visit.order[visit.next++];
    if (tree_.nodes[dict.children[i]].kind == Kind::kDict) {
      enter(dict.children[i], absl::StrCat(visit.path, dict.keys[i], "."));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<size_t> FindChild(const Keyval& tree, size_t dict,
                                absl::string_view key) {
  const KeyvalNode& node = tree.nodes[dict];
  for (size_t i = 0; i < node.keys.size(); ++i) {
    if (node.keys[i] == key) return node.children[i];
  }
  return std::nullopt;
}

absl::StatusOr<Keyval> ReadKeyval(absl::string_view text,
                                  absl::string_view implied_key) {
  KeyvalReader reader;
  Cursor at(text);
  for (bool is_first = true; !at.AtEnd(); is_first = false) {
    absl::Status status = reader.ReadItem(at, is_first ? implied_key : "");
    if (!status.ok()) return status;
    at.TakeIf(',');
  }
  absl::Status status = reader.MakeLists();
  if (!status.ok()) return status;
  return reader.Take();
}

std::string ToString(const Keyval& tree) {
  // What is still to be printed, last first: a node, or text.
  struct Todo {
    std::optional<size_t> node;
    std::string text;
  };
  std::string text;
  std::vector<Todo> todo = {{.node = 0}};
  while (!todo.empty()) {
    const Todo next = std::move(todo.back());
    todo.pop_back();
    text += next.text;
    if (!next.node) continue;
    const KeyvalNode& node = tree.nodes[*next.node];
    if (node.kind == Kind::kText) {
      text += Quote(node.text);
      continue;
    }
    const bool is_dict = node.kind == Kind::kDict;
    text += is_dict ? "{" : "[";
    todo.push_back({.text = is_dict ? "}" : "]"});
    std::vector<size_t> order = QDictOrder(node.keys);
    if (!is_dict) {
      order.resize(node.children.size());
      for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    }
    for (size_t i = order.size(); i-- > 0;) {
      todo.push_back({.node = node.children[order[i]], .text = " "});
      if (is_dict)
        todo.back().text = absl::StrCat(" ", node.keys[order[i]], "=");
    }
  }
  return text;
}

}  // namespace e820check::reader
