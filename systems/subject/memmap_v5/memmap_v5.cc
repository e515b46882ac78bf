// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/memmap_v5/memmap_v5.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "machine/address_range.h"
#include "model/address_space.h"
#include "model/layout_policy.h"
#include "model/ram_split.h"
#include "model/reference_layout.h"
#include "model/rules.h"

namespace e820check {
namespace memmap_v5 {
namespace {

bool Reached(const RuleSet& rules, Rule rule) {
  return rules.test(static_cast<size_t>(rule));
}

// The machine's rows at the time at which the patch looks: all but those of
// devices.
E820Table StaticRows(const MachineOptions& options,
                     const model::RamSplit& split,
                     const model::AddressSpace& space) {
  E820Table table;
  if (options.accelerator == Accelerator::kKvm) {
    table.push_back(
        {model::kKvmStart, model::kKvmSizeBytes, MemoryType::kReserved});
  }
  if (space.has_hyper_transport_hole) {
    table.push_back({model::kHyperTransportStart,
                     model::kHyperTransportSizeBytes, MemoryType::kReserved});
  }
  table.push_back({0, split.below_bytes, MemoryType::kRam});
  if (split.above_bytes > 0) {
    table.push_back({space.above_base, split.above_bytes, MemoryType::kRam});
  }
  if (space.enclave) {
    table.push_back({space.enclave->base, space.enclave->size_bytes,
                     MemoryType::kReserved});
  }
  return table;
}

std::vector<NumaNode> NodesById(const MachineOptions& options) {
  std::vector<NumaNode> nodes = options.numa_nodes;
  std::sort(nodes.begin(), nodes.end(),
            [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
  return nodes;
}

// What the patch does to a machine: rows, warnings, or a fatal error.
struct Effect {
  E820Table rows;
  std::vector<std::string> warnings;
  std::string error;  // empty: none
};

Effect ApplyToNodes(const MachineOptions& options, const model::RamSplit& split,
                    E820Table rows) {
  Effect effect{.rows = std::move(rows), .warnings = {}, .error = ""};
  const uint64_t below = split.below_bytes;
  uint64_t offset = 0;
  for (const NumaNode& node : NodesById(options)) {
    if (!node.memdev) continue;
    const uint64_t size_bytes = NodeSizeBytes(options, node);
    const uint64_t end = offset + size_bytes;
    if (node.memmap_type != MemmapType::kNormal) {
      // The error that gave the reference its rule: the base of high RAM is a
      // constant, wherever the board put it.
      uint64_t address = 4 * kGiB + (offset - below);
      if (offset < below) {
        if (end > below) {
          effect.error = absl::StrCat(
              "NUMA node ", node.id,
              " with memmap-type spans across 4GB boundary, not supported");
          return effect;
        }
        address = offset;
      }
      const MemoryType type = node.memmap_type == MemmapType::kSpm
                                  ? MemoryType::kSoftReserved
                                  : MemoryType::kReserved;
      if (!UpdateE820({address, size_bytes, type}, effect.rows)) {
        effect.warnings.push_back(absl::StrCat(
            "warning: Failed to update E820 entry for node ", node.id, " at 0x",
            absl::Hex(address), " length 0x", absl::Hex(size_bytes)));
      }
    }
    offset = end;
  }
  return effect;
}

// The patch's warnings come before what the board says last of all.
void InsertWarnings(const RuleSet& reached, std::vector<std::string> warnings,
                    Answer& answer) {
  const auto at = Reached(reached, Rule::kLegacyNvdimmWarning)
                      ? answer.warnings.end() - 1
                      : answer.warnings.end();
  answer.warnings.insert(at, warnings.begin(), warnings.end());
}

bool HasTypes(const MachineOptions& options) {
  return std::any_of(options.numa_nodes.begin(), options.numa_nodes.end(),
                     [](const NumaNode& node) {
                       return node.memmap_type != MemmapType::kNormal;
                     });
}

}  // namespace

bool UpdateE820(const Update& update, E820Table& table) {
  const uint64_t end = update.start + update.length_bytes;
  const auto holds = [&](const E820Row& row) {
    return row.address <= update.start && row.address + row.length_bytes >= end;
  };
  if (update.type == MemoryType::kSoftReserved &&
      std::none_of(table.begin(), table.end(), [&](const E820Row& row) {
        return row.type == MemoryType::kRam && holds(row);
      })) {
    return false;
  }
  const auto found = std::find_if(table.begin(), table.end(), holds);
  if (found == table.end()) return false;
  const E820Row row = *found;
  table.erase(found);
  if (update.start > row.address) {
    table.push_back({row.address, update.start - row.address, row.type});
  }
  table.push_back({update.start, update.length_bytes, update.type});
  const uint64_t row_end = row.address + row.length_bytes;
  if (row_end > end) table.push_back({end, row_end - end, row.type});
  return true;
}

}  // namespace memmap_v5

Answer MemmapV5Layout(const MachineOptions& options) {
  using memmap_v5::Reached;
  MachineOptions host = options;
  for (NumaNode& node : host.numa_nodes) {
    node.memmap_type = MemmapType::kNormal;
  }
  RuleSet reached;
  Answer answer = TraceReferenceLayout(host, reached);
  // Only the boards with pc_memory_init() call the patch, and only once their
  // rows are there.
  if (!memmap_v5::HasTypes(options) || !Reached(reached, Rule::kLowRamRow) ||
      options.type.family == MachineFamily::kMicrovm) {
    return answer;
  }
  model::Journal unheard;
  const model::LayoutPolicy policy =
      model::PolicyOf(host.type, host.qemu_version);
  const model::RamSplit split = model::SplitRam(host, policy, unheard);
  const absl::StatusOr<model::AddressSpace> space =
      model::ArrangeAddressSpace(host, policy, split, unheard);
  if (!space.ok()) return answer;  // and the board has said so
  const E820Table rows = memmap_v5::StaticRows(host, split, *space);
  memmap_v5::Effect effect = memmap_v5::ApplyToNodes(options, split, rows);

  if (!effect.error.empty()) {
    if (Reached(reached, Rule::kLegacyNvdimmWarning)) {
      answer.warnings.pop_back();
    }
    answer.device_warnings.clear();
    answer.outcome = Rejection{.text = effect.error};
    memmap_v5::InsertWarnings({}, std::move(effect.warnings), answer);
    return answer;
  }
  memmap_v5::InsertWarnings(reached, std::move(effect.warnings), answer);
  if (auto* layout = std::get_if<GuestLayout>(&answer.outcome)) {
    // Rows of devices come when the machine is done.
    for (size_t i = rows.size(); i < layout->e820.size(); ++i) {
      effect.rows.push_back(layout->e820[i]);
    }
    layout->e820 = std::move(effect.rows);
  }
  return answer;
}

}  // namespace e820check
