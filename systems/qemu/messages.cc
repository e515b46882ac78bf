// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/messages.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace e820check {
namespace {

// What the board says of a file of -bios, -kernel and their likes.
bool IsAboutBootFile(absl::string_view message) {
  absl::ConsumePrefix(&message, "qemu: ");
  return absl::StartsWith(message, "could not load PC BIOS '") ||
         absl::StartsWith(message, "could not open kernel file '");
}

// Before these refusals there is no program name; before the first two of them,
// in QEMU 10.0 and 11.1.
bool StartsNamelessMessage(absl::string_view line) {
  return absl::StartsWith(line, "acpi-generic-initiator: ") ||
         absl::StartsWith(line, "acpi-generic-port: ") ||
         (absl::StartsWith(line, "qemu: ") && IsAboutBootFile(line));
}

// Of -netdev, -nic, -net and network cards, none of which is looked into.
bool IsAboutNetwork(absl::string_view message) {
  if (!absl::ConsumePrefix(&message, "warning: ")) return false;
  const bool has_peers =
      absl::StartsWith(message, "nic ") || absl::StartsWith(message, "netdev ");
  const bool is_hub = absl::StartsWith(message, "hub ");
  return (has_peers && absl::EndsWith(message, " has no peer")) ||
         (is_hub &&
          (absl::EndsWith(message, " with no nics") ||
           absl::EndsWith(message, " is not connected to host network"))) ||
         (absl::StartsWith(message, "requested NIC (") &&
          absl::EndsWith(message,
                         ") was not created (not supported by this machine?)"));
}

bool IsAboutIsaDevice(absl::string_view message) {
  return absl::EndsWith(message,
                        ": warning: Using AppleSMC with invalid key") ||
         absl::EndsWith(message,
                        ": warning: -device sga is deprecated, use -machine "
                        "graphics=off") ||
         absl::StartsWith(message,
                          "warning: multiple floppy disk controllers with "
                          "iobase=");
}

}  // namespace

std::vector<std::string> SplitMessages(absl::string_view program,
                                       absl::string_view stderr_text) {
  std::vector<std::string> messages;
  absl::ConsumeSuffix(&stderr_text, "\n");
  if (stderr_text.empty()) return messages;
  const std::string prefix = absl::StrCat(program, ":");
  for (absl::string_view line : absl::StrSplit(stderr_text, '\n')) {
    const bool starts_message = absl::ConsumePrefix(&line, prefix);
    if (starts_message) absl::ConsumePrefix(&line, " ");
    if (starts_message || messages.empty() || StartsNamelessMessage(line)) {
      messages.emplace_back(line);
    } else {
      absl::StrAppend(&messages.back(), "\n", line);
    }
  }
  return messages;
}

bool IsBeyondMemoryTables(absl::string_view message) {
  return absl::StartsWith(message,
                          "warning: TCG doesn't support requested feature: ") ||
         absl::StartsWith(
             message, "warning: host doesn't support requested feature: ") ||
         absl::StartsWith(message, "warning: ACPI table size ") ||
         absl::StrContains(message, ": warning: Could not detect THP size, ") ||
         IsAboutNetwork(message) || IsAboutIsaDevice(message);
}

bool IsLeftOutUnderQtest(absl::string_view message) {
  return message == "falling back to tcg" || message == "falling back to KVM";
}

bool IsMissingHelp(absl::string_view message) {
  return absl::EndsWith(
             message,
             ": Parameter 'typename' expects a non-abstract device type") ||
         (absl::StrContains(message, ": Device '") &&
          absl::EndsWith(message, "' not found"));
}

bool IsClashOverStreams(absl::string_view message) {
  return absl::EndsWith(message,
                        "cannot use stdio by multiple character devices") ||
         message == "cannot use stdio with -daemonize";
}

bool IsWarning(absl::string_view message) {
  return absl::StartsWith(message, "warning: ") ||
         absl::StrContains(message, ": warning: ");
}

bool IsHostRefusal(absl::string_view message) {
  return absl::StartsWith(message, "cannot set up guest memory '") ||
         absl::EndsWith(message, ": Cannot allocate memory") ||
         absl::EndsWith(message, ": Too many open files") ||
         absl::StartsWith(message, "cannot bind memory to host NUMA nodes: ") ||
         absl::StartsWith(message, "Could not access KVM kernel module: ") ||
         IsAboutBootFile(message);
}

bool SaysThatItCutTables(absl::string_view stderr_text) {
  return absl::StrContains(stderr_text, ": warning: ACPI table size ");
}

bool LacksHostResources(absl::string_view stderr_text) {
  // At a line's end, so that no argument that QEMU echoes is taken for them.
  constexpr absl::string_view kEnds[] = {
      ": Too many open files",
      ": Cannot allocate memory",
      "qemu_thread_create: Resource temporarily unavailable",
      // Of the loader; the error is a number to it.
      ": failed to map segment from shared object",
      ": cannot open shared object file: Error 24",
  };
  for (const absl::string_view line : absl::StrSplit(stderr_text, '\n')) {
    const bool of_glib = absl::StrContains(line, "gmem.c:") &&
                         absl::StrContains(line, ": failed to allocate ");
    if (of_glib || std::any_of(std::begin(kEnds), std::end(kEnds),
                               [line](absl::string_view end) {
                                 return absl::EndsWith(line, end);
                               })) {
      return true;
    }
  }
  return false;
}

absl::string_view FindSanitizerReport(absl::string_view stderr_text) {
  for (const absl::string_view line : absl::StrSplit(stderr_text, '\n')) {
    // "==12==ERROR: AddressSanitizer: ...", "a.c:1:2: runtime error: ...". A
    // message may echo such words, but not at the start of a line.
    const bool of_address = absl::StartsWith(line, "==") &&
                            absl::StrContains(line, "==ERROR: ") &&
                            absl::StrContains(line, "Sanitizer: ");
    const size_t blank = line.find(' ');
    const bool of_undefined =
        blank != line.npos &&
        absl::StartsWith(line.substr(blank), " runtime error: ");
    if (of_address || of_undefined) return line;
  }
  return "";
}

}  // namespace e820check
