// SPDX-License-Identifier: Apache-2.0

#include "options/object_link.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "options/memory_backend.h"
#include "options/refusal.h"

namespace e820check {

absl::Status RefuseMemdevType(absl::string_view type) {
  return Refuse("Invalid parameter type for 'memdev', expected: ", type);
}

absl::StatusOr<const MemoryBackend*> FollowMemdev(const MachineOptions& options,
                                                  absl::string_view path,
                                                  absl::string_view type) {
  const MemoryBackend* backend = ResolveBackend(options.backends, path);
  if (backend != nullptr) return backend;
  absl::string_view id = path;
  if (!absl::ConsumePrefix(&id, "/objects/")) {
    absl::ConsumePrefix(&id, "objects/");
  }
  if (id == "pc.ram") {
    return absl::UnimplementedError("memdev= the board's own RAM");
  }
  if (std::find(options.other_object_ids.begin(),
                options.other_object_ids.end(),
                id) != options.other_object_ids.end()) {
    return RefuseMemdevType(type);
  }
  return Refuse("Device '", path, "' not found");
}

}  // namespace e820check
