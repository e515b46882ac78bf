// SPDX-License-Identifier: Apache-2.0

// -numa hmat-lb and hmat-cache (doc/spec/qemu-options.md 7.5, 7.6).

#ifndef E820CHECK_OPTIONS_HMAT_H_
#define E820CHECK_OPTIONS_HMAT_H_

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "machine/machine_options.h"

namespace e820check {

struct NumaHmatLbRecord {
  std::optional<uint64_t> initiator;
  std::optional<uint64_t> target;
  std::optional<size_t> hierarchy;
  std::optional<size_t> data_type;
  std::optional<uint64_t> latency;
  std::optional<uint64_t> bandwidth;
};

struct NumaHmatCacheRecord {
  std::optional<uint64_t> node_id;
  std::optional<uint64_t> size;
  std::optional<uint64_t> level;
  std::optional<size_t> associativity;
  std::optional<size_t> policy;
  std::optional<uint64_t> line;
};

// What is said to any HMAT option without -machine hmat=on.
absl::Status RefuseHmatOff();

// Adds records to a machine whose nodes the earlier -numa have declared.
class HmatBuilder {
 public:
  // Nodes of generic initiators can have values. `options` must outlive this.
  explicit HmatBuilder(MachineOptions& options);

  // The node has CPUs by an earlier -numa; the default mapping comes too late.
  void AddInitiator(uint32_t node) { initiators_.set(node); }

  absl::Status AddValue(const NumaHmatLbRecord& record);
  absl::Status AddCache(const NumaHmatCacheRecord& record);

 private:
  // All values of one hierarchy and data type.
  struct List {
    uint64_t latency_base = UINT64_MAX;
    uint64_t max_latency_entry = 0;
    uint64_t bandwidth_bits = 0;
  };

  absl::Status CheckNodes(uint64_t initiator, uint64_t target) const;
  absl::Status CheckLatency(const HmatValue& value, List& list);
  absl::Status CheckBandwidth(const HmatValue& value, List& list);

  MachineOptions& options_;
  std::bitset<kMaxNumaNodes> initiators_;
  std::array<std::array<List, 6>, 4> lists_;  // [hierarchy][data type]
  absl::flat_hash_set<uint32_t> given_;       // list, initiator and target
  std::bitset<kMaxNumaNodes> has_latency_;    // of targets, and not 0
  std::bitset<kMaxNumaNodes> has_bandwidth_;
  std::map<uint32_t, std::vector<uint64_t>> cache_sizes_;  // by node
};

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_HMAT_H_
