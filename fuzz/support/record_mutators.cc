// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "fuzz/support/map_operations.h"
#include "fuzz/support/mutator.h"

namespace e820check {
namespace {

using Records = std::vector<std::string>;

// Whole records; what is left over at the end means nothing.
Records SplitRecords(absl::string_view bytes, size_t size) {
  Records records;
  for (; bytes.size() >= size; bytes.remove_prefix(size)) {
    records.emplace_back(bytes.substr(0, size));
  }
  return records;
}

std::string Join(Records records, size_t size, size_t max_size) {
  records.resize(std::min(records.size(), max_size / size));
  return absl::StrJoin(records, "");
}

// The left ones up to somewhere, then the right ones from somewhere.
std::string CrossRecords(absl::string_view left, absl::string_view right,
                         size_t size, size_t max_size, Choices& choices) {
  Records records = SplitRecords(left, size);
  const Records others = SplitRecords(right, size);
  records.resize(choices.Below(records.size() + 1));
  records.insert(
      records.end(),
      others.begin() + static_cast<ptrdiff_t>(choices.Below(others.size() + 1)),
      others.end());
  return Join(std::move(records), size, max_size);
}

// A record dropped, doubled or moved; false if there is none.
bool ChangeOrder(Records& records, Choices& choices) {
  if (records.empty()) return false;
  const size_t at = choices.Below(records.size());
  const size_t to = choices.Below(records.size());
  switch (choices.Below(3)) {
    case 0:
      records.erase(records.begin() + static_cast<ptrdiff_t>(at));
      break;
    case 1: {
      const std::string copy = records[at];
      records.insert(records.begin() + static_cast<ptrdiff_t>(to), copy);
      break;
    }
    default:
      std::swap(records[at], records[to]);
  }
  return true;
}

// The fields of fuzz/support/map_operations.h.
enum Byte : size_t { kKind, kAttributes, kBase, kOffset, kLength, kShift };

// Makes `record` an operation at the range of another: on it, from its start,
// or a step below or above.
void MoveTo(const std::string& other, std::string& record, Choices& choices) {
  record[kBase] = other[kBase];
  record[kOffset] = other[kOffset];
  switch (choices.Below(4)) {
    case 0:
      record[kLength] = other[kLength];
      record[kShift] = other[kShift];
      break;
    case 1:
      record[kOffset] = static_cast<char>(record[kOffset] + 1);
      break;
    case 2:
      record[kOffset] = static_cast<char>(record[kOffset] - 1);
      break;
    default:
      break;
  }
}

std::string MutateOperations(absl::string_view bytes, size_t max_size,
                             Choices& choices) {
  Records records = SplitRecords(bytes, kMapOperationSizeBytes);
  for (uint64_t changes = 1 + choices.Below(3); changes > 0; --changes) {
    if (choices.OneIn(3) && ChangeOrder(records, choices)) continue;
    std::string record(kMapOperationSizeBytes, '\0');
    for (char& byte : record) byte = static_cast<char>(choices.Below(256));
    if (!records.empty()) {
      const std::string& other = choices.Pick(records);
      // The step and the size of a query belong to what it is asked of.
      if (choices.OneIn(2)) record.replace(6, 2, other, 6, 2);
      MoveTo(other, record, choices);
    }
    records.insert(records.begin() + static_cast<ptrdiff_t>(
                                         choices.Below(records.size() + 1)),
                   record);
  }
  return Join(std::move(records), kMapOperationSizeBytes, max_size);
}

std::string CrossOperations(absl::string_view left, absl::string_view right,
                            size_t max_size, Choices& choices) {
  return CrossRecords(left, right, kMapOperationSizeBytes, max_size, choices);
}

constexpr size_t kChoiceBytes = 2;

std::string MutateChoices(absl::string_view bytes, size_t max_size,
                          Choices& choices) {
  Records records = SplitRecords(bytes, kChoiceBytes);
  for (uint64_t changes = 1 + choices.Below(4); changes > 0; --changes) {
    if (choices.OneIn(4) && ChangeOrder(records, choices)) continue;
    // A choice is made of its highest bits.
    const std::string record = {static_cast<char>(choices.Below(256)),
                                static_cast<char>(choices.Below(256))};
    const size_t at = choices.Below(records.size() + 1);
    if (at == records.size() || choices.OneIn(2)) {
      records.insert(records.begin() + static_cast<ptrdiff_t>(at), record);
    } else {
      records[at] = record;
    }
  }
  return Join(std::move(records), kChoiceBytes, max_size);
}

std::string CrossChoices(absl::string_view left, absl::string_view right,
                         size_t max_size, Choices& choices) {
  return CrossRecords(left, right, kChoiceBytes, max_size, choices);
}

}  // namespace

const Mutator kMapOperationsMutator = {MutateOperations, CrossOperations};
const Mutator kChoicesMutator = {MutateChoices, CrossChoices};

}  // namespace e820check
