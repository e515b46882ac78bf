// SPDX-License-Identifier: Apache-2.0

#include "model/test_machines.h"

#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "machine/srat_table.h"
#include "model/reference_layout.h"

namespace e820check {
namespace {

MachineType TypeNamed(absl::string_view name) {
  MachineType type = {.version = {.major = 7, .minor = 2}};
  if (absl::ConsumePrefix(&name, "pc-i440fx-") || name == "pc") {
    type.family = MachineFamily::kI440fx;
  } else if (absl::ConsumePrefix(&name, "pc-q35-") || name == "q35") {
    type.family = MachineFamily::kQ35;
  } else if (name == "isapc") {
    type.family = MachineFamily::kIsapc;
  } else if (name == "microvm") {
    type.family = MachineFamily::kMicrovm;
  } else {
    type.family = MachineFamily::kNone;
  }
  const std::vector<std::string> version = absl::StrSplit(name, '.');
  if (version.size() >= 2) {
    EXPECT_TRUE(absl::SimpleAtoi(version[0], &type.version.major));
    EXPECT_TRUE(absl::SimpleAtoi(version[1], &type.version.minor));
  }
  return type;
}

SratTable SratOf(const MachineOptions& options) {
  const std::string bytes = LayoutOf(options).srat;
  if (bytes.empty()) return {};
  const auto table = DecodeSrat(bytes);
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() ? *table : SratTable{};
}

}  // namespace

MachineOptions Machine(absl::string_view type, uint64_t ram_size_bytes) {
  MachineOptions options;
  options.type = TypeNamed(type);
  options.memory.ram_size_bytes = ram_size_bytes;
  options.memory.maxram_size_bytes = ram_size_bytes;
  return options;
}

MachineOptions NumaMachine(absl::string_view type,
                           const std::vector<TestNode>& nodes) {
  MachineOptions options = Machine(type, 0);
  for (uint32_t id = 0; id < nodes.size(); ++id) {
    NumaNode node = {.id = id, .memmap_type = nodes[id].memmap_type};
    if (nodes[id].size_bytes != 0) {
      node.memdev = absl::StrCat("m", id);
      options.backends.push_back(
          {.id = *node.memdev, .size_bytes = nodes[id].size_bytes});
    }
    options.numa_nodes.push_back(node);
    options.memory.ram_size_bytes += nodes[id].size_bytes;
  }
  options.memory.maxram_size_bytes = options.memory.ram_size_bytes;
  return options;
}

CpuOptions AmdCpu(uint32_t phys_bits) { return {.phys_bits = phys_bits}; }

CpuOptions IntelCpu(uint32_t phys_bits) {
  return {.vendor = "GenuineIntel", .phys_bits = phys_bits};
}

GuestLayout LayoutOf(const MachineOptions& options) {
  EXPECT_TRUE(Validate(options).ok()) << Validate(options);
  const Answer answer = ReferenceLayout(options);
  EXPECT_TRUE(answer.accepted()) << std::get<Rejection>(answer.outcome).text;
  return answer.accepted() ? std::get<GuestLayout>(answer.outcome)
                           : GuestLayout{};
}

std::string RefusalOf(const MachineOptions& options) {
  EXPECT_TRUE(Validate(options).ok()) << Validate(options);
  const Answer answer = ReferenceLayout(options);
  return answer.accepted() ? "accepted"
                           : std::get<Rejection>(answer.outcome).text;
}

std::vector<std::string> E820Of(const MachineOptions& options) {
  std::vector<std::string> rows;
  for (const E820Row& row : LayoutOf(options).e820) {
    rows.push_back(absl::StrCat("0x", absl::Hex(row.address), "+0x",
                                absl::Hex(row.length_bytes), ":",
                                static_cast<uint32_t>(row.type)));
  }
  return rows;
}

std::vector<std::string> SratMemoryOf(const MachineOptions& options) {
  std::vector<std::string> rows;
  for (const SratRow& row : SratOf(options).rows) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    if (memory == nullptr) continue;
    if (*memory == MemoryAffinity{}) {
      rows.push_back("padding");
      continue;
    }
    rows.push_back(absl::StrCat(
        memory->proximity_domain, ": 0x", absl::Hex(memory->base), "+0x",
        absl::Hex(memory->length_bytes),
        memory->flags == 1   ? ""
        : memory->flags == 3 ? " hotplug"
                             : absl::StrCat(" flags ", memory->flags)));
  }
  return rows;
}

std::vector<std::string> SratCpusOf(const MachineOptions& options) {
  std::vector<std::string> rows;
  for (const SratRow& row : SratOf(options).rows) {
    if (const auto* apic = std::get_if<LocalApicAffinity>(&row)) {
      EXPECT_EQ(apic->flags, 1u);
      rows.push_back(absl::StrCat(apic->apic_id, "->", apic->proximity_domain));
    } else if (const auto* x2apic = std::get_if<X2ApicAffinity>(&row)) {
      EXPECT_EQ(x2apic->flags, 1u);
      rows.push_back(
          absl::StrCat(x2apic->x2apic_id, "=>", x2apic->proximity_domain));
    }
  }
  return rows;
}

}  // namespace e820check
