// SPDX-License-Identifier: Apache-2.0

// What keyval and JSON text parse into: QEMU's QObject, kept flat so that no
// depth of input deepens a call stack.

#ifndef E820CHECK_OPTIONS_VALUE_TREE_H_
#define E820CHECK_OPTIONS_VALUE_TREE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace e820check {

struct Value {
  enum class Kind {
    kNull,
    kBool,
    kSigned,    // JSON integers that fit int64_t
    kUnsigned,  // those that fit only uint64_t
    kDouble,    // whose value nothing here needs
    kString,
    kList,
    kDict,
  };

  Kind kind = Kind::kDict;
  bool boolean = false;
  int64_t signed_integer = 0;
  uint64_t unsigned_integer = 0;
  std::string text;
  std::vector<uint32_t> elements;                        // kList
  std::map<std::string, uint32_t, std::less<>> members;  // kDict
};

inline Value StringValue(std::string text) {
  Value value;
  value.kind = Value::Kind::kString;
  value.text = std::move(text);
  return value;
}

// Values refer to each other by index. A dict's member that came later has the
// higher index.
class ValueTree {
 public:
  static constexpr uint32_t kRoot = 0;

  // Holds an empty dict as its root.
  ValueTree() {
    values_.reserve(8);  // most trees are small
    values_.emplace_back();
  }

  const Value& operator[](uint32_t index) const { return values_[index]; }
  // References live until the next Add.
  Value& operator[](uint32_t index) { return values_[index]; }

  uint32_t Add(Value value) {
    values_.push_back(std::move(value));
    return static_cast<uint32_t>(values_.size() - 1);
  }

  // Adds a value to a dict that has no such member.
  uint32_t AddMember(uint32_t dict, absl::string_view key, Value value) {
    const uint32_t index = Add(std::move(value));
    values_[dict].members.emplace(std::string(key), index);
    return index;
  }

  std::optional<uint32_t> Find(uint32_t dict, absl::string_view key) const;

  // A dict's members in the order in which QEMU walks a QDict.
  struct Entry {
    absl::string_view key;
    uint32_t index;
  };
  std::vector<Entry> QDictOrder(uint32_t dict) const;

 private:
  std::vector<Value> values_;
};

// Sorts members of one dict into that order.
void SortInQDictOrder(std::vector<ValueTree::Entry>& entries);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_VALUE_TREE_H_
