// SPDX-License-Identifier: Apache-2.0

#include "machine/e820_table.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {

std::string EncodeE820(const E820Table& table) {
  std::string bytes;
  bytes.reserve(table.size() * kE820RowSizeBytes);
  for (const E820Row& row : table) {
    AppendLittleEndian(row.address, bytes);
    AppendLittleEndian(row.length_bytes, bytes);
    AppendLittleEndian(static_cast<uint32_t>(row.type), bytes);
  }
  return bytes;
}

absl::StatusOr<E820Table> DecodeE820(absl::string_view bytes) {
  if (bytes.size() % kE820RowSizeBytes != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "e820: size ", bytes.size(), " is no multiple of ", kE820RowSizeBytes));
  }
  E820Table table;
  table.reserve(bytes.size() / kE820RowSizeBytes);
  WireReader reader(bytes);
  while (reader.remaining() > 0) {
    E820Row row;
    row.address = reader.Read<uint64_t>();
    row.length_bytes = reader.Read<uint64_t>();
    row.type = static_cast<MemoryType>(reader.Read<uint32_t>());
    table.push_back(row);
  }
  return table;
}

}  // namespace e820check
