// SPDX-License-Identifier: Apache-2.0

#include "search/harmless.h"

#include <algorithm>
#include <cstddef>
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
    case OptionMeaning::kNotCovered:
    case OptionMeaning::kPreconfig:  // it waits for commands
      return false;
    default:
      return true;
  }
}

bool NamesFile(absl::string_view argument) {
  return absl::StrContains(argument, "mem-path") ||
         absl::StrContains(argument, "-file") ||
         // Either word may be spelt with escapes.
         (absl::StrContains(argument, "{") &&
          absl::StrContains(argument, "\\u"));
}

// Also where a mistake elsewhere hides the name from the parser: QEMU may see
// it otherwise.
bool LeavesDirectory(absl::string_view argument) {
  return argument == "." || argument == ".." ||
         absl::StrContains(argument, "/") || absl::StrContains(argument, "\\u");
}

bool Mentions(const PreparedCase& prepared, absl::string_view word) {
  const auto mentions = [word](absl::string_view text) {
    return absl::StrContains(text, word);
  };
  return std::any_of(prepared.args.begin(), prepared.args.end(), mentions) ||
         std::any_of(prepared.files.begin(), prepared.files.end(),
                     [&](const auto& file) { return mentions(file.second); });
}

// Memory is only reserved, unless it is asked to be touched at once.
bool TouchesMuchMemory(const PreparedCase& prepared,
                       const absl::StatusOr<ParsedCommandLine>& parsed) {
  if (!Mentions(prepared, "prealloc")) return false;
  if (!parsed.ok()) return true;
  const auto* machine = std::get_if<MachineOptions>(&parsed->outcome);
  if (machine == nullptr) return false;
  uint64_t left_bytes = kGiB;
  for (const MemoryBackend& backend : machine->backends) {
    if (backend.size_bytes > left_bytes) return true;
    left_bytes -= backend.size_bytes;
  }
  return machine->memory.ram_size_bytes > left_bytes;
}

// Other objects than memory backends open files and sockets.
bool MayMakeOtherObjects(const PreparedCase& prepared,
                         const absl::StatusOr<ParsedCommandLine>& parsed) {
  if (!parsed.ok()) {
    return Mentions(prepared, "-object") || Mentions(prepared, "[object");
  }
  return std::any_of(parsed->notes.begin(), parsed->notes.end(),
                     [](absl::string_view note) {
                       return absl::StartsWith(note, "-object") ||
                              absl::StartsWith(note, "--object") ||
                              absl::StartsWith(note, "config");
                     });
}

}  // namespace

bool IsHarmless(const PreparedCase& prepared,
                const absl::StatusOr<ParsedCommandLine>& parsed,
                QemuVersion qemu) {
  if (!parsed.ok() && !absl::IsUnknown(parsed.status())) return false;
  const CommandLineArgs& args = prepared.args;
  for (size_t i = 0; i < args.size(); ++i) {
    if (NamesFile(args[i]) && LeavesDirectory(args[i])) return false;
    if (!absl::StartsWith(args[i], "-")) continue;
    const OptionWord* word = FindOptionWord(args[i], qemu);
    if (word == nullptr) continue;
    if (!IsHarmlessWord(*word)) return false;
    const bool is_path = word->meaning == OptionMeaning::kMemPath ||
                         word->meaning == OptionMeaning::kReadConfig;
    if (is_path && i + 1 < args.size() && LeavesDirectory(args[i + 1])) {
      return false;
    }
  }
  for (const auto& [name, text] : prepared.files) {
    if (NamesFile(text) && LeavesDirectory(text)) return false;
  }
  return !MayMakeOtherObjects(prepared, parsed) &&
         !TouchesMuchMemory(prepared, parsed);
}

}  // namespace e820check
