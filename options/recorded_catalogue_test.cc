// SPDX-License-Identifier: Apache-2.0

// The tables of machine types, CPU models, drivers, objects, accelerators,
// option groups and properties against what each release's binary says it has:
// corpus/recorded/<release>/, made by scripts/record.

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/command_line.h"
#include "options/cpu_model.h"
#include "options/device_properties.h"
#include "options/device_tables.h"
#include "options/driver.h"
#include "options/layout_words.h"
#include "options/machine_properties.h"
#include "options/machine_types.h"
#include "options/option_groups.h"

namespace e820check {
namespace {

constexpr QemuVersion kVersions[] = {QemuVersion::k7_2, QemuVersion::k10_0,
                                     QemuVersion::k11_1};

using Names = std::set<std::string>;
using Properties = std::map<std::string, std::string>;  // their types by name

std::vector<std::string> RecordedLines(QemuVersion qemu,
                                       absl::string_view name) {
  std::ifstream file(absl::StrCat(E820CHECK_SOURCE_DIR, "/corpus/recorded/",
                                  ToString(qemu), "/", name));
  EXPECT_TRUE(file.is_open()) << ToString(qemu) << " " << name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// A line of the form that scripts/recording/catalogue.py describes.
struct RecordedType {
  std::string parent;
  std::set<std::string> marks;
  Properties properties;  // with the inherited ones, once all are read

  bool Is(const std::string& mark) const { return marks.count(mark) != 0; }
  // X of the mark "key=X"; empty without.
  std::string Mark(absl::string_view key) const {
    for (absl::string_view mark : marks) {
      if (absl::ConsumePrefix(&mark, absl::StrCat(key, "="))) {
        return std::string(mark);
      }
    }
    return "";
  }
};

using RecordedTypes = std::map<std::string, RecordedType>;

RecordedTypes ReadTypes(QemuVersion qemu, absl::string_view file) {
  RecordedTypes types;
  for (const std::string& line : RecordedLines(qemu, file)) {
    const std::pair<std::string, std::string> halves =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    std::istringstream head(halves.first);
    RecordedType type;
    std::string name;
    std::string less_than;
    head >> name >> less_than >> type.parent;
    for (std::string mark; head >> mark;) type.marks.insert(mark);
    std::istringstream tail(halves.second);
    for (std::string property; tail >> property;) {
      type.properties.insert(absl::StrSplit(property, absl::MaxSplits('=', 1)));
    }
    types[name] = std::move(type);
  }
  for (auto& [name, type] : types) {
    for (auto above = types.find(type.parent); above != types.end();
         above = types.find(above->second.parent)) {
      type.properties.insert(above->second.properties.begin(),
                             above->second.properties.end());
    }
  }
  return types;
}

class RecordedCatalogue : public ::testing::TestWithParam<QemuVersion> {
 protected:
  QemuVersion qemu() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Releases, RecordedCatalogue,
                         ::testing::ValuesIn(kVersions),
                         [](const auto& parameter) {
                           std::string name = ToString(parameter.param);
                           name[name.find('.')] = '_';
                           return name;
                         });

// Those that are no PC and no part of this project.
bool IsOfAnotherKind(absl::string_view machine) {
  return absl::StartsWith(machine, "xenfv") || machine == "xenpv" ||
         machine == "xenpvh" || machine == "x-remote" ||
         machine == "nitro-enclave" || machine == "nitro";
}

TEST_P(RecordedCatalogue, MachineTypes) {
  Names recorded;
  for (const auto& [type_name, recording] : ReadTypes(qemu(), "machines.txt")) {
    absl::string_view name = type_name;
    if (recording.Is("abstract") || !absl::ConsumeSuffix(&name, "-machine") ||
        IsOfAnotherKind(name)) {
      continue;
    }
    SCOPED_TRACE(type_name);
    recorded.emplace(name);
    const std::optional<MachineType> type = FindMachineType(name, qemu());
    ASSERT_TRUE(type);
    EXPECT_EQ(absl::StrCat(MaxCpus(*type, qemu())), recording.Mark("cpus"));
    EXPECT_EQ(!DeprecationReason(*type, qemu()).empty(),
              recording.Is("deprecated"));
    if (type->family != MachineFamily::kNone) {
      EXPECT_EQ(DefaultCpu(*type, qemu()).model + "-x86_64-cpu",
                recording.Mark("cpu"));
    }
    if (const std::string alias = recording.Mark("alias"); !alias.empty()) {
      EXPECT_EQ(FindMachineType(alias, qemu()), type) << alias;
    }
  }
  Names listed;
  for (const MachineType& type : AllMachineTypes(qemu())) {
    listed.insert(ToString(type));
  }
  EXPECT_EQ(listed, recorded);
}

TEST_P(RecordedCatalogue, CpuModels) {
  Names recorded;
  for (const std::string& line : RecordedLines(qemu(), "cpus.txt")) {
    recorded.insert(line.substr(0, line.find(' ')));
  }
  const std::vector<std::string> listed = AllCpuModels(qemu());
  EXPECT_EQ(Names(listed.begin(), listed.end()), recorded);
}

// "abstract", "internal", a bus, or "no bus".
std::string PlaceOf(const RecordedType& device) {
  for (const char* mark : {"abstract", "internal"}) {
    if (device.Is(mark)) return mark;
  }
  const std::string bus = device.Mark("bus");
  return bus.empty() || bus == "System" ? "no bus" : bus;
}

// The same of FindDriver, or "uncovered", or "unknown".
std::string PlaceInTables(absl::string_view name, QemuVersion qemu) {
  const auto found =
      FindDriver(name, {MachineFamily::kQ35, OwnVersion(qemu)}, qemu);
  if (!found.ok()) return "uncovered";
  const auto* driver = std::get_if<Driver>(&*found);
  if (driver == nullptr) {
    const auto* fault =
        std::get_if<DeviceFault>(&std::get<DeferredRefusal>(*found));
    if (fault == nullptr) return "unknown";
    return *fault == DeviceFault::kDriverAbstract ? "abstract" : "internal";
  }
  switch (driver->bus) {
    case Driver::Bus::kPci:
      return "PCI";
    case Driver::Bus::kIsa:
      return "ISA";
    case Driver::Bus::kNone:
      return "no bus";
  }
  return "";
}

TEST_P(RecordedCatalogue, Drivers) {
  const RecordedTypes devices = ReadTypes(qemu(), "devices.txt");
  EXPECT_GT(devices.size(), 500u);
  for (const auto& [name, device] : devices) {
    if (absl::EndsWith(name, "x86_64-cpu")) continue;
    SCOPED_TRACE(name);
    const std::string recorded = PlaceOf(device);
    const std::string place = PlaceInTables(name, qemu());
    const bool is_pluggable = recorded != "abstract" && recorded != "internal";
    if (place != "uncovered" || !is_pluggable) {
      EXPECT_EQ(place, recorded);
    }
    if (const std::string alias = device.Mark("alias"); !alias.empty()) {
      EXPECT_EQ(PlaceInTables(alias, qemu()), place) << alias;
    }
  }
  for (const DriverTable& table : kDriverTables) {
    if (!Has(table.releases, qemu())) continue;
    for (const absl::string_view name : absl::StrSplit(table.names, ' ')) {
      EXPECT_EQ(devices.count(std::string(name)), 1u) << name;
    }
  }
}

// What is said of the last device, or of the line, if it is not accepted.
std::string RefusalOf(const std::vector<std::string>& args, QemuVersion qemu) {
  const auto parsed = ParseCommandLine(args, {.qemu_version = qemu});
  if (!parsed.ok()) return std::string(parsed.status().message());
  if (const auto* rejection = std::get_if<Rejection>(&parsed->outcome)) {
    return rejection->text;
  }
  const auto& options = std::get<MachineOptions>(parsed->outcome);
  return options.devices.empty()
             ? ""
             : LayoutWords(options.devices.back().refusal, qemu);
}

// Each name that is among the recorded properties of one of these types in any
// release.
Names NamesInAnyRelease(absl::string_view file,
                        const std::vector<std::string>& types) {
  Names names;
  for (const QemuVersion qemu : kVersions) {
    const RecordedTypes recorded = ReadTypes(qemu, file);
    for (const std::string& type : types) {
      const auto found = recorded.find(type);
      if (found == recorded.end()) continue;
      for (const auto& [name, unused] : found->second.properties) {
        names.insert(name);
      }
    }
  }
  return names;
}

// Whether a refusal of "x!" says that the value must be a boolean or a size.
std::string TypeByRefusal(absl::string_view text) {
  if (absl::StrContains(text, "expects 'on' or 'off'")) return "bool";
  if (absl::StrContains(text, "expects a non-negative number below 2^64")) {
    return "size";
  }
  return "";
}

void ExpectType(const std::string& refusal, const std::string& recorded) {
  const std::string type = TypeByRefusal(refusal);
  if (!type.empty()) {
    EXPECT_EQ(type, recorded) << refusal;
  }
}

TEST_P(RecordedCatalogue, PropertiesOfMemoryDevices) {
  const std::vector<std::string> drivers = {
      "pc-dimm", "nvdimm", "virtio-mem-pci", "virtio-pmem-pci",
      "sp-mem",  "pxb",    "pxb-cxl",        "pxb-pcie"};
  const RecordedTypes devices = ReadTypes(qemu(), "devices.txt");
  int checked = 0;
  for (const std::string& driver : drivers) {
    const auto device = devices.find(driver);
    if (device == devices.end()) continue;
    for (const std::string& name : NamesInAnyRelease("devices.txt", drivers)) {
      // No one can type what QEMU makes by itself.
      if (absl::StrContains(name, "[")) continue;
      SCOPED_TRACE(absl::StrCat(driver, ".", name));
      const std::string refusal =
          RefusalOf({"-M", "q35,cxl=on", "-device",
                     absl::StrCat(driver, ",", name, "=x!")},
                    qemu());
      const bool is_unknown = refusal == absl::StrCat("Property '", driver, ".",
                                                      name, "' not found");
      const auto recorded = device->second.properties.find(name);
      ++checked;
      if (recorded == device->second.properties.end()) {
        // That a property is not covered says nothing about its release.
        EXPECT_TRUE(is_unknown || absl::StrContains(refusal, "not covered") ||
                    absl::StrContains(refusal, "not writable"))
            << refusal;
      } else {
        EXPECT_FALSE(is_unknown);
        ExpectType(refusal, recorded->second);
      }
    }
  }
  EXPECT_GT(checked, 300);
}

TEST_P(RecordedCatalogue, PropertiesOfVirtioRng) {
  const RecordedTypes devices = ReadTypes(qemu(), "devices.txt");
  for (const auto& [name, type] : devices.at("virtio-rng-pci").properties) {
    EXPECT_TRUE(MayHaveRngProperty(name)) << name;
  }
}

TEST_P(RecordedCatalogue, PropertiesOfMachines) {
  const RecordedTypes machines = ReadTypes(qemu(), "machines.txt");
  std::vector<std::string> types;
  for (const MachineType& type : AllMachineTypes(qemu())) {
    types.push_back(ToString(type) + "-machine");
  }
  const Names names = NamesInAnyRelease("machines.txt", types);
  for (const MachineType& type : AllMachineTypes(qemu())) {
    const std::string machine = ToString(type) + "-machine";
    const auto recording = machines.find(machine);
    ASSERT_NE(recording, machines.end()) << machine;
    // Of one that QEMU dies of being asked about, nothing is recorded.
    if (recording->second.marks.count("dies") != 0) continue;
    for (const std::string& name : names) {
      // Keyval makes two of "system.flash0". What a machine makes of itself
      // later is told by no class.
      if (absl::StrContains(name, ".") ||
          absl::StartsWith(name, "peripheral")) {
        continue;
      }
      SCOPED_TRACE(absl::StrCat(machine, ".", name));
      ValueTree tree;
      tree.AddMember(ValueTree::kRoot, name, StringValue("x!"));
      MachineOptions options;
      options.type = type;
      options.qemu_version = qemu();
      std::vector<std::string> warnings;
      const std::string refusal(
          ApplyProperties(tree, options, warnings).message());
      const bool is_unknown = refusal == absl::StrCat("Property '", machine,
                                                      ".", name, "' not found");
      const auto recorded = recording->second.properties.find(name);
      EXPECT_EQ(is_unknown, recorded == recording->second.properties.end())
          << refusal;
      if (recorded != recording->second.properties.end()) {
        ExpectType(refusal, recorded->second);
      }
    }
  }
}

// QAPI's list of objects has some that this build of QEMU lacks.
constexpr absl::string_view kObjectsOfOtherBuilds[] = {
    "authz-pam", "cryptodev-backend-lkcf", "memory-backend-epc"};

// Users may have them, but -object takes only what its schema lists: these come
// by -display and -mon.
const std::set<std::string> kObjectsOfOtherOptions = {
    "dbus-display", "monitor-hmp", "monitor-qmp"};

TEST_P(RecordedCatalogue, Objects) {
  const RecordedTypes objects = ReadTypes(qemu(), "objects.txt");
  const auto is_known = [this](const std::string& name) {
    return !absl::EndsWith(
        RefusalOf({"-object", absl::StrCat(name, ",id=a")}, qemu()),
        absl::StrCat("Parameter 'qom-type' does not accept value '", name,
                     "'"));
  };
  for (const auto& [name, object] : objects) {
    if (object.Is("abstract") || kObjectsOfOtherOptions.count(name) != 0) {
      continue;
    }
    EXPECT_TRUE(is_known(name)) << name;
  }
  for (const QemuVersion other : kVersions) {
    for (const auto& [name, unused] : ReadTypes(other, "objects.txt")) {
      if (objects.count(name) == 0) {
        EXPECT_FALSE(is_known(name)) << name;
      }
    }
  }
  for (const absl::string_view name : kObjectsOfOtherBuilds) {
    EXPECT_EQ(objects.count(std::string(name)), 0u) << name;
    EXPECT_TRUE(is_known(std::string(name))) << name;
  }
}

TEST_P(RecordedCatalogue, PropertiesOfMemoryBackends) {
  const RecordedTypes objects = ReadTypes(qemu(), "objects.txt");
  const std::vector<std::string> backends = {
      "memory-backend-file", "memory-backend-memfd", "memory-backend-ram"};
  for (const std::string& backend : backends) {
    const Properties& recorded = objects.at(backend).properties;
    for (const std::string& name : NamesInAnyRelease("objects.txt", backends)) {
      // The class, which every object tells and no option sets.
      if (name == "type") continue;
      SCOPED_TRACE(absl::StrCat(backend, ".", name));
      std::string text = absl::StrCat(backend, ",id=a,size=1M,", name, "=x!");
      if (backend == "memory-backend-file") text += ",mem-path=f";
      const std::string refusal = RefusalOf({"-object", text}, qemu());
      EXPECT_EQ(absl::EndsWith(refusal,
                               absl::StrCat("Invalid parameter '", name, "'")),
                recorded.count(name) == 0)
          << refusal;
    }
  }
}

TEST_P(RecordedCatalogue, Accelerators) {
  const RecordedTypes accelerators = ReadTypes(qemu(), "accelerators.txt");
  const auto refusal = [this](absl::string_view text) {
    return RefusalOf({"-accel", std::string(text)}, qemu());
  };
  int concrete = 0;
  for (const auto& [type, recording] : accelerators) {
    absl::string_view name = type;
    if (!absl::ConsumeSuffix(&name, "-accel")) continue;
    ++concrete;
    EXPECT_FALSE(absl::StrContains(refusal(name), "invalid accelerator"))
        << name;
  }
  EXPECT_GE(concrete, 2);  // TCG and KVM
  EXPECT_EQ(absl::StrContains(refusal("nitro"), "invalid accelerator"),
            accelerators.count("nitro-accel") == 0);
  EXPECT_THAT(refusal("tcg-accel"),
              ::testing::HasSubstr("invalid accelerator tcg-accel"));

  for (const auto& [name, type] : accelerators.at("tcg-accel").properties) {
    if (name == "type") continue;  // the class
    EXPECT_THAT(refusal(absl::StrCat("tcg,", name, "=x!")),
                ::testing::HasSubstr(absl::StrCat(name, "= of an accelerator")))
        << name;
  }
}

TEST_P(RecordedCatalogue, OptionGroups) {
  Names recorded;
  for (const std::string& line : RecordedLines(qemu(), "option-groups.txt")) {
    const std::pair<std::string, std::string> halves =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    const std::string group(absl::StripSuffix(halves.first, ":"));
    if (group.empty()) continue;  // QEMU gives one no name
    recorded.insert(group);
    if (group != "memory" && group != "smp-opts") continue;
    const std::string option = group == "memory" ? "-m" : "-smp";
    for (const absl::string_view parameter :
         absl::StrSplit(halves.second, ' ')) {
      const std::string key(parameter.substr(0, parameter.find('=')));
      const std::string refusal =
          RefusalOf({option, absl::StrCat(key, "=x!")}, qemu());
      EXPECT_THAT(refusal, ::testing::HasSubstr(key));
      EXPECT_FALSE(absl::StrContains(refusal, "Invalid parameter")) << refusal;
      EXPECT_FALSE(absl::StrContains(refusal, "is unexpected")) << refusal;
    }
  }
  Names listed;
  for (const OptionGroup& group : AllOptionGroups()) {
    if (FindOptionGroup(group.name, qemu()) != nullptr) {
      listed.emplace(group.name);
    }
  }
  // QEMU's list leaves it out, though -set knows it.
  EXPECT_EQ(listed.erase("audiodev"),
            AtLeast(qemu(), QemuVersion::k10_0) ? 1u : 0u);
  EXPECT_EQ(listed, recorded);
}

}  // namespace
}  // namespace e820check
