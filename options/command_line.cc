// SPDX-License-Identifier: Apache-2.0

#include "options/command_line.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "options/cpu_model.h"
#include "options/device.h"
#include "options/generic_affinity.h"
#include "options/global_property.h"
#include "options/keyval.h"
#include "options/machine_properties.h"
#include "options/machine_types.h"
#include "options/memory_backend.h"
#include "options/memory_option.h"
#include "options/numa.h"
#include "options/option_words.h"
#include "options/qemu_opts.h"
#include "options/refusal.h"
#include "options/smp.h"
#include "options/visitor.h"

namespace e820check {
namespace {

// Where an option stands: QEMU puts it before what it says about the option.
struct Location {
  absl::string_view word;
  std::optional<absl::string_view> argument;

  std::string ToString() const {
    return argument ? absl::StrCat(word, " ", *argument) : std::string(word);
  }
};

constexpr Location kNowhere;

struct Option {
  const OptionWord* word = nullptr;  // nullptr: a disk image
  Location location;

  absl::string_view argument() const { return location.argument.value_or(""); }
};

// The accelerators of x86 builds but TCG and KVM; they are outside coverage.
bool IsOtherAccelerator(absl::string_view name) {
  constexpr absl::string_view kNames[] = {"hax",  "hvf", "mshv", "nvmm",
                                          "whpx", "xen", "qtest"};
  return std::find(std::begin(kNames), std::end(kNames), name) !=
         std::end(kNames);
}

// Whether the answer under KVM does not depend on the host's CPU: a model of
// QEMU's own with the vendor typed, as the model's gives way to the host's.
bool IsHostIndependent(absl::string_view cpu) {
  const std::vector<absl::string_view> items = absl::StrSplit(cpu, ',');
  if (items[0] == "host" || items[0] == "max") return false;
  bool has_vendor = false;
  for (const absl::string_view item : items) {
    has_vendor |= absl::StartsWith(item, "vendor=");
    if (absl::StrContains(item, "host-phys-bits") ||
        absl::StrContains(item, "host_phys_bits")) {
      return false;
    }
  }
  return has_vendor;
}

// Options that may put devices on the PCI bus before those of -device.
bool AddsPciDevices(absl::string_view word) {
  constexpr absl::string_view kWords[] = {"drive", "net", "nic",
                                          "usb",   "vga", "virtfs"};
  return std::find(std::begin(kWords), std::end(kWords), word) !=
         std::end(kWords);
}

// Reads one command line. The steps are those of spec/qemu-options.md 4; each
// returns a refusal with its location, or the reason for not being covered.
class CommandLine {
 public:
  CommandLine(absl::Span<const std::string> args,
              const CommandLineContext& context)
      : args_(args),
        qemu_(context.qemu_version),
        visit_{context.qemu_version, context.dialect},
        memory_(context.qemu_version) {
    machine_.qemu_version = qemu_;
  }

  absl::StatusOr<ParsedCommandLine> Parse();

 private:
  absl::Status Steps();
  absl::Status ScanWords();
  absl::Status ReadOptions();
  absl::Status ReadOption(const Option& option);
  absl::Status ReadKeyval(const Option& option);
  absl::Status ReadNuma(const Option& option);
  absl::Status ReadObject(const Option& option);
  absl::Status ReadDevice(const Option& option);
  absl::Status ReadGlobal(const Option& option);
  absl::Status CreateEarlyObjects();
  absl::Status CreateBackends();
  absl::Status ReadCpu();
  absl::Status ReadNumaRecords();
  absl::Status FindBoardRefusal();
  absl::Status CreateDevices();
  absl::Status ChooseAccelerator(const std::optional<std::string>& machine_key);
  void Ignore(const Location& location) {
    notes_.push_back(absl::StrCat(location.ToString(),
                                  ": ignored, it changes no memory table"));
  }
  absl::Status ApplyMemoryBackend(const std::optional<std::string>& path);

  // Takes what a layer said about one option: `status` and `said`, to both of
  // which it adds the location.
  absl::Status At(const Location& location, absl::Status status);
  absl::Status NotCovered(const Option& option, absl::string_view reason) {
    return absl::UnimplementedError(
        absl::StrCat(option.location.ToString(), ": ", reason));
  }

  absl::Span<const std::string> args_;
  QemuVersion qemu_;
  VisitContext visit_;

  std::vector<Option> options_;
  ValueTree tree_;  // -machine, -smp, -m
  MemoryOption memory_;
  Location first_memory_;
  QemuOptsList object_list_{"object", "qom-type"};
  struct ObjectOption {
    ObjectRequest request;
    std::optional<GenericAffinity> generic;
  };
  std::vector<ObjectOption> objects_;
  QemuOptsList numa_list_{"numa", "type"};
  struct NumaOption {
    Location location;
    QemuOptsBag bag;
  };
  std::vector<NumaOption> numa_;
  std::vector<Location> accelerators_;
  std::optional<absl::string_view> cpu_;
  bool has_mem_path_ = false;
  std::vector<GlobalProperty> globals_;
  QemuOptsList device_list_{"device", "driver"};
  struct DeviceOption {
    Location location;
    DeviceRequest request;
  };
  std::vector<DeviceOption> devices_;
  DeviceSurroundings device_surroundings_;

  std::optional<MachineType> chosen_type_;
  MachineOptions machine_;
  ObjectTree object_tree_;
  std::vector<std::string> said_;  // by a layer, still without location
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
  std::vector<std::string> device_locations_;
};

absl::Status CommandLine::At(const Location& location, absl::Status status) {
  std::string prefix;
  if (!location.word.empty() && (!said_.empty() || !status.ok())) {
    prefix = absl::StrCat(location.ToString(), ": ");
  }
  for (const std::string& text : said_) {
    warnings_.push_back(absl::StrCat(prefix, text));
  }
  said_.clear();
  if (status.ok() || prefix.empty()) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

// Step 0.
absl::Status CommandLine::ScanWords() {
  options_.reserve(args_.size());
  for (size_t i = 0; i < args_.size(); ++i) {
    Option option;
    option.location.word = args_[i];
    if (absl::StartsWith(args_[i], "-")) {
      option.word = FindOptionWord(args_[i], qemu_);
      if (option.word == nullptr) {
        return Refuse(args_[i], ": invalid option");
      }
      if (option.word->has_argument) {
        if (i + 1 == args_.size()) {
          return Refuse(args_[i], ": requires an argument");
        }
        option.location.argument = args_[++i];
      }
    }
    options_.push_back(option);
  }
  return absl::OkStatus();
}

// Step 1.
absl::Status CommandLine::ReadOptions() {
  for (const Option& option : options_) {
    absl::Status read = ReadOption(option);
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status CommandLine::ReadOption(const Option& option) {
  const auto ignore = [&] {
    Ignore(option.location);
    return absl::OkStatus();
  };
  if (option.word == nullptr) {
    return NotCovered(option, "a disk image opens or not, as the host has it");
  }
  switch (option.word->meaning) {
    case OptionMeaning::kMemory:
      if (first_memory_.word.empty()) first_memory_ = option.location;
      return At(option.location, memory_.Take(option.argument(), said_));
    case OptionMeaning::kMachine:
    case OptionMeaning::kSmp:
      return ReadKeyval(option);
    case OptionMeaning::kObject:
      return ReadObject(option);
    case OptionMeaning::kNuma:
      return ReadNuma(option);
    case OptionMeaning::kNoAcpi:
      return ParseKeyval("acpi=off", "", tree_).status();
    case OptionMeaning::kEnableKvm:
      return ParseKeyval("accel=kvm", "", tree_).status();
    case OptionMeaning::kAccel:
      accelerators_.push_back(option.location);
      return absl::OkStatus();
    case OptionMeaning::kCpu:
      cpu_ = option.argument();
      return absl::OkStatus();
    case OptionMeaning::kMemPath:
      has_mem_path_ = true;
      return ignore();
    case OptionMeaning::kDevice:
      return ReadDevice(option);
    case OptionMeaning::kGlobal:
      return ReadGlobal(option);
    case OptionMeaning::kHarness:
      return absl::OkStatus();
    case OptionMeaning::kIgnored:
      device_surroundings_.has_other_pci_devices |=
          AddsPciDevices(option.word->name);
      return option.word->name == "display" && option.argument() == "none"
                 ? absl::OkStatus()
                 : ignore();
    case OptionMeaning::kOtherTarget:
      return At(option.location,
                Refuse("Option not supported for this target"));
    case OptionMeaning::kNotCovered:
      return NotCovered(option, "this option is not covered");
  }
  return absl::OkStatus();
}

absl::Status CommandLine::ReadKeyval(const Option& option) {
  absl::StatusOr<bool> help;
  if (option.word->meaning == OptionMeaning::kMachine) {
    help = ParseKeyval(option.argument(), "type", tree_);
  } else {
    ValueTree smp;
    help = ParseKeyval(option.argument(), "cpus", smp);
    if (help.ok() && !*help) {
      absl::Status merged = MergeKeyval("smp", smp, tree_);
      if (!merged.ok()) help = merged;
    }
  }
  if (help.ok() && *help) return NotCovered(option, "it prints help");
  return At(option.location, help.status());
}

absl::Status CommandLine::ReadNuma(const Option& option) {
  absl::StatusOr<QemuOptsBag> bag = numa_list_.Parse(option.argument(), said_);
  absl::Status parsed = At(option.location, bag.status());
  if (parsed.ok()) numa_.push_back({option.location, *std::move(bag)});
  return parsed;
}

absl::Status CommandLine::ReadObject(const Option& option) {
  ObjectOption object;
  absl::Status parsed;
  if (IsGenericAffinity(option.argument(), qemu_)) {
    absl::StatusOr<GenericAffinity> generic =
        ParseGenericAffinity(option.argument(), visit_, object_list_, said_);
    parsed = At(option.location, generic.status());
    if (!parsed.ok()) return parsed;
    object.request.qom_type = QomType(generic->kind);
    object.request.id = generic->id;
    object.generic = *std::move(generic);
  } else {
    absl::StatusOr<ObjectRequest> request =
        ParseObject(option.argument(), visit_, object_list_, said_);
    parsed = At(option.location, request.status());
    if (!parsed.ok()) return parsed;
    object.request = *std::move(request);
    if (!object.request.backend_kind) Ignore(option.location);
  }
  objects_.push_back(std::move(object));
  return absl::OkStatus();
}

absl::Status CommandLine::ReadDevice(const Option& option) {
  absl::StatusOr<DeviceRequest> request =
      ParseDevice(option.argument(), qemu_, device_list_, said_);
  absl::Status parsed = At(option.location, request.status());
  if (parsed.ok()) devices_.push_back({option.location, *std::move(request)});
  return parsed;
}

absl::Status CommandLine::ReadGlobal(const Option& option) {
  absl::StatusOr<GlobalProperty> global = ParseGlobal(option.argument(), said_);
  absl::Status parsed = At(option.location, global.status());
  if (!parsed.ok()) return parsed;
  if (ChangesMemoryTables(*global)) {
    return NotCovered(option, "this property may change a memory table");
  }
  if (!IsPciHole(*global)) Ignore(option.location);
  globals_.push_back(*std::move(global));
  return absl::OkStatus();
}

// Step 4. The order among all other objects than backends is that of the
// command line; QEMU makes a few, which want a chardev or a netdev, later.
absl::Status CommandLine::CreateEarlyObjects() {
  for (const ObjectOption& object : objects_) {
    if (object.request.backend_kind) continue;
    if (object.generic) {
      absl::Status checked = CheckGenericAffinity(*object.generic);
      if (!checked.ok()) return checked;
    }
    absl::Status created =
        object_tree_.Create(object.request, qemu_, machine_.backends);
    if (!created.ok()) return created;
    machine_.other_object_ids.push_back(*object.request.id);
    if (object.generic) machine_.generic_affinities.push_back(*object.generic);
  }
  return absl::OkStatus();
}

// Step 8.
absl::Status CommandLine::CreateBackends() {
  for (const ObjectOption& object : objects_) {
    if (!object.request.backend_kind) continue;
    absl::Status created =
        object_tree_.Create(object.request, qemu_, machine_.backends);
    if (absl::IsUnimplemented(created)) {
      return absl::UnimplementedError(absl::StrCat(
          "-object ", object.request.qom_type, ": ", created.message()));
    }
    if (!created.ok()) return created;
  }
  return absl::OkStatus();
}

// Step 7: the first accelerator that works is taken.
absl::Status CommandLine::ChooseAccelerator(
    const std::optional<std::string>& machine_key) {
  struct Candidate {
    Location location;
    absl::string_view name;
  };
  std::vector<Candidate> candidates;
  if (machine_key && !accelerators_.empty()) {
    return Refuse(
        "The -accel and \"-machine accel=\" options are incompatible");
  }
  if (machine_key) {
    for (const absl::string_view name : absl::StrSplit(*machine_key, ':')) {
      if (!name.empty()) candidates.push_back({kNowhere, name});
    }
  }
  for (const Location& location : accelerators_) {
    candidates.push_back({location, *location.argument});
  }
  absl::Status failure;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto& [location, name] = candidates[i];
    // Of failures, all but a last one without remedy are only printed.
    if (!failure.ok()) warnings_.emplace_back(failure.message());
    if (name == "tcg") {
      if (!failure.ok()) warnings_.emplace_back("falling back to tcg");
      return absl::OkStatus();
    }
    const absl::string_view type = name.substr(0, name.find(','));
    // With another one behind it, it depends on the host which one is taken.
    if (name == "kvm" && i + 1 == candidates.size()) {
      machine_.accelerator = Accelerator::kKvm;
      return absl::OkStatus();
    }
    if (type == "kvm" || type == "tcg" || IsOtherAccelerator(type)) {
      return absl::UnimplementedError(
          absl::StrCat("-accel ", name, ": this accelerator is not covered"));
    }
    failure = At(location, Refuse("invalid accelerator ", type));
  }
  return failure;
}

// Step 10.
absl::Status CommandLine::ApplyMemoryBackend(
    const std::optional<std::string>& path) {
  if (!path) return absl::OkStatus();
  const MemoryBackend* backend = ResolveBackend(machine_.backends, *path);
  if (backend == nullptr) {
    return Refuse("Memory backend '", *path, "' not found");
  }
  machine_.memory_backend = backend->id;
  const std::optional<uint32_t> memory = tree_.Find(ValueTree::kRoot, "memory");
  if (memory && tree_.Find(*memory, "size")) return absl::OkStatus();
  machine_.memory.ram_size_bytes = backend->size_bytes;
  machine_.memory.ram_size_from_backend = true;
  return absl::OkStatus();
}

// Step 9.
absl::Status CommandLine::ReadCpu() {
  if (cpu_) {
    absl::StatusOr<CpuOptions> cpu = ParseCpu(*cpu_, machine_.type, qemu_);
    if (!cpu.ok()) return cpu.status();
    machine_.cpu = *std::move(cpu);
  }
  if (machine_.accelerator == Accelerator::kKvm &&
      machine_.type.family != MachineFamily::kNone &&
      (!cpu_ || !IsHostIndependent(*cpu_))) {
    return absl::UnimplementedError(
        "-accel kvm: this depends on the host unless -cpu has a model, but "
        "neither host nor max, with vendor=");
  }
  return absl::OkStatus();
}

// Step 11.
absl::Status CommandLine::ReadNumaRecords() {
  NumaBuilder numa(machine_);
  for (const auto& [location, bag] : numa_) {
    absl::StatusOr<NumaRecord> record = ParseNuma(bag, visit_, said_);
    absl::Status added =
        At(location, record.ok() ? numa.Add(*record, said_) : record.status());
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

// What the board refuses after -numa and before it looks at the address space
// limit: sections of SGX, then CPUs, then the size of the PCI hole.
absl::Status CommandLine::FindBoardRefusal() {
  absl::Status hole = ApplyPciHole(globals_, machine_, said_);
  if (absl::IsUnimplemented(hole)) return hole;
  machine_.pci_hole64_refusal = std::string(hole.message());
  absl::Status sections = CheckSgxSections(tree_, machine_);
  if (absl::IsUnimplemented(sections)) return sections;
  if (!sections.ok()) {
    machine_.cpu.refusal = std::string(sections.message());
    machine_.cpu.refused_after_threads = false;
  }
  return At(kNowhere, absl::OkStatus());
}

// Step 13, as far as it does not need the board.
absl::Status CommandLine::CreateDevices() {
  const std::optional<uint32_t> pcie = tree_.Find(ValueTree::kRoot, "pcie");
  device_surroundings_.has_microvm_pcie = pcie && tree_[*pcie].text == "on";
  std::stable_partition(
      devices_.begin(), devices_.end(),
      [](const DeviceOption& device) { return !device.request.is_json; });
  DeviceBuilder builder(machine_, device_surroundings_);
  for (const DeviceOption& option : devices_) {
    absl::Status added = At(option.location, builder.Add(option.request));
    if (!added.ok()) return added;
    device_locations_.push_back(option.location.ToString());
    const Device& device = machine_.devices.back();
    // QEMU ends here at the latest.
    if (!device.refusal.empty()) return absl::OkStatus();
    if (device.kind == Device::Kind::kOther) Ignore(option.location);
  }
  return builder.CheckAffinities();
}

absl::Status CommandLine::Steps() {
  absl::Status status = ScanWords();
  if (status.ok()) status = ReadOptions();
  if (!status.ok()) return status;

  status = At(first_memory_, memory_.FoldInto(tree_));
  if (!status.ok()) return status;

  absl::StatusOr<MachineType> type = ChooseMachine(tree_, qemu_);
  if (!type.ok()) return type.status();
  machine_.type = *type;
  chosen_type_ = *type;
  machine_.cpu = DefaultCpu(*type, qemu_);

  status = CreateEarlyObjects();
  if (status.ok()) status = Dashify(tree_);
  if (!status.ok()) return status;
  const LegacyKeys legacy = TakeLegacyKeys(tree_);
  if (legacy.memory_backend && has_mem_path_) {
    return Refuse(
        "'-mem-path' can't be used together with'-machine memory-backend'");
  }
  status = At(kNowhere, ApplyProperties(tree_, machine_, said_));
  if (status.ok()) status = ChooseAccelerator(legacy.accel);
  if (!status.ok()) return status;
  if (const absl::string_view why = DeprecationReason(*type, qemu_);
      !why.empty()) {
    warnings_.push_back(absl::StrCat("warning: Machine type '", ToString(*type),
                                     "' is deprecated: ", why));
  }

  status = CreateBackends();
  if (status.ok()) status = ReadCpu();
  if (status.ok()) status = ApplyMemoryBackend(legacy.memory_backend);
  if (status.ok()) status = ReadNumaRecords();
  if (status.ok()) status = FindBoardRefusal();
  if (status.ok()) status = CreateDevices();
  return status;
}

absl::StatusOr<ParsedCommandLine> CommandLine::Parse() {
  for (const std::string& arg : args_) {
    if (arg.find('\0') != std::string::npos) {
      return absl::InvalidArgumentError("an argument holds a NUL byte");
    }
  }
  const absl::Status status = Steps();
  ParsedCommandLine parsed;
  if (status.ok()) {
    parsed.outcome = std::move(machine_);
  } else if (absl::IsInvalidArgument(status)) {
    parsed.outcome = Rejection{std::string(status.message())};
  } else {
    return status;
  }
  parsed.machine_type = chosen_type_;
  parsed.warnings = std::move(warnings_);
  parsed.notes = std::move(notes_);
  parsed.device_locations = std::move(device_locations_);
  return parsed;
}

}  // namespace

QemuVersion ImpliedVersion(absl::Span<const std::string> args,
                           Dialect dialect) {
  for (const QemuVersion version :
       {QemuVersion::k7_2, QemuVersion::k10_0, QemuVersion::k11_1}) {
    const auto parsed =
        ParseCommandLine(args, {.qemu_version = version, .dialect = dialect});
    if (parsed.ok() && parsed->machine_type) return version;
  }
  return QemuVersion::k7_2;
}

std::string WithLocation(const ParsedCommandLine& parsed,
                         std::optional<size_t> device, absl::string_view text) {
  if (!device || *device >= parsed.device_locations.size()) {
    return std::string(text);
  }
  return absl::StrCat(parsed.device_locations[*device], ": ", text);
}

absl::StatusOr<ParsedCommandLine> ParseCommandLine(
    absl::Span<const std::string> args, const CommandLineContext& context) {
  return CommandLine(args, context).Parse();
}

}  // namespace e820check
