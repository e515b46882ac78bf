// SPDX-License-Identifier: Apache-2.0

// -object: memory backends (doc/spec/qemu-options.md 8).

#ifndef E820CHECK_OPTIONS_MEMORY_BACKEND_H_
#define E820CHECK_OPTIONS_MEMORY_BACKEND_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/generic_affinity.h"
#include "options/qemu_opts.h"
#include "options/visitor.h"
#include "options/vocabulary.h"

namespace e820check {

// One -object after its types are checked (step 1). Members of objects that
// change no memory table are not read.
struct ObjectRequest {
  absl::string_view qom_type;
  std::optional<std::string> id;
  std::optional<GenericAffinity> generic;
  std::optional<MemoryBackend::Kind> backend_kind;

  std::vector<CpuIndexRange> host_nodes;
  std::optional<std::string> mem_path;
  std::optional<std::string> prealloc_context;
  std::optional<uint64_t> align;
  std::optional<uint64_t> hugetlbsize;
  std::optional<uint64_t> offset;
  std::optional<size_t> policy;
  std::optional<uint64_t> prealloc_threads;
  std::optional<size_t> rom;
  std::optional<uint64_t> size;
  std::optional<bool> discard_data;
  std::optional<bool> dump;
  std::optional<bool> hugetlb;
  std::optional<bool> merge;
  std::optional<bool> pmem;
  std::optional<bool> prealloc;
  std::optional<bool> readonly;
  std::optional<bool> reserve;
  std::optional<bool> seal;
  std::optional<bool> share;
  std::optional<bool> use_canonical_path;
};

// Reads one object from whatever names its members. Unimplemented for objects
// that change memory tables in ways not covered here.
absl::StatusOr<ObjectRequest> VisitObject(const VisitContext& context,
                                          RecordSource& source);

// Reads one -object, QemuOpts or JSON. `list` is that of all -object options.
absl::StatusOr<ObjectRequest> ParseObject(absl::string_view text,
                                          const VisitContext& context,
                                          QemuOptsList& list,
                                          std::vector<std::string>& warnings);

// Generic affinities included.
void AddObjectWords(Vocabulary& vocabulary);

// The objects made so far, by id.
class ObjectTree {
 public:
  // Steps 4 and 8: refuses what QEMU refuses when it makes the object, apart
  // from what depends on the host: files open, allocations succeed, host nodes
  // exist.
  absl::Status Create(const ObjectRequest& request, QemuVersion qemu,
                      std::vector<MemoryBackend>& backends);

 private:
  absl::Status SetProperties(const ObjectRequest& request) const;

  std::map<std::string, absl::string_view, std::less<>> type_of_id_;
};

// The backend that a QOM path names: "m0", "objects/m0", "/objects/m0". QEMU
// looks for a relative path everywhere, so the empty one names the only
// backend. nullptr: no or several backends.
const MemoryBackend* ResolveBackend(const std::vector<MemoryBackend>& backends,
                                    absl::string_view path);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_MEMORY_BACKEND_H_
