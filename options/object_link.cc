// SPDX-License-Identifier: Apache-2.0

#include "options/object_link.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "options/memory_backend.h"

namespace e820check {

absl::StatusOr<MemdevTarget> FollowMemdev(const MachineOptions& options,
                                          absl::string_view path) {
  const MemoryBackend* backend = ResolveBackend(options.backends, path);
  if (backend != nullptr) return MemdevTarget{backend, /*exists=*/true};
  absl::string_view id = path;
  if (!absl::ConsumePrefix(&id, "/objects/")) {
    absl::ConsumePrefix(&id, "objects/");
  }
  if (id == "pc.ram") {
    return absl::UnimplementedError("memdev= the board's own RAM");
  }
  return MemdevTarget{nullptr, std::find(options.other_object_ids.begin(),
                                         options.other_object_ids.end(),
                                         id) != options.other_object_ids.end()};
}

}  // namespace e820check
