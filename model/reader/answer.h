// SPDX-License-Identifier: Apache-2.0

// What QEMU makes of one option, as text, so that two readers' answers can be
// compared whatever types they keep their values in.

#ifndef E820CHECK_MODEL_READER_ANSWER_H_
#define E820CHECK_MODEL_READER_ANSWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check::reader {

// Whose rules hold.
struct Release {
  QemuVersion qemu = kDefaultRelease;
  Dialect dialect = Dialect::kStock;
};

// One typed value. `text` is decimal for numbers, the word of an enum, "on" or
// "off", Quote() of a string, RunList for a list.
struct TypedValue {
  std::string name;
  std::string text;
};

struct Answer {
  enum class Verdict {
    kAccepted,
    kRefused,      // `refusal` says why, hint lines after '\n'
    kHelp,         // QEMU prints help and ends with status 0
    kHelpAndFail,  // likewise with status 1
    kOtherObject,  // -object of a type that is no memory backend: not read
    kAccident,     // QEMU reads past the end of the text
  };

  Verdict verdict = Verdict::kAccepted;
  std::string refusal;
  std::vector<TypedValue> values;  // of kAccepted, in visit order
  // In order, without location, hint lines after '\n'.
  std::vector<std::string> warnings;
};

// A line for each part.
std::string ToString(const Answer& answer);

// The statuses by which a production says that the option ends here.
template <typename... Parts>
absl::Status Refuse(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}
inline absl::Status Help() { return absl::CancelledError("help"); }
inline absl::Status HelpAndFail() { return absl::AbortedError("help"); }
inline absl::Status OtherObject() { return absl::UnimplementedError("object"); }
inline absl::Status Accident() { return absl::UnknownError("accident"); }

// The answer that such a status, or OK with `values`, stands for.
Answer MakeAnswer(const absl::Status& status, std::vector<TypedValue> values,
                  std::vector<std::string> warnings);

// In double quotes; '"', '\' and what is not printable ASCII as \xNN.
std::string Quote(absl::string_view text);

// Numbers as "0-3,7": runs of consecutive ones, in the order in which they were
// added.
class RunList {
 public:
  void Add(uint64_t first, uint64_t last);
  std::string ToString() const;

 private:
  struct Run {
    uint64_t first;
    uint64_t last;
  };
  std::vector<Run> runs_;
};

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_ANSWER_H_
