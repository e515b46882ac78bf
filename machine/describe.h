// SPDX-License-Identifier: Apache-2.0

// Firmware tables as people read them: in verdicts, in predict's output, in
// what a test prints.

#ifndef E820CHECK_MACHINE_DESCRIBE_H_
#define E820CHECK_MACHINE_DESCRIBE_H_

#include <cstdint>
#include <string>

#include "machine/e820_table.h"
#include "machine/guest_layout.h"
#include "machine/srat_table.h"

namespace e820check {

// "3G", "640K", "1", exact: the largest binary unit that divides the size.
std::string DescribeSize(uint64_t size_bytes);

// "0x000000100000 +0x7ff00000        2047M  ram".
std::string Describe(const E820Row& row);

// "memory node   1  0x... +0x...  2G enabled hot-plug", "cpu    node   0  APIC
// id 3 enabled".
std::string Describe(const SratRow& row);

// Each non-empty table under a heading, a row a line, at most 80 columns for
// tables that QEMU makes.
std::string Describe(const GuestLayout& layout);

// The refusal's text, or what happens instead.
std::string Describe(const Rejection& rejection);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_DESCRIBE_H_
