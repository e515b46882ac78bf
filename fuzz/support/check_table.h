// SPDX-License-Identifier: Apache-2.0

// What a target that decodes hostile tables demands beside the meaning of each
// field.

#ifndef E820CHECK_FUZZ_SUPPORT_CHECK_TABLE_H_
#define E820CHECK_FUZZ_SUPPORT_CHECK_TABLE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "machine/guest_layout.h"

namespace e820check {

struct Acceptance {
  static constexpr char kName[] = "acceptance";
};
struct Meaning {
  static constexpr char kName[] = "meaning";
};
struct RoundTripOfBytes {
  static constexpr char kName[] = "round trip of bytes";
};

// Of a decoder: `status` is what it says, `well_formed` what the second reader
// does, and an error has words.
inline void CheckAcceptance(const absl::Status& status, bool well_formed) {
  if (status.ok() != well_formed) {
    Fail<Acceptance>(well_formed ? absl::StrCat("refused: ", status.message())
                                 : "accepted, though it is not well-formed");
  }
  if (!status.ok() && status.message().empty()) {
    Fail<Acceptance>("refused without words");
  }
}

inline void CheckMeaning(bool same, absl::string_view what, size_t offset) {
  if (!same) Fail<Meaning>(absl::StrCat(what, " at offset ", offset));
}

inline void CheckSameBytes(absl::string_view encoded, absl::string_view bytes) {
  if (encoded != bytes) {
    Fail<RoundTripOfBytes>("encodes to other bytes than it was decoded from");
  }
}

// The layout that the reference gives a machine with two nodes, distances,
// HMAT and hot-pluggable memory: what a hostile table is put into.
GuestLayout LayoutForTables();

// Verify that each law comes back from the layout, which claims to be that
// machine's, and that it names what it finds; and that people can be shown the
// layout.
void CheckLawsReturn(const GuestLayout& layout);

// That machine's command line and, decoded as far as it can be, the layout.
std::string DescribeTables(const GuestLayout& layout,
                           const absl::Status& decoded);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CHECK_TABLE_H_
