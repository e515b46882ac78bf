// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_E820_TABLE_H_
#define E820CHECK_MACHINE_E820_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/memory_type.h"

namespace e820check {

// One row of the fw_cfg file etc/e820. Rows are data from outside: a length of
// 0 and an end beyond 2^64 are representable here and judged by the laws.
struct E820Row {
  uint64_t address = 0;
  uint64_t length_bytes = 0;
  MemoryType type = MemoryType::kRam;

  friend bool operator==(const E820Row&, const E820Row&) = default;
};

// The memory map in the order in which QEMU adds rows; never sorted or merged
// (doc/spec/qemu-layout.md section 3).
using E820Table = std::vector<E820Row>;

// Wire form: 20 bytes a row, u64 address, u64 length, u32 type, little endian.
inline constexpr size_t kE820RowSizeBytes = 20;
std::string EncodeE820(const E820Table& table);
// InvalidArgument if the size is no multiple of 20 (audit rule E01).
absl::StatusOr<E820Table> DecodeE820(absl::string_view bytes);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_E820_TABLE_H_
