// SPDX-License-Identifier: Apache-2.0

#include "options/option_reader.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "options/keyval.h"
#include "options/option_groups.h"
#include "options/refusal.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

struct Option {
  const OptionWord* word = nullptr;  // nullptr: a disk image
  Location location;

  absl::string_view argument() const { return location.argument.value_or(""); }
};

// Options that may put devices on the PCI bus before those of -device.
bool AddsPciDevices(absl::string_view word) {
  constexpr absl::string_view kWords[] = {"drive", "net", "nic", "vga",
                                          "virtfs"};
  return std::find(std::begin(kWords), std::end(kWords), word) !=
         std::end(kWords);
}

// Other spellings of machine properties, whatever their argument has in it.
bool IsKernelOption(absl::string_view word) {
  return word == "append" || word == "dtb" || word == "initrd" ||
         word == "kernel" || word == "shim";
}

absl::string_view WithoutHint(absl::string_view text) {
  absl::ConsumeSuffix(&text, kSizeHint);
  absl::ConsumeSuffix(&text, kIdentifierHint);
  return text;
}

class Reader {
 public:
  Reader(absl::Span<const std::string> args, const VisitContext& context,
         const FileReader& read_file, MessageLog& log)
      : args_(args),
        visit_(context),
        read_file_(read_file),
        log_(log),
        records_{.memory = MemoryOption(context.qemu)} {}

  absl::StatusOr<OptionRecords> Read() &&;

 private:
  absl::Status ScanWords();
  absl::Status ReadOption(const Option& option);
  absl::Status ReadArgument(const Option& option);
  absl::Status ReadMachine(absl::string_view argument);
  void Ignore(absl::string_view word, const Location& location);
  void PutMachineProperty(absl::string_view key, absl::string_view value);
  absl::Status ReadSmp(absl::string_view argument);
  absl::Status ReadNuma(const Option& option);
  absl::Status ReadObject(const Option& option);
  absl::Status AddObject(absl::StatusOr<ObjectRequest> request,
                         const Location& location);
  absl::Status ReadDevice(const Option& option);
  absl::Status ReadGlobal(const Option& option);
  absl::Status ReadAccelerator(const Option& option);
  absl::Status Set(const Option& option);
  void AddNuma(const Location& location, QemuOptsBag bag);
  void AddDevice(const Location& location, DeviceRequest request);
  void AddAccelerator(const Location& location, QemuOptsBag bag);
  QemuOptsBag* FindRecord(absl::string_view group, absl::string_view id);
  bool MayHaveRecords(const OptionGroup& group) const;
  absl::Status ReadConfig(const Option& option);
  // The hints of a group that ends with the file are dropped, by 7.2.
  enum class Hints { kKept, kDropped };
  absl::Status RefuseFile(const Location& option, const Location& place,
                          Hints hints, const absl::Status& status);
  absl::Status ReadGroup(const ConfigGroup& group, const Location& option,
                         const Location& place, Hints hints);
  absl::Status ReadRecord(const ConfigGroup& group, const Location& place);
  absl::Status ReadTree(absl::string_view group, const ValueTree& tree,
                        const Location& place);
  absl::Status ReadMemory(const ConfigGroup& group);
  absl::Status ReadGlobal(const ConfigGroup& group, const Location& place);
  absl::Status AddGlobal(const Location& location, GlobalProperty global);
  absl::Status IgnoreGroup(absl::string_view group, const Location& place);

  absl::Span<const std::string> args_;
  const VisitContext& visit_;
  const FileReader& read_file_;
  MessageLog& log_;

  std::vector<Option> options_;
  QemuOptsList object_list_{"object", "qom-type"};
  QemuOptsList numa_list_{"numa", "type"};
  QemuOptsList device_list_{"device", "driver"};
  QemuOptsList global_list_{"global", ""};
  QemuOptsList accelerator_list_{"accel", "accel"};
  OptionRecords records_;
  std::set<std::string, std::less<>> ignored_groups_;  // of files
  // Of the records that -set may find by id, where they stand in records_.
  using Places = absl::flat_hash_map<std::string, size_t>;
  Places numa_places_;
  Places device_places_;
  Places accelerator_places_;
};

// Step 0.
absl::Status Reader::ScanWords() {
  options_.reserve(args_.size());
  for (size_t i = 0; i < args_.size(); ++i) {
    Option option;
    option.location.word = args_[i];
    if (absl::StartsWith(args_[i], "-")) {
      option.word = FindOptionWord(args_[i], visit_.qemu);
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

absl::StatusOr<OptionRecords> Reader::Read() && {
  absl::Status status = ScanWords();
  for (const Option& option : options_) {
    if (status.ok()) status = ReadOption(option);
  }
  if (!status.ok()) return status;
  return std::move(records_);
}

absl::Status Reader::ReadOption(const Option& option) {
  // These say things at other places than their own.
  if (option.word != nullptr &&
      option.word->meaning == OptionMeaning::kReadConfig) {
    return ReadConfig(option);
  }
  return log_.At(option.location, ReadArgument(option));
}

absl::Status Reader::ReadArgument(const Option& option) {
  if (option.word == nullptr) {
    return absl::UnimplementedError(
        "a disk image opens or not, as the host has it");
  }
  switch (option.word->meaning) {
    case OptionMeaning::kMemory:
      if (records_.first_memory.IsNowhere()) {
        records_.first_memory = option.location;
      }
      return records_.memory.Take(option.argument(), log_.said());
    case OptionMeaning::kMachine:
      return ReadMachine(option.argument());
    case OptionMeaning::kSmp:
      return ReadSmp(option.argument());
    case OptionMeaning::kObject:
      return ReadObject(option);
    case OptionMeaning::kNuma:
      return ReadNuma(option);
    case OptionMeaning::kNoAcpi:
      return ReadMachine("acpi=off");
    case OptionMeaning::kEnableKvm:
      return ReadMachine("accel=kvm");
    case OptionMeaning::kAccel:
      return ReadAccelerator(option);
    case OptionMeaning::kCpu:
      records_.cpu = option.argument();
      return absl::OkStatus();
    case OptionMeaning::kMemPath:
      if (option.argument().empty()) {
        return absl::UnimplementedError("an empty path is not covered");
      }
      records_.has_mem_path = true;
      log_.NoteIgnored(option.location);
      return absl::OkStatus();
    case OptionMeaning::kDevice:
      return ReadDevice(option);
    case OptionMeaning::kGlobal:
      return ReadGlobal(option);
    case OptionMeaning::kSet:
      return Set(option);
    case OptionMeaning::kPreconfig:
      records_.preconfig = true;
      return absl::OkStatus();
    case OptionMeaning::kHelp:
      return PrintHelp();
    case OptionMeaning::kHarness:
    case OptionMeaning::kReadConfig:
      records_.has_qtest |= option.word->name == "qtest";
      return absl::OkStatus();
    case OptionMeaning::kIgnored:
      if (IsKernelOption(option.word->name)) {
        PutMachineProperty(option.word->name, option.argument());
      }
      if (option.word->name == "usb" || option.word->name == "usbdevice") {
        if (absl::Status s = ReadMachine("usb=on"); !s.ok()) return s;
      }
      if (option.word->name != "display" || option.argument() != "none") {
        Ignore(option.word->name, option.location);
      }
      return absl::OkStatus();
    case OptionMeaning::kOtherTarget:
      return Refuse("Option not supported for this target");
    case OptionMeaning::kNotCovered:
      return absl::UnimplementedError("this option is not covered");
  }
  return absl::OkStatus();
}

void Reader::Ignore(absl::string_view word, const Location& location) {
  records_.has_other_pci_devices |= AddsPciDevices(word);
  log_.NoteIgnored(location);
}

void Reader::PutMachineProperty(absl::string_view key,
                                absl::string_view value) {
  ValueTree& machine = records_.machine;
  if (const auto index = machine.Find(ValueTree::kRoot, key)) {
    machine[*index] = StringValue(std::string(value));
    return;
  }
  machine.AddMember(ValueTree::kRoot, key, StringValue(std::string(value)));
}

absl::Status Reader::ReadMachine(absl::string_view argument) {
  const absl::StatusOr<bool> help =
      ParseKeyval(argument, "type", records_.machine);
  return help.ok() && *help ? PrintHelp() : help.status();
}

absl::Status Reader::ReadSmp(absl::string_view argument) {
  ValueTree smp;
  const absl::StatusOr<bool> help = ParseKeyval(argument, "cpus", smp);
  if (!help.ok()) return help.status();
  return *help ? PrintHelp() : MergeKeyval("smp", smp, records_.machine);
}

absl::Status Reader::ReadNuma(const Option& option) {
  absl::StatusOr<QemuOptsBag> bag =
      numa_list_.Parse(option.argument(), log_.said());
  if (!bag.ok()) return bag.status();
  AddNuma(option.location, *std::move(bag));
  return absl::OkStatus();
}

absl::Status Reader::ReadObject(const Option& option) {
  return AddObject(
      ParseObject(option.argument(), visit_, object_list_, log_.said()),
      option.location);
}

absl::Status Reader::AddObject(absl::StatusOr<ObjectRequest> request,
                               const Location& location) {
  if (!request.ok()) return request.status();
  if (!request->backend_kind && !request->generic) log_.NoteIgnored(location);
  records_.objects.push_back(*std::move(request));
  return absl::OkStatus();
}

absl::Status Reader::ReadDevice(const Option& option) {
  absl::StatusOr<DeviceRequest> request =
      ParseDevice(option.argument(), visit_.qemu, device_list_, log_.said());
  if (!request.ok()) return request.status();
  AddDevice(option.location, *std::move(request));
  return absl::OkStatus();
}

absl::Status Reader::ReadGlobal(const Option& option) {
  absl::StatusOr<GlobalProperty> global =
      ParseGlobal(option.argument(), global_list_, log_.said());
  if (!global.ok()) return global.status();
  return AddGlobal(option.location, *std::move(global));
}

absl::Status Reader::AddGlobal(const Location& location,
                               GlobalProperty global) {
  if (ChangesMemoryTables(global)) {
    return absl::UnimplementedError("this property may change a memory table");
  }
  if (!IsPciHole(global)) log_.NoteIgnored(location);
  records_.globals.push_back(std::move(global));
  return absl::OkStatus();
}

// The one option whose bad id is no refusal: it makes the option empty, and
// without a name there is help.
absl::Status Reader::ReadAccelerator(const Option& option) {
  absl::StatusOr<QemuOptsBag> bag =
      accelerator_list_.Parse(option.argument(), log_.said());
  if (!bag.ok()) log_.said().emplace_back(bag.status().message());
  const std::string* name = bag.ok() ? bag->Find("accel") : nullptr;
  if (name == nullptr || IsHelp(*name)) return PrintHelp();
  AddAccelerator(option.location, *std::move(bag));
  return absl::OkStatus();
}

void Reader::AddNuma(const Location& location, QemuOptsBag bag) {
  if (bag.id) numa_places_.emplace(*bag.id, records_.numa.size());
  records_.numa.push_back({location, std::move(bag)});
}

void Reader::AddDevice(const Location& location, DeviceRequest request) {
  if (request.bag.id) {
    device_places_.emplace(*request.bag.id, records_.devices.size());
  }
  records_.devices.push_back({location, std::move(request)});
}

void Reader::AddAccelerator(const Location& location, QemuOptsBag bag) {
  if (bag.id)
    accelerator_places_.emplace(*bag.id, records_.accelerators.size());
  records_.accelerators.push_back({location, std::move(bag)});
}

QemuOptsBag* Reader::FindRecord(absl::string_view group, absl::string_view id) {
  if (group == "numa") {
    const auto at = numa_places_.find(id);
    return at == numa_places_.end() ? nullptr : &records_.numa[at->second].bag;
  }
  if (group == "accel") {
    const auto at = accelerator_places_.find(id);
    return at == accelerator_places_.end()
               ? nullptr
               : &records_.accelerators[at->second].bag;
  }
  if (group == "device") {
    const auto at = device_places_.find(id);
    return at == device_places_.end()
               ? nullptr
               : &records_.devices[at->second].request.bag;
  }
  return nullptr;
}

// Of records other than FindRecord()'s, ids are not kept.
bool Reader::MayHaveRecords(const OptionGroup& group) const {
  if (group.name == "numa" || group.name == "accel" || group.name == "device" ||
      group.name == "memory") {
    return false;
  }
  return group.kind == OptionGroup::Kind::kSharedRecords ||
         ignored_groups_.contains(group.name) ||
         std::any_of(options_.begin(), options_.end(), [&](const Option& o) {
           return o.word != nullptr && o.word->name == group.name;
         });
}

absl::Status Reader::Set(const Option& option) {
  const absl::StatusOr<Assignment> assignment =
      ParseAssignment(option.argument(), visit_.qemu);
  if (!assignment.ok()) return assignment.status();
  const auto& [group, id, key, value] = *assignment;
  QemuOptsBag* const bag = FindRecord(group->name, id);
  if (bag == nullptr) {
    if (MayHaveRecords(*group)) {
      return absl::UnimplementedError("this group is not covered");
    }
    return Refuse("there is no ", group->name, " \"", id, "\" defined");
  }
  if (group->name == "numa" && key == "id") {
    return absl::UnknownError("QEMU asserts that no record has a key 'id'");
  }
  // A device's key `id` has no effect: its id is the record's.
  if (key != "id" || group->name == "accel") {
    bag->items.push_back({.key = key, .value = std::string(value)});
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadConfig(const Option& option) {
  const std::string path(option.argument());
  if (!read_file_) {
    return log_.At(option.location,
                   absl::UnimplementedError("no file is read here"));
  }
  absl::StatusOr<std::string> text = read_file_(path);
  if (absl::IsResourceExhausted(text.status())) {
    return log_.At(option.location,
                   absl::UnimplementedError(text.status().message()));
  }
  if (!text.ok()) {
    return log_.At(
        option.location,
        absl::IsNotFound(text.status())
            ? Refuse("Could not open '", path, "': ", text.status().message())
            : Refuse("Cannot read config file: ", text.status().message()));
  }
  records_.file_texts.push_front(*std::move(text));
  ConfigFile file(records_.file_texts.front());
  for (;;) {
    const absl::StatusOr<std::optional<ConfigGroup>> group = file.Next();
    Location place;
    if (file.line() != 0) {
      place = {.word = option.argument(), .line = file.line()};
    }
    if (!group.ok()) {
      return RefuseFile(option.location, place, Hints::kDropped,
                        group.status());
    }
    if (!*group) return absl::OkStatus();
    absl::Status read =
        ReadGroup(**group, option.location, place,
                  file.at_end() ? Hints::kDropped : Hints::kKept);
    if (!read.ok()) return read;
  }
}

// Where the place in the file is named, hints may be dropped.
absl::Status Reader::RefuseFile(const Location& option, const Location& place,
                                Hints hints, const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return log_.At(place, status);
  if (!OptionRulesOf(visit_.qemu).config_file_refusals_name_the_line) {
    return log_.At(option, status);
  }
  return log_.At(place, hints == Hints::kKept
                            ? status
                            : Refuse(WithoutHint(status.message())));
}

absl::Status Reader::ReadGroup(const ConfigGroup& group, const Location& option,
                               const Location& place, Hints hints) {
  const OptionGroup* known = FindOptionGroup(group.name, visit_.qemu);
  if (known == nullptr) {
    return RefuseFile(option, place, hints, RefuseGroup(group.name));
  }
  if (known->kind != OptionGroup::Kind::kTree) {
    return RefuseFile(option, place, hints, ReadRecord(group, place));
  }
  absl::StatusOr<ValueTree> tree = Crumple(group);
  if (!tree.ok()) return RefuseFile(option, place, hints, tree.status());
  return log_.At(place, ReadTree(group.name, *tree, place));
}

absl::Status Reader::ReadRecord(const ConfigGroup& group,
                                const Location& place) {
  if (group.name == "memory") {
    if (records_.first_memory.IsNowhere()) records_.first_memory = place;
    return ReadMemory(group);
  }
  if (group.name == "global") return ReadGlobal(group, place);
  const bool is_numa = group.name == "numa";
  if (!is_numa && group.name != "device") return IgnoreGroup(group.name, place);
  QemuOptsBag bag;
  for (const auto& [key, value] : group.items) {
    if (key == "id") {
      bag.id = std::string(value);
    } else {
      bag.items.push_back({.key = key, .value = std::string(value)});
    }
  }
  if (bag.id) {
    absl::Status taken = (is_numa ? numa_list_ : device_list_).TakeId(*bag.id);
    if (!taken.ok()) return taken;
  }
  if (is_numa) {
    AddNuma(place, std::move(bag));
  } else {
    AddDevice(place, {.bag = std::move(bag)});
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadGlobal(const ConfigGroup& group,
                                const Location& place) {
  GlobalProperty global;
  const std::pair<absl::string_view, std::string*> fields[] = {
      {"driver", &global.driver},
      {"property", &global.property},
      {"value", &global.value}};
  if (const ConfigGroup::Item* id = group.Find("id"); id != nullptr) {
    absl::Status taken = global_list_.TakeId(std::string(id->value));
    if (!taken.ok()) return taken;
  }
  for (const auto& [key, value] : group.items) {
    if (key == "id") continue;
    const auto* const field =
        std::find_if(std::begin(fields), std::end(fields),
                     [&name = key](const auto& f) { return f.first == name; });
    if (field == std::end(fields)) {
      return Refuse("Invalid parameter '", key, "'");
    }
    *field->second = std::string(value);
  }
  for (const auto& [key, value] : fields) {
    if (group.Find(key) == nullptr) {
      return absl::UnknownError(
          "QEMU asserts that a [global] has all it needs");
    }
  }
  return AddGlobal(place, std::move(global));
}

// As the option of that name is, whatever is in it.
absl::Status Reader::IgnoreGroup(absl::string_view group,
                                 const Location& place) {
  const OptionWord* word = FindOptionWord(
      group == "boot-opts" ? "-boot" : absl::StrCat("-", group), visit_.qemu);
  if (word == nullptr || word->meaning != OptionMeaning::kIgnored) {
    return absl::UnimplementedError("this group is not covered");
  }
  ignored_groups_.insert(std::string(group));
  Ignore(word->name, place);
  return absl::OkStatus();
}

// An unknown key is named only if the known ones can be read.
absl::Status Reader::ReadMemory(const ConfigGroup& group) {
  if (group.Find("id") != nullptr) return Refuse("Invalid parameter 'id'");
  absl::Status unknown;
  for (const auto& [key, value] : group.items) {
    absl::Status taken = records_.memory.TakeItem(key, value, log_.said());
    if (!MemoryOption::HasKey(key)) {
      unknown.Update(taken);
    } else if (!taken.ok()) {
      return taken;
    }
  }
  return unknown;
}

absl::Status Reader::ReadTree(absl::string_view group, const ValueTree& tree,
                              const Location& place) {
  if (tree[ValueTree::kRoot].kind != Value::Kind::kDict) {
    return absl::UnimplementedError("a group that is a list is not covered");
  }
  if (group == "object") {
    KeyvalSource source(tree, ValueTree::kRoot, "", visit_.qemu, log_.said());
    return AddObject(VisitObject(visit_, source), place);
  }
  if (group == "machine") return MergeKeyval(tree, records_.machine);
  if (group == "smp-opts") return MergeKeyval("smp", tree, records_.machine);
  return IgnoreGroup(group, place);
}

}  // namespace

absl::StatusOr<OptionRecords> ReadOptions(absl::Span<const std::string> args,
                                          const VisitContext& context,
                                          const FileReader& read_file,
                                          MessageLog& log) {
  return Reader(args, context, read_file, log).Read();
}

}  // namespace e820check
