// SPDX-License-Identifier: Apache-2.0

#include "fuzz/dictionaries/option_dictionary.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"
#include "options/cpu_model.h"
#include "options/device_properties.h"
#include "options/driver.h"
#include "options/machine_properties.h"
#include "options/memory_backend.h"
#include "options/memory_option.h"
#include "options/numa.h"
#include "options/option_groups.h"
#include "options/option_words.h"
#include "options/vocabulary.h"

namespace e820check {
namespace {

using Entries = std::set<std::string>;
using Texts = absl::Span<const absl::string_view>;

// Numbers at the edges of types, and of what a reader of numbers must tell
// apart; marks of QemuOpts.
constexpr absl::string_view kScalars[] = {"0",
                                          "1",
                                          "255",
                                          "256",
                                          "65535",
                                          "65536",
                                          "4294967295",
                                          "4294967296",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "-1",
                                          "0x",
                                          "010",
                                          "08",
                                          "0b1",
                                          "-",
                                          "+",
                                          " ",
                                          "64M",
                                          "1G",
                                          "1.5",
                                          ".5",
                                          "1.999999999999999999999k",
                                          "1e",
                                          "e-400",
                                          "e400",
                                          "0x40M",
                                          "16E",
                                          "B",
                                          "K",
                                          "T",
                                          "P",
                                          ",,",
                                          ",",
                                          "=",
                                          "id=x",
                                          "id=9",
                                          "noid",
                                          "no",
                                          "help",
                                          "?",
                                          "delay",
                                          "nodelay"};

constexpr absl::string_view kJson[] = {"on",
                                       "off",
                                       "yes",
                                       "no",
                                       "true",
                                       "false",
                                       "y",
                                       "n",
                                       "null",
                                       "[",
                                       "]",
                                       "{",
                                       "}",
                                       ":",
                                       "\"",
                                       "'",
                                       "\n",
                                       "\t",
                                       "\\\"",
                                       "\\u0041",
                                       "1.5e3",
                                       "\\ud83d\\ude00",
                                       "{\"qom-type\":\"memory-backend-ram\",",
                                       "\"id\":\"m0\"",
                                       "\"size\":1048576"};

// Of whole command lines.
constexpr absl::string_view kArguments[] = {
    "pc",
    "q35",
    "pc-i440fx-5.0",
    "pc-q35-7.0",
    "pc-q35-7.1",
    "microvm",
    "isapc",
    "none",
    "memory.",
    "smp.",
    "sgx-epc.0.",
    "cxl-fmw.0.",
    "targets.0=",
    ",id=m0",
    ",id=m1",
    "=m0",
    "=/objects/m0",
    "=/dev/shm/m0",
    "=on",
    "=off",
    ",-lm",
    "AuthenticAMD",
    "{\"qom-type\":\"memory-backend-ram\",",
    "\"id\":\"m0\"",
    "\"size\":1048576",
    "640K",
    "1048575B",
    "0x40M",
    "2816M",
    "3584M",
    "1.5G",
    "1100G",
    "0xfd00000000",
    "18446744073709551615",
    "18446744073709543425",
    "-1",
    ",,",
    "help",
    "id=x"};

void Add(Texts texts, Entries& entries) {
  entries.insert(texts.begin(), texts.end());
}

// First lines of the formats; see options/argument_lines.h.
void AddProfiles(Entries& entries) {
  for (const QemuVersion release : kReleases) {
    entries.insert(absl::StrCat("#", ToString(release), "\n"));
    entries.insert(absl::StrCat("#", ToString(release), " ",
                                ToString(Dialect::kMemmapType), "\n"));
  }
}

void AddText(const Vocabulary& vocabulary, Entries& entries) {
  for (const absl::string_view key : vocabulary.keys) {
    entries.insert(absl::StrCat(key, "="));
  }
  Add(vocabulary.words, entries);
}

// In JSON, keys are words too.
void AddTextOrJson(const Vocabulary& vocabulary, Entries& entries) {
  Add(vocabulary.keys, entries);
  Add(vocabulary.words, entries);
}

Entries OfCommandLines() {
  Entries entries;
  for (const OptionWord& word : AllOptionWords()) {
    entries.insert(absl::StrCat("-", word.name, "\n"));
  }
  for (const OptionGroup& group : AllOptionGroups()) {
    entries.insert(absl::StrCat(group.name, "."));
  }
  Vocabulary vocabulary;
  AddCpuWords(vocabulary);
  AddDriverWords(vocabulary);
  AddDevicePropertyWords(vocabulary);
  AddMachineWords(vocabulary);
  AddMemoryOptionWords(vocabulary);
  AddNumaWords(vocabulary);
  AddObjectWords(vocabulary);
  AddText(vocabulary, entries);
  Add(kArguments, entries);
  return entries;
}

}  // namespace

Entries OptionDictionary(absl::string_view target) {
  Entries entries;
  Vocabulary vocabulary;
  if (target == "command_line" || target == "options") {
    entries = OfCommandLines();
  } else if (target == "memory_option") {
    AddMemoryOptionWords(vocabulary);
    AddText(vocabulary, entries);
    Add(kScalars, entries);
  } else if (target == "numa_option") {
    AddNumaWords(vocabulary);
    AddText(vocabulary, entries);
    Add(kScalars, entries);
  } else if (target == "object_option") {
    AddObjectWords(vocabulary);
    AddTextOrJson(vocabulary, entries);
    Add(kScalars, entries);
    Add(kJson, entries);
  } else {
    return {};
  }
  AddProfiles(entries);
  return entries;
}

std::string FormatDictionary(const Entries& entries) {
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n"
      "#\n"
      "# Made by make_dictionary from the tables of options/.\n";
  for (const std::string& entry : entries) {
    text += '"';
    for (const char c : entry) {
      if (c == '"' || c == '\\') {
        absl::StrAppend(&text, "\\", absl::string_view(&c, 1));
      } else if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
        text += c;
      } else {
        absl::StrAppend(
            &text, "\\x",
            absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
      }
    }
    text += "\"\n";
  }
  return text;
}

}  // namespace e820check
