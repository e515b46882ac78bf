// SPDX-License-Identifier: Apache-2.0

#include "machine/address_range.h"

#include "absl/strings/str_cat.h"

namespace e820check {

std::string AddressRange::ToString() const {
  if (last_ == UINT64_MAX) {
    return absl::StrCat("[0x", absl::Hex(first_), ", 0x10000000000000000)");
  }
  return absl::StrCat("[0x", absl::Hex(first_), ", 0x", absl::Hex(last_ + 1),
                      ")");
}

}  // namespace e820check
