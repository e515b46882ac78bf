// SPDX-License-Identifier: Apache-2.0

// What ought to hold of any layout, whoever computed it, the reference and QEMU
// included. Agreement cannot see a faithful copy of a bug; a law can. Where
// QEMU itself breaks a law, properties/quirks.h names the case.

#ifndef E820CHECK_PROPERTIES_LAWS_H_
#define E820CHECK_PROPERTIES_LAWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "properties/evidence.h"

namespace e820check {

struct Law {
  absl::string_view id;      // "e820.no-overlap"
  absl::string_view rule;    // its number in spec/audit-rules.md
  absl::string_view breaks;  // who suffers from a breach, and how
  absl::Status (*check)(const Evidence&);
};

absl::Span<const Law> Laws();

struct Quirk;

struct Breach {
  const Law* law;
  std::string detail;
  const Quirk* excuse;  // nullptr: none
};

// Every law that the layout breaks, with the ledger entry that excuses it.
std::vector<Breach> FindBreaches(const MachineOptions& options,
                                 const GuestLayout& layout);

// The first breach without an excuse: FailedPrecondition, "<law id>: <detail>".
absl::Status CheckLaws(const MachineOptions& options,
                       const GuestLayout& layout);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_H_
