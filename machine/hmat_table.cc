// SPDX-License-Identifier: Apache-2.0

#include "machine/hmat_table.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {
namespace {

enum StructureType : uint16_t {
  kMemoryProximityDomain = 0,
  kLatencyBandwidth = 1,
  kMemorySideCache = 2,
};

constexpr uint32_t kMemoryProximityDomainSizeBytes = 40;
constexpr uint32_t kLatencyBandwidthFixedSizeBytes = 32;
constexpr uint32_t kMemorySideCacheSizeBytes = 32;
// Of the type, reserved and length fields with which each structure begins.
constexpr size_t kPrefixSizeBytes = 8;

struct StructureEncoder {
  std::string& bytes;

  void Start(StructureType type, uint64_t size_bytes) const {
    AppendLittleEndian(static_cast<uint16_t>(type), bytes);
    AppendLittleEndian(uint16_t{0}, bytes);
    AppendLittleEndian(static_cast<uint32_t>(size_bytes), bytes);
  }

  void operator()(const MemoryProximityDomain& domain) const {
    Start(kMemoryProximityDomain, kMemoryProximityDomainSizeBytes);
    AppendLittleEndian(domain.flags, bytes);
    AppendLittleEndian(uint16_t{0}, bytes);
    AppendLittleEndian(domain.initiator, bytes);
    AppendLittleEndian(domain.memory, bytes);
    bytes.append(20, '\0');
  }

  void operator()(const LatencyBandwidth& list) const {
    Start(kLatencyBandwidth,
          kLatencyBandwidthFixedSizeBytes + 4 * list.initiators.size() +
              4 * list.targets.size() + 2 * list.entries.size());
    AppendLittleEndian(list.flags, bytes);
    AppendLittleEndian(list.data_type, bytes);
    AppendLittleEndian(uint16_t{0}, bytes);
    AppendLittleEndian(static_cast<uint32_t>(list.initiators.size()), bytes);
    AppendLittleEndian(static_cast<uint32_t>(list.targets.size()), bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
    AppendLittleEndian(list.base_unit, bytes);
    for (const uint32_t id : list.initiators) AppendLittleEndian(id, bytes);
    for (const uint32_t id : list.targets) AppendLittleEndian(id, bytes);
    for (const uint16_t entry : list.entries) AppendLittleEndian(entry, bytes);
  }

  void operator()(const MemorySideCache& cache) const {
    Start(kMemorySideCache, kMemorySideCacheSizeBytes);
    AppendLittleEndian(cache.memory, bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
    AppendLittleEndian(cache.size_bytes, bytes);
    AppendLittleEndian(cache.attributes, bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
  }
};

// Each reads what follows the prefix; `reserved` collects the bits that must be
// zero.
MemoryProximityDomain ReadDomain(WireReader& reader, uint64_t& reserved) {
  MemoryProximityDomain domain;
  domain.flags = reader.Read<uint16_t>();
  reserved |= reader.Read<uint16_t>();
  domain.initiator = reader.Read<uint32_t>();
  domain.memory = reader.Read<uint32_t>();
  reserved |= reader.Read<uint32_t>();
  reserved |= reader.Read<uint64_t>();
  reserved |= reader.Read<uint64_t>();
  return domain;
}

// Not ok, before anything is allocated, if the counts do not fit the bytes.
absl::StatusOr<LatencyBandwidth> ReadLatencyBandwidth(WireReader& reader,
                                                      uint64_t& reserved) {
  LatencyBandwidth list;
  list.flags = reader.Read<uint8_t>();
  list.data_type = reader.Read<uint8_t>();
  reserved |= reader.Read<uint16_t>();
  const uint64_t initiators = reader.Read<uint32_t>();
  const uint64_t targets = reader.Read<uint32_t>();
  reserved |= reader.Read<uint32_t>();
  list.base_unit = reader.Read<uint64_t>();
  const uint64_t room = reader.remaining();
  if (initiators > room || targets > room ||
      4 * initiators + 4 * targets + 2 * initiators * targets != room) {
    return absl::InvalidArgumentError(
        absl::StrCat(initiators, " initiators and ", targets,
                     " targets do not make the structure's length"));
  }
  for (uint64_t i = 0; i < initiators; ++i) {
    list.initiators.push_back(reader.Read<uint32_t>());
  }
  for (uint64_t i = 0; i < targets; ++i) {
    list.targets.push_back(reader.Read<uint32_t>());
  }
  for (uint64_t i = 0; i < initiators * targets; ++i) {
    list.entries.push_back(reader.Read<uint16_t>());
  }
  return list;
}

MemorySideCache ReadCache(WireReader& reader, uint64_t& reserved) {
  MemorySideCache cache;
  cache.memory = reader.Read<uint32_t>();
  reserved |= reader.Read<uint32_t>();
  cache.size_bytes = reader.Read<uint64_t>();
  cache.attributes = reader.Read<uint32_t>();
  reserved |= reader.Read<uint32_t>();  // with the number of SMBIOS handles
  return cache;
}

// `bytes` is one structure by its own length field.
absl::StatusOr<HmatStructure> DecodeStructure(absl::string_view bytes) {
  WireReader reader(bytes);
  const uint16_t type = reader.Read<uint16_t>();
  uint64_t reserved = reader.Read<uint16_t>();
  reader.Read<uint32_t>();
  HmatStructure structure;
  switch (type) {
    case kMemoryProximityDomain:
      structure = ReadDomain(reader, reserved);
      break;
    case kLatencyBandwidth: {
      absl::StatusOr<LatencyBandwidth> list =
          ReadLatencyBandwidth(reader, reserved);
      if (!list.ok()) return list.status();
      structure = *std::move(list);
      break;
    }
    case kMemorySideCache:
      structure = ReadCache(reader, reserved);
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("structure type ", type, " is not modelled"));
  }
  if (!reader.ok() || reader.remaining() != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "structure of type ", type, " cannot have length ", bytes.size()));
  }
  if (reserved != 0) {
    return absl::InvalidArgumentError("reserved bytes are not zero");
  }
  return structure;
}

}  // namespace

std::string EncodeHmat(const HmatTable& table) {
  std::string body;
  AppendLittleEndian(uint32_t{0}, body);
  for (const HmatStructure& structure : table.structures) {
    std::visit(StructureEncoder{body}, structure);
  }
  return EncodeAcpiTable(table.header, body);
}

absl::StatusOr<HmatTable> DecodeHmat(absl::string_view bytes) {
  absl::StatusOr<AcpiTable> acpi = DecodeAcpiTable("HMAT", bytes);
  if (!acpi.ok()) return acpi.status();
  WireReader reader(acpi->body);
  const uint32_t reserved = reader.Read<uint32_t>();
  if (!reader.ok() || reserved != 0) {
    return absl::InvalidArgumentError("HMAT: offset 36: no 4 zero bytes");
  }
  HmatTable table;
  table.header = acpi->header;
  while (reader.remaining() > 0) {
    const size_t offset = bytes.size() - reader.remaining();
    WireReader prefix(bytes.substr(offset));
    prefix.Read<uint32_t>();
    const uint32_t length = prefix.Read<uint32_t>();
    absl::StatusOr<HmatStructure> structure =
        absl::InvalidArgumentError("the structure is cut off");
    if (prefix.ok() && length >= kPrefixSizeBytes &&
        length <= reader.remaining()) {
      structure = DecodeStructure(reader.ReadBytes(length));
    }
    if (!structure.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "HMAT: offset ", offset, ": ", structure.status().message()));
    }
    table.structures.push_back(*std::move(structure));
  }
  return table;
}

}  // namespace e820check
