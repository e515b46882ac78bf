// SPDX-License-Identifier: Apache-2.0

#include "model/refusal_words.h"

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

using Type = NoValueOfType::Type;

std::string Expected(Type type) {
  switch (type) {
    case Type::kInteger:
      return "integer";
    case Type::kOnOff:
      return "'on' or 'off'";
    case Type::kUint8:
      return "uint8_t";
    case Type::kUint16:
      return "uint16_t";
    case Type::kUint32:
      return "uint32_t";
    case Type::kUint64:
      return "uint64";
    case Type::kInt32:
      return "int32_t";
    case Type::kInt64:
      return "int64";
    case Type::kSize:
      return "size";
    case Type::kSizeBelow2To64:
      return "a non-negative number below 2^64\n"
             "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, "
             "tera-, peta-\n"
             "and exabytes, respectively.";
  }
  return "";
}

std::string Expected(ValueOfOtherType::Expected expected) {
  switch (expected) {
    case ValueOfOtherType::Expected::kText:
      return "string";
    case ValueOfOtherType::Expected::kInteger:
      return "integer";
    case ValueOfOtherType::Expected::kBool:
      return "boolean";
    case ValueOfOtherType::Expected::kBackend:
      return "memory-backend";
    case ValueOfOtherType::Expected::kEpc:
      return "memory-backend-epc";
  }
  return "";
}

std::string FaultWords(DeviceFault fault) {
  switch (fault) {
    case DeviceFault::kDriverMissing:
      return "Parameter 'driver' is missing";
    case DeviceFault::kDriverAbstract:
      return "Parameter 'driver' expects a non-abstract device type";
    case DeviceFault::kDriverInternal:
      return "Parameter 'driver' expects a pluggable device type";
    case DeviceFault::kDriverNotOfMachine:
      return "Parameter 'driver' expects a dynamic sysbus device type for the "
             "machine";
    case DeviceFault::kAddressOfWrongType:
      return "Invalid parameter type for 'addr', expected int or str";
    case DeviceFault::kAddressOutOfRange:
      return "Parameter 'addr' expects a value between -1 and 255";
    case DeviceFault::kSecondIommu:
      return "QEMU does not support multiple vIOMMUs for x86 yet.";
    case DeviceFault::kNoChassisNumber:
      return "Bridge chassis not specified. Each bridge is required to be "
             "assigned a unique chassis id > 0.";
    case DeviceFault::kBlockSizeTooSmall:
      return "'block-size' property has to be at least 0x100000";
    case DeviceFault::kBlockSizeNotPowerOfTwo:
      return "'block-size' property has to be a power of two";
    case DeviceFault::kBadUuid:
      return "Property 'nvdimm.uuid' has invalid value";
    case DeviceFault::kNoBmc:
      return "IPMI device requires a bmc attribute to be set";
    case DeviceFault::kNoChardevOfDebugcon:
      return "Can't create debugcon device, empty char device";
    case DeviceFault::kNoChardevOfIpmi:
      return "IPMI external bmc requires chardev attribute";
    case DeviceFault::kNoChardevOfParallel:
      return "Can't create parallel device, empty char device";
    case DeviceFault::kNoDmaOfFdc:
      return "ISA controller does not support DMA";
    case DeviceFault::kNoDmaOfVmcoreinfo:
      return "vmcoreinfo device requires fw_cfg with DMA";
    case DeviceFault::kNoDmaOfVmgenid:
      return "vmgenid requires DMA write support in fw_cfg, which this machine "
             "type does not provide";
    case DeviceFault::kNoDrive:
      return "drive property not set";
    case DeviceFault::kNoFsdev:
      return "9pfs device couldn't find fsdev with the id = NULL";
    case DeviceFault::kNoI8042:
      return "'i8042' link is not set";
    case DeviceFault::kNoLoaderArguments:
      return "please include valid arguments";
    case DeviceFault::kNoMemdev:
      return "memdev property must be set";
    case DeviceFault::kNoSerial:
      return "serial property not set";
  }
  return "";
}

struct Words {
  const ReleaseRules& rules;

  std::string operator()(const NoSuchProperty& r) const {
    return absl::StrCat("Property '", r.driver, ".", r.property, "' not found");
  }
  std::string operator()(const ReadOnlyProperty& r) const {
    return absl::StrCat("Property '", r.driver, ".", r.property,
                        "' is not writable");
  }
  std::string operator()(const NoValueOfType& r) const {
    return absl::StrCat("Parameter '", r.property, "' expects ",
                        Expected(r.type));
  }
  std::string operator()(const ValueOfOtherType& r) const {
    return absl::StrCat("Invalid parameter type for '", r.property,
                        "', expected: ", Expected(r.expected));
  }
  std::string operator()(const NoSuchChoice& r) const {
    return absl::StrCat("Parameter '", r.property, "' does not accept value '",
                        r.value, "'");
  }
  std::string operator()(const NumberAboveLimit& r) const {
    if (rules.cpu_limits_have_one_end) {
      return absl::StrCat("parameter '", r.property, "' can be at most ",
                          r.max);
    }
    return absl::StrCat("Property .", r.property, " doesn't take value ",
                        r.value, " (minimum: 0, maximum: ", r.max, ")");
  }
  std::string operator()(const SizeOutOfRange& r) const {
    return absl::StrCat("Value '", r.value, "' is out of range for parameter '",
                        r.property, "'");
  }
  std::string operator()(const BadVendor& r) const {
    if (rules.vendor_text_names_length) {
      return "value of property 'vendor' must consist of exactly 12 characters";
    }
    return absl::StrCat("Property '.vendor' doesn't take value '", r.value,
                        "'");
  }
  std::string operator()(const PropertyRefusal& r) const {
    return std::visit(*this, r);
  }
  std::string operator()(const GlobalNotApplied& r) const {
    return absl::StrCat("can't apply global ", r.driver, ".", r.property, "=",
                        r.value, ": ", (*this)(r.cause));
  }
  std::string operator()(const CpuWithoutApicId&) const {
    return "apic-id property was not initialized properly";
  }
  std::string operator()(const NoHypervVpIndex&) const {
    return "kernel doesn't allow setting HyperV VP_INDEX";
  }
  std::string operator()(const HostModelWithoutHost&) const {
    return "CPU model 'host' requires KVM or HVF";
  }
  std::string operator()(const PhysBitsWithoutLongMode&) const {
    return "phys-bits is not user-configurable in 32 bit";
  }
  std::string operator()(const PhysBitsOutOfRange& r) const {
    if (rules.phys_bits_text_has_one_end) {
      return absl::StrCat("phys-bits should be at least 32 (but is ", r.bits,
                          ")");
    }
    return absl::StrCat("phys-bits should be between 32 and 52  (but is ",
                        r.bits, ")");
  }
  std::string operator()(const MemdevNotSet&) const {
    return "'memdev' property is not set";
  }
  std::string operator()(const NoSuchObject& r) const {
    return absl::StrCat("Device '", r.path, "' not found");
  }
  std::string operator()(const DeviceFault& fault) const {
    return FaultWords(fault);
  }
  std::string operator()(const UnknownDriver& r) const {
    return absl::StrCat("'", r.driver, "' is not a valid device model name");
  }
  std::string operator()(const BadDeviceId& r) const {
    return absl::StrCat("Invalid qdev ID '", r.id, "'");
  }
  std::string operator()(const DuplicateDeviceId& r) const {
    return absl::StrCat("Duplicate device ID '", r.id, "'");
  }
  std::string operator()(const LabelTooSmall& r) const {
    return absl::StrCat("Property 'nvdimm.label-size' (0x",
                        absl::Hex(r.size_bytes),
                        ") is required at least 0x20000");
  }
  std::string operator()(const NoBusOfKind& r) const {
    return absl::StrCat("No '",
                        r.kind == NoBusOfKind::Kind::kIsa ? "ISA" : "PCI",
                        "' bus found for device '", r.driver, "'");
  }
  std::string operator()(const WrongBus& r) const {
    return absl::StrCat("Device '", r.driver, "' can't go on ",
                        r.is_pcie ? "PCIE" : "PCI", " bus");
  }
  std::string operator()(const NoSuchBus& r) const {
    return absl::StrCat("Bus '", r.bus, "' not found");
  }
  std::string operator()(const BadPciAddress& r) const {
    return absl::StrCat("Property '", r.driver, ".addr' doesn't take value '",
                        r.value, "'");
  }
  std::string operator()(const NoFreePciSlot& r) const {
    return absl::StrCat("PCI: no slot/function available for ", r.driver,
                        ", all in use or reserved");
  }
  std::string operator()(const PciSlotTaken& r) const {
    return absl::StrCat(
        "PCI: slot ", r.devfn / 8, " function ", r.devfn % 8,
        " not available for ", r.driver, ", in use by ", r.occupant_driver,
        ",id=", r.occupant_id.empty() ? "(null)" : r.occupant_id);
  }
  std::string operator()(const SlotOfOneFunction& r) const {
    return absl::StrCat(
        "PCI: single function device can't be populated in function ",
        absl::Hex(r.devfn / 8), ".", r.devfn % 8);
  }
  std::string operator()(const SlotHasFunctions& r) const {
    const std::string slot = absl::StrCat(absl::Hex(r.devfn / 8));
    return absl::StrCat("PCI: ", slot, ".0 indicates single function, but ",
                        slot, ".", r.devfn % 8, " is already populated.");
  }
  std::string operator()(const OnlyBridgesFit& r) const {
    return absl::StrCat("PCI: Only PCI/PCIe bridges can be plugged into ",
                        r.host_bridge);
  }
  std::string operator()(const HostBridgeOfOtherBoard& r) const {
    return absl::StrCat(r.driver, " devices cannot reside on a ",
                        r.is_pcie ? "PCIe" : "PCI", " bus");
  }
  std::string operator()(const BusNumberTaken& r) const {
    return absl::StrCat("Bus ", int{r.number}, " is already in use");
  }
};

}  // namespace

std::string RefusalWords(const DeferredRefusal& refusal,
                         const ReleaseRules& rules) {
  return std::visit(Words{rules}, refusal);
}

}  // namespace e820check::model
