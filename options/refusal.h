// SPDX-License-Identifier: Apache-2.0

// How a layer of options/ says that it goes no further. Each is a status on its
// way to command_line.h:
//
//   kInvalidArgument  QEMU refuses, in these words
//   kCancelled        QEMU prints help and ends with status 0
//   kAborted          likewise with status 1, as closed lists of keys do
//   kUnimplemented    outside coverage
//   kUnknown          QEMU's answer is an accident: it reads or asserts what it
//                     must not

#ifndef E820CHECK_OPTIONS_REFUSAL_H_
#define E820CHECK_OPTIONS_REFUSAL_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/deferred_refusal.h"

namespace e820check {

// The text comes without location, hint lines after '\n'.
template <typename... Parts>
absl::Status Refuse(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// What comes of a look at something that the board refuses later: the cause, or
// nothing; or one of the statuses above but for kInvalidArgument.
using DeferredCheck = absl::StatusOr<std::optional<DeferredRefusal>>;

inline bool Passed(const DeferredCheck& check) {
  return check.ok() && !check->has_value();
}

// For Reading::kAccident.
inline absl::Status AccidentOf(absl::string_view size) {
  return absl::UnknownError(
      absl::StrCat("QEMU 7.2 reads past the end of the size '", size, "'"));
}

inline absl::Status PrintHelp() { return absl::CancelledError("help"); }
inline absl::Status PrintHelpAndFail() { return absl::AbortedError("help"); }

// The status with which QEMU ends after its help; nullopt for other statuses.
inline std::optional<int> HelpExitStatus(const absl::Status& status) {
  if (absl::IsCancelled(status)) return 0;
  if (absl::IsAborted(status)) return 1;
  return std::nullopt;
}

// Hint lines, with the newline in front.
inline constexpr absl::string_view kSizeHint =
    "\nOptional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, "
    "peta-\nand exabytes, respectively.";
inline constexpr absl::string_view kIdentifierHint =
    "\nIdentifiers consist of letters, digits, '-', '.', '_', starting with a "
    "letter.";

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_REFUSAL_H_
