// SPDX-License-Identifier: Apache-2.0

#include "options/value_tree.h"

#include <algorithm>

#include "options/hash_order.h"

namespace e820check {

std::optional<uint32_t> ValueTree::Find(uint32_t dict,
                                        absl::string_view key) const {
  const auto found = values_[dict].members.find(key);
  if (found == values_[dict].members.end()) return std::nullopt;
  return found->second;
}

std::vector<ValueTree::Entry> ValueTree::QDictOrder(uint32_t dict) const {
  std::vector<Entry> entries;
  entries.reserve(values_[dict].members.size());
  for (const auto& [key, index] : values_[dict].members) {
    entries.push_back({key, index});
  }
  SortInQDictOrder(entries);
  return entries;
}

void SortInQDictOrder(std::vector<ValueTree::Entry>& entries) {
  std::sort(entries.begin(), entries.end(),
            [](const ValueTree::Entry& a, const ValueTree::Entry& b) {
              const uint32_t a_bucket = QDictBucket(a.key);
              const uint32_t b_bucket = QDictBucket(b.key);
              if (a_bucket != b_bucket) return a_bucket < b_bucket;
              return a.index > b.index;
            });
}

}  // namespace e820check
