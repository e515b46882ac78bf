// SPDX-License-Identifier: Apache-2.0

// Properties that name a memory backend, as -device and sgx-epc have them.

#ifndef E820CHECK_OPTIONS_OBJECT_LINK_H_
#define E820CHECK_OPTIONS_OBJECT_LINK_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"

namespace e820check {

// The backend that the property `memdev` names by `path`, which is not empty:
// "m0", "/objects/m0". `type` is that of the objects the property takes.
// Refuses in QEMU's words where the path names nothing, or another object than
// a backend; Unimplemented where it names the board's own RAM.
absl::StatusOr<const MemoryBackend*> FollowMemdev(const MachineOptions& options,
                                                  absl::string_view path,
                                                  absl::string_view type);

// The refusal of an object of another type.
absl::Status RefuseMemdevType(absl::string_view type);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_OBJECT_LINK_H_
