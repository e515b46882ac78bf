// SPDX-License-Identifier: Apache-2.0

// What a command line asks of the machine, after every check that QEMU makes
// before it builds the board (doc/spec/qemu-options.md section 4, steps 0 to
// 11).
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
#include "machine/deferred_refusal.h"
#include "machine/machine_type.h"

namespace e820check {

inline constexpr uint32_t kMaxNumaNodes = 128;  // QEMU's MAX_NODES
inline constexpr uint8_t kMaxHmatCacheLevel = 3;
inline constexpr uint32_t kMaxPossibleCpus = 4096;  // q35 of QEMU 11.1

// The first vCPU, with the model's defaults filled in.
struct CpuOptions {
  std::string model = "qemu64";  // as typed
  std::string vendor = "AuthenticAMD";
  bool long_mode = true;    // CPUID 80000001h EDX.LM
  bool pse36 = true;        // CPUID 1 EDX.PSE36
  bool pae = true;          // CPUID 1 EDX.PAE
  bool x2apic = false;      // CPUID 1 ECX.x2APIC
  uint32_t phys_bits = 40;  // 32..52; 36 or 32 without long mode
  // QEMU applies CPU properties only when the board creates its vCPUs. Where
  // that fails, for instance for phys-bits=99, this is why the board refuses,
  // after all checks of -numa.
  std::optional<DeferredRefusal> refusal;
  // Whether QEMU warns of threads before it.
  bool refused_after_threads = false;

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

// The dialect's -numa node,memmap-type= (doc/spec/memmap-type.md).
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

// -numa hmat-lb: one latency or bandwidth from an initiator to a target.
struct HmatValue {
  // The numbers are those of ACPI 6.5 section 5.2.28.4.
  enum class Hierarchy : uint8_t { kMemory, kLevel1, kLevel2, kLevel3 };
  enum class DataType : uint8_t {
    kAccessLatency,
    kReadLatency,
    kWriteLatency,
    kAccessBandwidth,
    kReadBandwidth,
    kWriteBandwidth,
  };

  uint32_t initiator = 0;
  uint32_t target = 0;
  Hierarchy hierarchy = Hierarchy::kMemory;
  DataType data_type = DataType::kAccessLatency;
  uint64_t value = 0;  // nanoseconds, or bytes a second

  friend bool operator==(const HmatValue&, const HmatValue&) = default;
};

bool IsLatency(HmatValue::DataType type);

// -numa hmat-cache: one level of the cache in front of a node's memory.
struct HmatCache {
  // The numbers are those of ACPI 6.5 section 5.2.28.5.
  enum class Associativity : uint8_t { kNone, kDirect, kComplex };
  enum class WritePolicy : uint8_t { kNone, kWriteBack, kWriteThrough };

  uint32_t node = 0;
  uint64_t size_bytes = 0;
  uint8_t level = 1;  // 1..3
  Associativity associativity = Associativity::kNone;
  WritePolicy write_policy = WritePolicy::kNone;
  uint16_t line_bytes = 0;

  friend bool operator==(const HmatCache&, const HmatCache&) = default;
};

// -machine cxl-fmw.N: a window of host addresses over CXL host bridges.
struct CxlWindow {
  uint64_t size_bytes = 0;
  std::vector<std::string> targets;  // ids of pxb-cxl devices

  friend bool operator==(const CxlWindow&, const CxlWindow&) = default;
};

// -machine sgx-epc.N: one section of enclave memory.
struct SgxSection {
  uint64_t size_bytes = 0;
  uint32_t node = 0;

  friend bool operator==(const SgxSection&, const SgxSection&) = default;
};

// -device, of any kind: the ids of all of them decide in which order tables
// name some (doc/spec/qemu-layout.md 6.7).
struct Device {
  enum class Kind {
    kOther,  // changes no memory table
    kPcDimm,
    kNvdimm,
    kVirtioMem,   // virtio-mem-pci
    kVirtioPmem,  // virtio-pmem-pci
    kSpMem,
    kPxbCxl,
  };

  Kind kind = Kind::kOther;
  std::string driver;  // as typed
  std::string id;      // empty: none was given
  // Why QEMU refuses the device before it looks at the machine: an unknown
  // driver, a property out of range.
  std::optional<DeferredRefusal> refusal;
  // The same of a memory device, once QEMU has found a place in memory for it:
  // its PCI address is taken.
  std::optional<DeferredRefusal> bus_refusal;

  // Of memory devices.
  std::string memdev;           // the id of a MemoryBackend; empty: not given
  uint64_t address = 0;         // 0: QEMU finds a place
  std::optional<int32_t> slot;  // kPcDimm, kNvdimm; absent: QEMU finds one
  uint32_t node = 0;
  uint64_t label_size_bytes = 0;      // kNvdimm
  uint64_t requested_size_bytes = 0;  // kVirtioMem
  uint64_t block_size_bytes = 0;      // kVirtioMem; 0: QEMU's own choice

  // On the first PCI bus: slot * 8 + function. Absent: no PCI device, or on
  // another bus.
  std::optional<uint8_t> devfn;
  bool is_multifunction = false;  // lets others be functions 1 to 7 of its slot
  uint8_t bus_number = 0;         // kPxbCxl

  friend bool operator==(const Device&, const Device&) = default;
};

bool IsMemoryDevice(Device::Kind kind);

// -object acpi-generic-initiator and acpi-generic-port: what is near a node.
struct GenericAffinity {
  enum class Kind { kInitiator, kPort };

  Kind kind = Kind::kInitiator;
  std::string id;
  std::string device;  // pci-dev= or pci-bus=, as typed
  uint32_t node = 0;

  friend bool operator==(const GenericAffinity&,
                         const GenericAffinity&) = default;
};

enum class Accelerator { kTcg, kKvm };

// Which SMBIOS tables firmware is to find. Those of k32 count up to 255 threads
// of a socket.
enum class SmbiosEntryPoint { k32, k64, kAuto };

struct MachineOptions {
  QemuVersion qemu_version = kDefaultRelease;
  MachineType type;
  // Under KVM e820 has a row for what KVM itself occupies, and APIC ids have no
  // limit.
  Accelerator accelerator = Accelerator::kTcg;
  bool acpi = true;  // -machine acpi=off, -no-acpi
  bool hmat = false;
  bool nvdimm = false;
  bool cxl = false;
  OemNames oem;
  std::optional<SmbiosEntryPoint> smbios_entry_point;
  // 0: not given.
  uint64_t max_ram_below_4g_bytes = 0;
  // -machine memory-backend=; empty: not given.
  std::string memory_backend;
  // -global of the board's own PCI host bridge.
  std::optional<uint64_t> pci_hole64_size_bytes;
  // Why QEMU refuses it once it has made the vCPUs.
  std::optional<DeferredRefusal> pci_hole64_refusal;

  CpuOptions cpu;
  SmpTopology smp;
  MemoryOptions memory;

  // Each in command-line order.
  std::vector<MemoryBackend> backends;
  std::vector<NumaNode> numa_nodes;
  std::vector<NumaCpu> numa_cpus;
  std::vector<NumaDistance> numa_distances;  // a later one overwrites
  std::vector<HmatValue> hmat_values;
  std::vector<HmatCache> hmat_caches;
  std::vector<CxlWindow> cxl_windows;
  std::vector<SgxSection> sgx_sections;
  std::vector<GenericAffinity> generic_affinities;
  // The ids of all -object that are no backends, generic affinities included.
  // QEMU creates them before the backends.
  std::vector<std::string> other_object_ids;
  std::vector<Device> devices;

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
// distances between declared nodes, >= 10 and 10 on the diagonal; HMAT values
// and caches of declared nodes, each once, a cache level only above the lower
// ones; object ids unique, with those of generic affinities among them;
// maxram and slots consistent. InvalidArgument names the first breach.
absl::Status Validate(const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_MACHINE_OPTIONS_H_
