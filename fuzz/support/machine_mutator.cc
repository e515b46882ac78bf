// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/support/machine_codec.h"
#include "fuzz/support/mutator.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

// Where layouts change their minds, as sizes of a node or distances of an end.
constexpr uint64_t kSizes[] = {4 * kKiB,   64 * kKiB,    640 * kKiB, kMiB,
                               128 * kMiB, kGiB,         2 * kGiB,   0xB0000000,
                               3 * kGiB,   0xE0000000,   4 * kGiB,   64 * kGiB,
                               978 * kGiB, 0xFD00000000, kTiB};

uint64_t SomeSize(Choices& choices) {
  const uint64_t size = choices.Pick(kSizes);
  switch (choices.Below(4)) {
    case 0:
      return size - 4 * kKiB;
    case 1:
      return size + 4 * kKiB;
    default:
      return size;
  }
}

// RAM is what the nodes have, as where -m is not typed.
void AddUp(MachineOptions& m) {
  if (m.numa_nodes.empty() || m.memory.ram_size_from_backend) return;
  const bool grows = m.memory.maxram_size_bytes > m.memory.ram_size_bytes;
  const uint64_t room = m.memory.maxram_size_bytes - m.memory.ram_size_bytes;
  uint64_t sum = 0;
  for (const NumaNode& node : m.numa_nodes) sum += NodeSizeBytes(m, node);
  m.memory.ram_size_bytes = (sum + 8 * kKiB - 1) & ~(8 * kKiB - 1);
  m.memory.maxram_size_bytes = m.memory.ram_size_bytes + (grows ? room : 0);
}

MemoryBackend* BackendOf(MachineOptions& m, Choices& choices) {
  return m.backends.empty() ? nullptr
                            : &m.backends[choices.Below(m.backends.size())];
}

void AddNode(MachineOptions& m, Choices& choices) {
  if (m.numa_nodes.size() >= kCodecMaxNodes ||
      m.backends.size() >= kCodecMaxBackends) {
    return;
  }
  NumaNode node;
  while (std::any_of(m.numa_nodes.begin(), m.numa_nodes.end(),
                     [&](const NumaNode& n) { return n.id == node.id; })) {
    ++node.id;
  }
  const uint64_t size = SomeSize(choices);
  if (std::any_of(m.numa_nodes.begin(), m.numa_nodes.end(),
                  [](const NumaNode& n) { return n.mem_bytes.has_value(); })) {
    node.mem_bytes = size;
  } else {
    node.memdev = absl::StrCat("m", m.backends.size());
    m.backends.push_back({.id = *node.memdev, .size_bytes = size});
  }
  m.numa_nodes.push_back(std::move(node));
}

void DropNode(MachineOptions& m, Choices& choices) {
  if (m.numa_nodes.empty()) return;
  const size_t at = choices.Below(m.numa_nodes.size());
  const uint32_t id = m.numa_nodes[at].id;
  m.numa_nodes.erase(m.numa_nodes.begin() + static_cast<ptrdiff_t>(at));
  std::erase_if(m.numa_cpus,
                [id](const NumaCpu& c) { return c.node_id == id; });
  std::erase_if(m.numa_distances, [id](const NumaDistance& d) {
    return d.from == id || d.to == id;
  });
}

// What one node loses another gets.
void MoveMemory(MachineOptions& m, Choices& choices) {
  MemoryBackend* const from = BackendOf(m, choices);
  MemoryBackend* const to = BackendOf(m, choices);
  if (from == nullptr || from == to || from->size_bytes < 2) return;
  const uint64_t size = std::min(SomeSize(choices), from->size_bytes - 1);
  if (!CheckedAdd(to->size_bytes, size)) return;
  from->size_bytes -= size;
  to->size_bytes += size;
}

void CompleteDistances(MachineOptions& m, Choices& choices) {
  m.numa_distances.clear();
  for (const NumaNode& from : m.numa_nodes) {
    for (const NumaNode& to : m.numa_nodes) {
      if (m.numa_distances.size() == kCodecMaxDistances) return;
      const uint8_t value = from.id == to.id ? 10 : 11 + choices.Below(245);
      m.numa_distances.push_back(
          {.from = from.id, .to = to.id, .value = value});
    }
  }
}

void ChangeTypes(MachineOptions& m, Choices& choices) {
  constexpr MemmapType kTypes[] = {MemmapType::kNormal, MemmapType::kSpm,
                                   MemmapType::kReserved};
  for (NumaNode& node : m.numa_nodes) node.memmap_type = choices.Pick(kTypes);
}

void Change(MachineOptions& m, Choices& choices) {
  switch (choices.Below(7)) {
    case 0:
      AddNode(m, choices);
      break;
    case 1:
      DropNode(m, choices);
      break;
    case 2:
      MoveMemory(m, choices);
      break;
    case 3:
      CompleteDistances(m, choices);
      break;
    case 4:
      ChangeTypes(m, choices);
      break;
    case 5:
      m.memory.maxram_size_bytes =
          CheckedAdd(m.memory.ram_size_bytes, SomeSize(choices))
              .value_or(m.memory.maxram_size_bytes);
      m.memory.slots = choices.Below(kCodecMaxSlots + 1);
      break;
    default:
      if (MemoryBackend* const backend = BackendOf(m, choices)) {
        backend->size_bytes = SomeSize(choices);
      } else {
        m.memory.ram_size_bytes = SomeSize(choices) & ~(8 * kKiB - 1);
        m.memory.maxram_size_bytes = m.memory.ram_size_bytes;
      }
  }
}

std::string Encode(const MachineOptions& m, size_t max_size) {
  if (!Validate(m).ok()) return "";
  const std::string bytes = EncodeMachine(m).value_or("");
  return bytes.size() <= max_size ? bytes : "";
}

std::string MutateMachine(absl::string_view bytes, size_t max_size,
                          Choices& choices) {
  MachineOptions m = DecodeMachine(bytes);
  for (uint64_t changes = 1 + choices.Below(3); changes > 0; --changes) {
    Change(m, choices);
  }
  AddUp(m);
  return Encode(m, max_size);
}

// The memory and nodes of one machine in the board and CPUs of another.
std::string CrossMachines(absl::string_view left, absl::string_view right,
                          size_t max_size, Choices& choices) {
  MachineOptions m = DecodeMachine(left);
  const MachineOptions other = DecodeMachine(right);
  m.backends = other.backends;
  m.memory_backend = other.memory_backend;
  m.memory = other.memory;
  m.numa_nodes = other.numa_nodes;
  m.numa_distances = other.numa_distances;
  m.numa_cpus.clear();
  if (choices.OneIn(2)) {
    m.smp = other.smp;
    m.numa_cpus = other.numa_cpus;
  } else {
    for (NumaNode& node : m.numa_nodes) node.cpus.clear();
  }
  return Encode(m, max_size);
}

}  // namespace

const Mutator kMachineMutator = {MutateMachine, CrossMachines};

}  // namespace e820check
