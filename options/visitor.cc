// SPDX-License-Identifier: Apache-2.0

#include "options/visitor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "options/hash_order.h"
#include "options/integer.h"
#include "options/size.h"

namespace e820check {
namespace {

bool IsIn(absl::string_view key, const std::vector<absl::string_view>& keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// The first of `keys`, put in a hash table in this order, once `consumed` are
// taken out.
std::optional<absl::string_view> FirstLeftover(
    const std::vector<absl::string_view>& keys,
    const std::vector<absl::string_view>& consumed) {
  GlibTable table;
  for (const absl::string_view key : keys) table.Insert(key);
  for (const absl::string_view key : consumed) table.Erase(key);
  return table.First();
}

std::optional<absl::string_view> FirstLeftover(
    const ValueTree& tree, uint32_t dict,
    const std::vector<absl::string_view>& consumed) {
  const auto& members = tree[dict].members;
  const bool none = std::all_of(
      members.begin(), members.end(),
      [&](const auto& member) { return IsIn(member.first, consumed); });
  if (none) return std::nullopt;  // the usual case, without a hash table
  std::vector<absl::string_view> keys;
  for (const ValueTree::Entry& entry : tree.QDictOrder(dict)) {
    keys.push_back(entry.key);
  }
  return FirstLeftover(keys, consumed);
}

}  // namespace

absl::StatusOr<size_t> RecordSource::Enum(
    absl::string_view name, absl::Span<const absl::string_view> names) {
  absl::StatusOr<std::string> text = String(name);
  if (!text.ok()) return text.status();
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found == names.end()) {
    return Refuse("Parameter '", name, "' does not accept value '", *text, "'");
  }
  return static_cast<size_t>(found - names.begin());
}

absl::Status CheckWidth(absl::string_view name, uint64_t value, int bits) {
  if (bits >= 64 || value >> bits == 0) return absl::OkStatus();
  return Refuse("Parameter '", name, "' expects uint", bits, "_t");
}

// ---- QemuOpts ---------------------------------------------------------------

const std::string& QemuOptsSource::Take(absl::string_view name) {
  Consume(name);
  return *Find(name);
}

const std::string* QemuOptsSource::Find(absl::string_view name) const {
  if (found_name_.data() == name.data()) return found_;
  found_name_ = name;
  if (name == "id") {
    found_ = bag_.id ? &*bag_.id : nullptr;
  } else {
    found_ = bag_.Find(name);
  }
  return found_;
}

bool QemuOptsSource::Has(absl::string_view name) const {
  return Find(name) != nullptr;
}

absl::StatusOr<std::string> QemuOptsSource::String(absl::string_view name) {
  return Take(name);
}

absl::StatusOr<bool> QemuOptsSource::Bool(absl::string_view name) {
  const std::optional<bool> value = ReadBool(Take(name));
  if (value) return *value;
  return Refuse("Parameter '", name, "' expects 'on' or 'off'");
}

absl::StatusOr<uint64_t> QemuOptsSource::SizeBytes(absl::string_view name) {
  const std::string& text = Take(name);
  const SizeReading size = ReadSize(text, DefaultUnit::kByte, qemu_, warnings_);
  if (size.reading == Reading::kOk) return size.bytes;
  if (size.reading == Reading::kAccident) return AccidentOf(text);
  return Refuse("Parameter '", name, "' expects a size value");
}

absl::StatusOr<uint64_t> QemuOptsSource::Unsigned(absl::string_view name) {
  const std::optional<uint64_t> value = ReadUnsigned(Take(name), qemu_);
  if (value) return *value;
  return Refuse("Parameter '", name, "' expects a uint64 value");
}

absl::StatusOr<int64_t> QemuOptsSource::Signed(absl::string_view name) {
  const std::optional<int64_t> value = ReadSigned(Take(name), qemu_);
  if (value) return *value;
  return Refuse("Parameter '", name, "' expects an int64 value");
}

// Each occurrence of the key is a number or a range.
absl::StatusOr<std::vector<CpuIndexRange>> QemuOptsSource::Uint16List(
    absl::string_view name) {
  Consume(name);
  std::vector<CpuIndexRange> list;
  for (const QemuOpt& opt : bag_.items) {
    if (opt.key != name) continue;
    const std::optional<UnsignedRange> range = ReadRange(opt.value, qemu_);
    if (!range) {
      return Refuse("Parameter '", name, "' expects a uint64 value or range");
    }
    // List elements have no name.
    absl::Status fits = CheckWidth("null", range->last, 16);
    if (!fits.ok()) return fits;
    list.push_back({.first = static_cast<uint16_t>(range->first),
                    .last = static_cast<uint16_t>(range->last)});
  }
  return list;
}

absl::Status QemuOptsSource::RefuseMissing(absl::string_view name) const {
  return Refuse("Parameter '", name, "' is missing");
}

absl::Status QemuOptsSource::RefuseLeftovers() const {
  const bool none = std::all_of(bag_.items.begin(), bag_.items.end(),
                                [&](const QemuOpt& opt) {
                                  return IsIn(opt.key, consumed());
                                }) &&
                    (!bag_.id || IsIn("id", consumed()));
  if (none) return absl::OkStatus();
  std::vector<absl::string_view> keys;
  for (const QemuOpt& opt : bag_.items) keys.push_back(opt.key);
  if (bag_.id) keys.push_back("id");
  const auto key = FirstLeftover(keys, consumed());
  return key ? Refuse("Invalid parameter '", *key, "'") : absl::OkStatus();
}

// ---- JSON -------------------------------------------------------------------

namespace {

absl::Status RefuseType(absl::string_view name, absl::string_view expected) {
  return Refuse("Invalid parameter type for '", name,
                "', expected: ", expected);
}

// Negative numbers wrap; other kinds than integers are refused.
absl::StatusOr<uint64_t> JsonUnsigned(absl::string_view name,
                                      const Value& value) {
  if (value.kind == Value::Kind::kSigned) {
    return static_cast<uint64_t>(value.signed_integer);
  }
  if (value.kind == Value::Kind::kUnsigned) return value.unsigned_integer;
  return Refuse("Parameter '", name, "' expects uint64");
}

}  // namespace

const Value& JsonSource::Take(absl::string_view name) {
  Consume(name);
  return tree_[*tree_.Find(dict_, name)];
}

bool JsonSource::Has(absl::string_view name) const {
  return tree_.Find(dict_, name).has_value();
}

absl::StatusOr<std::string> JsonSource::String(absl::string_view name) {
  const Value& value = Take(name);
  if (value.kind == Value::Kind::kString) return value.text;
  return RefuseType(name, "string");
}

absl::StatusOr<bool> JsonSource::Bool(absl::string_view name) {
  const Value& value = Take(name);
  if (value.kind == Value::Kind::kBool) return value.boolean;
  return RefuseType(name, "boolean");
}

absl::StatusOr<uint64_t> JsonSource::SizeBytes(absl::string_view name) {
  return JsonUnsigned(name, Take(name));
}

absl::StatusOr<uint64_t> JsonSource::Unsigned(absl::string_view name) {
  return JsonUnsigned(name, Take(name));
}

absl::StatusOr<int64_t> JsonSource::Signed(absl::string_view name) {
  const Value& value = Take(name);
  if (value.kind == Value::Kind::kSigned) return value.signed_integer;
  return RefuseType(name, "integer");
}

absl::StatusOr<std::vector<CpuIndexRange>> JsonSource::Uint16List(
    absl::string_view name) {
  const Value& value = Take(name);
  if (value.kind != Value::Kind::kList) return RefuseType(name, "array");
  std::vector<CpuIndexRange> list;
  for (size_t i = 0; i < value.elements.size(); ++i) {
    const Value& element = tree_[value.elements[i]];
    absl::StatusOr<uint64_t> number =
        JsonUnsigned(absl::StrCat(name, "[", i, "]"), element);
    if (!number.ok()) return number.status();
    absl::Status fits = CheckWidth("null", *number, 16);
    if (!fits.ok()) return fits;
    const auto index = static_cast<uint16_t>(*number);
    list.push_back({.first = index, .last = index});
  }
  return list;
}

absl::Status JsonSource::RefuseMissing(absl::string_view name) const {
  return Refuse("Parameter '", name, "' is missing");
}

absl::Status JsonSource::RefuseLeftovers() const {
  const auto key = FirstLeftover(tree_, dict_, consumed());
  return key ? Refuse("Parameter '", *key, "' is unexpected")
             : absl::OkStatus();
}

// ---- keyval -----------------------------------------------------------------

bool KeyvalSource::Has(absl::string_view name) const {
  return tree_.Find(dict_, name).has_value();
}

absl::StatusOr<std::string> KeyvalSource::String(absl::string_view name) {
  Consume(name);
  const Value& value = tree_[*tree_.Find(dict_, name)];
  if (value.kind == Value::Kind::kString) return value.text;
  return Refuse("Parameters '", path_, name, ".*' are unexpected");
}

absl::StatusOr<bool> KeyvalSource::Bool(absl::string_view name) {
  absl::StatusOr<std::string> text = String(name);
  if (!text.ok()) return text.status();
  const std::optional<bool> value = ReadBool(*text);
  if (value) return *value;
  return Refuse("Parameter '", path_, name, "' expects 'on' or 'off'");
}

absl::StatusOr<uint64_t> KeyvalSource::SizeBytes(absl::string_view name) {
  absl::StatusOr<std::string> text = String(name);
  if (!text.ok()) return text.status();
  const SizeReading size =
      ReadSize(*text, DefaultUnit::kByte, qemu_, warnings_);
  if (size.reading == Reading::kOk) return size.bytes;
  if (size.reading == Reading::kAccident) return AccidentOf(*text);
  return Refuse("Parameter '", path_, name, "' expects size");
}

absl::StatusOr<uint64_t> KeyvalSource::Unsigned(absl::string_view name) {
  absl::StatusOr<std::string> text = String(name);
  if (!text.ok()) return text.status();
  const UnsignedReading number = ReadWrappingUnsigned(*text, qemu_);
  if (number.reading == Reading::kOk) return number.value;
  return Refuse("Parameter '", path_, name, "' expects integer");
}

absl::StatusOr<int64_t> KeyvalSource::Signed(absl::string_view name) {
  absl::StatusOr<std::string> text = String(name);
  if (!text.ok()) return text.status();
  const std::optional<int64_t> value = ReadSigned(*text, qemu_);
  if (value) return *value;
  return Refuse("Parameter '", path_, name, "' expects integer");
}

absl::StatusOr<std::vector<CpuIndexRange>> KeyvalSource::Uint16List(
    absl::string_view name) {
  absl::StatusOr<uint32_t> index = FindList(name);
  if (!index.ok()) return index.status();
  std::vector<CpuIndexRange> list;
  for (size_t i = 0; i < tree_[*index].elements.size(); ++i) {
    absl::StatusOr<std::string> text = Element(name, *index, i);
    if (!text.ok()) return text.status();
    const UnsignedReading number = ReadWrappingUnsigned(*text, qemu_);
    if (number.reading != Reading::kOk) {
      return Refuse("Parameter '", path_, name, ".", i, "' expects integer");
    }
    absl::Status fits = CheckWidth("null", number.value, 16);
    if (!fits.ok()) return fits;
    const auto element = static_cast<uint16_t>(number.value);
    list.push_back({.first = element, .last = element});
  }
  return list;
}

absl::StatusOr<std::vector<std::string>> KeyvalSource::StringList(
    absl::string_view name) {
  if (!Has(name)) return RefuseMissing(name);
  absl::StatusOr<uint32_t> index = FindList(name);
  if (!index.ok()) return index.status();
  std::vector<std::string> list;
  for (size_t i = 0; i < tree_[*index].elements.size(); ++i) {
    absl::StatusOr<std::string> text = Element(name, *index, i);
    if (!text.ok()) return text.status();
    list.push_back(*std::move(text));
  }
  return list;
}

absl::StatusOr<uint32_t> KeyvalSource::FindList(absl::string_view name) {
  Consume(name);
  const uint32_t index = *tree_.Find(dict_, name);
  if (tree_[index].kind == Value::Kind::kList) return index;
  return RefuseType(absl::StrCat(path_, name), "array");
}

absl::StatusOr<std::string> KeyvalSource::Element(absl::string_view name,
                                                  uint32_t list,
                                                  size_t at) const {
  const Value& element = tree_[tree_[list].elements[at]];
  if (element.kind == Value::Kind::kString) return element.text;
  return Refuse("Parameters '", path_, name, ".", at, ".*' are unexpected");
}

absl::Status KeyvalSource::RefuseMissing(absl::string_view name) const {
  return Refuse("Parameter '", path_, name, "' is missing");
}

absl::Status KeyvalSource::RefuseLeftovers() const {
  const auto key = FirstLeftover(tree_, dict_, consumed());
  return key ? Refuse("Parameter '", path_, *key, "' is unexpected")
             : absl::OkStatus();
}

}  // namespace e820check
