// SPDX-License-Identifier: Apache-2.0

// -numa and -object: options whose keys the syntax does not limit
// (doc/spec/qemu-options.md 2.1).

#ifndef E820CHECK_MODEL_READER_OPEN_OPTION_H_
#define E820CHECK_MODEL_READER_OPEN_OPTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/reader/qemu_opts.h"

namespace e820check::reader {

struct OpenOption {
  std::optional<std::string> id;
  std::vector<Item> items;  // without those named "id"
};

// Refuses an ill-formed id before anything else. Appends warnings.
absl::StatusOr<OpenOption> ReadOpenOption(absl::string_view text,
                                          absl::string_view implied_key,
                                          std::vector<std::string>& warnings);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_OPEN_OPTION_H_
