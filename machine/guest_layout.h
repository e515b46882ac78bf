// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_GUEST_LAYOUT_H_
#define E820CHECK_MACHINE_GUEST_LAYOUT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "machine/e820_table.h"

namespace e820check {

// What firmware reads: the memory map and the NUMA tables, as bytes in ACPI
// form, empty where the machine publishes no such table.
struct GuestLayout {
  E820Table e820;
  std::string srat;
  std::string slit;
  std::string hmat;

  friend bool operator==(const GuestLayout&, const GuestLayout&) = default;
};

// A refusal in QEMU's own words: the verdict line without the program name,
// then its hint lines, if any, joined by '\n'.
struct Rejection {
  std::string text;
  // Where QEMU prints help instead, the status with which it ends then; there
  // is no text.
  std::optional<int> help_exit_status;
  // Which of MachineOptions::devices is refused: what the user typed for it,
  // which a layout does not know, goes before the text.
  std::optional<size_t> device;

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

// Likewise a warning that comes with a device.
struct DeviceWarning {
  size_t device = 0;
  std::string text;

  friend bool operator==(const DeviceWarning&, const DeviceWarning&) = default;
};

// What one system says to one command line. Each warning is a line without the
// program name, with its hint lines joined by '\n', in order of occurrence.
struct Answer {
  std::vector<std::string> warnings;
  // Of a layout only; they come after the others.
  std::vector<DeviceWarning> device_warnings;
  std::variant<GuestLayout, Rejection> outcome;

  bool accepted() const { return std::holds_alternative<GuestLayout>(outcome); }

  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace e820check

#endif  // E820CHECK_MACHINE_GUEST_LAYOUT_H_
