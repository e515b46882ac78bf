// SPDX-License-Identifier: Apache-2.0

#include "model/reader/open_option.h"

#include "absl/status/status.h"

namespace e820check::reader {

absl::StatusOr<OpenOption> ReadOpenOption(absl::string_view text,
                                          absl::string_view implied_key,
                                          std::vector<std::string>& warnings) {
  OpenOption option;
  option.id = FindId(text);
  if (option.id) {
    absl::Status status = CheckId(*option.id);
    if (!status.ok()) return status;
  }
  for (const Item& item : ReadItems(text, implied_key)) {
    if (!item.warning.empty()) warnings.push_back(item.warning);
    if (item.key != "id") option.items.push_back(item);
  }
  return option;
}

}  // namespace e820check::reader
