// SPDX-License-Identifier: Apache-2.0

#include "machine/acpi_header.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {
namespace {

template <size_t kSize>
void AppendArray(const std::array<char, kSize>& text, std::string& bytes) {
  bytes.append(text.data(), text.size());
}

template <size_t kSize>
void ReadArray(WireReader& reader, std::array<char, kSize>& text) {
  const absl::string_view taken = reader.ReadBytes(kSize);
  std::copy(taken.begin(), taken.end(), text.begin());
}

}  // namespace

std::string EncodeAcpiTable(const AcpiHeader& header, absl::string_view body) {
  std::string bytes;
  bytes.reserve(kAcpiHeaderSizeBytes + body.size());
  AppendArray(header.signature, bytes);
  AppendLittleEndian(static_cast<uint32_t>(kAcpiHeaderSizeBytes + body.size()),
                     bytes);
  AppendLittleEndian(header.revision, bytes);
  AppendLittleEndian(header.checksum, bytes);
  AppendArray(header.oem.id, bytes);
  AppendArray(header.oem.table_id, bytes);
  AppendLittleEndian(header.oem_revision, bytes);
  AppendArray(header.creator_id, bytes);
  AppendLittleEndian(header.creator_revision, bytes);
  bytes.append(body.data(), body.size());
  return bytes;
}

absl::StatusOr<AcpiTable> DecodeAcpiTable(absl::string_view signature,
                                          absl::string_view bytes) {
  AcpiTable table;
  WireReader reader(bytes);
  ReadArray(reader, table.header.signature);
  const uint32_t length = reader.Read<uint32_t>();
  table.header.revision = reader.Read<uint8_t>();
  table.header.checksum = reader.Read<uint8_t>();
  ReadArray(reader, table.header.oem.id);
  ReadArray(reader, table.header.oem.table_id);
  table.header.oem_revision = reader.Read<uint32_t>();
  ReadArray(reader, table.header.creator_id);
  table.header.creator_revision = reader.Read<uint32_t>();
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        signature, ": ", bytes.size(), " bytes are too few for a header"));
  }
  if (absl::string_view(table.header.signature.data(), 4) != signature) {
    return absl::InvalidArgumentError(
        absl::StrCat(signature, ": the signature is another"));
  }
  if (length != bytes.size()) {
    return absl::InvalidArgumentError(absl::StrCat(signature, ": length field ",
                                                   length, ", but ",
                                                   bytes.size(), " bytes"));
  }
  table.body = bytes.substr(kAcpiHeaderSizeBytes);
  return table;
}

}  // namespace e820check
