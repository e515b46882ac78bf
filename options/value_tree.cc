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
  if (entries.size() < 2) return;
  struct Keyed {
    uint64_t order;
    ValueTree::Entry entry;
  };
  std::vector<Keyed> keyed;
  keyed.reserve(entries.size());
  for (const ValueTree::Entry& entry : entries) {
    keyed.push_back(
        {uint64_t{QDictBucket(entry.key)} << 32 | ~entry.index, entry});
  }
  std::sort(keyed.begin(), keyed.end(),
            [](const Keyed& a, const Keyed& b) { return a.order < b.order; });
  std::transform(keyed.begin(), keyed.end(), entries.begin(),
                 [](const Keyed& k) { return k.entry; });
}

}  // namespace e820check
