// SPDX-License-Identifier: Apache-2.0

#include "options/machine_properties.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "machine/address_range.h"
#include "options/machine_types.h"
#include "options/memory_option.h"
#include "options/object_link.h"
#include "options/refusal.h"
#include "options/release_rules.h"
#include "options/smp.h"
#include "options/visitor.h"

namespace e820check {
namespace {

// How a property is read. Where nothing else is said, its value changes no
// memory table and is checked for its type only.
enum class Type {
  kBool,
  kOnOffAuto,
  kString,
  kSize,
  kInteger,
  kEntryPoint,     // SMBIOS: 32 or 64
  kPersistence,    // NVDIMM
  kList,           // not covered if it is one
  kStruct,         // not covered if it is one
  kUncoveredLink,  // not covered at all
  kNotWritable,
  kMemoryBackend,  // only reached where it is no string
  kAcpi,
  kCxl,
  kCxlWindows,
  kHmat,
  kMaxRamBelow4g,
  kMemory,
  kNvdimm,
  kOemId,
  kOemTableId,
  kSgxEpc,
  kSmp,
};

// Which machines have a property. kCxl: kPc, but isapc in 7.2 only.
// kPcBefore10_0: kPc, in 7.2 only. kPciPc: those with a PCI bus.
enum class Owner {
  kAll,
  kX86,
  kPc,
  kPcBefore10_0,
  kPciPc,
  kI440fx,
  kQ35,
  kCxl,
  kMicrovm
};

struct Property {
  absl::string_view name;
  Type type;
  Owner owner = Owner::kAll;
  QemuVersion since = kSinceEver;
};

// As "-machine <type>,help" has them, and those it hides.
constexpr Property kProperties[] = {
    {"acpi", Type::kAcpi, Owner::kX86},
    {"append", Type::kString},
    {"auto-kernel-cmdline", Type::kBool, Owner::kMicrovm},
    {"aux-ram-share", Type::kBool, Owner::kAll, QemuVersion::k10_0},
    {"boot", Type::kStruct},
    {"bus-lock-ratelimit", Type::kInteger, Owner::kX86},
    {"confidential-guest-support", Type::kUncoveredLink},
    {"cxl", Type::kCxl, Owner::kCxl},
    {"cxl-fmw", Type::kCxlWindows, Owner::kCxl},
    {"default-bus-bypass-iommu", Type::kBool, Owner::kPc},
    {"device-memory-region-size", Type::kNotWritable, Owner::kPcBefore10_0},
    {"dt-compatible", Type::kString},
    {"dtb", Type::kString},
    {"dump-guest-core", Type::kBool},
    {"dumpdtb", Type::kString},
    {"fd-bootchk", Type::kBool, Owner::kPc, QemuVersion::k10_0},
    {"firmware", Type::kString},
    {"graphics", Type::kBool},
    {"hmat", Type::kHmat, Owner::kX86},
    {"hpet", Type::kBool, Owner::kPc},
    {"i8042", Type::kBool, Owner::kPc},
    {"initrd", Type::kString},
    {"ioapic2", Type::kOnOffAuto, Owner::kMicrovm},
    {"isa-serial", Type::kBool, Owner::kMicrovm},
    {"kernel", Type::kString},
    {"max-fw-size", Type::kSize, Owner::kPc},
    {"max-ram-below-4g", Type::kMaxRamBelow4g, Owner::kPc},
    {"mem-merge", Type::kBool},
    {"memory", Type::kMemory},
    {"memory-backend", Type::kMemoryBackend},
    {"memory-encryption", Type::kUncoveredLink},
    {"nvdimm", Type::kNvdimm, Owner::kPc},
    {"nvdimm-persistence", Type::kPersistence, Owner::kPc},
    {"pcie", Type::kOnOffAuto, Owner::kMicrovm},
    {"pcspk-audiodev", Type::kUncoveredLink, Owner::kPc},
    {"peripheral", Type::kNotWritable},
    {"peripheral-anon", Type::kNotWritable},
    {"pflash0", Type::kUncoveredLink, Owner::kPciPc},
    {"pflash1", Type::kUncoveredLink, Owner::kPciPc},
    {"phandle-start", Type::kInteger},
    {"pic", Type::kOnOffAuto, Owner::kX86},
    {"pit", Type::kOnOffAuto, Owner::kX86},
    {"rtc", Type::kOnOffAuto, Owner::kMicrovm},
    {"sata", Type::kBool, Owner::kPc},
    {"sgx-epc", Type::kSgxEpc, Owner::kX86},
    {"shim", Type::kUncoveredLink, Owner::kAll, QemuVersion::k10_0},
    {"smbios-entry-point-type", Type::kEntryPoint, Owner::kPc},
    {"smbus", Type::kBool, Owner::kPc},
    {"smm", Type::kOnOffAuto, Owner::kX86},
    {"smp", Type::kSmp},
    {"smp-cache", Type::kList, Owner::kAll, QemuVersion::k10_0},
    {"spcr", Type::kBool, Owner::kAll, QemuVersion::k11_1},
    {"suppress-vmdesc", Type::kBool},
    {"type", Type::kNotWritable},
    {"unattached", Type::kNotWritable},
    {"usb", Type::kBool},
    {"vmport", Type::kOnOffAuto, Owner::kPc},
    {"wdat", Type::kBool, Owner::kQ35, QemuVersion::k11_1},
    {"x-change-vmfd-on-reset", Type::kBool, Owner::kAll, QemuVersion::k11_1},
    {"x-oem-id", Type::kOemId, Owner::kX86},
    {"x-oem-table-id", Type::kOemTableId, Owner::kX86},
    {"x-option-roms", Type::kBool, Owner::kMicrovm},
    {"x-south-bridge", Type::kUncoveredLink, Owner::kI440fx,
     QemuVersion::k10_0},
};

bool Owns(const MachineOptions& options, Owner owner) {
  const MachineFamily family = options.type.family;
  switch (owner) {
    case Owner::kAll:
      return true;
    case Owner::kX86:
      return family != MachineFamily::kNone;
    case Owner::kPc:
      return family != MachineFamily::kNone &&
             family != MachineFamily::kMicrovm;
    case Owner::kPcBefore10_0:
      return Owns(options, Owner::kPc) &&
             Before(options.qemu_version, QemuVersion::k10_0);
    case Owner::kPciPc:
      return family == MachineFamily::kI440fx || family == MachineFamily::kQ35;
    case Owner::kI440fx:
      return family == MachineFamily::kI440fx;
    case Owner::kQ35:
      return family == MachineFamily::kQ35;
    case Owner::kCxl:
      return Owns(options, Owner::kPc) &&
             (family != MachineFamily::kIsapc ||
              OptionRulesOf(options.qemu_version).isapc_has_cxl);
    case Owner::kMicrovm:
      return family == MachineFamily::kMicrovm;
  }
  return false;
}

const Property* FindProperty(absl::string_view name,
                             const MachineOptions& options) {
  const auto found =
      std::lower_bound(std::begin(kProperties), std::end(kProperties), name,
                       [](const Property& property, absl::string_view key) {
                         return property.name < key;
                       });
  if (found == std::end(kProperties) || found->name != name) return nullptr;
  if (Before(options.qemu_version, found->since)) return nullptr;
  return Owns(options, found->owner) ? found : nullptr;
}

constexpr absl::string_view kOnOffAuto[] = {"auto", "on", "off"};
constexpr absl::string_view kEntryPoints[] = {"32", "64"};
// A third, where machines choose by themselves.
constexpr absl::string_view kEntryPointsOrAuto[] = {"32", "64", "auto"};

constexpr Member<SmpRequest> SmpLevel(absl::string_view name,
                                      std::optional<int64_t> SmpRequest::*field,
                                      QemuVersion since = kSinceEver) {
  return {name, Presence::kOptional, AsSigned<SmpRequest>{field}, since};
}

constexpr Member<SmpRequest> kSmpMembers[] = {
    SmpLevel("cpus", &SmpRequest::cpus),
    SmpLevel("drawers", &SmpRequest::drawers, QemuVersion::k10_0),
    SmpLevel("books", &SmpRequest::books, QemuVersion::k10_0),
    SmpLevel("sockets", &SmpRequest::sockets),
    SmpLevel("dies", &SmpRequest::dies),
    SmpLevel("clusters", &SmpRequest::clusters),
    SmpLevel("modules", &SmpRequest::modules, QemuVersion::k10_0),
    SmpLevel("cores", &SmpRequest::cores),
    SmpLevel("threads", &SmpRequest::threads),
    SmpLevel("maxcpus", &SmpRequest::maxcpus),
};

struct SgxEpcRecord {
  std::optional<std::string> memdev;
  std::optional<int64_t> node;
};

constexpr Member<SgxEpcRecord> kSgxEpcMembers[] = {
    {"memdev", Presence::kRequired,
     AsString<SgxEpcRecord>{&SgxEpcRecord::memdev}},
    {"node", Presence::kRequired, AsSigned<SgxEpcRecord>{&SgxEpcRecord::node}},
};

struct CxlWindowRecord {
  std::optional<uint64_t> size;
  std::optional<uint64_t> granularity;
};

constexpr Member<CxlWindowRecord> kCxlWindowSize[] = {
    {"size", Presence::kRequired,
     AsSize<CxlWindowRecord>{&CxlWindowRecord::size}},
};
constexpr Member<CxlWindowRecord> kCxlWindowGranularity[] = {
    {"interleave-granularity", Presence::kOptional,
     AsSize<CxlWindowRecord>{&CxlWindowRecord::granularity}},
};

absl::Status NotCovered(absl::string_view name) {
  return absl::UnimplementedError(
      absl::StrCat("-machine ", name, ": this property is not covered"));
}

absl::Status RefuseType(absl::string_view path, absl::string_view expected) {
  return Refuse("Invalid parameter type for '", path,
                "', expected: ", expected);
}

// Sets properties of one machine from one tree.
class Setter {
 public:
  Setter(const ValueTree& tree, MachineOptions& options,
         std::vector<std::string>& warnings)
      : tree_(tree),
        options_(options),
        warnings_(warnings),
        source_(tree, ValueTree::kRoot, "", options.qemu_version, warnings) {}

  absl::Status Set(Type type, absl::string_view name, uint32_t index);

 private:
  Value::Kind KindOf(uint32_t index) const { return tree_[index].kind; }
  absl::Status SetBool(absl::string_view name, bool& field);
  absl::Status SetMaxRamBelow4g(absl::string_view name);
  absl::Status SetMemory(absl::string_view name, uint32_t dict);
  absl::Status SetSmp(absl::string_view name, uint32_t dict);
  absl::Status CheckSgxEpc(absl::string_view name, uint32_t list);
  absl::Status SetCxlWindows(absl::string_view name, uint32_t list);
  absl::StatusOr<CxlWindow> ReadCxlWindow(absl::string_view path,
                                          uint32_t element,
                                          CxlWindowRecord& record);
  template <size_t kSize>
  absl::Status SetOemName(absl::string_view name,
                          std::array<char, kSize>& field);

  const ValueTree& tree_;
  MachineOptions& options_;
  std::vector<std::string>& warnings_;
  KeyvalSource source_;
};

absl::Status Setter::Set(Type type, absl::string_view name, uint32_t index) {
  switch (type) {
    case Type::kBool:
      return source_.Bool(name).status();
    case Type::kOnOffAuto:
      return source_.Enum(name, kOnOffAuto).status();
    case Type::kString:
      return source_.String(name).status();
    case Type::kSize:
      return source_.SizeBytes(name).status();
    case Type::kInteger:
      return source_.Unsigned(name).status();
    case Type::kEntryPoint: {
      const absl::StatusOr<size_t> value =
          OptionRulesOf(options_.qemu_version).smbios_entry_point_may_be_auto
              ? source_.Enum(name, kEntryPointsOrAuto)
              : source_.Enum(name, kEntryPoints);
      if (value.ok()) {
        options_.smbios_entry_point = static_cast<SmbiosEntryPoint>(*value);
      }
      return value.status();
    }
    case Type::kPersistence: {
      absl::StatusOr<std::string> value = source_.String(name);
      if (!value.ok() || *value == "cpu" || *value == "mem-ctrl") {
        return value.status();
      }
      return Refuse("-machine nvdimm-persistence=", *value,
                    ": unsupported option");
    }
    case Type::kList:
      return KindOf(index) == Value::Kind::kList ? NotCovered(name)
                                                 : RefuseType(name, "array");
    case Type::kStruct:
      return KindOf(index) == Value::Kind::kDict ? NotCovered(name)
                                                 : RefuseType(name, "object");
    case Type::kUncoveredLink:
      return NotCovered(name);
    case Type::kNotWritable:
      return Refuse("Property '", ToString(options_.type), "-machine.", name,
                    "' is not writable");
    case Type::kMemoryBackend:
      return source_.String(name).status();
    case Type::kAcpi: {
      absl::StatusOr<size_t> value = source_.Enum(name, kOnOffAuto);
      if (value.ok()) options_.acpi = kOnOffAuto[*value] != "off";
      return value.status();
    }
    case Type::kCxl:
      return SetBool(name, options_.cxl);
    case Type::kCxlWindows:
      return SetCxlWindows(name, index);
    case Type::kHmat:
      return SetBool(name, options_.hmat);
    case Type::kMaxRamBelow4g:
      return SetMaxRamBelow4g(name);
    case Type::kMemory:
      return SetMemory(name, index);
    case Type::kNvdimm:
      return SetBool(name, options_.nvdimm);
    case Type::kOemId:
      return SetOemName(name, options_.oem.id);
    case Type::kOemTableId:
      return SetOemName(name, options_.oem.table_id);
    case Type::kSgxEpc:
      return CheckSgxEpc(name, index);
    case Type::kSmp:
      return SetSmp(name, index);
  }
  return absl::OkStatus();
}

absl::Status Setter::SetBool(absl::string_view name, bool& field) {
  absl::StatusOr<bool> on = source_.Bool(name);
  if (on.ok()) field = *on;
  return on.status();
}

absl::Status Setter::SetMaxRamBelow4g(absl::string_view name) {
  absl::StatusOr<uint64_t> bytes = source_.SizeBytes(name);
  if (!bytes.ok()) return bytes.status();
  if (*bytes > 4 * kGiB) {
    return Refuse("Machine option 'max-ram-below-4g=", *bytes,
                  "' expects size less than or equal to 4G");
  }
  if (*bytes < kMiB) {
    warnings_.push_back(absl::StrCat(
        "warning: Only ", *bytes,
        " bytes of RAM below the 4GiB boundary,BIOS may not work with less "
        "than 1MiB"));
  }
  options_.max_ram_below_4g_bytes = *bytes;
  return absl::OkStatus();
}

absl::Status Setter::SetMemory(absl::string_view name, uint32_t dict) {
  if (KindOf(dict) != Value::Kind::kDict) return RefuseType(name, "object");
  absl::StatusOr<MemoryOptions> memory =
      ReadMemoryProperty(tree_, dict, options_.qemu_version, warnings_);
  if (!memory.ok()) return memory.status();
  options_.memory = *memory;
  return absl::OkStatus();
}

absl::Status Setter::SetSmp(absl::string_view name, uint32_t dict) {
  if (KindOf(dict) != Value::Kind::kDict) return RefuseType(name, "object");
  SmpRequest request;
  KeyvalSource source(tree_, dict, absl::StrCat(name, "."),
                      options_.qemu_version, warnings_);
  absl::Status visited =
      Visit(kSmpMembers, {.qemu = options_.qemu_version}, source, request);
  if (!visited.ok()) return visited;
  absl::Status leftovers = source.RefuseLeftovers();
  if (!leftovers.ok()) return leftovers;
  const absl::StatusOr<SmpTopology> topology = CompleteTopology(
      request, options_.type, options_.qemu_version, warnings_);
  if (!topology.ok()) return topology.status();
  options_.smp = *topology;
  return absl::OkStatus();
}

absl::Status Setter::CheckSgxEpc(absl::string_view name, uint32_t list) {
  if (KindOf(list) != Value::Kind::kList) return RefuseType(name, "array");
  for (size_t i = 0; i < tree_[list].elements.size(); ++i) {
    const std::string path = absl::StrCat(name, ".", i);
    const uint32_t element = tree_[list].elements[i];
    if (KindOf(element) != Value::Kind::kDict) {
      return RefuseType(path, "object");
    }
    SgxEpcRecord record;
    KeyvalSource source(tree_, element, absl::StrCat(path, "."),
                        options_.qemu_version, warnings_);
    absl::Status visited =
        Visit(kSgxEpcMembers, {.qemu = options_.qemu_version}, source, record);
    if (visited.ok()) visited = source.RefuseLeftovers();
    if (!visited.ok()) return visited;
  }
  return absl::OkStatus();
}

// The members of one window, in the order of QEMU's schema.
absl::StatusOr<CxlWindow> Setter::ReadCxlWindow(absl::string_view path,
                                                uint32_t element,
                                                CxlWindowRecord& record) {
  if (KindOf(element) != Value::Kind::kDict) return RefuseType(path, "object");
  const VisitContext context = {.qemu = options_.qemu_version};
  KeyvalSource source(tree_, element, absl::StrCat(path, "."),
                      options_.qemu_version, warnings_);
  absl::Status visited = Visit(kCxlWindowSize, context, source, record);
  if (visited.ok()) {
    visited = Visit(kCxlWindowGranularity, context, source, record);
  }
  if (!visited.ok()) return visited;
  absl::StatusOr<std::vector<std::string>> targets =
      source.StringList("targets");
  if (!targets.ok()) return targets.status();
  absl::Status leftovers = source.RefuseLeftovers();
  if (!leftovers.ok()) return leftovers;
  return CxlWindow{.size_bytes = *record.size, .targets = *std::move(targets)};
}

absl::Status CheckCxlWindow(const CxlWindow& window,
                            const std::optional<uint64_t>& granularity,
                            QemuVersion qemu) {
  constexpr size_t kWays[] = {1, 2, 3, 4, 6, 8, 12, 16};
  constexpr uint64_t kMinGranularity = 256;
  constexpr uint64_t kMaxGranularity = 16384;
  if (std::find(std::begin(kWays), std::end(kWays), window.targets.size()) ==
      std::end(kWays)) {
    return Refuse("Interleave ways: ", window.targets.size(), " not supported");
  }
  if (window.size_bytes % (256 * kMiB) != 0) {
    return Refuse("Size of a CXL fixed memory window ",
                  OptionRulesOf(qemu).cxl_window_must, " 256MiB");
  }
  if (granularity &&
      (*granularity < kMinGranularity || *granularity > kMaxGranularity ||
       (*granularity & (*granularity - 1)) != 0)) {
    return Refuse("Interleave granularity: ", *granularity, " invalid");
  }
  return absl::OkStatus();
}

// All types are checked before any value.
absl::Status Setter::SetCxlWindows(absl::string_view name, uint32_t list) {
  if (KindOf(list) != Value::Kind::kList) return RefuseType(name, "array");
  const std::vector<uint32_t>& elements = tree_[list].elements;
  std::vector<CxlWindowRecord> records(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    absl::StatusOr<CxlWindow> window =
        ReadCxlWindow(absl::StrCat(name, ".", i), elements[i], records[i]);
    if (!window.ok()) return window.status();
    options_.cxl_windows.push_back(*std::move(window));
  }
  for (size_t i = 0; i < elements.size(); ++i) {
    absl::Status fits = CheckCxlWindow(
        options_.cxl_windows[i], records[i].granularity, options_.qemu_version);
    if (!fits.ok()) return fits;
  }
  return absl::OkStatus();
}

template <size_t kSize>
absl::Status Setter::SetOemName(absl::string_view name,
                                std::array<char, kSize>& field) {
  absl::StatusOr<std::string> value = source_.String(name);
  if (!value.ok()) return value.status();
  if (value->size() > kSize) {
    return Refuse("User specified ", name, " value is bigger than ", kSize,
                  " bytes in size");
  }
  field.fill('\0');
  std::copy(value->begin(), value->end(), field.begin());
  return absl::OkStatus();
}

// The scalar member `key`, taken out of the root.
std::optional<std::string> TakeString(ValueTree& tree, absl::string_view key) {
  const std::optional<uint32_t> index = tree.Find(ValueTree::kRoot, key);
  if (!index || tree[*index].kind != Value::Kind::kString) return std::nullopt;
  tree[ValueTree::kRoot].members.erase(std::string(key));
  return std::move(tree[*index].text);
}

}  // namespace

absl::StatusOr<MachineType> ChooseMachine(ValueTree& tree, QemuVersion qemu) {
  const std::string name = TakeString(tree, "type").value_or("pc");
  const std::optional<MachineType> type = FindMachineType(name, qemu);
  if (type) return *type;
  return Refuse("unsupported machine type",
                OptionRulesOf(qemu).unknown_machine_type_is_quoted
                    ? absl::StrCat(": \"", name, "\"")
                    : "",
                "\nUse -machine help to list supported machines");
}

absl::Status Dashify(ValueTree& tree) {
  for (const auto& [view, index] : tree.QDictOrder(ValueTree::kRoot)) {
    if (view.find('_') == absl::string_view::npos) continue;
    const std::string key(view);
    const std::string dashed = absl::StrReplaceAll(key, {{"_", "-"}});
    if (tree.Find(ValueTree::kRoot, dashed)) {
      return Refuse("Conflict between '", key, "' and '", dashed, "'");
    }
    // Under its new name the member is the one that came last.
    Value value = std::move(tree[index]);
    const uint32_t moved = tree.Add(std::move(value));
    tree[ValueTree::kRoot].members.erase(key);
    tree[ValueTree::kRoot].members.emplace(dashed, moved);
  }
  return absl::OkStatus();
}

LegacyKeys TakeLegacyKeys(ValueTree& tree) {
  LegacyKeys keys;
  keys.accel = TakeString(tree, "accel");
  keys.memory_backend = TakeString(tree, "memory-backend");
  // Settings of accelerators that are not covered.
  for (const absl::string_view key :
       {"igd-passthru", "kernel-irqchip", "kvm-shadow-mem"}) {
    TakeString(tree, key);
  }
  return keys;
}

absl::StatusOr<std::optional<DeferredRefusal>> CheckSgxSections(
    const ValueTree& tree, const MachineOptions& options) {
  const auto list = tree.Find(ValueTree::kRoot, "sgx-epc");
  if (!list || tree[*list].elements.empty()) return std::nullopt;
  const MachineFamily family = options.type.family;
  // Observed: microvm looks at no section.
  if (family == MachineFamily::kMicrovm ||
      (family == MachineFamily::kIsapc &&
       !OptionRulesOf(options.qemu_version).isapc_looks_at_sgx_sections)) {
    return std::nullopt;
  }
  const uint32_t first = tree[*list].elements.front();
  const std::string& memdev = tree[*tree.Find(first, "memdev")].text;
  if (memdev.empty()) return MemdevNotSet{};
  const absl::StatusOr<MemdevTarget> target = FollowMemdev(options, memdev);
  if (!target.ok()) return target.status();
  if (target->exists) {
    return ValueOfOtherType{.property = "memdev",
                            .expected = ValueOfOtherType::Expected::kEpc};
  }
  return NoSuchObject{.path = memdev};
}

void AddMachineWords(Vocabulary& vocabulary) {
  for (const Property& property : kProperties) {
    vocabulary.keys.push_back(property.name);
  }
  AddMembers(kSmpMembers, vocabulary);
  AddMembers(kSgxEpcMembers, vocabulary);
  AddMembers(kCxlWindowSize, vocabulary);
  AddMembers(kCxlWindowGranularity, vocabulary);
  AddMemoryPropertyWords(vocabulary);
}

absl::Status ApplyProperties(const ValueTree& tree, MachineOptions& options,
                             std::vector<std::string>& warnings) {
  Setter setter(tree, options, warnings);
  for (const auto& [name, index] : tree.QDictOrder(ValueTree::kRoot)) {
    const Property* property = FindProperty(name, options);
    if (property == nullptr) {
      return Refuse("Property '", ToString(options.type), "-machine.", name,
                    "' not found");
    }
    absl::Status set = setter.Set(property->type, name, index);
    if (!set.ok()) return set;
  }
  return absl::OkStatus();
}

}  // namespace e820check
