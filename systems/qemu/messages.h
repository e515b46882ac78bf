// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_QEMU_MESSAGES_H_
#define E820CHECK_SYSTEMS_QEMU_MESSAGES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace e820check {

// Splits QEMU's stderr into messages (doc/spec/qemu-options.md section 1). A
// message starts with `program` and ':', which are taken off with the blank
// after them (a config file's "<program>:<file>:<line>:" has no blank); lines
// without that start are its hint lines and joined to it by '\n'. Such lines
// before the first message are one message.
//
// An argument that QEMU echoes may itself hold a line "<program>:..."; this
// splits there, as nothing tells it from a message.
std::vector<std::string> SplitMessages(absl::string_view program,
                                       absl::string_view stderr_text);

// Whether the message is a warning about what decides no memory table, so that
// no answer of this project has it: features that the accelerator lacks of the
// CPU model, how long the bytecode of the ACPI tables grew, that the host does
// not tell the size of its huge pages, what a network lacks, and what QEMU 7.2
// has against a few ISA devices.
bool IsBeyondMemoryTables(absl::string_view message);

// Whether QEMU leaves the message out where it serves qtest, as it does for all
// questions of qemu.h: which accelerator it falls back to.
bool IsLeftOutUnderQtest(absl::string_view message);

// Whether QEMU says this, and then ends with status 0, in place of the help
// that was asked for: there is none for such a device.
bool IsMissingHelp(absl::string_view message);

// Whether the command line wants the standard streams, which qemu.h has taken.
bool IsClashOverStreams(absl::string_view message);

// Whether QEMU goes on after this message, as far as that can be told: an
// argument that it echoes may have the look of a warning.
bool IsWarning(absl::string_view message);

// Whether a refusal tells of the machine that QEMU runs on, not of the one
// asked for: lack of memory, or NUMA nodes, KVM, firmware or a kernel that the
// host does not have.
bool IsHostRefusal(absl::string_view message);

// Whether QEMU warned that the file of its ACPI tables is smaller than they
// are, as happens up to pc-i440fx-2.0 with many PCI bridges: it then cuts them.
bool SaysThatItCutTables(absl::string_view stderr_text);

// Whether a program that ended without a verdict said that it lacked memory,
// threads or file descriptors: QEMU itself, GLib, or the loader before them.
// For instance, microvm takes 24 bytes for each of up to 2^32 slots.
bool LacksHostResources(absl::string_view stderr_text);

// What a sanitizer, built into QEMU or its libraries, says first; empty if none
// says anything.
absl::string_view FindSanitizerReport(absl::string_view stderr_text);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_MESSAGES_H_
