// SPDX-License-Identifier: Apache-2.0

#include "options/property_value.h"

#include <optional>

#include "options/integer.h"
#include "options/size.h"

namespace e820check {

using Type = NoValueOfType::Type;

DeferredRefusal PropertyValue::Not(Type type) const {
  return NoValueOfType{.property = std::string(property_), .type = type};
}

DeferredRefusal PropertyValue::Expected(
    ValueOfOtherType::Expected expected) const {
  return ValueOfOtherType{.property = std::string(property_),
                          .expected = expected};
}

// Negative numbers wrap.
DeferredCheck PropertyValue::Unsigned(int bits, uint64_t& number) const {
  if (syntax_ == Syntax::kText) {
    const UnsignedReading read = ReadWrappingUnsigned(value_.text, qemu_);
    if (read.reading != Reading::kOk) return Not(Type::kInteger);
    number = read.value;
  } else if (value_.kind == Value::Kind::kSigned) {
    number = static_cast<uint64_t>(value_.signed_integer);
  } else if (value_.kind == Value::Kind::kUnsigned) {
    number = value_.unsigned_integer;
  } else {
    return Not(Type::kUint64);
  }
  if (bits >= 64 || number >> bits == 0) return std::nullopt;
  return Not(bits == 8    ? Type::kUint8
             : bits == 16 ? Type::kUint16
                          : Type::kUint32);
}

DeferredCheck PropertyValue::Int32(int32_t& number) const {
  int64_t wide = 0;
  if (syntax_ == Syntax::kText) {
    const std::optional<int64_t> read = ReadSigned(value_.text, qemu_);
    if (!read) return Not(Type::kInteger);
    wide = *read;
  } else if (value_.kind == Value::Kind::kSigned) {
    wide = value_.signed_integer;
  } else {
    return Expected(ValueOfOtherType::Expected::kInteger);
  }
  if (wide != static_cast<int32_t>(wide)) return Not(Type::kInt32);
  number = static_cast<int32_t>(wide);
  return std::nullopt;
}

DeferredCheck PropertyValue::Bool(bool& value) const {
  if (syntax_ == Syntax::kJson) {
    if (value_.kind != Value::Kind::kBool) {
      return Expected(ValueOfOtherType::Expected::kBool);
    }
    value = value_.boolean;
    return std::nullopt;
  }
  const std::optional<bool> read = ReadBool(value_.text);
  if (!read) return Not(Type::kOnOff);
  value = *read;
  return std::nullopt;
}

DeferredCheck PropertyValue::Text(std::string& text) const {
  if (value_.kind != Value::Kind::kString) {
    return Expected(ValueOfOtherType::Expected::kText);
  }
  text = value_.text;
  return std::nullopt;
}

DeferredCheck PropertyValue::SizeBytes(
    uint64_t& bytes, std::vector<std::string>& warnings) const {
  if (syntax_ == Syntax::kJson) return Unsigned(64, bytes);
  const SizeReading size =
      ReadSize(value_.text, DefaultUnit::kByte, qemu_, warnings);
  if (size.reading == Reading::kAccident) return AccidentOf(value_.text);
  if (size.reading != Reading::kOk) return Not(Type::kSize);
  bytes = size.bytes;
  return std::nullopt;
}

}  // namespace e820check
