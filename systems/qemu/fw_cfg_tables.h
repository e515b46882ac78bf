// SPDX-License-Identifier: Apache-2.0

// The two files of fw_cfg that the memory tables are in.

#ifndef E820CHECK_SYSTEMS_QEMU_FW_CFG_TABLES_H_
#define E820CHECK_SYSTEMS_QEMU_FW_CFG_TABLES_H_

#include <string>

#include "absl/status/statusor.h"
#include "machine/e820_table.h"
#include "systems/qemu/fw_cfg.h"

namespace e820check {

// etc/e820; empty if there is no such file. DataLoss if that has no whole rows,
// or more of them than any machine. Else the errors of FwCfg::Read().
absl::StatusOr<E820Table> ReadE820(FwCfg& fw_cfg);

// etc/acpi/tables, for ParseAcpiTables(); empty if there is no such file. Its
// padding may be left out. The errors of FwCfg::Read().
absl::StatusOr<std::string> ReadAcpiFile(FwCfg& fw_cfg);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_FW_CFG_TABLES_H_
