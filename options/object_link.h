// SPDX-License-Identifier: Apache-2.0

// Properties that name a memory backend, as -device and sgx-epc have them.

#ifndef E820CHECK_OPTIONS_OBJECT_LINK_H_
#define E820CHECK_OPTIONS_OBJECT_LINK_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"

namespace e820check {

struct MemdevTarget {
  const MemoryBackend* backend = nullptr;
  bool exists = false;  // without backend: as another object
};

// What the property `memdev` names by `path`, which is not empty: "m0",
// "/objects/m0". Unimplemented where it names the board's own RAM.
absl::StatusOr<MemdevTarget> FollowMemdev(const MachineOptions& options,
                                          absl::string_view path);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_OBJECT_LINK_H_
