// SPDX-License-Identifier: Apache-2.0

#include "options/device_needs.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "options/integer.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

enum class Type {
  kLink,    // an empty name is none
  kNumber,  // 0 is none
  kText,
};

// Each driver of device_tables.h, without any property, was given to Debian's
// 7.2 on all boards; these it refused.
struct Need {
  absl::string_view drivers;     // with a blank between them
  absl::string_view properties;  // any one is taken to be enough
  Type type;
  absl::string_view example;
  DeviceFault fault;
};

constexpr Need kNeeds[] = {
    {"cxl-type3", "memdev", Type::kLink, "memdev=x", DeviceFault::kNoMemdev},
    {"ipmi-bmc-extern", "chardev", Type::kLink, "chardev=x",
     DeviceFault::kNoChardevOfIpmi},
    {"isa-debugcon", "chardev", Type::kLink, "chardev=x",
     DeviceFault::kNoChardevOfDebugcon},
    // 7.2 dies of an empty name.
    {"isa-ipmi-bt isa-ipmi-kcs pci-ipmi-bt pci-ipmi-kcs", "bmc", Type::kText,
     "bmc=x", DeviceFault::kNoBmc},
    {"isa-parallel", "chardev", Type::kLink, "chardev=x",
     DeviceFault::kNoChardevOfParallel},
    {"loader", "addr data data-be data-len file force-raw", Type::kText,
     "data-len=1", DeviceFault::kNoLoaderArguments},
    {"nvme", "serial", Type::kText, "serial=x", DeviceFault::kNoSerial},
    {"pci-bridge pci-bridge-seat", "chassis_nr", Type::kNumber, "chassis_nr=1",
     DeviceFault::kNoChassisNumber},
    {"virtio-9p-pci virtio-9p-pci-non-transitional virtio-9p-pci-transitional",
     "fsdev", Type::kText, "fsdev=x", DeviceFault::kNoFsdev},
    {"virtio-blk-pci virtio-blk-pci-non-transitional "
     "virtio-blk-pci-transitional",
     "drive", Type::kLink, "drive=x", DeviceFault::kNoDrive},
    {"vmmouse", "i8042", Type::kLink, "i8042=x", DeviceFault::kNoI8042},
};

bool HasWord(absl::string_view words, absl::string_view word) {
  const std::vector<absl::string_view> all = absl::StrSplit(words, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

const Need* FindNeed(absl::string_view driver) {
  const auto* const found = std::find_if(
      std::begin(kNeeds), std::end(kNeeds),
      [driver](const Need& need) { return HasWord(need.drivers, driver); });
  return found == std::end(kNeeds) ? nullptr : found;
}

// Whether the value is something, nothing, or of a form that is not covered.
absl::StatusOr<bool> Gives(Type type, const Value& value, QemuVersion qemu) {
  std::optional<uint64_t> number;
  if (value.kind == Value::Kind::kSigned) {
    number = static_cast<uint64_t>(value.signed_integer);
  } else if (value.kind != Value::Kind::kString) {
    return absl::UnimplementedError("this value is not covered");
  } else if (type == Type::kNumber) {
    const UnsignedReading read = ReadWrappingUnsigned(value.text, qemu);
    if (read.reading == Reading::kOk) number = read.value;
  }
  if (type == Type::kNumber) {
    if (number && *number <= UINT8_MAX) return *number != 0;
    return absl::UnimplementedError("this number is not covered");
  }
  if (type == Type::kLink || !value.text.empty()) return !value.text.empty();
  return absl::UnimplementedError("an empty value is not covered");
}

DeferredCheck CheckProperties(const Need& need, const ValueTree& typed,
                              QemuVersion qemu,
                              absl::Span<const GlobalProperty> globals) {
  for (const absl::string_view key : absl::StrSplit(need.properties, ' ')) {
    const std::optional<uint32_t> index = typed.Find(ValueTree::kRoot, key);
    if (index) {
      const absl::StatusOr<bool> gives = Gives(need.type, typed[*index], qemu);
      if (!gives.ok()) return gives.status();
      if (*gives) return std::nullopt;
    } else if (std::any_of(globals.begin(), globals.end(),
                           [key](const GlobalProperty& global) {
                             return global.property == key;
                           })) {
      return absl::UnimplementedError(
          absl::StrCat("a -global may set its ", key));
    }
  }
  return RefuseIncomplete(need.fault, qemu);
}

// What devices want of the board.
DeferredCheck CheckBoard(absl::string_view driver,
                         const MachineOptions& machine) {
  constexpr MachineVersion kFirstWithDma = {.major = 2, .minor = 5};
  const QemuVersion qemu = machine.qemu_version;
  const bool has_dma = machine.type.family != MachineFamily::kNone &&
                       machine.type.version >= kFirstWithDma;
  if (driver == "vmcoreinfo" && !has_dma) {
    return RefuseIncomplete(DeviceFault::kNoDmaOfVmcoreinfo, qemu);
  }
  if (driver == "vmgenid" && !has_dma) {
    return RefuseIncomplete(DeviceFault::kNoDmaOfVmgenid, qemu);
  }
  if (machine.type.family != MachineFamily::kMicrovm) return std::nullopt;
  if (driver == "isa-fdc") {
    return RefuseIncomplete(DeviceFault::kNoDmaOfFdc, qemu);
  }
  if (driver == "mc146818rtc") {
    return absl::UnimplementedError("the board may have a clock already");
  }
  return std::nullopt;
}

}  // namespace

DeferredCheck CheckNeeds(const Driver& driver, const ValueTree& typed,
                         const MachineOptions& machine,
                         absl::Span<const GlobalProperty> globals) {
  const Need* need = FindNeed(driver.name);
  if (need == nullptr) return CheckBoard(driver.name, machine);
  return CheckProperties(*need, typed, machine.qemu_version, globals);
}

DeferredCheck RefuseIncomplete(DeviceFault fault, QemuVersion qemu) {
  if (OptionRulesOf(qemu).refusals_of_incomplete_devices_are_known) {
    return fault;
  }
  return absl::UnimplementedError(
      "what this release says of an incomplete device is not known");
}

std::string ExampleOfNeeds(const Driver& driver) {
  const Need* need = FindNeed(driver.name);
  return need == nullptr ? "" : absl::StrCat(",", need->example);
}

}  // namespace e820check
