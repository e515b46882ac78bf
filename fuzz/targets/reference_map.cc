// SPDX-License-Identifier: Apache-2.0

// Verify that ReferenceMemoryMap, which other maps are held against, gives
// every answer that an array of cells gives, after any sequence of edits, in
// maximal segments in order.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_map.h"
#include "fuzz/support/mutator.h"
#include "model/reference_memory_map.h"

namespace e820check {
namespace {

void Run(const std::vector<MapOperation>& operations) {
  MapChecker<CellArray, ReferenceMemoryMap> maps;
  DivideFor(operations, maps.expected());
  for (const MapOperation& operation : operations) {
    if (Edit(operation, maps)) {
      CheckAfter<MapContents>(operation, maps.CheckContents());
      CheckAfter<MapOrder>(operation, CheckSegments(maps.actual()));
    } else {
      CheckAfter<MapQuery>(operation, AskBoth(operation, maps));
    }
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
