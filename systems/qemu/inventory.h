// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_QEMU_INVENTORY_H_
#define E820CHECK_SYSTEMS_QEMU_INVENTORY_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "machine/machine_options.h"

namespace e820check {

// What a binary was built with, after its own help texts. Distributions leave
// out machines and devices, and every release adds some.
class Inventory {
 public:
  Inventory() = default;
  // The outputs of -machine help, -cpu help, -device help and -object help.
  struct HelpTexts {
    absl::string_view machines;
    absl::string_view cpus;
    absl::string_view devices;
    absl::string_view objects;
  };
  explicit Inventory(const HelpTexts& texts);

  // The first thing of this machine that the binary lacks, such as "device
  // sp-mem"; empty if it has all. An empty help text tells nothing. Of a device
  // that is refused whatever the machine, the driver need not exist.
  std::string Missing(const MachineOptions& options) const;

 private:
  std::set<std::string, std::less<>> machines_;
  std::set<std::string, std::less<>> cpus_;
  std::set<std::string, std::less<>> devices_;
  std::set<std::string, std::less<>> objects_;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_INVENTORY_H_
