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
      return R"(Parameter '$0' expects a non-negative number below 2^64
Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-
and exabytes, respectively.)";
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
          [](const BoolForOtherType& c) {
            return Substitute(
                c.type == BoolForOtherType::Type::kInteger
                    ? "Invalid parameter type for '$0', expected: integer"
                    : "Invalid parameter type for '$0', expected: string",
                c.property);
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
          [](const MemdevIsNoEpc&) {
            return std::string(
                "Invalid parameter type for 'memdev', expected: "
                "memory-backend-epc");
          }},
      cause);
}

}  // namespace e820check
