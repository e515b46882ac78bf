// SPDX-License-Identifier: Apache-2.0

#include "machine/srat_table.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {
namespace {

enum RowType : uint8_t {
  kLocalApic = 0,
  kMemory = 1,
  kX2Apic = 2,
  kGenericInitiator = 5,
  kGenericPort = 6,
};

constexpr uint8_t kLocalApicSizeBytes = 16;
constexpr uint8_t kMemorySizeBytes = 40;
constexpr uint8_t kX2ApicSizeBytes = 24;
constexpr uint8_t kGenericSizeBytes = 32;
// The "reserved" dword after the header, which must be 1 for compatibility.
constexpr uint32_t kTableRevision = 1;

struct RowEncoder {
  std::string& bytes;

  void Start(RowType type, uint8_t size_bytes) const {
    AppendLittleEndian(static_cast<uint8_t>(type), bytes);
    AppendLittleEndian(size_bytes, bytes);
  }

  void operator()(const LocalApicAffinity& row) const {
    Start(kLocalApic, kLocalApicSizeBytes);
    AppendLittleEndian(static_cast<uint8_t>(row.proximity_domain), bytes);
    AppendLittleEndian(row.apic_id, bytes);
    AppendLittleEndian(row.flags, bytes);
    AppendLittleEndian(row.local_sapic_eid, bytes);
    for (const int shift : {8, 16, 24}) {
      AppendLittleEndian(static_cast<uint8_t>(row.proximity_domain >> shift),
                         bytes);
    }
    AppendLittleEndian(row.clock_domain, bytes);
  }

  void operator()(const X2ApicAffinity& row) const {
    Start(kX2Apic, kX2ApicSizeBytes);
    AppendLittleEndian(uint16_t{0}, bytes);
    AppendLittleEndian(row.proximity_domain, bytes);
    AppendLittleEndian(row.x2apic_id, bytes);
    AppendLittleEndian(row.flags, bytes);
    AppendLittleEndian(row.clock_domain, bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
  }

  void operator()(const MemoryAffinity& row) const {
    Start(kMemory, kMemorySizeBytes);
    AppendLittleEndian(row.proximity_domain, bytes);
    AppendLittleEndian(uint16_t{0}, bytes);
    AppendLittleEndian(row.base, bytes);
    AppendLittleEndian(row.length_bytes, bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
    AppendLittleEndian(row.flags, bytes);
    AppendLittleEndian(uint64_t{0}, bytes);
  }

  void operator()(const GenericDeviceAffinity& row) const {
    Start(static_cast<RowType>(row.kind), kGenericSizeBytes);
    AppendLittleEndian(uint8_t{0}, bytes);
    AppendLittleEndian(static_cast<uint8_t>(row.handle.index()), bytes);
    AppendLittleEndian(row.proximity_domain, bytes);
    std::visit(*this, row.handle);
    AppendLittleEndian(row.flags, bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
  }

  void operator()(const AcpiDeviceHandle& handle) const {
    bytes.append(handle.hid.data(), handle.hid.size());
    AppendLittleEndian(handle.uid, bytes);
    AppendLittleEndian(uint32_t{0}, bytes);
  }

  void operator()(const PciDeviceHandle& handle) const {
    AppendLittleEndian(handle.segment, bytes);
    AppendLittleEndian(handle.bus, bytes);
    AppendLittleEndian(handle.devfn, bytes);
    bytes.append(12, '\0');
  }
};

// Each reads what follows a row's type and length; `reserved` collects the
// bits that must be zero.
LocalApicAffinity ReadLocalApic(WireReader& reader) {
  LocalApicAffinity row;
  row.proximity_domain = reader.Read<uint8_t>();
  row.apic_id = reader.Read<uint8_t>();
  row.flags = reader.Read<uint32_t>();
  row.local_sapic_eid = reader.Read<uint8_t>();
  for (const int shift : {8, 16, 24}) {
    row.proximity_domain |= uint32_t{reader.Read<uint8_t>()} << shift;
  }
  row.clock_domain = reader.Read<uint32_t>();
  return row;
}

X2ApicAffinity ReadX2Apic(WireReader& reader, uint64_t& reserved) {
  X2ApicAffinity row;
  reserved |= reader.Read<uint16_t>();
  row.proximity_domain = reader.Read<uint32_t>();
  row.x2apic_id = reader.Read<uint32_t>();
  row.flags = reader.Read<uint32_t>();
  row.clock_domain = reader.Read<uint32_t>();
  reserved |= reader.Read<uint32_t>();
  return row;
}

MemoryAffinity ReadMemory(WireReader& reader, uint64_t& reserved) {
  MemoryAffinity row;
  row.proximity_domain = reader.Read<uint32_t>();
  reserved |= reader.Read<uint16_t>();
  row.base = reader.Read<uint64_t>();
  row.length_bytes = reader.Read<uint64_t>();
  reserved |= reader.Read<uint32_t>();
  row.flags = reader.Read<uint32_t>();
  reserved |= reader.Read<uint64_t>();
  return row;
}

GenericDeviceAffinity ReadGeneric(GenericDeviceAffinity::Kind kind,
                                  WireReader& reader, uint64_t& reserved) {
  GenericDeviceAffinity row;
  row.kind = kind;
  reserved |= reader.Read<uint8_t>();
  const uint8_t handle_type = reader.Read<uint8_t>();
  row.proximity_domain = reader.Read<uint32_t>();
  if (handle_type == 0) {
    AcpiDeviceHandle handle;
    for (char& c : handle.hid) c = static_cast<char>(reader.Read<uint8_t>());
    handle.uid = reader.Read<uint32_t>();
    reserved |= reader.Read<uint32_t>();
    row.handle = handle;
  } else {
    PciDeviceHandle handle;
    handle.segment = reader.Read<uint16_t>();
    handle.bus = reader.Read<uint8_t>();
    handle.devfn = reader.Read<uint8_t>();
    reserved |= reader.Read<uint64_t>() | reader.Read<uint32_t>();
    row.handle = handle;
  }
  reserved |= uint64_t{handle_type > 1};
  row.flags = reader.Read<uint32_t>();
  reserved |= reader.Read<uint32_t>();
  return row;
}

absl::StatusOr<SratRow> DecodeRow(absl::string_view bytes) {
  WireReader reader(bytes);
  const uint8_t type = reader.Read<uint8_t>();
  const uint8_t length = reader.Read<uint8_t>();
  uint64_t reserved = 0;
  SratRow row;
  uint8_t expected_length = 0;
  switch (type) {
    case kLocalApic:
      expected_length = kLocalApicSizeBytes;
      row = ReadLocalApic(reader);
      break;
    case kMemory:
      expected_length = kMemorySizeBytes;
      row = ReadMemory(reader, reserved);
      break;
    case kX2Apic:
      expected_length = kX2ApicSizeBytes;
      row = ReadX2Apic(reader, reserved);
      break;
    case kGenericInitiator:
    case kGenericPort:
      expected_length = kGenericSizeBytes;
      row = ReadGeneric(static_cast<GenericDeviceAffinity::Kind>(type), reader,
                        reserved);
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("row type ", type, " is not modelled"));
  }
  if (length != expected_length || !reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("row of type ", type,
                                                   " has length ", length,
                                                   ", not ", expected_length));
  }
  if (reserved != 0) {
    return absl::InvalidArgumentError("reserved bytes are not zero");
  }
  return row;
}

}  // namespace

std::string EncodeSrat(const SratTable& table) {
  std::string body;
  AppendLittleEndian(kTableRevision, body);
  AppendLittleEndian(uint64_t{0}, body);
  for (const SratRow& row : table.rows) std::visit(RowEncoder{body}, row);
  return EncodeAcpiTable(table.header, body);
}

absl::StatusOr<SratTable> DecodeSrat(absl::string_view bytes) {
  absl::StatusOr<AcpiTable> acpi = DecodeAcpiTable("SRAT", bytes);
  if (!acpi.ok()) return acpi.status();
  WireReader reader(acpi->body);
  const uint32_t table_revision = reader.Read<uint32_t>();
  const uint64_t reserved = reader.Read<uint64_t>();
  if (!reader.ok() || table_revision != kTableRevision || reserved != 0) {
    return absl::InvalidArgumentError(
        "SRAT: offset 36: no table revision 1 followed by 8 zero bytes");
  }
  SratTable table;
  table.header = acpi->header;
  while (reader.remaining() > 0) {
    const size_t offset = bytes.size() - reader.remaining();
    absl::string_view rest = bytes.substr(offset);
    const size_t length =
        rest.size() < 2 ? rest.size() : static_cast<uint8_t>(rest[1]);
    absl::StatusOr<SratRow> row = DecodeRow(reader.ReadBytes(length));
    if (!row.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("SRAT: offset ", offset, ": ", row.status().message()));
    }
    table.rows.push_back(*row);
  }
  return table;
}

}  // namespace e820check
