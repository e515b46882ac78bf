// SPDX-License-Identifier: Apache-2.0

// What the tables of options/ have names for, of any release and dialect: the
// makings of texts that reach far into a reader, which is what dictionaries of
// fuzz targets want. Each header with a reader has a function that adds the
// names of its tables.

#ifndef E820CHECK_OPTIONS_VOCABULARY_H_
#define E820CHECK_OPTIONS_VOCABULARY_H_

#include <cstddef>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "options/visitor.h"

namespace e820check {

// All views are of literals.
struct Vocabulary {
  std::vector<absl::string_view> keys;
  std::vector<absl::string_view> words;  // types, and values that are words
};

template <typename Record, size_t kSize>
void AddMembers(const Member<Record> (&table)[kSize], Vocabulary& vocabulary) {
  for (const Member<Record>& member : table) {
    vocabulary.keys.push_back(member.name);
    if (const auto* as = std::get_if<AsEnum<Record>>(&member.type)) {
      vocabulary.words.insert(vocabulary.words.end(), as->names.begin(),
                              as->names.end());
    }
  }
}

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_VOCABULARY_H_
