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
#include "options/json.h"
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

// The accelerators of x86 builds; all but TCG are outside coverage.
bool IsOtherAccelerator(absl::string_view name) {
  constexpr absl::string_view kNames[] = {"hax",  "hvf",  "kvm", "mshv",
                                          "nvmm", "whpx", "xen", "qtest"};
  return std::find(std::begin(kNames), std::end(kNames), name) !=
         std::end(kNames);
}

// The value of `key`, or the first item, in the argument of -device or -global.
std::string FirstItem(absl::string_view argument, absl::string_view key) {
  QemuOptsReader reader(argument, key);
  while (std::optional<QemuOpt> opt = reader.Next()) {
    if (opt->key == key) return std::move(opt->value);
  }
  return "";
}

std::string DriverOf(absl::string_view argument) {
  if (!absl::StartsWith(argument, "{")) return FirstItem(argument, "driver");
  const absl::StatusOr<ValueTree> tree =
      ParseJsonObject(argument, QemuVersion::k7_2);
  if (!tree.ok()) return "";
  const std::optional<uint32_t> driver = tree->Find(ValueTree::kRoot, "driver");
  return driver ? (*tree)[*driver].text : "";
}

// Devices that add memory or CPUs, or address space above RAM.
bool ChangesMemoryTables(absl::string_view driver) {
  return driver == "pc-dimm" || driver == "nvdimm" || driver == "sp-mem" ||
         absl::StartsWith(driver, "virtio-mem") ||
         absl::StartsWith(driver, "virtio-pmem") ||
         absl::StartsWith(driver, "cxl") ||
         absl::StartsWith(driver, "pxb-cxl") || absl::EndsWith(driver, "-cpu");
}

bool GlobalChangesMemoryTables(absl::string_view argument) {
  return absl::StrContains(argument, "pci-hole64-size") ||
         absl::StrContains(argument, "memory-backend") ||
         absl::StrContains(argument, "-cpu.") ||
         absl::EndsWith(FirstItem(argument, "driver"), "-cpu");
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
  absl::Status ReadDevice(const Option& option);
  absl::Status Create(const ObjectRequest& object);
  absl::Status ChooseAccelerator(const std::optional<std::string>& machine_key);
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
  std::vector<ObjectRequest> objects_;
  QemuOptsList numa_list_{"numa", "type"};
  struct NumaOption {
    Location location;
    QemuOptsBag bag;
  };
  std::vector<NumaOption> numa_;
  std::vector<Location> accelerators_;
  std::optional<absl::string_view> cpu_;
  bool has_mem_path_ = false;
  absl::Status device_not_covered_;

  MachineOptions machine_;
  ObjectTree object_tree_;
  std::vector<std::string> said_;  // by a layer, still without location
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
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
    notes_.push_back(absl::StrCat(option.location.ToString(),
                                  ": ignored, it changes no memory table"));
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
    case OptionMeaning::kObject: {
      absl::StatusOr<ObjectRequest> object =
          ParseObject(option.argument(), visit_, object_list_, said_);
      absl::Status parsed = At(option.location, object.status());
      if (!parsed.ok()) return parsed;
      objects_.push_back(*std::move(object));
      return objects_.back().backend_kind ? absl::OkStatus() : ignore();
    }
    case OptionMeaning::kNuma:
      return ReadNuma(option);
    case OptionMeaning::kNoAcpi:
      return ParseKeyval("acpi=off", "", tree_).status();
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
      if (GlobalChangesMemoryTables(option.argument())) {
        return NotCovered(option, "this property may change a memory table");
      }
      return ignore();
    case OptionMeaning::kHarness:
      return absl::OkStatus();
    case OptionMeaning::kIgnored:
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

// QEMU makes devices after the board, so they wait for everything else.
absl::Status CommandLine::ReadDevice(const Option& option) {
  const std::string driver = DriverOf(option.argument());
  if (!ChangesMemoryTables(driver) && !IsHelp(driver)) {
    notes_.push_back(absl::StrCat(option.location.ToString(),
                                  ": ignored, it changes no memory table"));
  } else if (device_not_covered_.ok()) {
    device_not_covered_ = NotCovered(option, "this device is not covered");
  }
  return absl::OkStatus();
}

// Steps 4 and 8.
absl::Status CommandLine::Create(const ObjectRequest& object) {
  absl::Status created = object_tree_.Create(object, qemu_, machine_.backends);
  if (!absl::IsUnimplemented(created)) return created;
  return absl::UnimplementedError(
      absl::StrCat("-object ", object.qom_type, ": ", created.message()));
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
  for (const auto& [location, name] : candidates) {
    // Of failures, all but a last one without remedy are only printed.
    if (!failure.ok()) warnings_.emplace_back(failure.message());
    if (name == "tcg") {
      if (!failure.ok()) warnings_.emplace_back("falling back to tcg");
      return absl::OkStatus();
    }
    const absl::string_view type = name.substr(0, name.find(','));
    if (type == "tcg" || IsOtherAccelerator(type)) {
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

absl::Status CommandLine::Steps() {
  absl::Status status = ScanWords();
  if (status.ok()) status = ReadOptions();
  if (!status.ok()) return status;

  status = At(first_memory_, memory_.FoldInto(tree_));
  if (!status.ok()) return status;

  absl::StatusOr<MachineType> type = ChooseMachine(tree_, qemu_);
  if (!type.ok()) return type.status();
  machine_.type = *type;
  machine_.cpu = DefaultCpu(*type, qemu_);

  for (const ObjectRequest& object : objects_) {  // step 4
    if (object.backend_kind) continue;
    status = Create(object);
    if (!status.ok()) return status;
  }

  status = Dashify(tree_);
  if (!status.ok()) return status;
  const LegacyKeys legacy = TakeLegacyKeys(tree_);
  if (legacy.memory_backend && has_mem_path_) {
    return Refuse(
        "'-mem-path' can't be used together with'-machine memory-backend'");
  }
  status = At(kNowhere, ApplyProperties(tree_, machine_, said_));
  if (status.ok()) status = ChooseAccelerator(legacy.accel);
  if (!status.ok()) return status;
  // Not in the specification; QEMU 7.2 says it here.
  if (IsDeprecated(*type, qemu_)) {
    warnings_.push_back(
        absl::StrCat("warning: Machine type '", ToString(*type),
                     "' is deprecated: old and unattended - use a newer "
                     "version instead"));
  }

  for (const ObjectRequest& object : objects_) {  // step 8
    if (!object.backend_kind) continue;
    status = Create(object);
    if (!status.ok()) return status;
  }
  if (cpu_) {
    absl::StatusOr<CpuOptions> cpu = ParseCpu(*cpu_, *type, qemu_);
    if (!cpu.ok()) return cpu.status();
    machine_.cpu = *std::move(cpu);
  }
  status = ApplyMemoryBackend(legacy.memory_backend);
  if (!status.ok()) return status;

  NumaBuilder numa(machine_);
  for (const auto& [location, bag] : numa_) {  // step 11
    absl::StatusOr<NumaRecord> record = ParseNuma(bag, visit_, said_);
    status =
        At(location, record.ok() ? numa.Add(*record, said_) : record.status());
    if (!status.ok()) return status;
  }
  return device_not_covered_;
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
  parsed.warnings = std::move(warnings_);
  parsed.notes = std::move(notes_);
  return parsed;
}

}  // namespace

absl::StatusOr<ParsedCommandLine> ParseCommandLine(
    absl::Span<const std::string> args, const CommandLineContext& context) {
  return CommandLine(args, context).Parse();
}

}  // namespace e820check
