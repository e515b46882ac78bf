// SPDX-License-Identifier: Apache-2.0

// Option readers that take one command line for another.

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "properties/generate/argument_units.h"
#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

using Args = std::vector<std::string>;
using Items = std::vector<std::string>;

// An item "key=value" in two; `key` is empty where there is no '='.
struct Item {
  std::string key;
  std::string value;
};

Item Split(const std::string& item) {
  const size_t equals = item.find('=');
  if (equals == std::string::npos) return {"", item};
  return {item.substr(0, equals), item.substr(equals + 1)};
}

// Calls edit(items) for each option of a name whose value is a list of items.
template <typename Edit>
void ForOptions(Args& args, absl::string_view option, Edit edit) {
  std::vector<ArgumentUnit> units = SplitArguments(args);
  for (ArgumentUnit& unit : units) {
    if (unit.option != option || !unit.value ||
        absl::StartsWith(*unit.value, "{")) {
      continue;
    }
    Items items = SplitItems(*unit.value);
    edit(items);
    unit.value = JoinItems(items);
  }
  args = JoinArguments(units);
}

// Calls edit(value) for each value of a key in the options of a name.
template <typename Edit>
void ForValues(Args& args, absl::string_view option, absl::string_view key,
               Edit edit) {
  ForOptions(args, option, [&](Items& items) {
    for (std::string& text : items) {
      Item item = Split(text);
      if (item.key != key) continue;
      edit(item.value);
      text = absl::StrCat(item.key, "=", item.value);
    }
  });
}

// A decimal number as a narrow register holds it; other text stays.
void Wrap(std::string& value, uint64_t modulus) {
  uint64_t number = 0;
  if (absl::SimpleAtoi(value, &number)) value = absl::StrCat(number % modulus);
}

// The longest start of a text that consists of such characters, unless that is
// nothing.
void KeepStart(std::string& value, absl::string_view characters) {
  const size_t end = value.find_first_not_of(std::string(characters));
  if (end != std::string::npos && end > 0) value.resize(end);
}

bool IsNode(const Items& items) {
  return !items.empty() && (items[0] == "node" || items[0] == "type=node");
}

void SizesHaveAnyTail(Args& args) {
  // A number, one suffix, and whatever follows.
  const auto cut = [](std::string& value) {
    const size_t digits = value.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string::npos) return;
    value.resize(absl::ascii_isalpha(value[digits]) ? digits + 1 : digits);
  };
  ForValues(args, "-object", "size", cut);
  ForValues(args, "-numa", "size", cut);
  ForValues(args, "-m", "size", cut);
  ForValues(args, "-m", "maxmem", cut);
}

void NumbersHaveAnyTail(Args& args) {
  for (const absl::string_view key :
       {"nodeid", "val", "src", "dst", "node-id", "initiator", "cpus"}) {
    ForValues(args, "-numa", key,
              [](std::string& value) { KeepStart(value, "0123456789-"); });
  }
}

void SecondNodeOfAnIdIsIgnored(Args& args) {
  std::set<std::string> seen;
  ForOptions(args, "-numa", [&](Items& items) {
    if (!IsNode(items)) return;
    for (std::string& text : items) {
      const Item item = Split(text);
      if (item.key == "nodeid" && !seen.insert(item.value).second) {
        items = {"dist", "src=0", "dst=0", "val=10"};
        return;
      }
    }
  });
}

void NodeIdHas7Bits(Args& args) {
  ForValues(args, "-numa", "nodeid", [](std::string& v) { Wrap(v, 128); });
  ForValues(args, "-numa", "node-id", [](std::string& v) { Wrap(v, 128); });
}

void DistanceHas8Bits(Args& args) {
  ForValues(args, "-numa", "val", [](std::string& v) { Wrap(v, 256); });
}

void DistanceIsAtLeast10(Args& args) {
  ForValues(args, "-numa", "val", [](std::string& value) {
    uint64_t number = 0;
    if (absl::SimpleAtoi(value, &number) && number < 10) value = "10";
  });
}

void CpusMayBeReversed(Args& args) {
  ForValues(args, "-numa", "cpus", [](std::string& value) {
    const std::vector<std::string> ends = absl::StrSplit(value, '-');
    uint64_t first = 0;
    uint64_t last = 0;
    if (ends.size() == 2 && absl::SimpleAtoi(ends[0], &first) &&
        absl::SimpleAtoi(ends[1], &last) && last < first) {
      value = absl::StrCat(last, "-", first);
    }
  });
}

void CpuIndexesHave5Bits(Args& args) {
  ForValues(args, "-numa", "cpus", [](std::string& v) { Wrap(v, 32); });
}

void OneMemdevForManyNodes(Args& args) {
  // The second node that names a backend gets one of its own, of that size.
  std::set<std::string> seen;
  Args more;
  ForValues(args, "-numa", "memdev", [&](std::string& memdev) {
    if (seen.insert(memdev).second) return;
    const std::string copy = absl::StrCat(memdev, "-copy", seen.size());
    ForOptions(args, "-object", [&](Items& items) {
      const auto id =
          std::find(items.begin(), items.end(), absl::StrCat("id=", memdev));
      if (id == items.end()) return;
      Items own = items;
      own[id - items.begin()] = absl::StrCat("id=", copy);
      more.insert(more.end(), {"-object", JoinItems(own)});
    });
    memdev = copy;
    seen.insert(copy);
  });
  args.insert(args.begin(), more.begin(), more.end());
}

void WrongInitiatorIsDropped(Args& args) {
  ForOptions(args, "-numa", [](Items& items) {
    if (!IsNode(items)) return;
    items.erase(std::remove_if(items.begin(), items.end(),
                               [](const std::string& text) {
                                 const Item item = Split(text);
                                 uint64_t id = 0;
                                 return item.key == "initiator" &&
                                        absl::SimpleAtoi(item.value, &id) &&
                                        id >= 128;
                               }),
                items.end());
  });
}

void UnknownKeysAreIgnored(Args& args) {
  static const auto& kKnown = *new std::set<std::string>{
      "type",      "nodeid",     "cpus",    "mem",       "memdev",
      "initiator", "src",        "dst",     "val",       "node-id",
      "socket-id", "die-id",     "core-id", "thread-id", "module-id",
      "target",    "hierarchy",  "latency", "data-type", "bandwidth",
      "level",     "policy",     "line",    "size",      "associativity",
      "id",        "memmap-type"};
  ForOptions(args, "-numa", [](Items& items) {
    if (items.empty()) return;
    items.erase(std::remove_if(std::next(items.begin()), items.end(),
                               [](const std::string& text) {
                                 return kKnown.count(Split(text).key) == 0;
                               }),
                items.end());
  });
}

void NumbersAreDecimal(Args& args) {
  for (const absl::string_view key : {"nodeid", "val", "src", "dst"}) {
    ForValues(args, "-numa", key, [](std::string& value) {
      const size_t digits = value.find_first_not_of('0');
      if (digits != std::string::npos && absl::ascii_isdigit(value[digits])) {
        value.erase(0, digits);
      }
    });
  }
}

void FirstValueCounts(Args& args) {
  ForOptions(args, "-numa", [](Items& items) {
    std::set<std::string> seen;
    Items kept;
    for (const std::string& text : items) {
      const Item item = Split(text);
      if (item.key.empty() || item.key == "cpus" ||
          seen.insert(item.key).second) {
        kept.push_back(text);
      }
    }
    items = kept;
  });
}

void SizesAreInBytes(Args& args) {
  ForOptions(args, "-m", [](Items& items) {
    if (!items.empty() && !items[0].empty() &&
        absl::ascii_isdigit(items[0].back())) {
      items[0] += "B";
    }
  });
}

void FractionsAreCutOff(Args& args) {
  ForValues(args, "-object", "size", [](std::string& value) {
    const size_t point = value.find('.');
    const size_t after = value.find_first_not_of("0123456789", point + 1);
    if (point == std::string::npos || after == std::string::npos) return;
    value.erase(point, after - point);
  });
}

void KiloIs1000(Args& args) {
  ForValues(args, "-object", "size", [](std::string& value) {
    if (absl::EndsWith(value, "K")) value.replace(value.size() - 1, 1, "000");
  });
}

void OnlyEightNodes(Args& args) {
  size_t nodes = 0;
  ForOptions(args, "-numa", [&](Items& items) {
    if (IsNode(items) && ++nodes > 8) {
      items = {"dist", "src=0", "dst=0", "val=10"};
    }
  });
}

void LastOptionIsCut(Args& args) {
  // get_opt_name()'s successor: the text after the last comma is not seen.
  ForOptions(args, "-numa", [](Items& items) {
    if (items.size() > 1 && IsNode(items)) items.pop_back();
  });
}

void MemoryTypeIsIgnored(Args& args) {
  ForOptions(args, "-numa", [](Items& items) {
    items.erase(std::remove_if(items.begin(), items.end(),
                               [](const std::string& text) {
                                 return Split(text).key == "memmap-type";
                               }),
                items.end());
  });
}

void MemoryTypeNeedsNoMemory(Args& args) {
  // As the v5 patch: a type without memdev= is dropped in silence.
  ForOptions(args, "-numa", [](Items& items) {
    const auto has = [&](absl::string_view key) {
      return std::any_of(items.begin(), items.end(), [&](const std::string& t) {
        return Split(t).key == key;
      });
    };
    if (!IsNode(items) || has("memdev") || has("mem")) return;
    items.erase(std::remove_if(items.begin(), items.end(),
                               [](const std::string& text) {
                                 return Split(text).key == "memmap-type";
                               }),
                items.end());
  });
}

constexpr ReaderFault Misreads(void (*misread)(Args&)) {
  return {.misread = misread};
}

constexpr Mutant kMutants[] = {
    {"reader-takes-any-tail-of-sizes", "PAR", "Z34",
     Misreads(SizesHaveAnyTail)},
    {"reader-takes-any-tail-of-numbers", "PAR", "Z33",
     Misreads(NumbersHaveAnyTail)},
    {"reader-ignores-second-node-of-an-id", "PAR PXM", "Z31 Z44",
     Misreads(SecondNodeOfAnIdIsIgnored)},
    {"reader-node-id-has-7-bits", "PAR OVF", "Z31", Misreads(NodeIdHas7Bits)},
    {"reader-distance-has-8-bits", "PAR OVF", "Z33",
     Misreads(DistanceHas8Bits)},
    {"reader-raises-distances", "PAR", "Z35", Misreads(DistanceIsAtLeast10)},
    {"reader-takes-reversed-CPUs", "PAR", "Z33", Misreads(CpusMayBeReversed)},
    {"reader-CPU-index-has-5-bits", "PAR OVF", "Z33",
     Misreads(CpuIndexesHave5Bits)},
    {"reader-takes-one-memdev-twice", "PAR", "Z32",
     Misreads(OneMemdevForManyNodes)},
    {"reader-drops-wrong-initiator", "PAR", "Z35",
     Misreads(WrongInitiatorIsDropped)},
    {"reader-ignores-unknown-keys", "PAR", "Z35",
     Misreads(UnknownKeysAreIgnored)},
    {"reader-knows-no-octal", "PAR", "Z34", Misreads(NumbersAreDecimal)},
    {"reader-takes-first-value", "PAR ORD", "Z35", Misreads(FirstValueCounts)},
    {"reader-takes-MiB-for-bytes", "PAR OVF", "Z48", Misreads(SizesAreInBytes)},
    {"reader-cuts-fractions-off", "PAR INC", "Z34",
     Misreads(FractionsAreCutOff)},
    {"reader-takes-K-for-1000", "PAR", "Z34", Misreads(KiloIs1000)},
    {"reader-has-8-nodes", "PAR CAP", "Z31 Z53", Misreads(OnlyEightNodes)},
    {"reader-does-not-see-the-last-item", "PAR INC", "Z33",
     Misreads(LastOptionIsCut)},
    {"reader-ignores-memmap-type", "PAR SPM", "Z07",
     Misreads(MemoryTypeIsIgnored)},
    {"reader-drops-type-of-no-memory", "PAR SPM", "Z07",
     Misreads(MemoryTypeNeedsNoMemory)},
};

}  // namespace

absl::Span<const Mutant> ReaderMutants() { return kMutants; }

}  // namespace e820check
