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

// A text that is no value of this type.
struct NoValueOfType {
  enum class Type {
    kOnOff,
    kUint8,
    kUint16,
    kUint32,
    kUint64,
    kInt32,
    kInt64,
    kSize,
  };

  std::string property;
  Type type = Type::kOnOff;

  friend bool operator==(const NoValueOfType&, const NoValueOfType&) = default;
};

// A boolean, from +name or -name, for a property of this type.
struct BoolForOtherType {
  enum class Type { kText, kInteger };

  std::string property;
  Type type = Type::kText;

  friend bool operator==(const BoolForOtherType&,
                         const BoolForOtherType&) = default;
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
                 BoolForOtherType, NoSuchChoice, NumberAboveLimit,
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

// ---- memdev= of an SGX section ----------------------------------------------

struct MemdevNotSet {
  friend bool operator==(const MemdevNotSet&, const MemdevNotSet&) = default;
};

struct NoSuchObject {
  std::string path;  // as typed

  friend bool operator==(const NoSuchObject&, const NoSuchObject&) = default;
};

// An object that is no EPC backend.
struct MemdevIsNoEpc {
  friend bool operator==(const MemdevIsNoEpc&, const MemdevIsNoEpc&) = default;
};

using DeferredRefusal =
    std::variant<PropertyRefusal, GlobalNotApplied, CpuWithoutApicId,
                 NoHypervVpIndex, HostModelWithoutHost, PhysBitsWithoutLongMode,
                 PhysBitsOutOfRange, MemdevNotSet, NoSuchObject, MemdevIsNoEpc>;

}  // namespace e820check

#endif  // E820CHECK_MACHINE_DEFERRED_REFUSAL_H_
