// SPDX-License-Identifier: Apache-2.0

#include "model/reader/sources.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/reader/answer.h"
#include "model/reader/hash_table.h"
#include "model/reader/scalars.h"

namespace e820check::reader {
namespace {

absl::Status Expects(absl::string_view name, absl::string_view what) {
  return Refuse("Parameter '", name, "' expects ", what);
}

// Of text; `name` is that in the refusal.
absl::StatusOr<std::string> ReadBoolText(absl::string_view name,
                                         absl::string_view value) {
  const std::optional<bool> boolean = ReadBool(value);
  if (!boolean) return Expects(name, "'on' or 'off'");
  return *boolean ? "on" : "off";
}

std::vector<std::string> InQDictOrder(const std::vector<std::string>& keys) {
  std::vector<std::string> ordered;
  for (const size_t i : QDictOrder(keys)) ordered.push_back(keys[i]);
  return ordered;
}

}  // namespace

void WarnOfHexUnit(absl::string_view text, std::vector<std::string>& warnings) {
  warnings.push_back(absl::StrCat(
      "warning: Using a multiplier suffix on hex numbers is deprecated: ",
      text));
}

// --- QemuOpts ---------------------------------------------------------------

std::vector<std::string> QemuOptsSource::Keys() const {
  std::vector<std::string> keys;
  for (const Item& item : items_) {
    if (std::find(keys.begin(), keys.end(), item.key) == keys.end()) {
      keys.push_back(item.key);
    }
  }
  if (id_) keys.emplace_back("id");
  return keys;
}

std::optional<std::string> QemuOptsSource::Find(absl::string_view name) const {
  if (name == "id") return id_;
  for (size_t i = items_.size(); i-- > 0;) {
    if (items_[i].key == name) return items_[i].value;
  }
  return std::nullopt;
}

bool QemuOptsSource::Has(absl::string_view name) const {
  return Find(name).has_value();
}

absl::StatusOr<std::string> QemuOptsSource::Read(const Member& member) {
  const std::string value = *Find(member.name);
  switch (member.type) {
    case MemberType::kString:
      return Quote(value);
    case MemberType::kEnum:
      return value;
    case MemberType::kBool:
      return ReadBoolText(member.name, value);
    case MemberType::kSize:
      return ReadSizeOf(member.name, value);
    case MemberType::kUint16List:
      return ReadList(member.name);
    case MemberType::kInt64: {
      const std::optional<int64_t> number = ReadSigned(value, qemu_);
      if (!number) return Expects(member.name, "an int64 value");
      return absl::StrCat(*number);
    }
    default: {
      const std::optional<uint64_t> number = ReadUnsigned(value, qemu_);
      if (!number) return Expects(member.name, "a uint64 value");
      absl::Status status = CheckWidth(member.name, member.type, *number);
      if (!status.ok()) return status;
      return absl::StrCat(*number);
    }
  }
}

absl::StatusOr<std::string> QemuOptsSource::ReadSizeOf(
    absl::string_view name, const std::string& value) {
  const SizeReading size = ReadSize(value, kByte, qemu_);
  if (size.has_hex_unit) WarnOfHexUnit(value, warnings_);
  if (size.fault == Fault::kAccident) return Accident();
  if (size.fault != Fault::kNone) return Expects(name, "a size value");
  return absl::StrCat(size.bytes);
}

// Every value counts, and is a number or a range. QEMU has no name for what it
// reads one by one.
absl::StatusOr<std::string> QemuOptsSource::ReadList(
    absl::string_view name) const {
  RunList list;
  for (const Item& item : items_) {
    if (item.key != name) continue;
    const std::optional<Range> range = ReadRange(item.value, qemu_);
    if (!range) return Expects(name, "a uint64 value or range");
    absl::Status status =
        CheckWidth("null", MemberType::kUint16List, range->last);
    if (!status.ok()) return status;
    list.Add(range->first, range->last);
  }
  return list.ToString();
}

std::string QemuOptsSource::PathTo(absl::string_view name) const {
  return std::string(name);
}

absl::Status QemuOptsSource::RefuseLeftover(absl::string_view key) const {
  return Refuse("Invalid parameter '", key, "'");
}

// --- JSON -------------------------------------------------------------------

std::vector<std::string> JsonSource::Keys() const {
  return InQDictOrder(json_.values[object_].keys);
}

bool JsonSource::Has(absl::string_view name) const {
  return FindMember(json_, object_, name).has_value();
}

namespace {

using Kind = JsonValue::Kind;

absl::Status WrongType(absl::string_view name, absl::string_view expected) {
  return Refuse("Invalid parameter type for '", name,
                "', expected: ", expected);
}

// A number below 0 wraps, and the width shows it.
absl::StatusOr<uint64_t> ReadJsonUnsigned(absl::string_view path,
                                          const JsonValue& value) {
  if (value.kind != Kind::kUnsigned && value.kind != Kind::kNegative) {
    return Expects(path, "uint64");
  }
  return value.number;
}

}  // namespace

absl::StatusOr<std::string> JsonSource::Read(const Member& member) {
  const JsonValue& value =
      json_.values[*FindMember(json_, object_, member.name)];
  switch (member.type) {
    case MemberType::kString:
    case MemberType::kEnum:
      if (value.kind != Kind::kString) return WrongType(member.name, "string");
      return member.type == MemberType::kEnum ? value.text : Quote(value.text);
    case MemberType::kBool:
      if (value.kind != Kind::kBool) return WrongType(member.name, "boolean");
      return value.boolean ? "on" : "off";
    case MemberType::kUint16List:
      return ReadList(member.name, value);
    default: {
      const absl::StatusOr<uint64_t> number =
          ReadJsonUnsigned(member.name, value);
      if (!number.ok()) return number.status();
      absl::Status status = CheckWidth(member.name, member.type, *number);
      if (!status.ok()) return status;
      return absl::StrCat(*number);
    }
  }
}

absl::StatusOr<std::string> JsonSource::ReadList(absl::string_view name,
                                                 const JsonValue& value) const {
  if (value.kind != Kind::kArray) return WrongType(name, "array");
  RunList list;
  for (size_t i = 0; i < value.children.size(); ++i) {
    const absl::StatusOr<uint64_t> number = ReadJsonUnsigned(
        absl::StrCat(name, "[", i, "]"), json_.values[value.children[i]]);
    if (!number.ok()) return number.status();
    absl::Status status = CheckWidth("null", MemberType::kUint16List, *number);
    if (!status.ok()) return status;
    list.Add(*number, *number);
  }
  return list.ToString();
}

std::string JsonSource::PathTo(absl::string_view name) const {
  return std::string(name);
}

absl::Status JsonSource::RefuseLeftover(absl::string_view key) const {
  return Refuse("Parameter '", key, "' is unexpected");
}

// --- Keyval -----------------------------------------------------------------

std::vector<std::string> KeyvalSource::Keys() const {
  return InQDictOrder(tree_.nodes[dict_].keys);
}

bool KeyvalSource::Has(absl::string_view name) const {
  return FindChild(tree_, dict_, name).has_value();
}

// Members of keyval records are sizes and integers.
absl::StatusOr<std::string> KeyvalSource::Read(const Member& member) {
  const KeyvalNode& node = tree_.nodes[*FindChild(tree_, dict_, member.name)];
  const std::string path = PathTo(member.name);
  if (node.kind != KeyvalNode::Kind::kText) {
    return Refuse("Parameters '", path, ".*' are unexpected");
  }
  if (member.type == MemberType::kSize) {
    const SizeReading size = ReadSize(node.text, kByte, qemu_);
    if (size.has_hex_unit) WarnOfHexUnit(node.text, warnings_);
    if (size.fault == Fault::kAccident) return Accident();
    if (size.fault != Fault::kNone) return Expects(path, "size");
    return absl::StrCat(size.bytes);
  }
  if (member.type == MemberType::kInt64) {
    const std::optional<int64_t> number = ReadSigned(node.text, qemu_);
    if (!number) return Expects(path, "integer");
    return absl::StrCat(*number);
  }
  const IntegerReading number = ReadWrapping(node.text, qemu_);
  if (number.fault != Fault::kNone) return Expects(path, "integer");
  return absl::StrCat(number.value);
}

std::string KeyvalSource::PathTo(absl::string_view name) const {
  return absl::StrCat(path_, ".", name);
}

absl::Status KeyvalSource::RefuseLeftover(absl::string_view key) const {
  return Refuse("Parameter '", PathTo(key), "' is unexpected");
}

}  // namespace e820check::reader
