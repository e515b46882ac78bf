// SPDX-License-Identifier: Apache-2.0

// Verify that the map linked in (E820CHECK_RANGE_MAP_SUBJECT) holds what
// ReferenceMemoryMap holds after any sequence of edits, in maximal segments in
// order, and that a query says of each address what iteration says.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_map.h"
#include "fuzz/support/mutator.h"
#include "model/reference_memory_map.h"
#include "systems/subject/range_map.h"

namespace e820check {
namespace {

void Run(const std::vector<MapOperation>& operations) {
  MapChecker<ReferenceMemoryMap, SubjectRangeMap> maps;
  for (const MapOperation& operation : operations) {
    if (!Edit(operation, maps)) {
      // Any query asks for one address.
      CheckAfter<MapQuery>(operation, maps.CheckAt(operation.range.first()));
      continue;
    }
    if (maps.actual().out_of_memory()) break;
    CheckAfter<MapOrder>(operation, CheckSegments(maps.actual()));
    CheckAfter<MapContents>(operation, maps.CheckContents());
  }
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() {
  return kMapOperationsMutator;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  e820check::ExamineMap("a map", bytes, e820check::Run);
  return 0;
}
