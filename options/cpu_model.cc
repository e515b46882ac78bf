// SPDX-License-Identifier: Apache-2.0

#include "options/cpu_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "options/cpu_tables.h"
#include "options/integer.h"
#include "options/refusal.h"
#include "options/release_rules.h"
#include "options/size.h"

namespace e820check {
namespace {

using cpu_tables::Kind;
using cpu_tables::kModels;
using cpu_tables::kProperties;
using cpu_tables::Model;
using cpu_tables::NewerVersion;
using cpu_tables::Property;

int NewestVersion(const Model& model, QemuVersion qemu) {
  int newest = model.newest;
  for (const NewerVersion& newer : cpu_tables::kNewerVersions) {
    if (newer.model == model.name && AtLeast(qemu, newer.since)) {
      newest = newer.newest;
    }
  }
  return newest;
}

// nullptr: the release has none of this name.
const Model* FindUnversioned(absl::string_view name, QemuVersion qemu) {
  const auto found = std::lower_bound(
      std::begin(kModels), std::end(kModels), name,
      [](const Model& model, absl::string_view n) { return model.name < n; });
  if (found == std::end(kModels) || found->name != name) return nullptr;
  return AtLeast(qemu, found->since) ? found : nullptr;
}

// "EPYC", "EPYC-v4".
const Model* FindModel(absl::string_view name, QemuVersion qemu) {
  if (const Model* model = FindUnversioned(name, qemu)) return model;
  const size_t dash = name.rfind("-v");
  if (dash == absl::string_view::npos) return nullptr;
  const Model* model = FindUnversioned(name.substr(0, dash), qemu);
  if (model == nullptr) return nullptr;
  for (int version = 1; version <= NewestVersion(*model, qemu); ++version) {
    if (name.substr(dash) == absl::StrCat("-v", version)) return model;
  }
  return nullptr;
}

uint32_t DefaultPhysBits(const CpuOptions& cpu, QemuVersion qemu) {
  if (cpu.long_mode) return 40;  // TCG's
  const bool has_36_bits =
      cpu.pse36 || (cpu.pae && OptionRulesOf(qemu).pae_gives_36_address_bits);
  return has_36_bits ? 36 : 32;
}

CpuOptions WithoutFeatures(const Model& model, absl::string_view name,
                           QemuVersion qemu) {
  CpuOptions cpu;
  cpu.model = std::string(name);
  cpu.vendor = std::string(model.vendor);
  cpu.long_mode = model.long_mode;
  cpu.pse36 = model.pse36;
  cpu.pae = model.pae;
  cpu.x2apic = absl::c_linear_search(cpu_tables::kModelsWithX2Apic, model.name);
  cpu.phys_bits = DefaultPhysBits(cpu, qemu);
  return cpu;
}

using FlagMap = absl::flat_hash_map<absl::string_view, Lifetime>;

const FlagMap& Flags() {
  static const auto& flags = *new FlagMap([] {
    FlagMap made;
    for (const cpu_tables::FlagTable& table : cpu_tables::kFlags) {
      for (const absl::string_view name : absl::StrSplit(table.names, ' ')) {
        made.emplace(name, table.releases);
      }
    }
    return made;
  }());
  return flags;
}

bool IsFlag(absl::string_view name, QemuVersion qemu) {
  const auto found = Flags().find(name);
  return found != Flags().end() && Has(found->second, qemu);
}

std::optional<Property> FindProperty(absl::string_view name, const Model& model,
                                     QemuVersion qemu) {
  const auto* const found = std::find_if(
      std::begin(kProperties), std::end(kProperties),
      [&](const Property& property) { return property.name == name; });
  if (found != std::end(kProperties)) {
    if (Before(qemu, found->since)) return std::nullopt;
    return *found;
  }
  const bool is_flag = IsFlag(name, qemu) ||
                       ((model.name == "host" || model.name == "max") &&
                        absl::c_linear_search(cpu_tables::kHostFlags, name));
  if (is_flag) return Property{name, Kind::kFlag};
  return std::nullopt;
}

struct Features {
  struct Setting {
    std::string name;
    std::string value;
  };
  std::vector<Setting> settings;  // name=value, or name for name=on
  std::vector<absl::string_view> plus;
  std::vector<absl::string_view> minus;
};

// tsc-freq=1.5G is tsc-frequency=1500000000. QEMU's unit is 1000 there, so what
// fits with 1024 fits.
absl::Status CheckTscFreq(absl::string_view value, QemuVersion qemu) {
  std::vector<std::string> unused_warnings;
  const SizeReading size =
      ReadSize(value, DefaultUnit::kByte, qemu, unused_warnings);
  if (size.reading == Reading::kInvalid) {
    return Refuse("bad numerical value ", value);
  }
  if (size.reading == Reading::kAccident) return AccidentOf(value);
  if (size.reading == Reading::kOk && size.bytes <= INT64_MAX) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError("-cpu: a huge tsc-freq is not modelled");
}

// Says so where name=value comes after +name or -name.
class BothSpellings {
 public:
  explicit BothSpellings(std::vector<std::string>& warnings)
      : warnings_(warnings) {}

  void AddPlus(absl::string_view name) { plus_.insert(name); }
  void AddMinus(absl::string_view name) { minus_.insert(name); }
  void Check(const Features::Setting& setting) {
    if (plus_.contains(setting.name)) Warn("+", setting);
    if (minus_.contains(setting.name)) Warn("-", setting);
  }
  void End() const {
    if (!found_) return;
    warnings_.emplace_back(
        "warning: Compatibility of ambiguous CPU model strings won't be kept "
        "on future QEMU versions");
  }

 private:
  void Warn(absl::string_view sign, const Features::Setting& setting) {
    found_ = true;
    warnings_.push_back(absl::StrCat(
        "warning: Ambiguous CPU model string. Don't mix both \"", sign,
        setting.name, "\" and \"", setting.name, "=", setting.value, "\""));
  }

  absl::flat_hash_set<absl::string_view> plus_;
  absl::flat_hash_set<absl::string_view> minus_;
  std::vector<std::string>& warnings_;
  bool found_ = false;
};

absl::StatusOr<Features> SplitFeatures(absl::string_view text, QemuVersion qemu,
                                       std::vector<std::string>& warnings) {
  Features features;
  BothSpellings both(warnings);
  for (absl::string_view item : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&item, "+")) {
      features.plus.push_back(item);
      both.AddPlus(item);
    } else if (absl::ConsumePrefix(&item, "-")) {
      features.minus.push_back(item);
      both.AddMinus(item);
    } else {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(item, absl::MaxSplits('=', 1));
      const bool has_value = absl::StrContains(item, '=');
      Features::Setting setting{
          .name = absl::StrReplaceAll(parts.first, {{"_", "-"}}),
          .value = std::string(has_value ? parts.second : "on")};
      both.Check(setting);
      if (setting.name == "tsc-freq") {
        if (absl::Status s = CheckTscFreq(setting.value, qemu); !s.ok()) {
          return s;
        }
        continue;
      }
      features.settings.push_back(std::move(setting));
    }
  }
  both.End();
  return features;
}

// A vCPU as the board makes it. InvalidArgument is the board's refusal, of
// which refusal() is the cause.
class VirtualCpu {
 public:
  VirtualCpu(const Model& model, CpuOptions options, QemuVersion qemu)
      : model_(model),
        type_name_(absl::StrCat(options.model, "-x86_64-cpu")),
        options_(std::move(options)),
        qemu_(qemu) {}

  // In the order of 7.2: name=value as the object is made, then what the board
  // checks, then +name and -name, then the rest. So +lm beats lm=off wherever
  // it stands, and -lm beats both.
  absl::Status Realize(const Features& features, const MachineType& type) {
    for (const Features::Setting& setting : features.settings) {
      absl::Status status = SetText(setting.name, setting.value);
      if (absl::IsInvalidArgument(status)) {
        return RefuseFor(GlobalNotApplied{
            .driver = type_name_,
            .property = setting.name,
            .value = setting.value,
            .cause = std::get<PropertyRefusal>(*std::move(refusal_))});
      }
      if (!status.ok()) return status;
    }
    if (type.family == MachineFamily::kNone) {
      return RefuseFor(CpuWithoutApicId{});
    }
    if (vp_index_) return RefuseFor(NoHypervVpIndex{});
    for (const absl::string_view name : features.plus) {
      if (absl::Status s = SetBool(name, true); !s.ok()) return s;
    }
    for (const absl::string_view name : features.minus) {
      if (absl::Status s = SetBool(name, false); !s.ok()) return s;
    }
    if (enforce_) return NotModelled("enforce");
    if (model_.name == "host") return RefuseFor(HostModelWithoutHost{});
    return FixPhysBits();
  }

  const CpuOptions& options() const { return options_; }
  const std::optional<DeferredRefusal>& refusal() const { return refusal_; }

 private:
  using Type = NoValueOfType::Type;

  absl::Status RefuseFor(DeferredRefusal cause) {
    refusal_ = std::move(cause);
    return Refuse("the board refuses the CPU");
  }

  absl::Status RefuseValue(absl::string_view property, Type type) {
    return RefuseFor(
        NoValueOfType{.property = std::string(property), .type = type});
  }

  static absl::Status NotModelled(absl::string_view name) {
    return absl::UnimplementedError(
        absl::StrCat("-cpu: property '", name, "' is not modelled"));
  }

  absl::Status NotFound(absl::string_view name) {
    return RefuseFor(
        NoSuchProperty{.driver = type_name_, .property = std::string(name)});
  }

  absl::Status ReadOnly(absl::string_view name) {
    return RefuseFor(
        ReadOnlyProperty{.driver = type_name_, .property = std::string(name)});
  }

  absl::StatusOr<uint64_t> ReadUint(const Property& property,
                                    absl::string_view value) {
    const UnsignedReading number = ReadWrappingUnsigned(value, qemu_);
    if (number.reading == Reading::kOk) return number.value;
    return RefuseValue(property.name, Type::kUint64);
  }

  absl::StatusOr<uint64_t> ReadNarrowUint(const Property& property,
                                          absl::string_view value) {
    absl::StatusOr<uint64_t> number = ReadUint(property, value);
    if (!number.ok() || *number <= property.max) return number;
    return RefuseValue(property.name, property.max == UINT8_MAX ? Type::kUint8
                                      : property.max == UINT16_MAX
                                          ? Type::kUint16
                                          : Type::kUint32);
  }

  absl::StatusOr<int64_t> ReadInt(const Property& property,
                                  absl::string_view value) {
    const std::optional<int64_t> number = ReadSigned(value, qemu_);
    if (number) return *number;
    return RefuseValue(property.name, Type::kInt64);
  }

  absl::StatusOr<int64_t> ReadInt32(const Property& property,
                                    absl::string_view value) {
    absl::StatusOr<int64_t> number = ReadInt(property, value);
    if (!number.ok() || (*number >= INT32_MIN && *number <= INT32_MAX)) {
      return number;
    }
    return RefuseValue(property.name, Type::kInt32);
  }

  absl::Status RefuseNumber(const Property& property, int64_t value) {
    return RefuseFor(NumberAboveLimit{.property = std::string(property.name),
                                      .value = value,
                                      .max = property.max});
  }

  absl::Status CheckBounded(const Property& property, absl::string_view value) {
    if (rules_.cpu_numbers_are_unsigned) {
      const absl::StatusOr<uint64_t> number = ReadUint(property, value);
      if (!number.ok()) return number.status();
      if (*number <= property.max) return absl::OkStatus();
      return RefuseNumber(property, static_cast<int64_t>(*number));
    }
    const absl::StatusOr<int64_t> number = ReadInt(property, value);
    if (!number.ok()) return number.status();
    if (*number >= 0 && static_cast<uint64_t>(*number) <= property.max) {
      return absl::OkStatus();
    }
    return RefuseNumber(property, *number);
  }

  absl::Status SetVendor(absl::string_view value) {
    constexpr size_t kVendorSizeBytes = 12;
    if (value.size() == kVendorSizeBytes) {
      options_.vendor = std::string(value);
      return absl::OkStatus();
    }
    return RefuseFor(BadVendor{.value = std::string(value)});
  }

  void SetFlag(Kind kind, bool on) {
    if (kind == Kind::kLongMode) options_.long_mode = on;
    if (kind == Kind::kPse36) options_.pse36 = on;
    if (kind == Kind::kPae) options_.pae = on;
    if (kind == Kind::kX2Apic) options_.x2apic = on;
    if (kind == Kind::kEnforce) enforce_ = on;
  }

  // name=value.
  absl::Status SetText(absl::string_view name, absl::string_view value) {
    const std::optional<Property> property = FindProperty(name, model_, qemu_);
    if (!property) return NotFound(name);
    switch (property->kind) {
      case Kind::kFlag:
      case Kind::kLongMode:
      case Kind::kPse36:
      case Kind::kPae:
      case Kind::kX2Apic:
      case Kind::kVpIndex:
      case Kind::kEnforce: {
        const std::optional<bool> on = ReadBool(value);
        if (!on) return RefuseValue(name, Type::kOnOff);
        SetFlag(property->kind, *on);
        if (property->kind == Kind::kVpIndex) vp_index_ = *on;
        return absl::OkStatus();
      }
      case Kind::kOnOffAuto:
        if (value == "on" || value == "off" || value == "auto") {
          return absl::OkStatus();
        }
        return RefuseFor(NoSuchChoice{.property = std::string(name),
                                      .value = std::string(value)});
      case Kind::kText:
        return absl::OkStatus();
      case Kind::kVendor:
        return SetVendor(value);
      case Kind::kPhysBits: {
        const absl::StatusOr<uint64_t> bits = ReadNarrowUint(*property, value);
        if (bits.ok()) phys_bits_ = static_cast<uint32_t>(*bits);
        return bits.status();
      }
      case Kind::kUnsigned:
        return ReadNarrowUint(*property, value).status();
      case Kind::kBounded:
        return CheckBounded(*property, value);
      case Kind::kInt32:
        return ReadInt32(*property, value).status();
      case Kind::kTopologyId: {
        const absl::StatusOr<int64_t> id = ReadInt32(*property, value);
        if (!id.ok()) return id.status();
        return *id == -1 ? absl::OkStatus() : NotModelled(name);
      }
      case Kind::kReadOnly:
        return ReadOnly(name);
      case Kind::kUnmodelled:
        return NotModelled(name);
    }
    return NotModelled(name);
  }

  // +name and -name. Unlike in name=value, '_' and '-' are different here.
  absl::Status SetBool(absl::string_view name, bool on) {
    const std::optional<Property> property = FindProperty(name, model_, qemu_);
    if (!property) return NotFound(name);
    auto expected = ValueOfOtherType::Expected::kInteger;
    switch (property->kind) {
      case Kind::kFlag:
      case Kind::kLongMode:
      case Kind::kPse36:
      case Kind::kPae:
      case Kind::kX2Apic:
      case Kind::kVpIndex:
      case Kind::kEnforce:
        SetFlag(property->kind, on);
        return absl::OkStatus();
      case Kind::kOnOffAuto:
      case Kind::kText:
      case Kind::kVendor:
        expected = ValueOfOtherType::Expected::kText;
        break;
      case Kind::kPhysBits:
      case Kind::kUnsigned:
        return RefuseValue(name, Type::kUint64);
      case Kind::kBounded:
        if (rules_.cpu_numbers_are_unsigned) {
          return RefuseValue(name, Type::kUint64);
        }
        break;
      case Kind::kInt32:
      case Kind::kTopologyId:
        break;
      case Kind::kReadOnly:
        return ReadOnly(name);
      case Kind::kUnmodelled:
        return NotModelled(name);
    }
    return RefuseFor(
        ValueOfOtherType{.property = std::string(name), .expected = expected});
  }

  absl::Status FixPhysBits() {
    constexpr uint32_t kMin = 32;
    constexpr uint32_t kMax = 52;
    options_.refused_after_threads = rules_.cpu_threads_come_before_phys_bits;
    if (phys_bits_ != 0 && !options_.long_mode) {
      return RefuseFor(PhysBitsWithoutLongMode{});
    }
    if (phys_bits_ > kMax && rules_.phys_bits_have_no_upper_end) {
      return NotModelled("phys-bits above 52");
    }
    if (phys_bits_ != 0 && (phys_bits_ < kMin || phys_bits_ > kMax)) {
      return RefuseFor(PhysBitsOutOfRange{.bits = phys_bits_});
    }
    options_.refused_after_threads = false;
    options_.phys_bits =
        phys_bits_ != 0 ? phys_bits_ : DefaultPhysBits(options_, qemu_);
    return absl::OkStatus();
  }

  const Model& model_;
  const std::string type_name_;
  CpuOptions options_;
  std::optional<DeferredRefusal> refusal_;
  const QemuVersion qemu_;
  const OptionRules& rules_ = OptionRulesOf(qemu_);
  uint32_t phys_bits_ = 0;  // as typed; 0: the default
  bool vp_index_ = false;
  bool enforce_ = false;
};

}  // namespace

CpuOptions DefaultCpu(const MachineType& type, QemuVersion qemu) {
  const absl::string_view name =
      type.family == MachineFamily::kIsapc ? "486" : "qemu64";
  return WithoutFeatures(*FindModel(name, qemu), name, qemu);
}

std::vector<std::string> AllCpuModels(QemuVersion qemu) {
  std::vector<std::string> names;
  for (const Model& model : kModels) {
    if (Before(qemu, model.since)) continue;
    names.emplace_back(model.name);
    for (int version = 1; version <= NewestVersion(model, qemu); ++version) {
      names.push_back(absl::StrCat(model.name, "-v", version));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

void AddCpuWords(Vocabulary& vocabulary) {
  for (const Model& model : kModels) vocabulary.words.push_back(model.name);
  for (const Property& property : kProperties) {
    vocabulary.keys.push_back(property.name);
  }
}

absl::StatusOr<CpuOptions> ParseCpu(absl::string_view argument,
                                    const MachineType& type, QemuVersion qemu,
                                    std::vector<std::string>& warnings) {
  if (argument.empty()) return Refuse("-cpu option cannot be empty");
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(argument, absl::MaxSplits(',', 1));
  const auto& [name, feature_text] = parts;
  const Model* const model = FindModel(name, qemu);
  if (model == nullptr) {
    return Refuse("unable to find CPU model '", name, "'");
  }
  const absl::StatusOr<Features> features =
      SplitFeatures(feature_text, qemu, warnings);
  if (!features.ok()) return features.status();
  const CpuOptions plain = WithoutFeatures(*model, name, qemu);
  VirtualCpu cpu(*model, plain, qemu);
  const absl::Status status = cpu.Realize(*features, type);
  if (status.ok()) return cpu.options();
  if (!absl::IsInvalidArgument(status)) return status;
  CpuOptions refused =
      cpu.options().refused_after_threads ? cpu.options() : plain;
  refused.refusal = cpu.refusal();
  return refused;
}

absl::StatusOr<CpuOptions> ParseCpu(absl::string_view argument,
                                    const MachineType& type, QemuVersion qemu) {
  std::vector<std::string> unused_warnings;
  return ParseCpu(argument, type, qemu, unused_warnings);
}

}  // namespace e820check
