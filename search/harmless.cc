// SPDX-License-Identifier: Apache-2.0

#include "search/harmless.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "machine/address_range.h"
#include "options/config_file.h"
#include "options/global_property.h"
#include "options/json.h"
#include "options/option_groups.h"
#include "options/option_words.h"
#include "options/qemu_opts.h"
#include "options/size.h"
#include "search/harmless_names.h"
#include "search/memory_bill.h"

namespace e820check {
namespace {

// One value of one option, wherever it was written. What later values take the
// place of, or what QEMU would not come to read, is looked into all the same:
// so the order of options, and how they are merged, does not matter.
struct Item {
  std::string key;
  std::string value;
};
using Items = std::vector<Item>;

template <typename... Parts>
absl::Status Deny(const Parts&... parts) {
  return absl::PermissionDeniedError(absl::StrCat(parts...));
}

bool HasWord(absl::string_view words, absl::string_view word) {
  for (const absl::string_view candidate : absl::StrSplit(words, ' ')) {
    if (candidate == word) return true;
  }
  return false;
}

// A name in the working directory, or none.
bool StaysInDirectory(absl::string_view path) {
  return path != "." && path != ".." && !absl::StrContains(path, "/");
}

// Of what QEMU refuses to read: that our parsers refuse it, too, is to be no
// reason alone.
absl::Status CheckRefused(absl::string_view text) {
  if (!absl::StrContains(text, "/") && !absl::StrContains(text, "\\u")) {
    return absl::OkStatus();
  }
  return Deny(text, ": it cannot be read, and may name a file");
}

struct Names {
  absl::string_view harmless;
  absl::string_view others;
};
constexpr Names kMachineProperties = {kHarmlessMachineProperties,
                                      kOtherMachineProperties};
constexpr Names kAccelerators = {kHarmlessAccelerators, kOtherAccelerators};
constexpr Names kAcceleratorProperties = {kHarmlessAcceleratorProperties,
                                          kOtherAcceleratorProperties};
constexpr Names kObjects = {kHarmlessObjects, kOtherObjects};
constexpr Names kObjectProperties = {kHarmlessObjectProperties,
                                     kOtherObjectProperties};
constexpr Names kDeviceProperties = {kHarmlessDeviceProperties,
                                     kOtherDeviceProperties};

// A name that no release has makes QEMU refuse the option. Should a new one
// have it, its value must at least be no path and no address.
bool IsHarmlessName(const Names& names, absl::string_view name,
                    absl::string_view value) {
  if (HasWord(names.harmless, name)) return true;
  return !HasWord(names.others, name) &&
         value.find_first_of("/:\\") == absl::string_view::npos;
}

Items SplitItems(absl::string_view text, absl::string_view implied_key) {
  Items items;
  QemuOptsReader reader(text, implied_key);
  while (const std::optional<QemuOpt> opt = reader.Next()) {
    items.push_back({std::string(opt->key), opt->value});
  }
  return items;
}

std::string TextOf(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kBool:
      return value.boolean ? "on" : "off";
    case Value::Kind::kSigned:
      return absl::StrCat(value.signed_integer);
    case Value::Kind::kUnsigned:
      return absl::StrCat(value.unsigned_integer);
    default:
      return value.text;
  }
}

class Judge {
 public:
  explicit Judge(QemuVersion qemu) : qemu_(qemu) {}
  // Of a machine that comes to be made.
  void CountProcessors(uint32_t count) { bill_.AddProcessors(count); }

  absl::Status CheckArguments(const CommandLineArgs& args);
  absl::Status CheckFile(absl::string_view text);
  absl::StatusOr<QemuFence> Sum() const;

 private:
  absl::Status CheckOption(absl::string_view word, absl::string_view argument);
  absl::Status CheckGroup(absl::string_view group, const Items& items);
  absl::Status CheckJson(absl::string_view group, absl::string_view text);
  absl::Status CheckMachine(const Items& items);
  absl::Status CheckMemory(const Items& items);
  static absl::Status CheckAccelerator(const Items& items);
  absl::Status CheckObject(const Items& items);
  absl::Status CheckDevice(const Items& items);
  absl::Status CheckGlobal(absl::string_view text);
  absl::Status CheckGlobalItems(const Items& items);
  absl::Status CheckDefault(absl::string_view name);
  absl::Status CheckSet(absl::string_view text);
  // 0 for what QEMU refuses.
  uint64_t Size(absl::string_view text, DefaultUnit unit) const;

  QemuVersion qemu_;
  MemoryBill bill_;
};

uint64_t Judge::Size(absl::string_view text, DefaultUnit unit) const {
  std::vector<std::string> warnings;
  return ReadSize(text, unit, qemu_, warnings).bytes;
}

absl::Status Judge::CheckArguments(const CommandLineArgs& args) {
  for (size_t i = 0; i < args.size(); ++i) {
    absl::string_view name = args[i];
    if (!absl::ConsumePrefix(&name, "-")) {
      return Deny(args[i], ": a disk image");
    }
    absl::ConsumePrefix(&name, "-");
    if (HasWord(kOtherWords, name)) return Deny(args[i], ": this option");
    // QEMU has it refused before it acts on any option.
    if (!HasWord(kHarmlessWords, name)) return absl::OkStatus();
    const OptionWord* word = FindOptionWord(args[i], qemu_);
    if (word == nullptr || !word->has_argument) continue;
    if (i + 1 == args.size()) return absl::OkStatus();  // likewise
    if (absl::Status s = CheckOption(name, args[++i]); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status Judge::CheckOption(absl::string_view word,
                                absl::string_view argument) {
  if (word == "M" || word == "machine") {
    return CheckMachine(SplitItems(argument, "type"));
  }
  if (word == "m") return CheckMemory(SplitItems(argument, "size"));
  if (word == "accel") return CheckAccelerator(SplitItems(argument, "accel"));
  if (word == "object" || word == "device") {
    if (absl::StartsWith(argument, "{")) return CheckJson(word, argument);
    return CheckGroup(
        word, SplitItems(argument, word == "object" ? "qom-type" : "driver"));
  }
  if (word == "global") return CheckGlobal(argument);
  if (word == "set") return CheckSet(argument);
  if (word == "display" && argument != "none") {
    return Deny("-display ", argument);
  }
  if (word == "mem-path") bill_.PutRamIntoFile();
  if ((word == "mem-path" || word == "readconfig") &&
      !StaysInDirectory(argument)) {
    return Deny("-", word, " ", argument, ": a file elsewhere");
  }
  // Nothing in -cpu, -name, -numa, -smp and -uuid names a file.
  return absl::OkStatus();
}

absl::Status Judge::CheckFile(absl::string_view text) {
  ConfigFile file(text);
  for (;;) {
    const absl::StatusOr<std::optional<ConfigGroup>> group = file.Next();
    if (!group.ok()) return CheckRefused(text);
    if (!*group) return absl::OkStatus();
    if (FindOptionGroup((*group)->name, QemuVersion::k11_1) == nullptr) {
      return CheckRefused(text);
    }
    Items items;
    for (const ConfigGroup::Item& item : (*group)->items) {
      // "a..b" is one name, and "a.b" a member of `a`.
      items.push_back({std::string(item.key), std::string(item.value)});
    }
    if (absl::Status s = CheckGroup((*group)->name, items); !s.ok()) return s;
  }
}

absl::Status Judge::CheckGroup(absl::string_view group, const Items& items) {
  if (group == "machine") return CheckMachine(items);
  if (group == "memory") return CheckMemory(items);
  if (group == "accel") return CheckAccelerator(items);
  if (group == "object") return CheckObject(items);
  if (group == "device") return CheckDevice(items);
  if (group == "global") return CheckGlobalItems(items);
  if (group == "numa" || group == "smp-opts") return absl::OkStatus();
  return Deny(group, ": this group of options");
}

absl::Status Judge::CheckJson(absl::string_view group, absl::string_view text) {
  const absl::StatusOr<ValueTree> tree = ParseJsonObject(text, qemu_);
  if (!tree.ok()) return CheckRefused(text);
  Items items;
  for (const auto& [key, index] : (*tree)[ValueTree::kRoot].members) {
    items.push_back({key, TextOf((*tree)[index])});
  }
  return CheckGroup(group, items);
}

absl::Status Judge::CheckMachine(const Items& items) {
  for (const Item& item : items) {
    const std::string key = absl::StrReplaceAll(item.key, {{"_", "-"}});
    const std::string name = key.substr(0, key.find('.'));
    if (!IsHarmlessName(kMachineProperties, name, item.value)) {
      return Deny("-machine ", item.key, "=");
    }
    if (key == "memory.size") {
      bill_.OfferRam(Size(item.value, DefaultUnit::kByte));
    }
    if (name != "accel") continue;
    for (const absl::string_view accelerator :
         absl::StrSplit(item.value, ':')) {
      absl::Status checked =
          CheckAccelerator({{"accel", std::string(accelerator)}});
      if (!checked.ok()) return checked;
    }
  }
  return absl::OkStatus();
}

absl::Status Judge::CheckMemory(const Items& items) {
  for (const Item& item : items) {
    if (item.key != "size") continue;
    bill_.OfferRam(Size(item.value, DefaultUnit::kMebibyte));
  }
  return absl::OkStatus();
}

absl::Status Judge::CheckAccelerator(const Items& items) {
  for (const Item& item : items) {
    if (!IsHarmlessName(kAcceleratorProperties, item.key, item.value)) {
      return Deny("-accel ", item.key, "=");
    }
    if (item.key == "accel" && !IsHarmlessName(kAccelerators, item.value, "")) {
      return Deny("-accel ", item.value);
    }
  }
  return absl::OkStatus();
}

absl::Status Judge::CheckObject(const Items& items) {
  constexpr absl::string_view kFile = "memory-backend-file";
  MemoryBill::Backend backend;
  bool is_backend = false;
  const auto has_type = [&](absl::string_view type) {
    return std::any_of(items.begin(), items.end(), [&](const Item& item) {
      return item.key == "qom-type" && item.value == type;
    });
  };
  for (const auto& [key, value] : items) {
    if (key == "mem-path" && has_type(kFile) && StaysInDirectory(value)) {
      continue;
    }
    if (!IsHarmlessName(kObjectProperties, key, value)) {
      return Deny("-object ", key, "=", value);
    }
    if (key == "qom-type") {
      if (!IsHarmlessName(kObjects, value, "")) {
        return Deny("-object ", value);
      }
      is_backend |= absl::StartsWith(value, "memory-backend-");
      backend.is_named_file |= value == kFile;
      backend.may_be_shared |= value == "memory-backend-memfd";
    } else if (key == "size") {
      backend.size_bytes =
          std::max(backend.size_bytes, Size(value, DefaultUnit::kByte));
    } else if (key == "offset") {
      backend.offset_bytes =
          std::max(backend.offset_bytes, Size(value, DefaultUnit::kByte));
    } else if (key == "share") {
      backend.may_be_shared = true;
    } else if (key == "prealloc") {
      backend.is_touched |= value != "off";
    }
  }
  if (is_backend) bill_.Add(backend);
  return absl::OkStatus();
}

absl::Status Judge::CheckDefault(absl::string_view name) {
  if (name == "prealloc") bill_.TouchAll();
  if (HasWord(kHarmlessDeviceProperties, name)) return absl::OkStatus();
  return Deny("-global with property ", name);
}

absl::Status Judge::CheckDevice(const Items& items) {
  for (const Item& item : items) {
    if (item.key == "prealloc") bill_.TouchAll();
    if (!IsHarmlessName(kDeviceProperties, item.key, item.value)) {
      return Deny("-device with property ", item.key);
    }
    if (item.key == "driver" && !HasWord(kHarmlessDrivers, item.value) &&
        !IsHelp(item.value)) {
      return Deny("-device ", item.value);
    }
  }
  return absl::OkStatus();
}

absl::Status Judge::CheckGlobal(absl::string_view text) {
  std::vector<std::string> warnings;
  QemuOptsList list("global", "");
  const absl::StatusOr<GlobalProperty> global =
      ParseGlobal(text, list, warnings);
  if (global.ok()) return CheckDefault(global->property);
  return CheckGlobalItems(SplitItems(text, ""));
}

absl::Status Judge::CheckGlobalItems(const Items& items) {
  for (const Item& item : items) {
    if (item.key == "property") {
      if (absl::Status s = CheckDefault(item.value); !s.ok()) return s;
    } else if (item.key != "driver" && item.key != "value" &&
               item.key != "id") {
      return Deny("-global ", item.key, "=");
    }
  }
  return absl::OkStatus();
}

absl::Status Judge::CheckSet(absl::string_view text) {
  const absl::StatusOr<Assignment> assignment = ParseAssignment(text, qemu_);
  if (!assignment.ok()) return CheckRefused(text);
  return CheckGroup(
      assignment->group->name,
      {{std::string(assignment->key), std::string(assignment->value)}});
}

absl::StatusOr<QemuFence> Judge::Sum() const {
  if (bill_.touched_bytes() > kGiB) {
    return Deny("it may touch ", bill_.touched_bytes() >> 20, " MiB of memory");
  }
  const uint64_t all_bytes = bill_.touched_bytes() + bill_.processor_bytes();
  if (all_bytes > QemuFence::kResidentBytes) {
    return Deny("with its processors QEMU may take ", all_bytes >> 20,
                " MiB of memory");
  }
  QemuFence fence;
  if (bill_.named_file_bytes() > fence.file_size_bytes) {
    return Deny("a file of ", bill_.named_file_bytes() >> 20, " MiB");
  }
  fence.file_size_bytes = std::max(fence.file_size_bytes, bill_.file_bytes());
  return fence;
}

}  // namespace

absl::StatusOr<QemuFence> CheckHarmless(
    const PreparedCase& prepared,
    const absl::StatusOr<ParsedCommandLine>& parsed, QemuVersion qemu) {
  if (!parsed.ok() && !absl::IsUnknown(parsed.status())) {
    return Deny(parsed.status().message());
  }
  Judge judge(qemu);
  absl::Status checked = judge.CheckArguments(prepared.args);
  for (const auto& [name, text] : prepared.files) {
    if (checked.ok()) checked = judge.CheckFile(text);
  }
  if (!checked.ok()) return checked;
  if (parsed.ok() && parsed->accepted()) {
    judge.CountProcessors(std::get<MachineOptions>(parsed->outcome).smp.cpus);
  }
  return judge.Sum();
}

}  // namespace e820check
