// SPDX-License-Identifier: Apache-2.0

// What laws look at: a layout, the machine it was made for, and what follows
// from the two without any knowledge of how a layout is computed.

#ifndef E820CHECK_PROPERTIES_LAWS_EVIDENCE_H_
#define E820CHECK_PROPERTIES_LAWS_EVIDENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "machine/address_range.h"
#include "machine/guest_layout.h"
#include "machine/hmat_table.h"
#include "machine/machine_options.h"
#include "machine/memory_type.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"

namespace e820check {

// nullopt for a row that is empty or ends beyond 2^64.
std::optional<AddressRange> RangeOf(const E820Row& row);
std::optional<AddressRange> RangeOf(const MemoryAffinity& row);

// A run of RAM bytes of one node, as the e820 table places them.
struct OwnedRange {
  AddressRange range;
  uint32_t node_id;
  MemmapType wanted;
  MemoryType found;  // the type of the e820 row that the run lies in
};

inline std::optional<AddressRange> RangeOf(const OwnedRange& run) {
  return run.range;
}

struct Evidence {
  const MachineOptions& options;
  const GuestLayout& layout;

  // The rows that stand for the guest's RAM, in address order: all that do not
  // wrap, but the HyperTransport hole of AMD guests, KVM's own pages and
  // beside_ram. Byte k of them all, counted upwards from address 0, is byte k
  // of RAM.
  std::vector<E820Row> ram_rows;
  // Those rows cut where one node's memory ends and the next begins; nodes take
  // RAM in the order of their ids. A machine without -numa node is one node 0.
  std::vector<OwnedRange> owned;
  // sp-mem devices and enclave sections that have a row in e820.
  std::vector<OwnedRange> beside_ram;

  absl::StatusOr<SratTable> srat;
  absl::StatusOr<SlitTable> slit;
  absl::StatusOr<HmatTable> hmat;
  // Enabled memory rows of SRAT.
  std::vector<MemoryAffinity> memory_rows;  // neither of the other two kinds
  std::vector<MemoryAffinity> non_volatile_rows;  // and not hot-pluggable
  std::vector<MemoryAffinity> hot_plug_rows;
  uint32_t node_count = 0;  // 0: no SRAT is due

  // Called, where not null, by the law that finds a breach, while it runs.
  void (*on_breach)(const std::string& detail) = nullptr;
};

Evidence Gather(const MachineOptions& options, const GuestLayout& layout);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_EVIDENCE_H_
