// SPDX-License-Identifier: Apache-2.0

#include "model/qom_order.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

// By the table's size in bits, from 3 up. The largest covers more children than
// a command line can make.
constexpr uint32_t kFirstBits = 3;
constexpr uint32_t kModuli[] = {7,    13,   31,   61,   127,   251,   509,
                                1021, 2039, 4093, 8191, 16381, 32749, 65521};

uint32_t Hash(const std::string& name) {
  uint32_t hash = 5381;
  for (const char c : name) {
    hash = hash * 33 + static_cast<uint32_t>(static_cast<signed char>(c));
  }
  return hash < 2 ? 2 : hash;
}

class HashTable {
 public:
  void Insert(const std::string& name) {
    size_t slot = FirstSlot(name);
    for (size_t step = 1; slots_[slot]; ++step) slot = Advance(slot, step);
    slots_[slot] = name;
    ++count_;
    if (slots_.size() <= count_ + count_ / 16) Grow();
  }

  std::vector<std::string> Walk() const {
    std::vector<std::string> names;
    for (const auto& slot : slots_) {
      if (slot) names.push_back(*slot);
    }
    return names;
  }

 private:
  size_t FirstSlot(const std::string& name) const {
    return Hash(name) * uint32_t{11} % kModuli[bits_ - kFirstBits];
  }

  size_t Advance(size_t slot, size_t step) const {
    return (slot + step) % slots_.size();
  }

  // The names change places within the grown array: each one taken out of its
  // old slot goes to its new one and drives out what is there, until one falls
  // into an empty slot.
  void Grow() {
    const auto wanted =
        static_cast<size_t>(static_cast<double>(count_) * 1.333);
    bits_ = 0;
    while (wanted >> bits_ != 0) ++bits_;
    if (bits_ < kFirstBits) bits_ = kFirstBits;

    const size_t old_size = slots_.size();
    slots_.resize(size_t{1} << bits_);
    std::vector<bool> settled(slots_.size());
    for (size_t i = 0; i < old_size; ++i) {
      if (!slots_[i] || settled[i]) continue;
      std::optional<std::string> moving = std::exchange(slots_[i], {});
      while (moving) {
        size_t slot = FirstSlot(*moving);
        for (size_t step = 1; settled[slot]; ++step) {
          slot = Advance(slot, step);
        }
        settled[slot] = true;
        std::swap(slots_[slot], moving);
      }
    }
  }

  uint32_t bits_ = kFirstBits;
  size_t count_ = 0;
  std::vector<std::optional<std::string>> slots_ =
      std::vector<std::optional<std::string>>(size_t{1} << kFirstBits);
};

}  // namespace

std::vector<std::string> HashTableOrder(const std::vector<std::string>& names) {
  HashTable table;
  for (const std::string& name : names) table.Insert(name);
  return table.Walk();
}

std::vector<size_t> DevicesInVisitOrder(const std::vector<Device>& devices) {
  // Those with ids and those without are children of two objects.
  std::vector<std::string> named;
  std::vector<std::string> anonymous;
  std::map<std::string, size_t> index_of;
  for (size_t i = 0; i < devices.size(); ++i) {
    std::string name = devices[i].id;
    if (name.empty()) {
      name = absl::StrCat("device[", anonymous.size(), "]");
      anonymous.push_back(name);
    } else {
      named.push_back(name);
    }
    index_of[name] = i;
  }
  std::vector<size_t> order;
  for (const std::vector<std::string>* names : {&named, &anonymous}) {
    for (const std::string& name : HashTableOrder(*names)) {
      order.push_back(index_of.at(name));
    }
  }
  return order;
}

}  // namespace e820check::model
