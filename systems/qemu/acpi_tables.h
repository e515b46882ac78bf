// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_QEMU_ACPI_TABLES_H_
#define E820CHECK_SYSTEMS_QEMU_ACPI_TABLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace e820check {

// One table of etc/acpi/tables, as its bytes, checksum not yet filled in.
struct AcpiTableBytes {
  std::string signature;  // 4 characters
  std::string bytes;      // header included

  friend bool operator==(const AcpiTableBytes&,
                         const AcpiTableBytes&) = default;
};

struct AcpiTableList {
  std::vector<AcpiTableBytes> tables;
  // Whether padding was seen after the last table. If not, more tables may
  // follow; if the bytes end inside a table, that one is not in the list.
  bool complete = false;
};

// Tables lie back to back, FACS first, and zeros pad the file
// (doc/spec/qemu-layout.md section 9), so a prefix of the file will do.
// DataLoss if a length field is too small to hold itself, or the padding is not
// all zeros.
absl::StatusOr<AcpiTableList> SplitAcpiTables(absl::string_view bytes);

// What QEMU may have done to the tables of one machine.
struct AcpiTableOddities {
  // Added some of the user's (-acpitable). They come last, and a guest takes
  // the first table of a name.
  bool added = false;
  // Cut the file to the size that it had for the oldest machine types, with a
  // warning, whatever lies behind.
  bool cut = false;
};

// The tables of the whole file. DataLoss also if the last one is cut short, or
// there are two of SRAT, SLIT or HMAT, unless that is one of the oddities; and
// if one of these three is larger than any machine makes it.
absl::StatusOr<std::vector<AcpiTableBytes>> ParseAcpiTables(
    absl::string_view file, AcpiTableOddities oddities);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_ACPI_TABLES_H_
