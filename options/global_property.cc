// SPDX-License-Identifier: Apache-2.0

#include "options/global_property.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "options/qemu_opts.h"
#include "options/refusal.h"
#include "options/size.h"

namespace e820check {
namespace {

constexpr absl::string_view kI440fxHost = "i440FX-pcihost";
constexpr absl::string_view kQ35Host = "q35-pcihost";
constexpr absl::string_view kPciHole = "pci-hole64-size";

// "driver.property=value", with names of up to 63 characters.
std::optional<GlobalProperty> ReadShortForm(absl::string_view text) {
  constexpr size_t kMaxName = 63;
  const size_t dot = text.find_first_of(".=");
  if (dot == absl::string_view::npos || text[dot] != '.') return std::nullopt;
  const size_t equals = text.find('=', dot);
  if (equals == absl::string_view::npos) return std::nullopt;
  const size_t property_size = equals - dot - 1;
  if (dot == 0 || dot > kMaxName || property_size == 0 ||
      property_size > kMaxName) {
    return std::nullopt;
  }
  return GlobalProperty{
      .driver = std::string(text.substr(0, dot)),
      .property = std::string(text.substr(dot + 1, property_size)),
      .value = std::string(text.substr(equals + 1))};
}

}  // namespace

absl::StatusOr<GlobalProperty> ParseGlobal(absl::string_view text,
                                           QemuOptsList& list,
                                           std::vector<std::string>& warnings) {
  if (std::optional<GlobalProperty> global = ReadShortForm(text)) {
    return *std::move(global);
  }
  if (const std::optional<std::string> id = FindId(text)) {
    if (absl::Status taken = list.TakeId(*id); !taken.ok()) return taken;
  }
  std::optional<std::string> driver;
  std::optional<std::string> property;
  std::optional<std::string> value;
  QemuOptsReader reader(text, /*implied_key=*/"");
  while (std::optional<QemuOpt> opt = reader.Next()) {
    if (IsHelpFlag(*opt)) return PrintHelpAndFail();
    if (std::optional<std::string> warning = FlagWarning(*opt)) {
      warnings.push_back(*std::move(warning));
    }
    if (opt->key == "driver") {
      driver = std::move(opt->value);
    } else if (opt->key == "property") {
      property = std::move(opt->value);
    } else if (opt->key == "value") {
      value = std::move(opt->value);
    } else if (opt->key != "id") {
      return Refuse("Invalid parameter '", opt->key, "'");
    }
  }
  if (!driver || !property || !value) {
    return Refuse("options 'driver', 'property', and 'value' are required");
  }
  return GlobalProperty{.driver = *std::move(driver),
                        .property = *std::move(property),
                        .value = *std::move(value)};
}

bool ChangesMemoryTables(const GlobalProperty& global) {
  const absl::string_view driver = global.driver;
  if (driver == kI440fxHost || driver == kQ35Host) return false;
  // Classes whose properties the modelled devices have or inherit.
  constexpr absl::string_view kDrivers[] = {"cpu",
                                            "device",
                                            "nvdimm",
                                            "pc-dimm",
                                            "pci-device",
                                            "sp-mem",
                                            "virtio-md-pci",
                                            "virtio-mem",
                                            "virtio-pci",
                                            "virtio-pmem",
                                            "virtio-mem-pci",
                                            "virtio-mem-pci-base",
                                            "virtio-pmem-pci",
                                            "virtio-pmem-pci-base"};
  return global.property == kPciHole ||
         absl::StartsWith(driver, "memory-backend") ||
         absl::StartsWith(driver, "pxb") || absl::EndsWith(driver, "-cpu") ||
         std::find(std::begin(kDrivers), std::end(kDrivers), driver) !=
             std::end(kDrivers);
}

bool IsPciHole(const GlobalProperty& global) {
  return global.property == kPciHole &&
         (global.driver == kI440fxHost || global.driver == kQ35Host);
}

absl::string_view PciHostDriver(const MachineType& type) {
  if (type.family == MachineFamily::kI440fx) return kI440fxHost;
  if (type.family == MachineFamily::kQ35) return kQ35Host;
  return "";
}

absl::Status ApplyPciHole(const std::vector<GlobalProperty>& globals,
                          MachineOptions& options,
                          std::vector<std::string>& warnings) {
  const absl::string_view host = PciHostDriver(options.type);
  if (host.empty()) return absl::OkStatus();
  for (const GlobalProperty& global : globals) {
    if (global.driver != host) continue;
    if (global.property != kPciHole) {
      return absl::UnimplementedError(
          absl::StrCat("-global ", host, ".", global.property,
                       ": this property is not covered"));
    }
    const SizeReading size = ReadSize(global.value, DefaultUnit::kByte,
                                      options.qemu_version, warnings);
    if (size.reading == Reading::kOk) {
      options.pci_hole64_size_bytes = size.bytes;
      continue;
    }
    if (size.reading == Reading::kAccident) return AccidentOf(global.value);
    GlobalNotApplied refusal{.driver = std::string(host),
                             .property = std::string(kPciHole),
                             .value = global.value,
                             .cause = {}};
    if (size.reading == Reading::kOutOfRange) {
      refusal.cause =
          SizeOutOfRange{.property = refusal.property, .value = global.value};
    } else {
      refusal.cause =
          NoValueOfType{.property = refusal.property,
                        .type = NoValueOfType::Type::kSizeBelow2To64};
    }
    options.pci_hole64_refusal = std::move(refusal);
    break;
  }
  return absl::OkStatus();
}

}  // namespace e820check
