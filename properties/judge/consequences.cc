// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/consequences.h"

#include "absl/strings/match.h"

namespace e820check {
namespace {

struct Consequence {
  absl::string_view start;  // of the id
  absl::string_view part;   // anywhere in the id
  absl::string_view breaks;
};

// The first that fits.
constexpr Consequence kConsequences[] = {
    {"accepts: ", "covers memory below",
     "the guest has no RAM at 0 to 640K: OVMF computes low memory of size 0, "
     "SeaBIOS has no place for the EBDA, Linux none for its real-mode "
     "trampoline, so no second CPU starts"},
    {"accepts: ", "no normal RAM below",
     "firmware finds no RAM below 4 GiB for its own tables and stops before "
     "any boot loader"},
    {"accepts: ", "needs memory",
     "the option is dropped in silence: the guest has no memory of that type, "
     "and a driver that waits for soft-reserved memory (dax/hmem) never binds"},
    {"accepts: ", "supported by machine 'microvm",
     "the option is dropped in silence: the kernel's allocator gets memory "
     "that was to be kept for a driver"},
    {"accepts: ", "supported by machine 'isapc",
     "e820 changes on a board without ACPI: no SRAT says which node the memory "
     "is of, and Linux's hmem finds no target node"},
    {"accepts: ", "node sizes overflows",
     "the offset of nodes wraps, so memory of another node gets the type"},
    {"accepts: ", "",
     "a machine starts that ought not to; what it shows the guest is "
     "undefined"},
    {"refuses: ", "spans across 4GB",
     "no guest at all for a node that lies on both sides of the PCI hole, as "
     "the last low node of nearly every machine does"},
    {"refuses: ", "", "no guest at all, where there ought to be one"},
    {"other refusal", "",
     "no guest either way; a user mends something else than what is wrong"},
    {"extra warning: ", "Failed to update",
     "only a line on the host: the node's memory stays RAM, and the kernel's "
     "allocator uses what was to be kept for a driver"},
    {"extra warning: ", "",
     "no guest sees it; users look for what is not "
     "wrong"},
    {"missing warning: ", "", "no guest sees it; users are not told"},
    {"warning order", "", "no guest sees it; logs read otherwise"},
    {"e820 order", "",
     "OVMF adds up low memory from rows that ascend from 0, so it finds less "
     "of it, or none; Linux and SeaBIOS sort first"},
    {"e820 empty row", "",
     "qtest and OVMF take no row of length 0; Linux "
     "drops it"},
    {"e820 row wraps", "", "Linux refuses the whole map"},
    {"e820 row boundaries", "",
     "the same bytes in other rows: OVMF makes other memory HOBs, and small "
     "tables (128 rows of the zero page) fill sooner"},
    {"e820 soft reserved as ram", "",
     "the kernel's allocator uses memory that was to be kept for a driver, and "
     "no dax device appears"},
    {"e820 reserved as ram", "",
     "the kernel's allocator uses memory that belongs to something else"},
    {"e820 ram as soft reserved", "",
     "another node's RAM is lost to the kernel's allocator and offered as a "
     "dax device: e820__end_of_ram_pfn and the node's size shrink"},
    {"e820 ram as reserved", "",
     "another node's RAM is lost: the kernel may not touch it, nor map it for "
     "DMA"},
    {"e820 lost ram", "",
     "the guest has less memory than configured: firmware takes the "
     "addresses for a hole and may put PCI BARs there"},
    {"e820 lost", "", "the guest may put devices where memory is"},
    {"e820 extra memory", "",
     "the guest uses addresses that nothing answers: reads give ones, and the "
     "first access through a free page fails"},
    {"e820 ", "", "the memory has another use in the guest than configured"},
    {"srat extra node", "",
     "Linux counts a node's memory that e820 keeps back: the node is online "
     "and empty, and Windows sizes its node wrongly"},
    {"srat missing node", "",
     "Linux finds RAM that is in no node: it says so, and boots without NUMA"},
    {"srat missing", "",
     "Linux, Xen and FreeBSD miss what no row names: memory "
     "goes to node 0, CPUs to no node, or the table is refused"},
    {"srat extra", "",
     "Linux takes memory or CPUs for those of another node, "
     "or refuses overlapping rows"},
    {"srat order", "",
     "FreeBSD before 2026 keeps rows as they come and then "
     "finds no region for memory"},
    {"srat ", "", "Linux stops at the first bad row and boots without NUMA"},
    {"slit ", "",
     "the scheduler sees other distances between nodes, or "
     "ignores the table"},
    {"hmat ", "",
     "the kernel ranks memory by other performance, or rejects a "
     "structure whose node has no memory"},
    {"crash", "", "the machine dies at start, or takes its host process along"},
    {"sanitizer", "",
     "QEMU reads or writes memory that is not its own: any later step may "
     "break"},
    {"failed", "", "the machine does not start, by its own account"},
    {"hang", "", "the machine never starts"},
    {"exit", "", "the machine ends where it ought to give an answer"},
    {"garbage", "", "whoever reads the answer reads something else"},
    {"flood", "", "the log of the machine fills a disk"},
    {"fence", "", "the machine takes from its host what others need"},
    {"overrun", "",
     "memory beside the tables is overwritten: any later step "
     "may break"},
};

}  // namespace

absl::string_view WhatBreaks(absl::string_view id) {
  for (const Consequence& consequence : kConsequences) {
    if (absl::StartsWith(id, consequence.start) &&
        absl::StrContains(id, consequence.part)) {
      return consequence.breaks;
    }
  }
  return "unknown";
}

}  // namespace e820check
