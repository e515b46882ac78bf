// SPDX-License-Identifier: Apache-2.0

// -numa: nodes, distances and CPU bindings, record by record
// (doc/spec/qemu-options.md 7); hmat.h has the rest.

#ifndef E820CHECK_OPTIONS_NUMA_H_
#define E820CHECK_OPTIONS_NUMA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/hmat.h"
#include "options/qemu_opts.h"
#include "options/visitor.h"
#include "options/vocabulary.h"

namespace e820check {

struct NumaNodeRecord {
  std::optional<uint64_t> nodeid;
  std::vector<CpuIndexRange> cpus;
  std::optional<uint64_t> mem;
  std::optional<std::string> memdev;
  std::optional<size_t> memmap_type;
  std::optional<uint64_t> initiator;
};

struct NumaDistRecord {
  std::optional<uint64_t> src;
  std::optional<uint64_t> dst;
  std::optional<uint64_t> val;
};

struct NumaCpuRecord {
  std::optional<int64_t> node_id;
  std::optional<int64_t> drawer_id;
  std::optional<int64_t> book_id;
  std::optional<int64_t> socket_id;
  std::optional<int64_t> die_id;
  std::optional<int64_t> cluster_id;
  std::optional<int64_t> module_id;
  std::optional<int64_t> core_id;
  std::optional<int64_t> thread_id;
};

using NumaRecord = std::variant<NumaNodeRecord, NumaDistRecord, NumaCpuRecord,
                                NumaHmatLbRecord, NumaHmatCacheRecord>;

// The words of -numa, in the order of the enums that stand for them.
inline constexpr absl::string_view kHmatHierarchies[] = {
    "memory", "first-level", "second-level", "third-level"};
inline constexpr absl::string_view kHmatDataTypes[] = {
    "access-latency",   "read-latency",   "write-latency",
    "access-bandwidth", "read-bandwidth", "write-bandwidth"};
inline constexpr absl::string_view kHmatAssociativities[] = {"none", "direct",
                                                             "complex"};
inline constexpr absl::string_view kHmatWritePolicies[] = {"none", "write-back",
                                                           "write-through"};

// Checks the types of one -numa and gives its `mem` the unit MiB where it has
// none.
absl::StatusOr<NumaRecord> ParseNuma(const QemuOptsBag& bag,
                                     const VisitContext& context,
                                     std::vector<std::string>& warnings);

void AddNumaWords(Vocabulary& vocabulary);

// Adds records to a machine whose type, topology and objects are known.
class NumaBuilder {
 public:
  // `options` must outlive this.
  explicit NumaBuilder(MachineOptions& options)
      : options_(options), hmat_(options), node_of_cpu_(options.smp.maxcpus) {}

  absl::Status Add(const NumaRecord& record,
                   std::vector<std::string>& warnings);

 private:
  absl::Status AddNode(const NumaNodeRecord& record,
                       std::vector<std::string>& warnings);
  absl::Status CheckMemory(const NumaNodeRecord& record, NumaNode& node,
                           std::vector<std::string>& warnings);
  absl::Status AddDistance(const NumaDistRecord& record);
  absl::Status BindCpus(const NumaCpuRecord& record);
  absl::Status BindCpu(uint32_t cpu, const NumaNode& node);
  const NumaNode* FindNode(int64_t id) const;

  MachineOptions& options_;
  HmatBuilder hmat_;
  std::vector<std::optional<uint32_t>> node_of_cpu_;
  bool any_mem_ = false;
  bool any_memdev_ = false;
};

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_NUMA_H_
