// SPDX-License-Identifier: Apache-2.0

#include "model/refusal_words.h"

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

using Type = NoValueOfType::Type;

std::string Expected(Type type) {
  switch (type) {
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
      return "a non-negative number below 2^64\n"
             "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, "
             "tera-, peta-\n"
             "and exabytes, respectively.";
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
  std::string operator()(const BoolForOtherType& r) const {
    const bool text = r.type == BoolForOtherType::Type::kText;
    return absl::StrCat("Invalid parameter type for '", r.property,
                        "', expected: ", text ? "string" : "integer");
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
  std::string operator()(const MemdevIsNoEpc&) const {
    return "Invalid parameter type for 'memdev', expected: memory-backend-epc";
  }
};

}  // namespace

std::string RefusalWords(const DeferredRefusal& refusal,
                         const ReleaseRules& rules) {
  return std::visit(Words{rules}, refusal);
}

}  // namespace e820check::model
