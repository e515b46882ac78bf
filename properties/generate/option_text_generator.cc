// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/option_text_generator.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace e820check {
namespace {

using Texts = absl::Span<const absl::string_view>;

enum class Type { kString, kBool, kSize, kInteger, kList, kWord };

struct Key {
  absl::string_view name;
  Type type;
  Texts words = {};  // of kWord
};

// --- Values -----------------------------------------------------------------

std::string Text(Choices& choices, Texts from) {
  return std::string(choices.Pick(from));
}

constexpr absl::string_view kIntegers[] = {"0",
                                           "1",
                                           "3",
                                           "10",
                                           "64",
                                           "127",
                                           "128",
                                           "255",
                                           "256",
                                           "65535",
                                           "65536",
                                           "4294967295",
                                           "4294967296",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "18446744073709543425",
                                           "18446744073709551615",
                                           "18446744073709551616",
                                           "99999999999999999999999",
                                           "0x10",
                                           "0XfF",
                                           "0xffffffffffffffff",
                                           "0x10000000000000000",
                                           "010",
                                           "08",
                                           "0x",
                                           "0b11",
                                           "0b",
                                           "0b2",
                                           "",
                                           "x"};

std::string Integer(Choices& choices) {
  constexpr absl::string_view kSigns[] = {"", "+", "-", " ", "\t-", "- ", "--"};
  constexpr absl::string_view kEnds[] = {" ", "k", ".", "0", "-"};
  return absl::StrCat(choices.OneIn(4) ? Text(choices, kSigns) : "",
                      Text(choices, kIntegers),
                      choices.OneIn(12) ? Text(choices, kEnds) : "");
}

std::string Size(Choices& choices) {
  constexpr absl::string_view kFractions[] = {
      ".",
      ".0",
      ".5",
      ".25",
      ".1",
      ".5e1",
      ".e",
      ".999999999999999999999",
      ".0000000000000000000000000000001",
      ".1e-400",
      ".1e400",
      ".0000000000000000000542101086242752217",
      ".000000000000000000027105054312137610850186320021748542785644531251",
      ". 5"};
  constexpr absl::string_view kUnits[] = {"M",  "G", "K",  "k",  "m", "g",
                                          "T",  "P", "E",  "e",  "B", "b",
                                          "KB", "Z", "iB", "MM", " M"};
  std::string text = Integer(choices);
  if (choices.OneIn(4)) text += Text(choices, kFractions);
  if (!choices.OneIn(3)) text += Text(choices, kUnits);
  return text;
}

std::string List(Choices& choices) {
  std::string text = Integer(choices);
  if (choices.OneIn(2)) absl::StrAppend(&text, "-", Integer(choices));
  return text;
}

std::string Word(Choices& choices, Texts words) {
  constexpr absl::string_view kWrong[] = {"",    "on", "Node", "bind ",
                                          "non", "?",  "help"};
  return Text(choices, choices.OneIn(12) ? Texts(kWrong) : words);
}

std::string Value(Choices& choices, const Key& key) {
  constexpr absl::string_view kStrings[] = {
      "m0", "/objects/m0", "", "a b", "x,,y", ",,", "a=b", "1", "\"", "\\"};
  constexpr absl::string_view kBools[] = {"on",    "off", "yes", "no", "true",
                                          "false", "y",   "n",   "On", "1"};
  switch (key.type) {
    case Type::kString:
      return Text(choices, kStrings);
    case Type::kBool:
      return Text(choices, kBools);
    case Type::kSize:
      return Size(choices);
    case Type::kInteger:
      return Integer(choices);
    case Type::kList:
      return List(choices);
    case Type::kWord:
      return Word(choices, key.words);
  }
  return "";
}

// A good value, so that what comes after it is reached.
std::string PlainValue(Choices& choices, const Key& key) {
  constexpr absl::string_view kNumbers[] = {"1", "0", "2", "10", "64", "255"};
  constexpr absl::string_view kSizes[] = {"64M",      "1G",   "1",
                                          "0x100000", "1.5G", "0x40M"};
  constexpr absl::string_view kRanges[] = {"0", "1-3", "4-7", "0-65535"};
  switch (key.type) {
    case Type::kString:
      return "m0";
    case Type::kBool:
      return choices.OneIn(2) ? "on" : "off";
    case Type::kSize:
      return Text(choices, kSizes);
    case Type::kInteger:
      return Text(choices, kNumbers);
    case Type::kList:
      return Text(choices, kRanges);
    case Type::kWord:
      return Text(choices, key.words);
  }
  return "";
}

std::string AnyValue(Choices& choices, const Key& key) {
  return choices.OneIn(12) ? Value(choices, key) : PlainValue(choices, key);
}

// --- Changes to a whole text ------------------------------------------------

constexpr absl::string_view kCharacters[] = {
    ",",    "=",    ".",        "-",    "+",  " ",  "0",    "9",  "x",
    "e",    "a",    "n",        "?",    "no", "id", "_",    "{",  "}",
    "[",    "]",    ":",        "\"",   "'",  "\\", "\\u",  "\t", "\n",
    "\x01", "\x7f", "\xc3\xa9", "\xff", "%",  ",,", "help", "M"};

std::string Changed(Choices& choices, std::string text) {
  for (uint64_t i = choices.Below(3); i > 0; --i) {
    const size_t at = choices.Below(text.size() + 1);
    const size_t size = choices.Below(4);
    switch (choices.Below(4)) {
      case 0:
        text.insert(at, Text(choices, kCharacters));
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.replace(at, size, Text(choices, kCharacters));
        break;
      default:
        text.insert(at, text.substr(at, 8));
    }
  }
  return text;
}

std::string MaybeChanged(Choices& choices, std::string text) {
  return choices.OneIn(4) ? Changed(choices, std::move(text)) : text;
}

// --- QemuOpts ---------------------------------------------------------------

std::string UnknownKey(Choices& choices) {
  constexpr absl::string_view kKeys[] = {
      "foo",         "bar",     "zebra", "apple", "aaa",     "bbb",
      "k1",          "k2",      "k3",    "node",  "nodeid ", "Size",
      "memmap_type", "mem-map", "",      "help",  "\xc3\xa9"};
  if (choices.OneIn(2)) return Text(choices, kKeys);
  return std::string(1, static_cast<char>('a' + choices.Below(26)));
}

std::string Noise(Choices& choices, absl::Span<const Key> keys) {
  std::string key(choices.Pick(keys).name);
  switch (choices.Below(8)) {
    case 0:
      return key;
    case 1:
      return absl::StrCat("no", key);
    case 2:
      return UnknownKey(choices);
    case 3:
      return choices.OneIn(3) ? "id=9" : "id=i0";
    case 4: {
      constexpr absl::string_view kFlags[] = {"delay", "nodelay", "help",
                                              "?",     "nohelp",  ""};
      return Text(choices, kFlags);
    }
    default:
      return absl::StrCat(UnknownKey(choices), "=", Integer(choices));
  }
}

// All keys, or most, or few; sometimes one twice; then noise.
std::vector<std::string> Items(Choices& choices, absl::Span<const Key> keys) {
  std::vector<std::string> items;
  const uint64_t left_out = choices.Below(3);  // of 4
  for (const Key& key : keys) {
    if (choices.Below(4) < left_out) continue;
    for (uint64_t times = choices.OneIn(8) ? 2 : 1; times > 0; --times) {
      items.push_back(absl::StrCat(key.name, "=", AnyValue(choices, key)));
    }
  }
  if (choices.OneIn(3)) {
    for (uint64_t i = choices.Below(choices.OneIn(4) ? 20 : 3); i > 0; --i) {
      const auto at = static_cast<ptrdiff_t>(choices.Below(items.size() + 1));
      items.insert(items.begin() + at, Noise(choices, keys));
    }
  }
  return items;
}

std::string Options(Choices& choices, std::string first,
                    absl::Span<const Key> keys) {
  std::vector<std::string> items = Items(choices, keys);
  items.insert(items.begin(), std::move(first));
  return absl::StrJoin(items, ",");
}

}  // namespace

// --- -numa ------------------------------------------------------------------

namespace {

constexpr absl::string_view kMemmapTypes[] = {"spm", "normal", "reserved"};
constexpr absl::string_view kHierarchies[] = {"memory", "first-level",
                                              "second-level", "third-level"};
constexpr absl::string_view kDataTypes[] = {
    "access-latency",   "read-latency",   "write-latency",
    "access-bandwidth", "read-bandwidth", "write-bandwidth"};
constexpr absl::string_view kAssociativities[] = {"none", "direct", "complex"};
constexpr absl::string_view kCachePolicies[] = {"none", "write-back",
                                                "write-through"};

constexpr Key kNode[] = {
    {"nodeid", Type::kInteger},   {"cpus", Type::kList},
    {"mem", Type::kSize},         {"memdev", Type::kString},
    {"cpus", Type::kList},        {"memmap-type", Type::kWord, kMemmapTypes},
    {"initiator", Type::kInteger}};
constexpr Key kDist[] = {
    {"src", Type::kInteger}, {"dst", Type::kInteger}, {"val", Type::kInteger}};
constexpr Key kCpu[] = {
    {"node-id", Type::kInteger},   {"socket-id", Type::kInteger},
    {"die-id", Type::kInteger},    {"cluster-id", Type::kInteger},
    {"core-id", Type::kInteger},   {"thread-id", Type::kInteger},
    {"module-id", Type::kInteger}, {"book-id", Type::kInteger},
    {"drawer-id", Type::kInteger}};
constexpr Key kHmatLb[] = {{"initiator", Type::kInteger},
                           {"target", Type::kInteger},
                           {"hierarchy", Type::kWord, kHierarchies},
                           {"data-type", Type::kWord, kDataTypes},
                           {"latency", Type::kInteger},
                           {"bandwidth", Type::kSize}};
constexpr Key kHmatCache[] = {{"node-id", Type::kInteger},
                              {"size", Type::kSize},
                              {"level", Type::kInteger},
                              {"associativity", Type::kWord, kAssociativities},
                              {"policy", Type::kWord, kCachePolicies},
                              {"line", Type::kInteger}};

struct Record {
  absl::string_view type;
  absl::Span<const Key> keys;
};
constexpr Record kNumaRecords[] = {{"node", kNode},
                                   {"dist", kDist},
                                   {"cpu", kCpu},
                                   {"hmat-lb", kHmatLb},
                                   {"hmat-cache", kHmatCache}};

}  // namespace

std::string GenerateNumaText(Choices& choices) {
  const Record& record = choices.Pick(kNumaRecords);
  std::string first(record.type);
  if (choices.OneIn(10)) first = absl::StrCat("type=", first);
  if (choices.OneIn(20)) first = "nod";
  return MaybeChanged(choices, Options(choices, first, record.keys));
}

// --- -object ----------------------------------------------------------------

namespace {

constexpr absl::string_view kPolicies[] = {"default", "preferred", "bind",
                                           "interleave"};
constexpr absl::string_view kRomWords[] = {"auto", "on", "off"};

constexpr Key kRam[] = {{"id", Type::kString},
                        {"size", Type::kSize},
                        {"host-nodes", Type::kList},
                        {"policy", Type::kWord, kPolicies},
                        {"prealloc", Type::kBool},
                        {"prealloc-threads", Type::kInteger},
                        {"prealloc-context", Type::kString},
                        {"share", Type::kBool},
                        {"reserve", Type::kBool},
                        {"merge", Type::kBool},
                        {"dump", Type::kBool},
                        {"x-use-canonical-path-for-ramblock-id", Type::kBool}};
constexpr Key kFile[] = {
    {"mem-path", Type::kString},     {"id", Type::kString},
    {"size", Type::kSize},           {"align", Type::kSize},
    {"offset", Type::kSize},         {"discard-data", Type::kBool},
    {"pmem", Type::kBool},           {"readonly", Type::kBool},
    {"rom", Type::kWord, kRomWords}, {"share", Type::kBool}};
constexpr Key kMemfd[] = {
    {"id", Type::kString},    {"size", Type::kSize},
    {"hugetlb", Type::kBool}, {"hugetlbsize", Type::kSize},
    {"seal", Type::kBool},    {"host-nodes", Type::kList}};
constexpr Record kBackends[] = {{"memory-backend-ram", kRam},
                                {"memory-backend-file", kFile},
                                {"memory-backend-memfd", kMemfd},
                                {"memory-backend-shm", kRam},
                                {"iothread", kMemfd},
                                {"help", kMemfd}};

std::string JsonString(Choices& choices, absl::string_view text) {
  constexpr absl::string_view kEscapes[] = {
      "\\n",     "\\\"",           "\\'",     "\\/",     "\\u0041", "\\u00e9",
      "\\u0000", "\\ud83d\\ude00", "\\ud800", "\\uffff", "\\u12",   "\\q"};
  std::string body =
      absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}});
  if (choices.OneIn(16)) body += Text(choices, kEscapes);
  return choices.OneIn(8) ? absl::StrCat("'", body, "'")
                          : absl::StrCat("\"", body, "\"");
}

// Of the right type, most of the time.
std::string JsonText(Choices& choices, const Key& key) {
  constexpr absl::string_view kOthers[] = {"null",
                                           "true",
                                           "false",
                                           "1.5",
                                           "1e3",
                                           "{}",
                                           "[]",
                                           "[1]",
                                           "\"1\"",
                                           "-1",
                                           "-0",
                                           "01",
                                           "nul",
                                           "-",
                                           "1.",
                                           "[[",
                                           "{\"a\":{\"b\":[1,2]}}"};
  if (choices.OneIn(10)) return Text(choices, kOthers);
  switch (key.type) {
    case Type::kBool:
      return choices.OneIn(2) ? "true" : "false";
    case Type::kSize:
    case Type::kInteger:
      return choices.OneIn(3) ? Text(choices, kIntegers) : "1048576";
    case Type::kList: {
      std::vector<std::string> elements;
      for (uint64_t i = choices.Below(4); i > 0; --i) {
        elements.push_back(choices.OneIn(4) ? Text(choices, kIntegers)
                                            : absl::StrCat(i));
      }
      return absl::StrCat("[", absl::StrJoin(elements, ","), "]");
    }
    default:
      return JsonString(choices, AnyValue(choices, key));
  }
}

std::string JsonObject(Choices& choices, const Record& record) {
  const std::string blank = choices.OneIn(4) ? " " : "";
  std::vector<std::string> members;
  const auto add = [&](absl::string_view name, absl::string_view value) {
    members.push_back(
        absl::StrCat(JsonString(choices, name), blank, ":", blank, value));
  };
  if (!choices.OneIn(20)) {
    add("qom-type", JsonString(choices, record.type));
  }
  const uint64_t left_out = choices.Below(3);  // of 4
  for (const Key& key : record.keys) {
    const bool is_needed = key.name == "id" || key.name == "size";
    if (choices.Below(is_needed ? 16 : 4) < left_out) continue;
    add(key.name, JsonText(choices, key));
  }
  if (choices.OneIn(3)) {
    for (uint64_t i = choices.Below(choices.OneIn(4) ? 12 : 3); i > 0; --i) {
      add(UnknownKey(choices), JsonText(choices, choices.Pick(record.keys)));
    }
  }
  std::string text = absl::StrCat(
      "{", blank, absl::StrJoin(members, choices.OneIn(8) ? ",\n " : ","),
      blank, "}");
  if (choices.OneIn(40)) absl::StrAppend(&text, blank, "{}");
  if (choices.OneIn(60)) {
    const std::string deep(1020 + choices.Below(8), '[');
    text = absl::StrCat("{\"a\":", deep, text);
  }
  return text;
}

}  // namespace

std::string GenerateObjectText(Choices& choices) {
  const Record& record = choices.Pick(kBackends);
  return MaybeChanged(
      choices, choices.OneIn(2)
                   ? JsonObject(choices, record)
                   : Options(choices, std::string(record.type), record.keys));
}

// --- -m ---------------------------------------------------------------------

std::string GenerateMemoryText(Choices& choices) {
  constexpr Key kKeys[] = {{"maxmem", Type::kSize},
                           {"slots", Type::kInteger},
                           {"size", Type::kSize}};
  std::string first = choices.OneIn(2) ? Size(choices) : "64";
  if (choices.OneIn(10)) first = absl::StrCat("size=", first);
  return MaybeChanged(choices, Options(choices, first, kKeys));
}

// --- -machine and -smp ------------------------------------------------------

namespace {

std::string Fragment(Choices& choices) {
  constexpr absl::string_view kFragments[] = {
      "a",    "b",   "0",      "1",    "2",   "00", "9999999999",
      "b-c",  "d_e", "1a",     "",     "-",   "_x", "__x.y_z",
      "___z", "__z", "memory", "size", "type"};
  if (choices.OneIn(60)) return std::string(126 + choices.Below(3), 'f');
  if (choices.OneIn(80)) return std::string(126 + choices.Below(3), '7');
  return Text(choices, kFragments);
}

// A few names, so that texts often clash.
std::string PathItem(Choices& choices) {
  std::string path = choices.OneIn(6)   ? Fragment(choices)
                     : choices.OneIn(2) ? "a"
                                        : "b";
  for (uint64_t i = choices.Below(3); i > 0; --i) {
    absl::StrAppend(
        &path, ".",
        choices.OneIn(6) ? Fragment(choices) : absl::StrCat(choices.Below(3)));
  }
  return absl::StrCat(path, choices.OneIn(30) ? "" : "=", "v");
}

}  // namespace

std::string GenerateMachineText(Choices& choices) {
  constexpr absl::string_view kFirst[] = {"q35", "type=pc", "help",    "?",
                                          "",    "pc",      "q35,help"};
  constexpr Key kMemory[] = {{"memory.size", Type::kSize},
                             {"memory.max-size", Type::kSize},
                             {"memory.slots", Type::kInteger}};
  constexpr absl::string_view kLast[] = {"memory.a=1", "memory.size.b=1",
                                         "memory.slots.0=1", "memory=1"};
  if (choices.OneIn(2)) {
    const std::string first = choices.OneIn(3) ? PathItem(choices) : "q35";
    std::string text = Options(choices, first, kMemory);
    if (choices.OneIn(3)) absl::StrAppend(&text, ",", Text(choices, kLast));
    return MaybeChanged(choices, std::move(text));
  }
  std::vector<std::string> items = {Text(choices, kFirst)};
  for (uint64_t i = choices.Below(8); i > 0; --i) {
    items.push_back(PathItem(choices));
  }
  return MaybeChanged(choices, absl::StrJoin(items, ","));
}

std::string GenerateSmpText(Choices& choices) {
  constexpr Key kKeys[] = {
      {"cpus", Type::kInteger},     {"sockets", Type::kInteger},
      {"dies", Type::kInteger},     {"cores", Type::kInteger},
      {"threads", Type::kInteger},  {"maxcpus", Type::kInteger},
      {"clusters", Type::kInteger}, {"modules", Type::kInteger},
      {"books", Type::kInteger},    {"drawers", Type::kInteger}};
  std::string first = choices.OneIn(3) ? Integer(choices) : "4";
  if (choices.OneIn(6)) first = "cpus.a=1";
  return MaybeChanged(choices, Options(choices, first, kKeys));
}

}  // namespace e820check
