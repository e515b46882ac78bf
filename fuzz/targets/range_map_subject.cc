// SPDX-License-Identifier: Apache-2.0

// Verify that the map linked in (E820CHECK_RANGE_MAP_SUBJECT) holds what
// ReferenceMemoryMap holds after any sequence of edits, in maximal segments in
// order, and that a query says of each address what iteration says.

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/map_operations.h"
#include "fuzz/support/mutator.h"
#include "model/reference_memory_map.h"
#include "properties/laws/map_laws.h"
#include "systems/subject/range_map.h"

namespace e820check {
namespace {

// As in the target range_tree_map; each check iterates over the whole map.
constexpr size_t kMaxOperations = 32;

struct Query {
  static constexpr char kName[] = "query";
};
struct Order {
  static constexpr char kName[] = "order of segments";
};
struct Contents {
  static constexpr char kName[] = "contents";
};

void Run(absl::string_view bytes) {
  ReferenceMemoryMap expected;
  SubjectRangeMap actual;
  for (size_t i = 0; i < kMaxOperations; ++i) {
    if (bytes.size() < kMapOperationSizeBytes) break;
    const MapOperation operation =
        DecodeMapOperation(bytes.substr(0, kMapOperationSizeBytes));
    bytes.remove_prefix(kMapOperationSizeBytes);
    if (!Edit(operation, expected)) {
      // Any query asks for one address.
      const uint64_t address = operation.range.first();
      if (expected.At(address) != actual.At(address)) {
        Fail<Query>(absl::StrCat("differs at ", operation.ToString()));
      }
      continue;
    }
    Edit(operation, actual);
    if (actual.out_of_memory()) break;
    CheckOk<Order>(CheckSegments(actual));
    CheckOk<Contents>(CheckSameContent(expected, actual));
  }
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() {
  return kMapOperationsMutator;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Examine(
      [bytes] {
        return absl::StrCat("no machine, but a map:\n",
                            DescribeMapOperations(bytes, kMaxOperations));
      },
      [bytes] { Run(bytes); });
  return 0;
}
