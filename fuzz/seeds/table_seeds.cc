// SPDX-License-Identifier: Apache-2.0

#include "fuzz/seeds/table_seeds.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "machine/e820_table.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"
#include "nlohmann/json.hpp"

namespace e820check {
namespace {

using nlohmann::ordered_json;

std::string RecordedE820(const ordered_json& record) {
  E820Table table;
  for (const ordered_json& row : record["e820"]) {
    table.push_back({.address = row[0].get<uint64_t>(),
                     .length_bytes = row[1].get<uint64_t>(),
                     .type = static_cast<MemoryType>(row[2].get<uint32_t>())});
  }
  return EncodeE820(table);
}

std::vector<SeedFile> RecordedTables(absl::string_view recorded) {
  std::vector<SeedFile> files;
  std::set<std::string> seen;
  const auto add = [&](absl::string_view target, const std::string& name,
                       std::string bytes) {
    if (bytes.empty() || !seen.insert(bytes).second) return;
    files.push_back({absl::StrCat(target, "_decode/",
                                  absl::StrReplaceAll(name, {{"-", "_"}})),
                     std::move(bytes)});
  };
  for (const absl::string_view line :
       absl::StrSplit(recorded, '\n', absl::SkipEmpty())) {
    const ordered_json record = ordered_json::parse(line);
    const std::string name = record["name"].get<std::string>();
    if (record.contains("e820")) add("e820", name, RecordedE820(record));
    for (const char* table : {"srat", "slit", "hmat"}) {
      if (!record.contains(table)) continue;
      add(table, name,
          absl::HexStringToBytes(record[table].get<std::string>()));
    }
  }
  return files;
}

SratTable EveryRow() {
  SratTable table;
  table.rows = {
      LocalApicAffinity{.proximity_domain = 0x01020304,
                        .apic_id = 254,
                        .flags = 1,
                        .local_sapic_eid = 7,
                        .clock_domain = 9},
      X2ApicAffinity{.proximity_domain = 1, .x2apic_id = 255, .flags = 1},
      MemoryAffinity{.proximity_domain = 1,
                     .base = uint64_t{1} << 40,
                     .length_bytes = 1 << 30,
                     .flags = MemoryAffinity::kEnabled |
                              MemoryAffinity::kHotPluggable |
                              MemoryAffinity::kNonVolatile},
      GenericDeviceAffinity{
          .proximity_domain = 2,
          .handle = PciDeviceHandle{.segment = 1, .bus = 2, .devfn = 8},
          .flags = 1},
      GenericDeviceAffinity{
          .kind = GenericDeviceAffinity::Kind::kPort,
          .proximity_domain = 3,
          .handle =
              AcpiDeviceHandle{{'A', 'C', 'P', 'I', '0', '0', '1', '6'}, 5},
          .flags = 1}};
  return table;
}

HmatTable EveryStructure() {
  HmatTable table;
  table.structures = {
      MemoryProximityDomain{.flags = MemoryProximityDomain::kInitiatorValid,
                            .initiator = 1,
                            .memory = 2},
      LatencyBandwidth{.flags = 1,
                       .data_type = 3,
                       .base_unit = 100,
                       .initiators = {0, 1},
                       .targets = {0, 1, 2},
                       .entries = {1, 2, 3, 4, 5, 0xFFFF}},
      LatencyBandwidth{},
      MemorySideCache{
          .memory = 2, .size_bytes = 1 << 20, .attributes = 0x00401211}};
  return table;
}

SlitTable Distances(uint64_t count) {
  SlitTable table;
  table.locality_count = count;
  for (uint64_t i = 0; i < count * count; ++i) {
    table.distances.push_back(i % (count + 1) == 0 ? 10 : 20 + i % 235);
  }
  return table;
}

std::string With(std::string bytes, size_t offset, char value) {
  bytes[offset] = value;
  return bytes;
}

std::string CutOff(std::string bytes, size_t count) {
  bytes.resize(bytes.size() - count);
  bytes[4] = static_cast<char>(bytes.size() & 0xFF);
  bytes[5] = static_cast<char>(bytes.size() >> 8);
  return bytes;
}

// A directory with a file of two tables, one with their padding and one whose
// name has no end.
std::string FwCfgBytes(char features, bool ends) {
  const auto row = [ends](uint16_t size, uint16_t key, std::string name) {
    std::string bytes = {0,
                         0,
                         static_cast<char>(size >> 8),
                         static_cast<char>(size),
                         static_cast<char>(key >> 8),
                         static_cast<char>(key),
                         0,
                         0};
    name.resize(56, ends ? '\0' : 'x');
    return bytes + name;
  };
  const std::string tables =
      EncodeSlit(Distances(1)) + EncodeSlit(Distances(2));
  constexpr uint16_t kFirst = 4 + 2 * 64;
  return absl::StrCat(
      std::string(1, features), std::string({0, 0, 0, 2}),
      row(static_cast<uint16_t>(tables.size() + 64), kFirst, "etc/acpi/tables"),
      row(20, static_cast<uint16_t>(kFirst + tables.size()), "etc/e820"),
      tables);
}

}  // namespace

std::vector<SeedFile> TableSeedFiles(absl::string_view recorded) {
  std::vector<SeedFile> files = RecordedTables(recorded);
  const std::string srat = EncodeSrat(EveryRow());
  const std::string hmat = EncodeHmat(EveryStructure());
  const std::string slit = EncodeSlit(Distances(3));
  const std::vector<SeedFile> made = {
      {"e820_decode/row_ends_beyond_2_64",
       EncodeE820({{UINT64_MAX, 2, MemoryType::kRam}})},
      {"e820_decode/types_of_every_name",
       EncodeE820({{0, 1, MemoryType::kAcpiReclaimable},
                   {1, 1, MemoryType::kAcpiNvs},
                   {2, 1, MemoryType::kUnusable},
                   {3, 1, MemoryType::kPersistent},
                   {4, 1, MemoryType::kSoftReserved},
                   {5, 1, static_cast<MemoryType>(9)}})},
      {"e820_decode/cut_off", std::string(39, '\1')},
      {"srat_decode/rows_of_every_kind", srat},
      {"srat_decode/row_cut_off", CutOff(srat, 1)},
      {"srat_decode/row_of_length_0", With(srat, 49, '\0')},
      {"srat_decode/row_of_unknown_type", With(srat, 48, '\3')},
      {"srat_decode/reserved_byte_set", With(srat, 48 + 16 + 2, '\1')},
      {"srat_decode/table_revision_2", With(srat, 36, '\2')},
      {"slit_decode/three_nodes", slit},
      {"slit_decode/no_nodes", EncodeSlit(Distances(0))},
      {"slit_decode/count_whose_square_wraps", With(slit, 40, '\1')},
      {"slit_decode/signature_of_srat", With(slit, 1, 'R')},
      {"slit_decode/length_field_one_short", With(slit, 4, '\x34')},
      {"hmat_decode/structures_of_every_kind", hmat},
      {"hmat_decode/structure_cut_off", CutOff(hmat, 1)},
      {"hmat_decode/structure_of_length_0", With(hmat, 44, '\0')},
      {"hmat_decode/structure_of_unknown_type", With(hmat, 40, '\7')},
      {"hmat_decode/structure_of_another_length", With(hmat, 40, '\2')},
      {"hmat_decode/reserved_byte_of_a_structure", With(hmat, 42, '\1')},
      {"hmat_decode/counts_that_do_not_fit", With(hmat, 80 + 15, '\x40')},
      {"hmat_decode/reserved_byte_set", With(hmat, 36, '\1')},
      {"fw_cfg/two_files_by_port", FwCfgBytes('\0', true)},
      {"fw_cfg/two_files_by_dma", FwCfgBytes('\1', true)},
      {"fw_cfg/dma_without_ram", FwCfgBytes('\3', true)},
      {"fw_cfg/name_without_end", FwCfgBytes('\1', false)},
      {"fw_cfg/more_files_than_rows", std::string("\1\0\0\4\0", 5)},
  };
  files.insert(files.end(), made.begin(), made.end());
  return files;
}

}  // namespace e820check
