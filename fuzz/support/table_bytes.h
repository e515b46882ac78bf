// SPDX-License-Identifier: Apache-2.0

// A second reader of firmware tables, for decoders to be held against: fields
// at the byte offsets that the tables of ACPI 6.5 print. It shares nothing with
// machine/wire.h.

#ifndef E820CHECK_FUZZ_SUPPORT_TABLE_BYTES_H_
#define E820CHECK_FUZZ_SUPPORT_TABLE_BYTES_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/acpi_header.h"

namespace e820check {

struct Field {
  size_t offset;
  size_t width;  // in bytes
};

// The field, little endian. It lies within `bytes`; its width is at most 8.
uint64_t ValueAt(absl::string_view bytes, Field field);

bool AllZero(absl::string_view bytes, absl::Span<const Field> fields);

// Whether there is a whole header (5.2.6) with this signature and with the
// length of all the bytes.
bool HasAcpiHeader(absl::string_view bytes, absl::string_view signature);
// Whether `header` says what the bytes, which have one, do.
bool IsHeaderOf(const AcpiHeader& header, absl::string_view bytes);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_TABLE_BYTES_H_
