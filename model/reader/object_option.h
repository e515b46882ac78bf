// SPDX-License-Identifier: Apache-2.0

// -object: syntax and types of one memory backend (doc/spec/qemu-options.md 8).

#ifndef E820CHECK_MODEL_READER_OBJECT_OPTION_H_
#define E820CHECK_MODEL_READER_OBJECT_OPTION_H_

#include "absl/strings/string_view.h"
#include "model/reader/answer.h"

namespace e820check::reader {

// The values are "qom-type", "id" and the members of that type. The type of any
// other object, or of none, is not read: kOtherObject.
Answer ReadObjectOption(absl::string_view text, const Release& release);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_OBJECT_OPTION_H_
