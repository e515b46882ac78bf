// SPDX-License-Identifier: Apache-2.0

// What a command line asks of the machine, after every check that QEMU makes
// before it builds the board (spec/qemu-options.md section 4, steps 0 to 11).
//
// MachineOptions is plain data. options/ makes it from text and refuses what
// QEMU refuses; fuzz/ and properties/ also make it directly. Board-level checks
// (steps 12 on: missing node ids, sum of node sizes, distances, address space
// limit ...) belong to the layouts, so a MachineOptions may still be refused.
// What options/ guarantees, and a direct maker must too, is in Validate().

#ifndef E820CHECK_MACHINE_MACHINE_OPTIONS_H_
#define E820CHECK_MACHINE_MACHINE_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "machine/acpi_header.h"
#include "machine/machine_type.h"

namespace e820check {

inline constexpr uint32_t kMaxNumaNodes = 128;      // QEMU's MAX_NODES
inline constexpr uint32_t kMaxPossibleCpus = 4096;  // q35 of QEMU 11.1

// The first vCPU, with the model's defaults filled in.
struct CpuOptions {
  std::string model = "qemu64";  // as typed
  std::string vendor = "AuthenticAMD";
  bool long_mode = true;    // CPUID 80000001h EDX.LM
  bool pse36 = true;        // CPUID 1 EDX.PSE36
  uint32_t phys_bits = 40;  // 32..52; 36 or 32 without long mode
  // QEMU applies CPU properties only when the board creates its vCPUs. Where
  // that fails, for instance for phys-bits=99, this is the text with which the
  // board refuses, after all checks of -numa; else empty.
  std::string refusal;

  friend bool operator==(const CpuOptions&, const CpuOptions&) = default;
};

// The completed topology; cpus <= maxcpus = the product of the five levels.
struct SmpTopology {
  uint32_t cpus = 1;
  uint32_t maxcpus = 1;
  uint32_t sockets = 1;
  uint32_t dies = 1;
  uint32_t modules = 1;
  uint32_t cores = 1;
  uint32_t threads = 1;

  friend bool operator==(const SmpTopology&, const SmpTopology&) = default;
};

struct MemoryOptions {
  // -m size, rounded up to 8 KiB; or the size of memory-backend=, not rounded,
  // where no size was typed.
  uint64_t ram_size_bytes = 128 << 20;
  bool ram_size_from_backend = false;
  // Equals ram_size_bytes where no maxmem was typed, except with
  // ram_size_from_backend: there it stays the machine's 128 MiB.
  uint64_t maxram_size_bytes = 128 << 20;
  uint64_t slots = 0;

  friend bool operator==(const MemoryOptions&, const MemoryOptions&) = default;
};

struct MemoryBackend {
  enum class Kind { kRam, kMemfd, kFile };

  std::string id;
  Kind kind = Kind::kRam;
  uint64_t size_bytes = 0;
  bool share = false;
  bool reserve = true;
  std::string mem_path;  // kFile only

  friend bool operator==(const MemoryBackend&, const MemoryBackend&) = default;
};

// The dialect's -numa node,memmap-type= (spec/memmap-type.md).
enum class MemmapType { kNormal, kSpm, kReserved };

// "normal", "spm", "reserved".
std::string ToString(MemmapType type);

// A run of CPU indexes, both ends included.
struct CpuIndexRange {
  uint16_t first = 0;
  uint16_t last = 0;

  friend bool operator==(const CpuIndexRange&, const CpuIndexRange&) = default;
};

struct NumaNode {
  uint32_t id = 0;  // < kMaxNumaNodes, unique
  std::vector<CpuIndexRange> cpus;
  // At most one of the two. mem= exists for machine versions up to 5.0.
  std::optional<uint64_t> mem_bytes;
  std::optional<std::string> memdev;  // the id of a MemoryBackend
  std::optional<uint32_t> initiator;
  MemmapType memmap_type = MemmapType::kNormal;

  friend bool operator==(const NumaNode&, const NumaNode&) = default;
};

// -numa cpu: every possible CPU that has all the ids given goes to the node.
// Ids above any real one match nothing, so they are refused before this.
struct NumaCpu {
  uint32_t node_id = 0;
  std::optional<uint32_t> socket_id;
  std::optional<uint32_t> die_id;
  std::optional<uint32_t> module_id;
  std::optional<uint32_t> core_id;
  std::optional<uint32_t> thread_id;

  friend bool operator==(const NumaCpu&, const NumaCpu&) = default;
};

struct NumaDistance {
  uint32_t from = 0;
  uint32_t to = 0;
  uint8_t value = 10;

  friend bool operator==(const NumaDistance&, const NumaDistance&) = default;
};

struct MachineOptions {
  QemuVersion qemu_version = QemuVersion::k7_2;
  MachineType type;
  bool acpi = true;  // -machine acpi=off, -no-acpi
  bool hmat = false;
  OemNames oem;
  // 0: not given.
  uint64_t max_ram_below_4g_bytes = 0;
  // -machine memory-backend=; empty: not given.
  std::string memory_backend;

  CpuOptions cpu;
  SmpTopology smp;
  MemoryOptions memory;

  // Each in command-line order.
  std::vector<MemoryBackend> backends;
  std::vector<NumaNode> numa_nodes;
  std::vector<NumaCpu> numa_cpus;
  std::vector<NumaDistance> numa_distances;  // a later one overwrites

  friend bool operator==(const MachineOptions&,
                         const MachineOptions&) = default;
};

// The backend with this id, or nullptr.
const MemoryBackend* FindBackend(const MachineOptions& options,
                                 const std::string& id);

// RAM of a node: mem=, else the size of its memdev, else 0.
uint64_t NodeSizeBytes(const MachineOptions& options, const NumaNode& node);

// What steps 0 to 11 leave true: CPU topology product and order; node ids
// unique and < kMaxNumaNodes; every memdev, memory_backend and binding names
// something declared; no CPU in two nodes; mem= and memdev= not mixed;
// distances between declared nodes, >= 10 and 10 on the diagonal; maxram and
// slots consistent. InvalidArgument names the first breach.
absl::Status Validate(const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_MACHINE_OPTIONS_H_
