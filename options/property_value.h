// SPDX-License-Identifier: Apache-2.0

// What -device gives a property, read as the property's type: text by the rules
// of keyval, or a scalar of JSON, whose type must be right
// (doc/spec/qemu-options.md 2.1, 3).

#ifndef E820CHECK_OPTIONS_PROPERTY_VALUE_H_
#define E820CHECK_OPTIONS_PROPERTY_VALUE_H_

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/deferred_refusal.h"
#include "machine/release.h"
#include "options/refusal.h"
#include "options/value_tree.h"

namespace e820check {

// Each reader puts what it can read into its argument. Must not outlive what it
// was made of.
class PropertyValue {
 public:
  enum class Syntax { kText, kJson };

  PropertyValue(absl::string_view property, const Value& value, Syntax syntax,
                QemuVersion qemu)
      : property_(property), value_(value), syntax_(syntax), qemu_(qemu) {}

  template <typename T>
  DeferredCheck Unsigned(T& number) const {
    static_assert(std::is_unsigned_v<T>);
    uint64_t wide = 0;
    DeferredCheck read = Unsigned(std::numeric_limits<T>::digits, wide);
    if (Passed(read)) number = static_cast<T>(wide);
    return read;
  }
  DeferredCheck Int32(int32_t& number) const;
  DeferredCheck Bool(bool& value) const;
  DeferredCheck Text(std::string& text) const;
  // Appends to `warnings`, without location.
  DeferredCheck SizeBytes(uint64_t& bytes,
                          std::vector<std::string>& warnings) const;

 private:
  DeferredCheck Unsigned(int bits, uint64_t& number) const;
  DeferredRefusal Not(NoValueOfType::Type type) const;
  DeferredRefusal Expected(ValueOfOtherType::Expected expected) const;

  absl::string_view property_;
  const Value& value_;
  Syntax syntax_;
  QemuVersion qemu_;
};

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_PROPERTY_VALUE_H_
