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
#include "options/integer.h"
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

// The accelerators of x86 builds; all but TCG and KVM are outside coverage.
bool IsAccelerator(absl::string_view name, QemuVersion qemu) {
  if (name == "nitro") return AtLeast(qemu, QemuVersion::k11_1);
  constexpr absl::string_view kNames[] = {"tcg",  "kvm",  "hax", "hvf",  "mshv",
                                          "nvmm", "whpx", "xen", "qtest"};
  return std::find(std::begin(kNames), std::end(kNames), name) !=
         std::end(kNames);
}

// Of -machine accel=, all invalid ones are named before any is tried.
std::vector<std::string> SplitAcceleratorNames(absl::string_view list) {
  if (list.empty()) return {};
  return absl::StrSplit(list, ':');
}

// Those of 7.2 and the later ones; none changes a table.
bool IsTcgProperty(absl::string_view key) {
  constexpr absl::string_view kKeys[] = {"thread", "tb-size", "split-wx",
                                         "one-insn-per-tb"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
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

// Turns records into a machine. The steps are those of doc/spec/qemu-options.md
// 4; each returns a refusal with its location, or why it goes no further.
class CommandLine {
 public:
  CommandLine(absl::Span<const std::string> args,
              const CommandLineContext& context)
      : args_(args),
        context_(context),
        visit_{context.qemu_version, context.dialect} {
    machine_.qemu_version = qemu();
  }

  absl::StatusOr<ParsedCommandLine> Parse();
  // The first steps of Parse().
  absl::Status ChooseType();

 private:
  QemuVersion qemu() const { return visit_.qemu; }

  absl::Status Steps();
  absl::Status PrintLateHelp();
  absl::Status CreateEarlyObjects();
  absl::Status CreateBackends();
  absl::Status ReadCpu();
  absl::Status ReadNumaRecords();
  absl::Status FindBoardRefusal();
  absl::Status CheckKernelOptions() const;
  absl::Status CreateDevices();
  absl::Status ChooseAccelerator(const std::optional<std::string>& machine_key);
  absl::Status ApplyMemoryBackend(const std::optional<std::string>& path);

  absl::Span<const std::string> args_;
  const CommandLineContext& context_;
  VisitContext visit_;
  MessageLog log_;
  OptionRecords records_{.memory = MemoryOption(visit_.qemu)};
  MachineOptions machine_;
  ObjectTree object_tree_;
  std::vector<std::string> device_locations_;
};

// Of -cpu and -device, help comes once all options are read.
absl::Status CommandLine::PrintLateHelp() {
  if (records_.cpu && IsHelp(*records_.cpu)) return PrintHelp();
  for (const OptionRecords::Device& device : records_.devices) {
    absl::Status help = CheckForHelp(device.request, qemu(), log_.said());
    if (!help.ok()) return log_.At(device.location, help);
  }
  return absl::OkStatus();
}

// Step 4. The order among all other objects than backends is that of the
// command line; QEMU makes a few, which want a chardev or a netdev, later.
absl::Status CommandLine::CreateEarlyObjects() {
  for (const ObjectRequest& object : records_.objects) {
    if (object.backend_kind) continue;
    if (object.generic) {
      absl::Status checked = CheckGenericAffinity(*object.generic);
      if (!checked.ok()) return checked;
    }
    absl::Status created =
        object_tree_.Create(object, qemu(), machine_.backends);
    if (!created.ok()) return created;
    machine_.other_object_ids.push_back(*object.id);
    if (object.generic) machine_.generic_affinities.push_back(*object.generic);
  }
  return absl::OkStatus();
}

// Step 8.
absl::Status CommandLine::CreateBackends() {
  for (const ObjectRequest& object : records_.objects) {
    if (!object.backend_kind) continue;
    absl::Status created =
        object_tree_.Create(object, qemu(), machine_.backends);
    if (absl::IsUnimplemented(created)) {
      return absl::UnimplementedError(
          absl::StrCat("-object ", object.qom_type, ": ", created.message()));
    }
    if (!created.ok()) return created;
  }
  return absl::OkStatus();
}

// What QEMU sets of the accelerator it takes.
absl::Status CheckTcgProperties(const QemuOptsBag& bag) {
  for (const QemuOpt& opt : bag.items) {
    if (opt.key == "accel") continue;
    if (IsTcgProperty(opt.key)) {
      return absl::UnimplementedError(
          absl::StrCat(opt.key, "= of an accelerator is not covered"));
    }
    return Refuse("Property 'tcg-accel.", opt.key, "' not found");
  }
  return absl::OkStatus();
}

// Step 7: the first accelerator that works is taken. Of failures, all but a
// last one without remedy are only printed.
absl::Status CommandLine::ChooseAccelerator(
    const std::optional<std::string>& machine_key) {
  if (machine_key && !records_.accelerators.empty()) {
    return Refuse(
        "The -accel and \"-machine accel=\" options are incompatible");
  }
  absl::Status failure;
  const auto fail = [&](absl::Status status) {
    if (!failure.ok()) log_.Add(std::string(failure.message()));
    failure = std::move(status);
  };
  std::vector<OptionRecords::Record> candidates = records_.accelerators;
  if (machine_key) {
    for (std::string& name : SplitAcceleratorNames(*machine_key)) {
      if (IsAccelerator(name, qemu())) {
        candidates.push_back(
            {kNowhere,
             {.items = {{.key = "accel", .value = std::move(name)}}}});
      } else {
        fail(Refuse("invalid accelerator ", name));
      }
    }
    if (candidates.empty() && failure.ok()) {
      return Refuse("no accelerator found");
    }
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto& [location, bag] = candidates[i];
    const std::string& name = *bag.Find("accel");
    if (!IsAccelerator(name, qemu())) {
      fail(log_.At(location, Refuse("invalid accelerator ", name)));
      continue;
    }
    const bool falls_back = !failure.ok();
    if (falls_back) log_.Add(std::string(failure.message()));
    // Who serves qtest is not told.
    const bool tells = falls_back && !records_.has_qtest;
    if (name == "tcg") {
      absl::Status checked = log_.At(location, CheckTcgProperties(bag));
      if (checked.ok() && tells) log_.Add("falling back to tcg");
      return checked;
    }
    // With another one behind it, it depends on the host which one is taken.
    if (name == "kvm" && i + 1 == candidates.size() && bag.items.size() == 1) {
      machine_.accelerator = Accelerator::kKvm;
      if (tells) log_.Add("falling back to KVM");
      return absl::OkStatus();
    }
    return absl::UnimplementedError(
        absl::StrCat("-accel ", name, ": this accelerator is not covered"));
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
  const std::optional<uint32_t> memory =
      records_.machine.Find(ValueTree::kRoot, "memory");
  if (memory && records_.machine.Find(*memory, "size")) return absl::OkStatus();
  machine_.memory.ram_size_bytes = backend->size_bytes;
  machine_.memory.ram_size_from_backend = true;
  return absl::OkStatus();
}

// Step 9.
absl::Status CommandLine::ReadCpu() {
  if (records_.cpu) {
    absl::StatusOr<CpuOptions> cpu =
        ParseCpu(*records_.cpu, machine_.type, qemu(), log_.said());
    absl::Status read = log_.At(kNowhere, cpu.status());
    if (!read.ok()) return read;
    machine_.cpu = *std::move(cpu);
  }
  if (machine_.accelerator == Accelerator::kKvm &&
      machine_.type.family != MachineFamily::kNone &&
      (!records_.cpu || !IsHostIndependent(*records_.cpu))) {
    return absl::UnimplementedError(
        "-accel kvm: this depends on the host unless -cpu has a model, but "
        "neither host nor max, with vendor=");
  }
  return absl::OkStatus();
}

// Step 11.
absl::Status CommandLine::ReadNumaRecords() {
  if (records_.numa.empty()) return absl::OkStatus();
  NumaBuilder numa(machine_);
  for (const auto& [location, bag] : records_.numa) {
    absl::StatusOr<NumaRecord> record = ParseNuma(bag, visit_, log_.said());
    absl::Status added =
        log_.At(location,
                record.ok() ? numa.Add(*record, log_.said()) : record.status());
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

// What the board refuses after -numa and before it looks at the address space
// limit: sections of SGX, then CPUs, then the size of the PCI hole.
absl::Status CommandLine::FindBoardRefusal() {
  absl::Status hole = ApplyPciHole(records_.globals, machine_, log_.said());
  if (!hole.ok()) return hole;
  absl::StatusOr<std::optional<DeferredRefusal>> sections =
      CheckSgxSections(records_.machine, machine_);
  if (!sections.ok()) return sections.status();
  if (*sections) {
    machine_.cpu.refusal = **std::move(sections);
    machine_.cpu.refused_after_threads = false;
  }
  return log_.At(kNowhere, absl::OkStatus());
}

// Step 13, as far as it does not need the board.
absl::Status CommandLine::CreateDevices() {
  std::vector<OptionRecords::Device>& devices = records_.devices;
  if (devices.empty()) return absl::OkStatus();
  DeviceSurroundings surroundings;
  const auto is_on = [this](absl::string_view property, bool otherwise) {
    const auto index = records_.machine.Find(ValueTree::kRoot, property);
    if (!index) return otherwise;
    return ReadBool(records_.machine[*index].text).value_or(otherwise);
  };
  surroundings.has_microvm_pcie = is_on("pcie", false);
  surroundings.has_usb = is_on("usb", false);
  surroundings.has_sata = is_on("sata", true);
  surroundings.has_smbus = is_on("smbus", true);
  surroundings.has_other_pci_devices = records_.has_other_pci_devices;
  surroundings.globals = records_.globals;
  std::stable_partition(devices.begin(), devices.end(),
                        [](const OptionRecords::Device& device) {
                          return !device.request.is_json;
                        });
  DeviceBuilder builder(machine_, surroundings);
  for (OptionRecords::Device& record : devices) {
    absl::Status added =
        log_.At(record.location, builder.Add(std::move(record.request)));
    if (!added.ok()) return added;
    device_locations_.push_back(record.location.ToString());
    const Device& device = machine_.devices.back();
    // QEMU ends here at the latest.
    if (device.refusal) return absl::OkStatus();
    if (device.kind == Device::Kind::kOther) {
      log_.NoteIgnored(record.location);
    }
  }
  return builder.CheckAffinities();
}

// What only a kernel has a use for.
absl::Status CommandLine::CheckKernelOptions() const {
  const auto has = [this](absl::string_view property) {
    return records_.machine.Find(ValueTree::kRoot, property).has_value();
  };
  if (has("kernel")) return absl::OkStatus();
  for (const absl::string_view word : {"append", "shim", "initrd"}) {
    // Before it is an option it is no property either.
    if (has(word) &&
        FindOptionWord(absl::StrCat("-", word), qemu()) != nullptr) {
      return Refuse("-", word, " only allowed with -kernel option");
    }
  }
  return absl::OkStatus();
}

absl::Status CommandLine::ChooseType() {
  absl::StatusOr<OptionRecords> records =
      ReadOptions(args_, visit_, context_.read_file, log_);
  if (!records.ok()) return records.status();
  records_ = *std::move(records);

  absl::Status status = log_.At(kNowhere, CheckKernelOptions());
  if (status.ok()) status = PrintLateHelp();
  if (!status.ok()) return status;
  status = log_.At(records_.first_memory,
                   records_.memory.FoldInto(records_.machine));
  if (!status.ok()) return status;

  absl::StatusOr<MachineType> type = ChooseMachine(records_.machine, qemu());
  if (!type.ok()) return type.status();
  machine_.type = *type;
  return absl::OkStatus();
}

absl::Status CommandLine::Steps() {
  absl::Status status = ChooseType();
  if (!status.ok()) return status;
  machine_.cpu = DefaultCpu(machine_.type, qemu());

  status = CreateEarlyObjects();
  if (status.ok()) status = Dashify(records_.machine);
  if (!status.ok()) return status;
  const LegacyKeys legacy = TakeLegacyKeys(records_.machine);
  if (legacy.memory_backend && records_.has_mem_path) {
    return Refuse(
        "'-mem-path' can't be used together with'-machine memory-backend'");
  }
  status = log_.At(kNowhere,
                   ApplyProperties(records_.machine, machine_, log_.said()));
  if (status.ok()) status = ChooseAccelerator(legacy.accel);
  if (!status.ok()) return status;
  if (const absl::string_view why = DeprecationReason(machine_.type, qemu());
      !why.empty()) {
    log_.Add(absl::StrCat("warning: Machine type '", ToString(machine_.type),
                          "' is deprecated: ", why));
  }

  status = CreateBackends();
  if (status.ok()) status = ReadCpu();
  if (status.ok()) status = ApplyMemoryBackend(legacy.memory_backend);
  if (status.ok()) status = ReadNumaRecords();
  if (status.ok() && records_.preconfig) {
    return absl::UnimplementedError(
        "-preconfig: QEMU waits for commands before it builds the board");
  }
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
    parsed.outcome = Rejection{.text = std::string(status.message())};
  } else if (const std::optional<int> help = HelpExitStatus(status)) {
    parsed.outcome = Rejection{.help_exit_status = *help};
  } else {
    return status;
  }
  parsed.warnings = log_.Take();
  parsed.notes = log_.TakeNotes();
  parsed.device_locations = std::move(device_locations_);
  return parsed;
}

}  // namespace

QemuVersion ImpliedVersion(absl::Span<const std::string> args,
                           CommandLineContext context) {
  std::optional<QemuVersion> oldest;
  for (const QemuVersion version : kReleases) {
    if (oldest && AtLeast(version, *oldest)) continue;
    context.qemu_version = version;
    if (CommandLine(args, context).ChooseType().ok()) oldest = version;
  }
  return oldest.value_or(kDefaultRelease);
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
