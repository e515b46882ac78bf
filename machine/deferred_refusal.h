// SPDX-License-Identifier: Apache-2.0

// Why QEMU refuses what it looks at only when it builds the board, long after
// it has read the option: the board's checks of -numa and RAM come first. The
// reader of options finds out the cause; each layout has its own words for it.

#ifndef E820CHECK_MACHINE_DEFERRED_REFUSAL_H_
#define E820CHECK_MACHINE_DEFERRED_REFUSAL_H_

#include <cstdint>
#include <string>
#include <variant>

namespace e820check {

// ---- A property -------------------------------------------------------------

struct NoSuchProperty {
  std::string driver;  // "qemu64-x86_64-cpu"
  std::string property;

  friend bool operator==(const NoSuchProperty&,
                         const NoSuchProperty&) = default;
};

struct ReadOnlyProperty {
  std::string driver;
  std::string property;

  friend bool operator==(const ReadOnlyProperty&,
                         const ReadOnlyProperty&) = default;
};

// A text or number that is no value of this type.
struct NoValueOfType {
  enum class Type {
    kInteger,  // of any width
    kOnOff,
    kUint8,
    kUint16,
    kUint32,
    kUint64,
    kInt32,
    kInt64,
    kSize,
    kSizeBelow2To64,
  };

  std::string property;
  Type type = Type::kOnOff;

  friend bool operator==(const NoValueOfType&, const NoValueOfType&) = default;
};

// A value of another type than the property's: a boolean from +name or -name,
// or what JSON has.
struct ValueOfOtherType {
  enum class Expected { kText, kInteger, kBool, kBackend, kEpc };

  std::string property;
  Expected expected = Expected::kText;

  friend bool operator==(const ValueOfOtherType&,
                         const ValueOfOtherType&) = default;
};

// A word that an enumeration lacks.
struct NoSuchChoice {
  std::string property;
  std::string value;

  friend bool operator==(const NoSuchChoice&, const NoSuchChoice&) = default;
};

struct NumberAboveLimit {
  std::string property;
  int64_t value = 0;  // modulo 2^64 where the release reads it without sign
  uint64_t max = 0;

  friend bool operator==(const NumberAboveLimit&,
                         const NumberAboveLimit&) = default;
};

struct SizeOutOfRange {
  std::string property;
  std::string value;

  friend bool operator==(const SizeOutOfRange&,
                         const SizeOutOfRange&) = default;
};

// vendor= must have 12 characters.
struct BadVendor {
  std::string value;

  friend bool operator==(const BadVendor&, const BadVendor&) = default;
};

using PropertyRefusal =
    std::variant<NoSuchProperty, ReadOnlyProperty, NoValueOfType,
                 ValueOfOtherType, NoSuchChoice, NumberAboveLimit,
                 SizeOutOfRange, BadVendor>;

// A property that comes from -global, or from name=value of -cpu.
struct GlobalNotApplied {
  std::string driver;
  std::string property;
  std::string value;  // as typed
  PropertyRefusal cause;

  friend bool operator==(const GlobalNotApplied&,
                         const GlobalNotApplied&) = default;
};

// ---- A CPU ------------------------------------------------------------------

// On the machine `none`.
struct CpuWithoutApicId {
  friend bool operator==(const CpuWithoutApicId&,
                         const CpuWithoutApicId&) = default;
};

// hv-vpindex
struct NoHypervVpIndex {
  friend bool operator==(const NoHypervVpIndex&,
                         const NoHypervVpIndex&) = default;
};

// -cpu host
struct HostModelWithoutHost {
  friend bool operator==(const HostModelWithoutHost&,
                         const HostModelWithoutHost&) = default;
};

struct PhysBitsWithoutLongMode {
  friend bool operator==(const PhysBitsWithoutLongMode&,
                         const PhysBitsWithoutLongMode&) = default;
};

// Not among 32..52.
struct PhysBitsOutOfRange {
  uint32_t bits = 0;

  friend bool operator==(const PhysBitsOutOfRange&,
                         const PhysBitsOutOfRange&) = default;
};

// ---- memdev=, or another link to an object ----------------------------------

// Of an SGX section.
struct MemdevNotSet {
  friend bool operator==(const MemdevNotSet&, const MemdevNotSet&) = default;
};

struct NoSuchObject {
  std::string path;  // as typed

  friend bool operator==(const NoSuchObject&, const NoSuchObject&) = default;
};

// ---- A device ---------------------------------------------------------------

// Where there is nothing more to say.
enum class DeviceFault {
  // Of driver=.
  kDriverMissing,
  kDriverAbstract,
  kDriverInternal,      // which users may not make
  kDriverNotOfMachine,  // a device of the system bus, on another board

  // Of the place on a bus.
  kAddressOfWrongType,
  kAddressOutOfRange,
  kSecondIommu,
  kNoChassisNumber,  // of a PCI bridge

  // Of properties that are out of range.
  kBlockSizeTooSmall,
  kBlockSizeNotPowerOfTwo,
  kBadUuid,

  // Of what a driver does not go without.
  kNoBmc,
  kNoChardevOfDebugcon,
  kNoChardevOfIpmi,
  kNoChardevOfParallel,
  kNoDmaOfFdc,
  kNoDmaOfVmcoreinfo,
  kNoDmaOfVmgenid,
  kNoDrive,
  kNoFsdev,
  kNoI8042,
  kNoLoaderArguments,
  kNoMemdev,
  kNoSerial,
};

struct UnknownDriver {
  std::string driver;  // as typed

  friend bool operator==(const UnknownDriver&, const UnknownDriver&) = default;
};

// An id that is no identifier.
struct BadDeviceId {
  std::string id;

  friend bool operator==(const BadDeviceId&, const BadDeviceId&) = default;
};

struct DuplicateDeviceId {
  std::string id;

  friend bool operator==(const DuplicateDeviceId&,
                         const DuplicateDeviceId&) = default;
};

// label-size= of an nvdimm.
struct LabelTooSmall {
  uint64_t size_bytes = 0;

  friend bool operator==(const LabelTooSmall&, const LabelTooSmall&) = default;
};

// The board has no bus of the driver's kind.
struct NoBusOfKind {
  enum class Kind { kIsa, kPci };

  std::string driver;
  Kind kind = Kind::kPci;

  friend bool operator==(const NoBusOfKind&, const NoBusOfKind&) = default;
};

// bus= the board's root bus, for a driver of another kind of bus.
struct WrongBus {
  std::string driver;
  bool is_pcie = false;

  friend bool operator==(const WrongBus&, const WrongBus&) = default;
};

struct NoSuchBus {
  std::string bus;

  friend bool operator==(const NoSuchBus&, const NoSuchBus&) = default;
};

// addr= a text that is no slot and function.
struct BadPciAddress {
  std::string driver;
  std::string value;

  friend bool operator==(const BadPciAddress&, const BadPciAddress&) = default;
};

struct NoFreePciSlot {
  std::string driver;

  friend bool operator==(const NoFreePciSlot&, const NoFreePciSlot&) = default;
};

struct PciSlotTaken {
  std::string driver;
  uint8_t devfn = 0;  // slot * 8 + function
  std::string occupant_driver;
  std::string occupant_id;  // empty: it has none

  friend bool operator==(const PciSlotTaken&, const PciSlotTaken&) = default;
};

// A function above 0, where function 0 says that it is the only one.
struct SlotOfOneFunction {
  uint8_t devfn = 0;

  friend bool operator==(const SlotOfOneFunction&,
                         const SlotOfOneFunction&) = default;
};

// Function 0, which says so, where another is there already.
struct SlotHasFunctions {
  uint8_t devfn = 0;  // of the first of those

  friend bool operator==(const SlotHasFunctions&,
                         const SlotHasFunctions&) = default;
};

// What is no bridge, on the bus of a host bridge.
struct OnlyBridgesFit {
  std::string host_bridge;  // its driver

  friend bool operator==(const OnlyBridgesFit&,
                         const OnlyBridgesFit&) = default;
};

// A host bridge for boards of the other kind.
struct HostBridgeOfOtherBoard {
  std::string driver;
  bool is_pcie = false;  // what the board has

  friend bool operator==(const HostBridgeOfOtherBoard&,
                         const HostBridgeOfOtherBoard&) = default;
};

struct BusNumberTaken {
  uint8_t number = 0;

  friend bool operator==(const BusNumberTaken&,
                         const BusNumberTaken&) = default;
};

using DeferredRefusal =
    std::variant<PropertyRefusal, GlobalNotApplied, CpuWithoutApicId,
                 NoHypervVpIndex, HostModelWithoutHost, PhysBitsWithoutLongMode,
                 PhysBitsOutOfRange, MemdevNotSet, NoSuchObject, DeviceFault,
                 UnknownDriver, BadDeviceId, DuplicateDeviceId, LabelTooSmall,
                 NoBusOfKind, WrongBus, NoSuchBus, BadPciAddress, NoFreePciSlot,
                 PciSlotTaken, SlotOfOneFunction, SlotHasFunctions,
                 OnlyBridgesFit, HostBridgeOfOtherBoard, BusNumberTaken>;

}  // namespace e820check

#endif  // E820CHECK_MACHINE_DEFERRED_REFUSAL_H_
