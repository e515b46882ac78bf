// SPDX-License-Identifier: Apache-2.0

#include "options/hmat.h"

#include <algorithm>
#include <bit>

#include "machine/address_range.h"
#include "options/refusal.h"

namespace e820check {
namespace {

// The highest entry of a table; 65535 means "unreachable".
constexpr uint64_t kMaxEntry = 65534;
constexpr int kEntryBits = 16;

bool IsDeclared(const MachineOptions& options, uint64_t id) {
  return std::any_of(options.numa_nodes.begin(), options.numa_nodes.end(),
                     [id](const NumaNode& node) { return node.id == id; });
}

uint64_t LargestPowerOfTenIn(uint64_t value) {
  uint64_t power = 1;
  for (; value % 10 == 0; value /= 10) power *= 10;
  return power;
}

}  // namespace

absl::Status RefuseHmatOff() {
  return Refuse(
      "ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it "
      "with -machine hmat=on before using any of hmat specific options");
}

HmatBuilder::HmatBuilder(MachineOptions& options) : options_(options) {
  for (const GenericAffinity& generic : options.generic_affinities) {
    if (generic.kind == GenericAffinity::Kind::kInitiator) {
      initiators_.set(generic.node);
    }
  }
}

absl::Status HmatBuilder::CheckNodes(uint64_t initiator,
                                     uint64_t target) const {
  const size_t count = options_.numa_nodes.size();
  // QEMU lets the number of nodes itself pass here.
  if (initiator > count) {
    return Refuse("Invalid initiator=", initiator, ", it should be less than ",
                  count);
  }
  if (target > count) {
    return Refuse("Invalid target=", target, ", it should be less than ",
                  count);
  }
  if (initiator >= kMaxNumaNodes || !initiators_[initiator]) {
    return Refuse("Invalid initiator=", initiator,
                  ", it isn't an initiator proximity domain");
  }
  if (!IsDeclared(options_, target)) {
    return Refuse("The target=", target, " should point to an existing node");
  }
  return absl::OkStatus();
}

absl::Status HmatBuilder::AddValue(const NumaHmatLbRecord& record) {
  if (!options_.hmat) return RefuseHmatOff();
  absl::Status nodes = CheckNodes(*record.initiator, *record.target);
  if (!nodes.ok()) return nodes;
  HmatValue value;
  value.initiator = static_cast<uint32_t>(*record.initiator);
  value.target = static_cast<uint32_t>(*record.target);
  value.hierarchy = static_cast<HmatValue::Hierarchy>(*record.hierarchy);
  value.data_type = static_cast<HmatValue::DataType>(*record.data_type);
  const bool is_latency = IsLatency(value.data_type);
  const absl::string_view wanted = is_latency ? "latency" : "bandwidth";
  const absl::string_view other = is_latency ? "bandwidth" : "latency";
  if (!(is_latency ? record.latency : record.bandwidth)) {
    return Refuse("Missing '", wanted, "' option");
  }
  if (is_latency ? record.bandwidth : record.latency) {
    return Refuse("Invalid option '", other, "' since the data type is ",
                  wanted);
  }
  value.value = is_latency ? *record.latency : *record.bandwidth;
  if (!is_latency && value.value % kMiB != 0) {
    return Refuse("Bandwidth ", value.value,
                  " between initiator=", value.initiator,
                  " and target=", value.target, " should be 1MB aligned");
  }
  const size_t list_index =
      *record.hierarchy * lists_[0].size() + *record.data_type;
  const auto key = static_cast<uint32_t>(
      (list_index * kMaxNumaNodes + value.initiator) * kMaxNumaNodes +
      value.target);
  if (!given_.insert(key).second) {
    return Refuse("Duplicate configuration of the ", wanted,
                  " for initiator=", value.initiator,
                  " and target=", value.target);
  }
  // 0 stands for "not known", and has any unit.
  if (value.value != 0) {
    List& list = lists_[*record.hierarchy][*record.data_type];
    absl::Status fits =
        is_latency ? CheckLatency(value, list) : CheckBandwidth(value, list);
    if (!fits.ok()) return fits;
    (is_latency ? has_latency_ : has_bandwidth_).set(value.target);
  }
  options_.hmat_values.push_back(value);
  return absl::OkStatus();
}

// Only the new value is held against the unit, and against that of the values
// before it; a unit that shrinks later can still push a value out of range.
absl::Status HmatBuilder::CheckLatency(const HmatValue& value, List& list) {
  const uint64_t entry =
      std::max(list.max_latency_entry, value.value / list.latency_base);
  if (entry > kMaxEntry) {
    return Refuse("Latency ", value.value,
                  " between initiator=", value.initiator,
                  " and target=", value.target,
                  " should not differ from previously entered min or max "
                  "values on more than ",
                  kMaxEntry);
  }
  list.max_latency_entry = entry;
  list.latency_base =
      std::min(list.latency_base, LargestPowerOfTenIn(value.value));
  return absl::OkStatus();
}

absl::Status HmatBuilder::CheckBandwidth(const HmatValue& value, List& list) {
  list.bandwidth_bits |= value.value;
  const int first_bit = std::countr_zero(list.bandwidth_bits);
  const int end_bit = 64 - std::countl_zero(list.bandwidth_bits);
  if (end_bit - first_bit > kEntryBits ||
      value.value >> first_bit > kMaxEntry) {
    return Refuse("Bandwidth ", value.value,
                  " between initiator=", value.initiator,
                  " and target=", value.target,
                  " should not differ from previously entered values on more "
                  "than ",
                  kMaxEntry);
  }
  return absl::OkStatus();
}

absl::Status HmatBuilder::AddCache(const NumaHmatCacheRecord& record) {
  if (!options_.hmat) return RefuseHmatOff();
  const uint64_t node = *record.node_id;
  const uint64_t level = *record.level;
  const uint64_t size = *record.size;
  if (node >= options_.numa_nodes.size()) {
    return Refuse("Invalid node-id=", node, ", it should be less than ",
                  options_.numa_nodes.size());
  }
  if (!has_latency_[node] || !has_bandwidth_[node]) {
    return Refuse("The latency and bandwidth information of node-id=", node,
                  " should be provided before memory side cache attributes");
  }
  if (level < 1 || level > kMaxHmatCacheLevel) {
    return Refuse("Invalid level=", level,
                  ", it should be larger than 0 and less than or equal to ",
                  int{kMaxHmatCacheLevel});
  }
  std::vector<uint64_t>& sizes = cache_sizes_[node];
  if (level <= sizes.size()) {
    return Refuse("Duplicate configuration of the side cache for node-id=",
                  node, " and level=", level);
  }
  if (level > sizes.size() + 1) {
    return Refuse("Cache level=", level - 1, " shall be defined first");
  }
  if (!sizes.empty() && size <= sizes.back()) {
    return Refuse("Invalid size=", size, ", the size of level=", level,
                  " should be larger than the size(", sizes.back(),
                  ") of level=", level - 1);
  }
  sizes.push_back(size);
  options_.hmat_caches.push_back(
      {.node = static_cast<uint32_t>(node),
       .size_bytes = size,
       .level = static_cast<uint8_t>(level),
       .associativity =
           static_cast<HmatCache::Associativity>(*record.associativity),
       .write_policy = static_cast<HmatCache::WritePolicy>(*record.policy),
       .line_bytes = static_cast<uint16_t>(*record.line)});
  return absl::OkStatus();
}

}  // namespace e820check
