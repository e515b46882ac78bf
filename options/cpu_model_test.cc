// SPDX-License-Identifier: Apache-2.0

#include "options/cpu_model.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/layout_words.h"
#include "options/machine_types.h"

namespace e820check {
namespace {

using ::testing::Contains;
using ::testing::Not;

// "vendor bits", with "lm" and "pse36" where set, "refused: ..." where the
// board refuses, or the error of ParseCpu.
std::string Show(const absl::StatusOr<CpuOptions>& cpu, QemuVersion qemu) {
  if (!cpu.ok()) return std::string(cpu.status().message());
  if (cpu->refusal) {
    return absl::StrCat("refused: ", LayoutWords(cpu->refusal, qemu));
  }
  return absl::StrCat(cpu->vendor, " ", cpu->phys_bits,
                      cpu->long_mode ? " lm" : "", cpu->pse36 ? " pse36" : "");
}

std::string Parse(absl::string_view argument,
                  QemuVersion qemu = QemuVersion::k7_2,
                  const char* machine = "pc") {
  return Show(ParseCpu(argument, *FindMachineType(machine, qemu), qemu), qemu);
}

struct Case {
  const char* argument;
  const char* expected;
};

TEST(CpuModelTest, ModelsAreThoseOfQemu72) {
  constexpr Case kCases[] = {
      {"qemu64", "AuthenticAMD 40 lm pse36"},
      {"max", "AuthenticAMD 40 lm pse36"},
      {"phenom-v1", "AuthenticAMD 40 lm pse36"},
      {"EPYC-Rome-v2", "AuthenticAMD 40 lm pse36"},
      {"EPYC-IBPB", "AuthenticAMD 40 lm pse36"},
      {"Dhyana", "HygonGenuine 40 lm pse36"},
      {"Skylake-Server-noTSX-IBRS", "GenuineIntel 40 lm pse36"},
      {"Snowridge-v4", "GenuineIntel 40 lm pse36"},
      {"athlon", "AuthenticAMD 36 pse36"},
      {"pentium3", "GenuineIntel 36 pse36"},
      {"kvm32", "GenuineIntel 36 pse36"},
      {"qemu32", "GenuineIntel 32"},
      {"486", "GenuineIntel 32"},
      {"coreduo", "GenuineIntel 32"},
      {"base", " 32"},
      {"", "-cpu option cannot be empty"},
      {",", "unable to find CPU model ''"},
      {"nope,lm=x", "unable to find CPU model 'nope'"},
      {"QEMU64", "unable to find CPU model 'QEMU64'"},
      {"qemu64-v2", "unable to find CPU model 'qemu64-v2'"},
      {"qemu64-v01", "unable to find CPU model 'qemu64-v01'"},
      {"max-v1", "unable to find CPU model 'max-v1'"},
      {"EPYC-IBPB-v1", "unable to find CPU model 'EPYC-IBPB-v1'"},
      {"EPYC-Genoa", "unable to find CPU model 'EPYC-Genoa'"},
      {"help,", "unable to find CPU model 'help'"},
      {"host", "refused: CPU model 'host' requires KVM or HVF"},
  };
  for (const Case& c : kCases) EXPECT_EQ(c.expected, Parse(c.argument));
}

// As `qemu-system-x86_64 -cpu help` of 7.2 lists them.
constexpr absl::string_view kHelp =
    "486 486-v1 Broadwell Broadwell-IBRS Broadwell-noTSX "
    "Broadwell-noTSX-IBRS Broadwell-v1 Broadwell-v2 Broadwell-v3 "
    "Broadwell-v4 Cascadelake-Server Cascadelake-Server-noTSX "
    "Cascadelake-Server-v1 Cascadelake-Server-v2 Cascadelake-Server-v3 "
    "Cascadelake-Server-v4 Cascadelake-Server-v5 Conroe Conroe-v1 "
    "Cooperlake Cooperlake-v1 Cooperlake-v2 Denverton Denverton-v1 "
    "Denverton-v2 Denverton-v3 Dhyana Dhyana-v1 Dhyana-v2 EPYC EPYC-IBPB "
    "EPYC-Milan EPYC-Milan-v1 EPYC-Rome EPYC-Rome-v1 EPYC-Rome-v2 EPYC-v1 "
    "EPYC-v2 EPYC-v3 Haswell Haswell-IBRS Haswell-noTSX "
    "Haswell-noTSX-IBRS Haswell-v1 Haswell-v2 Haswell-v3 Haswell-v4 "
    "Icelake-Server Icelake-Server-noTSX Icelake-Server-v1 "
    "Icelake-Server-v2 Icelake-Server-v3 Icelake-Server-v4 "
    "Icelake-Server-v5 Icelake-Server-v6 IvyBridge IvyBridge-IBRS "
    "IvyBridge-v1 IvyBridge-v2 KnightsMill KnightsMill-v1 Nehalem "
    "Nehalem-IBRS Nehalem-v1 Nehalem-v2 Opteron_G1 Opteron_G1-v1 "
    "Opteron_G2 Opteron_G2-v1 Opteron_G3 Opteron_G3-v1 Opteron_G4 "
    "Opteron_G4-v1 Opteron_G5 Opteron_G5-v1 Penryn Penryn-v1 SandyBridge "
    "SandyBridge-IBRS SandyBridge-v1 SandyBridge-v2 Skylake-Client "
    "Skylake-Client-IBRS Skylake-Client-noTSX-IBRS Skylake-Client-v1 "
    "Skylake-Client-v2 Skylake-Client-v3 Skylake-Client-v4 Skylake-Server "
    "Skylake-Server-IBRS Skylake-Server-noTSX-IBRS Skylake-Server-v1 "
    "Skylake-Server-v2 Skylake-Server-v3 Skylake-Server-v4 "
    "Skylake-Server-v5 Snowridge Snowridge-v1 Snowridge-v2 Snowridge-v3 "
    "Snowridge-v4 Westmere Westmere-IBRS Westmere-v1 Westmere-v2 athlon "
    "athlon-v1 base core2duo core2duo-v1 coreduo coreduo-v1 host kvm32 "
    "kvm32-v1 kvm64 kvm64-v1 max n270 n270-v1 pentium pentium-v1 pentium2 "
    "pentium2-v1 pentium3 pentium3-v1 phenom phenom-v1 qemu32 qemu32-v1 "
    "qemu64 qemu64-v1";

std::set<std::string> NamesInHelp() { return absl::StrSplit(kHelp, ' '); }

bool Knows(absl::string_view name, QemuVersion qemu) {
  return Parse(name, qemu) !=
         absl::StrCat("unable to find CPU model '", name, "'");
}

TEST(CpuModelTest, KnowsAllThatHelpListsAndNoFurtherVersion) {
  const std::set<std::string> names = NamesInHelp();
  for (const std::string& name : names) {
    EXPECT_TRUE(Knows(name, QemuVersion::k7_2)) << name;
    for (int version = 1; version < 12; ++version) {
      const std::string with_version = absl::StrCat(name, "-v", version);
      EXPECT_EQ(names.count(with_version) == 1,
                Knows(with_version, QemuVersion::k7_2))
          << with_version;
    }
  }
}

TEST(CpuModelTest, LaterReleasesDropNoModel) {
  for (const std::string& name : NamesInHelp()) {
    EXPECT_TRUE(Knows(name, QemuVersion::k10_0)) << name;
    EXPECT_TRUE(Knows(name, QemuVersion::k11_1)) << name;
  }
  // A release drops none of the one before it either.
  for (const char* model :
       {"Cascadelake-Server", "ClearwaterForest", "EPYC", "EPYC-Genoa",
        "EPYC-Milan", "EPYC-Rome", "GraniteRapids", "Icelake-Server",
        "SapphireRapids", "SierraForest", "Skylake-Server", "YongFeng"}) {
    EXPECT_TRUE(Knows(model, QemuVersion::k10_0)) << model;
    EXPECT_TRUE(Knows(absl::StrCat(model, "-v1"), QemuVersion::k10_0)) << model;
    for (int version = 1; version < 12; ++version) {
      const std::string name = absl::StrCat(model, "-v", version);
      if (Knows(name, QemuVersion::k10_0)) {
        EXPECT_TRUE(Knows(name, QemuVersion::k11_1)) << name;
      }
    }
  }
}

// What QEMU's older models are is settled: they have one version everywhere. So
// are the names of models with a fix, which are aliases without versions.
TEST(CpuModelTest, NoReleaseAddsVersionsToOldModelsAndAliases) {
  for (const QemuVersion qemu : kReleases) {
    for (const char* model :
         {"486",        "Conroe",     "KnightsMill", "Opteron_G1", "Opteron_G2",
          "Opteron_G3", "Opteron_G4", "Opteron_G5",  "Penryn",     "athlon",
          "core2duo",   "coreduo",    "kvm32",       "kvm64",      "n270",
          "pentium",    "pentium2",   "pentium3",    "phenom",     "qemu32",
          "qemu64"}) {
      EXPECT_TRUE(Knows(absl::StrCat(model, "-v1"), qemu)) << model;
      EXPECT_FALSE(Knows(absl::StrCat(model, "-v2"), qemu)) << model;
    }
    for (const std::string& name : NamesInHelp()) {
      if (absl::EndsWith(name, "-IBRS") || absl::EndsWith(name, "-noTSX") ||
          absl::EndsWith(name, "-IBPB") || name == "base" || name == "max") {
        EXPECT_FALSE(Knows(absl::StrCat(name, "-v1"), qemu)) << name;
      }
    }
  }
}

TEST(CpuModelTest, LaterReleasesAddModels) {
  constexpr char kAmd[] = "AuthenticAMD 40 lm pse36";
  EXPECT_EQ(kAmd, Parse("EPYC-Genoa", QemuVersion::k10_0));
  EXPECT_EQ("unable to find CPU model 'EPYC-Turin'",
            Parse("EPYC-Turin", QemuVersion::k10_0));
  EXPECT_EQ(kAmd, Parse("EPYC-Turin-v1", QemuVersion::k11_1));
  EXPECT_EQ("GenuineIntel 40 lm pse36",
            Parse("SapphireRapids", QemuVersion::k11_1));
}

TEST(CpuModelTest, PhysBitsHaveNoUpperEndIn11_1) {
  EXPECT_EQ("refused: phys-bits should be at least 32 (but is 31)",
            Parse("qemu64,phys-bits=31", QemuVersion::k11_1));
  EXPECT_EQ("refused: phys-bits should be between 32 and 52  (but is 53)",
            Parse("qemu64,phys-bits=53", QemuVersion::k10_0));
  const auto beyond = ParseCpu("qemu64,phys-bits=53", {}, QemuVersion::k11_1);
  EXPECT_TRUE(absl::IsUnimplemented(beyond.status())) << beyond.status();
}

TEST(CpuModelTest, FeaturesApplyInQemusOrder) {
  constexpr Case kCases[] = {
      {"qemu64,", "AuthenticAMD 40 lm pse36"},
      {"qemu64,,lm=off", "AuthenticAMD 36 pse36"},
      {"qemu64,lm=off,pse36=off", "AuthenticAMD 32"},
      {"qemu64,lm=off,lm=on", "AuthenticAMD 40 lm pse36"},
      {"qemu64,+lm,lm=off", "AuthenticAMD 40 lm pse36"},
      {"qemu64,-lm,+lm", "AuthenticAMD 36 pse36"},
      {"qemu64,-lm,lm=on", "AuthenticAMD 36 pse36"},
      {"qemu64,i64=off", "AuthenticAMD 36 pse36"},
      {"qemu64,-i64", "AuthenticAMD 36 pse36"},
      {"qemu32,lm", "GenuineIntel 40 lm"},
      {"base,+pse36", " 36 pse36"},
      {"qemu64,vendor=GenuineIntel", "GenuineIntel 40 lm pse36"},
      {"qemu64,phys-bits=48", "AuthenticAMD 48 lm pse36"},
      {"qemu64,phys_bits=0x34", "AuthenticAMD 52 lm pse36"},
      {"qemu64,phys-bits=040", "AuthenticAMD 32 lm pse36"},
      {"qemu64,phys-bits=45,phys-bits=0", "AuthenticAMD 40 lm pse36"},
      {"qemu64,phys-bits=-18446744073709551576", "AuthenticAMD 40 lm pse36"},
      {"qemu32,phys-bits=0", "GenuineIntel 32"},
      // No effect under TCG.
      {"max,host-phys-bits,host-phys-bits-limit=36,migratable=off",
       "AuthenticAMD 40 lm pse36"},
      {"EPYC,+sse4_1,sse4-2=off,hv_relaxed,hv-spinlocks=0x1fff,tsc-freq=1.5G",
       "AuthenticAMD 40 lm pse36"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(c.expected, Parse(c.argument)) << c.argument;
  }
}

TEST(CpuModelTest, RefusalsAreThoseOfQemu72) {
  constexpr char kVendor[] =
      "refused: can't apply global qemu64-x86_64-cpu.vendor=foo: Property "
      "'.vendor' doesn't take value 'foo'";
  constexpr char kPlus[] =
      "refused: Property 'qemu64-x86_64-cpu.foo' not found";
  constexpr char kNoBits[] =
      "refused: phys-bits is not user-configurable in 32 bit";
  const Case kCases[] = {
      {"qemu64,tsc_freq=x,vendor=foo", "bad numerical value x"},
      {"EPYC,foo_bar",
       "refused: can't apply global EPYC-x86_64-cpu.foo-bar=on: Property "
       "'EPYC-x86_64-cpu.foo-bar' not found"},
      {"qemu64,phys-bits=",
       "refused: can't apply global qemu64-x86_64-cpu.phys-bits=: Parameter "
       "'phys-bits' expects uint64"},
      {"qemu64,phys-bits=-1",
       "refused: can't apply global qemu64-x86_64-cpu.phys-bits=-1: Parameter "
       "'phys-bits' expects uint32_t"},
      {"qemu64,lm=On",
       "refused: can't apply global qemu64-x86_64-cpu.lm=On: Parameter 'lm' "
       "expects 'on' or 'off'"},
      {"qemu64,family=-1",
       "refused: can't apply global qemu64-x86_64-cpu.family=-1: Property "
       ".family doesn't take value -1 (minimum: 0, maximum: 270)"},
      {"qemu64,type=x",
       "refused: can't apply global qemu64-x86_64-cpu.type=x: Property "
       "'qemu64-x86_64-cpu.type' is not writable"},
      {"qemu64,migratable=off",
       "refused: can't apply global qemu64-x86_64-cpu.migratable=off: Property "
       "'qemu64-x86_64-cpu.migratable' not found"},
      // Each earlier stage beats each later one: name=value, the board, +name,
      // -name, address bits; and a value is checked even if a later one wins.
      {"qemu64,vendor=foo,vendor=GenuineIntel", kVendor},
      {"qemu64,phys-bits=99,+foo,hv-vpindex,vendor=foo", kVendor},
      {"qemu64,+foo,phys-bits=99,hv-vpindex",
       "refused: kernel doesn't allow setting HyperV VP_INDEX"},
      {"qemu64,+hv-vpindex", "AuthenticAMD 40 lm pse36"},
      {"qemu64,-bar,phys-bits=99,+foo", kPlus},
      {"host,+foo", "refused: Property 'host-x86_64-cpu.foo' not found"},
      {"host,phys-bits=99", "refused: CPU model 'host' requires KVM or HVF"},
      {"qemu64,+host_phys_bits",
       "refused: Property 'qemu64-x86_64-cpu.host_phys_bits' not found"},
      {"qemu64,+vendor",
       "refused: Invalid parameter type for 'vendor', expected: string"},
      {"qemu64,-phys-bits", "refused: Parameter 'phys-bits' expects uint64"},
      {"qemu64,phys-bits=31",
       "refused: phys-bits should be between 32 and 52  (but is 31)"},
      {"qemu64,phys-bits=53",
       "refused: phys-bits should be between 32 and 52  (but is 53)"},
      {"qemu32,phys-bits=36", kNoBits},
      {"qemu64,phys-bits=99,-lm", kNoBits},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(c.expected, Parse(c.argument)) << c.argument;
  }
}

TEST(CpuModelTest, NumbersAreRefusedByName) {
  EXPECT_EQ(Parse("qemu64,level=x"),
            "refused: can't apply global qemu64-x86_64-cpu.level=x: Parameter "
            "'level' expects uint64");
}

TEST(CpuModelTest, MachineNoneRefusesEveryCpu) {
  const auto parse = [](absl::string_view argument) {
    return Parse(argument, QemuVersion::k7_2, "none");
  };
  EXPECT_EQ("refused: apic-id property was not initialized properly",
            parse("qemu64,+foo"));
  EXPECT_EQ(
      "refused: can't apply global qemu64-x86_64-cpu.foo=on: Property "
      "'qemu64-x86_64-cpu.foo' not found",
      parse("qemu64,foo"));
  EXPECT_EQ("unable to find CPU model 'nope'", parse("nope"));
}

TEST(CpuModelTest, WhatCannotBeJudgedIsUnimplemented) {
  constexpr const char* kArguments[] = {"EPYC,enforce", "qemu64,socket-id=0",
                                        "qemu64,lbr-fmt=x",
                                        "qemu64,legacy-cache=off"};
  const MachineType type = *FindMachineType("pc", QemuVersion::k7_2);
  for (const char* argument : kArguments) {
    EXPECT_TRUE(absl::IsUnimplemented(
        ParseCpu(argument, type, QemuVersion::k7_2).status()))
        << argument;
  }
  EXPECT_EQ("-cpu: property 'guest-phys-bits' is not modelled",
            Parse("qemu64,guest-phys-bits=40", QemuVersion::k11_1));
}

TEST(CpuModelTest, RefusedCpuIsTheModelWithoutFeatures) {
  const MachineType type = *FindMachineType("pc", QemuVersion::k7_2);
  const auto cpu = ParseCpu("qemu64,-lm,vendor=GenuineIntel,phys-bits=99", type,
                            QemuVersion::k7_2);
  ASSERT_TRUE(cpu.ok());
  CpuOptions expected;
  expected.refusal = PhysBitsWithoutLongMode{};
  EXPECT_EQ(expected, *cpu);
}

TEST(CpuModelTest, DefaultIsQemu64Save486OnIsapc) {
  const auto of = [](const char* machine) {
    const QemuVersion qemu = QemuVersion::k7_2;
    return DefaultCpu(*FindMachineType(machine, qemu), qemu);
  };
  EXPECT_EQ(CpuOptions{}, of("q35"));
  EXPECT_EQ(CpuOptions{}, of("microvm"));
  EXPECT_EQ("486", of("isapc").model);
  EXPECT_EQ(32u, of("isapc").phys_bits);
}

// 132 lines of 7.2's -cpu help.
TEST(CpuModelTest, AllCpuModelsCanBeParsed) {
  EXPECT_THAT(AllCpuModels(QemuVersion::k7_2), testing::SizeIs(132));
  EXPECT_THAT(AllCpuModels(QemuVersion::k7_2), Not(Contains("EPYC-v4")));
  EXPECT_THAT(AllCpuModels(QemuVersion::k10_0), Contains("EPYC-v4"));
  for (const QemuVersion qemu : kReleases) {
    for (const std::string& model : AllCpuModels(qemu)) {
      const auto cpu = ParseCpu(model, *FindMachineType("pc", qemu), qemu);
      ASSERT_TRUE(cpu.ok()) << cpu.status();
      EXPECT_EQ(model, cpu->model);
      EXPECT_EQ(model == "host", cpu->refusal.has_value()) << model;
    }
  }
}

// QEMU compares what stands after the sign as it is typed with the name of a
// setting, in which '_' has become '-'.
TEST(CpuModelTest, WarnsOfBothSpellings) {
  constexpr absl::string_view kSummary =
      "warning: Compatibility of ambiguous CPU model strings won't be kept on "
      "future QEMU versions";
  const struct {
    absl::string_view argument;
    std::vector<std::string> pairs;
  } kCases[] = {
      {"pentium,+cx8,cx8", {"\"+cx8\" and \"cx8=on\""}},
      {"pentium,cx8,+cx8", {}},
      {"pentium,+sse4_1,sse4_1=on", {}},
      {"pentium,+sse4-1,sse4_1=1M", {"\"+sse4-1\" and \"sse4-1=1M\""}},
      {"pentium,+nosuch,nosuch=", {"\"+nosuch\" and \"nosuch=\""}},
      {"pentium,+cx8,-cx8,cx8,cx8=off",
       {"\"+cx8\" and \"cx8=on\"", "\"-cx8\" and \"cx8=on\"",
        "\"+cx8\" and \"cx8=off\"", "\"-cx8\" and \"cx8=off\""}},
  };
  for (const auto& c : kCases) {
    std::vector<std::string> expected;
    for (const std::string& pair : c.pairs) {
      expected.push_back(absl::StrCat(
          "warning: Ambiguous CPU model string. Don't mix both ", pair));
    }
    if (!expected.empty()) expected.emplace_back(kSummary);
    std::vector<std::string> warnings;
    static_cast<void>(ParseCpu(c.argument, {}, QemuVersion::k7_2, warnings));
    EXPECT_EQ(warnings, expected) << c.argument;
  }
}

}  // namespace
}  // namespace e820check
