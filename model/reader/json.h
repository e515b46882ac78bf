// SPDX-License-Identifier: Apache-2.0

// QEMU's dialect of JSON (doc/spec/qemu-options.md 2.3).

#ifndef E820CHECK_MODEL_READER_JSON_H_
#define E820CHECK_MODEL_READER_JSON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check::reader {

// Values name each other by index, so that no depth of text deepens a stack.
struct JsonValue {
  enum class Kind {
    kNull,
    kBool,
    kNegative,  // an integer below 0 that fits int64_t
    kUnsigned,  // any other that fits uint64_t
    kDouble,    // no reader wants one
    kString,
    kArray,
    kObject,
  };

  Kind kind = Kind::kNull;
  bool boolean = false;
  uint64_t number = 0;  // modulo 2^64
  std::string text;
  std::vector<std::string> keys;  // of an object, in the order of the text
  std::vector<size_t> children;   // of an array, or one for each key
};

struct Json {
  std::vector<JsonValue> values;  // first the root
};

std::optional<size_t> FindMember(const Json& json, size_t object,
                                 absl::string_view key);

// Reads a text that starts with "{".
absl::StatusOr<Json> ReadJson(absl::string_view text, QemuVersion qemu);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_JSON_H_
