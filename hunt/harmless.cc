// SPDX-License-Identifier: Apache-2.0

#include "hunt/harmless.h"

#include <algorithm>
#include <cstdint>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "options/option_words.h"

namespace e820check {
namespace {

// Options that the parser passes over may write a log or open a port.
bool IsHarmlessWord(const OptionWord& word) {
  switch (word.meaning) {
    case OptionMeaning::kHarness:
    case OptionMeaning::kIgnored:
      return word.name == "S" || word.name == "nodefaults" ||
             word.name == "no-user-config" || word.name == "no-hpet" ||
             word.name == "no-reboot" || word.name == "enable-kvm";
    case OptionMeaning::kMemPath:
    case OptionMeaning::kNotCovered:
      return false;
    default:
      return true;
  }
}

// Also where a mistake elsewhere hides it from the parser: QEMU may see it
// otherwise.
bool NamesFile(absl::string_view argument) {
  return absl::StrContains(argument, "mem-path") ||
         absl::StrContains(argument, "-file") ||
         // Either word may be spelt with escapes.
         (absl::StrContains(argument, "{") &&
          absl::StrContains(argument, "\\"));
}

// Memory is only reserved, unless it is asked to be touched at once.
bool TouchesMuchMemory(const CommandLineArgs& args,
                       const ParsedCommandLine& parsed) {
  const auto* machine = std::get_if<MachineOptions>(&parsed.outcome);
  if (machine == nullptr) return false;
  const bool touches =
      std::any_of(args.begin(), args.end(), [](const std::string& arg) {
        return absl::StrContains(arg, "prealloc");
      });
  if (!touches) return false;
  uint64_t left_bytes = kGiB;
  for (const MemoryBackend& backend : machine->backends) {
    if (backend.size_bytes > left_bytes) return true;
    left_bytes -= backend.size_bytes;
  }
  return machine->memory.ram_size_bytes > left_bytes;
}

}  // namespace

bool IsHarmless(const CommandLineArgs& args, const ParsedCommandLine& parsed,
                QemuVersion qemu) {
  for (const std::string& arg : args) {
    if (NamesFile(arg)) return false;
    if (!absl::StartsWith(arg, "-")) continue;
    const OptionWord* word = FindOptionWord(arg, qemu);
    if (word != nullptr && !IsHarmlessWord(*word)) return false;
  }
  const bool has_other_object = std::any_of(
      parsed.notes.begin(), parsed.notes.end(), [](absl::string_view note) {
        return absl::StartsWith(note, "-object") ||
               absl::StartsWith(note, "--object");
      });
  return !has_other_object && !TouchesMuchMemory(args, parsed);
}

}  // namespace e820check
