// SPDX-License-Identifier: Apache-2.0

// The ledger: where QEMU itself breaks a law, or dies. One entry per defect; it
// excuses named laws for the machines that its predicate describes, in the
// releases that have the defect, and nothing else.
// An entry that matches nothing in a release that it names fails the tests, so
// none outlives its defect.

#ifndef E820CHECK_PROPERTIES_LEDGER_QUIRKS_H_
#define E820CHECK_PROPERTIES_LEDGER_QUIRKS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_options.h"
#include "machine/release.h"

namespace e820check {

// What an entry excuses where QEMU dies of a machine it ought to accept.
inline constexpr absl::string_view kCrash = "crash";

struct Quirk {
  absl::string_view id;
  absl::string_view what;  // what QEMU does, in a sentence
  // An address, or a document and its section; kNotReported: neither QEMU's
  // tracker nor a mailing list is known to have it.
  absl::string_view reported;
  Lifetime releases;
  std::vector<absl::string_view> excused_laws;  // ids, or kCrash
  bool (*applies)(const MachineOptions&);
};

inline constexpr absl::string_view kNotReported = "not reported";

absl::Span<const Quirk> Quirks();

// Whether the machine's release has the defect, and the machine shows it.
bool Matches(const Quirk& quirk, const MachineOptions& options);

// The first entry that excuses `law_id` for this machine, or nullptr.
const Quirk* FindExcuse(absl::string_view law_id,
                        const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LEDGER_QUIRKS_H_
