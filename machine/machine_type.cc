// SPDX-License-Identifier: Apache-2.0

#include "machine/machine_type.h"

#include "absl/strings/str_cat.h"

namespace e820check {

std::string ToString(Dialect dialect) {
  return dialect == Dialect::kStock ? "stock" : "memmap-type";
}

std::string ToString(const MachineType& type) {
  std::string version =
      absl::StrCat(type.version.major, ".", type.version.minor);
  if (type.version.micro != 0)
    absl::StrAppend(&version, ".", type.version.micro);
  switch (type.family) {
    case MachineFamily::kI440fx:
      return absl::StrCat("pc-i440fx-", version);
    case MachineFamily::kQ35:
      return absl::StrCat("pc-q35-", version);
    case MachineFamily::kIsapc:
      return "isapc";
    case MachineFamily::kMicrovm:
      return "microvm";
    case MachineFamily::kNone:
      return "none";
  }
  return "";
}

}  // namespace e820check
