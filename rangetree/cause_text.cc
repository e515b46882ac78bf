// SPDX-License-Identifier: Apache-2.0

#include "rangetree/cause_text.h"

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"

namespace e820check {
namespace {

using absl::Substitute;

// A sentence about a value of the type, $0 being the property.
absl::string_view SentenceFor(NoValueOfType::Type type) {
  using Type = NoValueOfType::Type;
  switch (type) {
    case Type::kInteger:
      return "Parameter '$0' expects integer";
    case Type::kOnOff:
      return "Parameter '$0' expects 'on' or 'off'";
    case Type::kUint8:
      return "Parameter '$0' expects uint8_t";
    case Type::kUint16:
      return "Parameter '$0' expects uint16_t";
    case Type::kUint32:
      return "Parameter '$0' expects uint32_t";
    case Type::kUint64:
      return "Parameter '$0' expects uint64";
    case Type::kInt32:
      return "Parameter '$0' expects int32_t";
    case Type::kInt64:
      return "Parameter '$0' expects int64";
    case Type::kSize:
      return "Parameter '$0' expects size";
    case Type::kSizeBelow2To64:
      return R"(Parameter '$0' expects a non-negative number below 2^64
Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-
and exabytes, respectively.)";
  }
  return "";
}

// What a property of another type wants.
absl::string_view TypeName(ValueOfOtherType::Expected expected) {
  constexpr absl::string_view kNames[] = {
      "string", "integer", "boolean", "memory-backend", "memory-backend-epc"};
  return kNames[static_cast<size_t>(expected)];
}

struct FaultText {
  DeviceFault fault;
  absl::string_view text;
};
constexpr FaultText kFaultTexts[] = {
    {DeviceFault::kDriverMissing, "Parameter 'driver' is missing"},
    {DeviceFault::kDriverAbstract,
     "Parameter 'driver' expects a non-abstract device type"},
    {DeviceFault::kDriverInternal,
     "Parameter 'driver' expects a pluggable device type"},
    {DeviceFault::kDriverNotOfMachine,
     "Parameter 'driver' expects a dynamic sysbus device type for the machine"},
    {DeviceFault::kAddressOfWrongType,
     "Invalid parameter type for 'addr', expected int or str"},
    {DeviceFault::kAddressOutOfRange,
     "Parameter 'addr' expects a value between -1 and 255"},
    {DeviceFault::kSecondIommu,
     "QEMU does not support multiple vIOMMUs for x86 yet."},
    {DeviceFault::kNoChassisNumber,
     "Bridge chassis not specified. Each bridge is required to be assigned a "
     "unique chassis id > 0."},
    {DeviceFault::kBlockSizeTooSmall,
     "'block-size' property has to be at least 0x100000"},
    {DeviceFault::kBlockSizeNotPowerOfTwo,
     "'block-size' property has to be a power of two"},
    {DeviceFault::kBadUuid, "Property 'nvdimm.uuid' has invalid value"},
    {DeviceFault::kNoBmc, "IPMI device requires a bmc attribute to be set"},
    {DeviceFault::kNoChardevOfDebugcon,
     "Can't create debugcon device, empty char device"},
    {DeviceFault::kNoChardevOfIpmi,
     "IPMI external bmc requires chardev attribute"},
    {DeviceFault::kNoChardevOfParallel,
     "Can't create parallel device, empty char device"},
    {DeviceFault::kNoDmaOfFdc, "ISA controller does not support DMA"},
    {DeviceFault::kNoDmaOfVmcoreinfo,
     "vmcoreinfo device requires fw_cfg with DMA"},
    {DeviceFault::kNoDmaOfVmgenid,
     "vmgenid requires DMA write support in fw_cfg, which this machine type "
     "does not provide"},
    {DeviceFault::kNoDrive, "drive property not set"},
    {DeviceFault::kNoFsdev,
     "9pfs device couldn't find fsdev with the id = NULL"},
    {DeviceFault::kNoI8042, "'i8042' link is not set"},
    {DeviceFault::kNoLoaderArguments, "please include valid arguments"},
    {DeviceFault::kNoMemdev, "memdev property must be set"},
    {DeviceFault::kNoSerial, "serial property not set"},
};

std::string TextOf(DeviceFault fault) {
  for (const FaultText& entry : kFaultTexts) {
    if (entry.fault == fault) return std::string(entry.text);
  }
  return "";
}

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

std::string PropertyText(const PropertyRefusal& cause,
                         const BoardRules& release) {
  return std::visit(
      Overloaded{
          [](const NoSuchProperty& c) {
            return Substitute("Property '$0.$1' not found", c.driver,
                              c.property);
          },
          [](const ReadOnlyProperty& c) {
            return Substitute("Property '$0.$1' is not writable", c.driver,
                              c.property);
          },
          [](const NoValueOfType& c) {
            return Substitute(SentenceFor(c.type), c.property);
          },
          [](const ValueOfOtherType& c) {
            return Substitute("Invalid parameter type for '$0', expected: $1",
                              c.property, TypeName(c.expected));
          },
          [](const NoSuchChoice& c) {
            return Substitute("Parameter '$0' does not accept value '$1'",
                              c.property, c.value);
          },
          [&](const NumberAboveLimit& c) {
            return Substitute(release.number_too_high, c.property, c.value,
                              c.max);
          },
          [](const SizeOutOfRange& c) {
            return Substitute("Value '$1' is out of range for parameter '$0'",
                              c.property, c.value);
          },
          [&](const BadVendor& c) {
            return Substitute(release.bad_vendor, c.value);
          }},
      cause);
}

}  // namespace

std::string CauseText(const DeferredRefusal& cause, const BoardRules& release) {
  return std::visit(
      Overloaded{
          [&](const PropertyRefusal& c) { return PropertyText(c, release); },
          [&](const GlobalNotApplied& c) {
            return Substitute("can't apply global $0.$1=$2: $3", c.driver,
                              c.property, c.value,
                              PropertyText(c.cause, release));
          },
          [](const CpuWithoutApicId&) {
            return std::string("apic-id property was not initialized properly");
          },
          [](const NoHypervVpIndex&) {
            return std::string("kernel doesn't allow setting HyperV VP_INDEX");
          },
          [](const HostModelWithoutHost&) {
            return std::string("CPU model 'host' requires KVM or HVF");
          },
          [](const PhysBitsWithoutLongMode&) {
            return std::string("phys-bits is not user-configurable in 32 bit");
          },
          [&](const PhysBitsOutOfRange& c) {
            return Substitute(release.bad_phys_bits, c.bits);
          },
          [](const MemdevNotSet&) {
            return std::string("'memdev' property is not set");
          },
          [](const NoSuchObject& c) {
            return Substitute("Device '$0' not found", c.path);
          },
          [](const DeviceFault& fault) { return TextOf(fault); },
          [](const UnknownDriver& c) {
            return Substitute("'$0' is not a valid device model name",
                              c.driver);
          },
          [](const BadDeviceId& c) {
            return Substitute("Invalid qdev ID '$0'", c.id);
          },
          [](const DuplicateDeviceId& c) {
            return Substitute("Duplicate device ID '$0'", c.id);
          },
          [](const LabelTooSmall& c) {
            return Substitute(
                "Property 'nvdimm.label-size' (0x$0) is required at least "
                "0x20000",
                absl::Hex(c.size_bytes));
          },
          [](const NoBusOfKind& c) {
            return Substitute(c.kind == NoBusOfKind::Kind::kPci
                                  ? "No 'PCI' bus found for device '$0'"
                                  : "No 'ISA' bus found for device '$0'",
                              c.driver);
          },
          [](const WrongBus& c) {
            return Substitute(c.is_pcie ? "Device '$0' can't go on PCIE bus"
                                        : "Device '$0' can't go on PCI bus",
                              c.driver);
          },
          [](const NoSuchBus& c) {
            return Substitute("Bus '$0' not found", c.bus);
          },
          [](const BadPciAddress& c) {
            return Substitute("Property '$0.addr' doesn't take value '$1'",
                              c.driver, c.value);
          },
          [](const NoFreePciSlot& c) {
            return Substitute(
                "PCI: no slot/function available for $0, all in use or "
                "reserved",
                c.driver);
          },
          [](const PciSlotTaken& c) {
            return Substitute(
                "PCI: slot $0 function $1 not available for $2, in use by "
                "$3,id=$4",
                c.devfn >> 3, c.devfn & 7, c.driver, c.occupant_driver,
                c.occupant_id.empty() ? "(null)" : c.occupant_id);
          },
          [](const SlotOfOneFunction& c) {
            return Substitute(
                "PCI: single function device can't be populated in function "
                "$0.$1",
                absl::Hex(c.devfn >> 3), c.devfn & 7);
          },
          [](const SlotHasFunctions& c) {
            return Substitute(
                "PCI: $0.0 indicates single function, but $0.$1 is already "
                "populated.",
                absl::Hex(c.devfn >> 3), c.devfn & 7);
          },
          [](const OnlyBridgesFit& c) {
            return Substitute(
                "PCI: Only PCI/PCIe bridges can be plugged into $0",
                c.host_bridge);
          },
          [](const HostBridgeOfOtherBoard& c) {
            return Substitute(c.is_pcie
                                  ? "$0 devices cannot reside on a PCIe bus"
                                  : "$0 devices cannot reside on a PCI bus",
                              c.driver);
          },
          [](const BusNumberTaken& c) {
            return Substitute("Bus $0 is already in use", int{c.number});
          }},
      cause);
}

}  // namespace e820check
