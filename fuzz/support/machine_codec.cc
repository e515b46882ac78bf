// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/machine_codec.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "fuzz/support/byte_coder.h"
#include "machine/address_range.h"
#include "options/cpu_model.h"
#include "options/machine_types.h"
#include "options/smp.h"
#include "properties/generate/release_choice.h"

namespace e820check {
namespace {

// The word of features, a bit each. A section that is not on takes no bytes; a
// feature that the machine type lacks is off whatever its bit says.
enum Feature : uint16_t {
  kAcpiOff = 1 << 0,
  kHmat = 1 << 1,
  kOemNames = 1 << 2,
  kLowMemoryEnd = 1 << 3,
  kCpu = 1 << 4,
  kSmp = 1 << 5,
  kBackends = 1 << 6,
  kMachineBackend = 1 << 7,
  kNodes = 1 << 8,
  kLegacyMem = 1 << 9,
  kNumaCpus = 1 << 10,
  kInitiators = 1 << 11,
  kMemmapTypes = 1 << 12,
  kDistances = 1 << 13,
  kHotplug = 1 << 14,
};

constexpr std::array<absl::string_view, 12> kCpuModels = {
    "qemu64", "EPYC",       "Skylake-Server", "qemu32",   "486",    "max",
    "kvm64",  "Opteron_G5", "Dhyana",         "pentium3", "athlon", "phenom"};

constexpr uint64_t kDefaultRamBytes = 128 * kMiB;  // where -m is not given

uint16_t FeaturesOf(const MachineOptions& m) {
  const auto& nodes = m.numa_nodes;
  const auto any_node = [&](auto has) {
    return std::any_of(nodes.begin(), nodes.end(), has);
  };
  uint16_t features = 0;
  const auto add = [&](bool on, Feature feature) {
    if (on) features |= feature;
  };
  add(!m.acpi, kAcpiOff);
  add(m.hmat, kHmat);
  add(m.oem != OemNames{}, kOemNames);
  add(m.max_ram_below_4g_bytes != 0, kLowMemoryEnd);
  add(m.cpu != DefaultCpu(m.type, m.qemu_version), kCpu);
  add(m.smp != SmpTopology{}, kSmp);
  add(!m.backends.empty(), kBackends);
  add(!m.memory_backend.empty(), kMachineBackend);
  add(!nodes.empty(), kNodes);
  add(any_node([](const NumaNode& n) { return n.mem_bytes.has_value(); }),
      kLegacyMem);
  add(!m.numa_cpus.empty(), kNumaCpus);
  add(any_node([](const NumaNode& n) { return n.initiator.has_value(); }),
      kInitiators);
  add(any_node([](const NumaNode& n) {
        return n.memmap_type != MemmapType::kNormal;
      }),
      kMemmapTypes);
  add(!m.numa_distances.empty(), kDistances);
  add(m.memory.slots != 0 ||
          m.memory.maxram_size_bytes != (m.memory.ram_size_from_backend
                                             ? kDefaultRamBytes
                                             : m.memory.ram_size_bytes),
      kHotplug);
  return features;
}

bool IsPc(MachineFamily family) {
  return family == MachineFamily::kI440fx || family == MachineFamily::kQ35;
}

// Features of -machine none, microvm and isapc that QEMU 7.2 does not refuse
// (observed), and mem= up to 5.0.
uint16_t FeaturesAllowed(const MachineType& type) {
  switch (type.family) {
    case MachineFamily::kNone:
      return kBackends | kMachineBackend | kHotplug;
    case MachineFamily::kMicrovm:
      return 0xFFFF & ~(kLowMemoryEnd | kLegacyMem);
    case MachineFamily::kIsapc:
      return 0xFFFF & ~(kSmp | kLegacyMem);
    default:
      return type.version <= MachineVersion{5, 0} ? 0xFFFF
                                                  : 0xFFFF & ~kLegacyMem;
  }
}

// The types of a release; its default, the newest i440fx, first.
std::vector<MachineType> TypesDefaultFirst(QemuVersion release) {
  std::vector<MachineType> types = AllMachineTypes(release);
  const auto usual =
      std::find(types.begin(), types.end(),
                MachineType{MachineFamily::kI440fx, OwnVersion(release)});
  std::rotate(types.begin(), usual, types.end());
  return types;
}

// Which node each possible CPU was bound to; a CPU cannot be bound to two.
class CpuOwners {
 public:
  explicit CpuOwners(const SmpTopology& smp)
      : smp_(smp), owner_(smp.maxcpus, kNoOwner) {}

  // False, and nothing is bound, if one of the CPUs has another owner.
  bool Bind(const CpuIndexRange& range, uint32_t node_id) {
    return BindIf(node_id, [&](uint32_t index) {
      return range.first <= index && index <= range.last;
    });
  }
  bool Bind(const NumaCpu& cpu) {
    return BindIf(cpu.node_id, [&](uint32_t index) {
      const auto is = [&index](uint32_t count,
                               const std::optional<uint32_t>& id) {
        const bool agrees = !id || *id == index % count;
        index /= count;
        return agrees;
      };
      return is(smp_.threads, cpu.thread_id) && is(smp_.cores, cpu.core_id) &&
             is(smp_.modules, cpu.module_id) && is(smp_.dies, cpu.die_id) &&
             is(smp_.sockets, cpu.socket_id);
    });
  }
  bool Owns(uint32_t node_id) const {
    return std::find(owner_.begin(), owner_.end(), node_id) != owner_.end();
  }

 private:
  static constexpr uint32_t kNoOwner = UINT32_MAX;

  template <typename Selects>
  bool BindIf(uint32_t node_id, Selects&& selects) {
    for (uint32_t i = 0; i < owner_.size(); ++i) {
      if (owner_[i] != kNoOwner && owner_[i] != node_id && selects(i)) {
        return false;
      }
    }
    for (uint32_t i = 0; i < owner_.size(); ++i) {
      if (selects(i)) owner_[i] = node_id;
    }
    return true;
  }

  SmpTopology smp_;
  std::vector<uint32_t> owner_;
};

// The format: each Code function is one section, in order of appearance.
template <typename Coder>
class MachineCodec {
 public:
  MachineCodec(Coder& coder, MachineOptions& machine)
      : coder_(coder), m_(machine) {}

  void Code() {
    m_.qemu_version = ReleaseOfByte(coder_.Byte(
        static_cast<uint8_t>(NumberOf(m_.qemu_version).value_or(0))));
    m_.type = coder_.OneOf(TypesDefaultFirst(m_.qemu_version), m_.type);
    features_ = coder_.Bytes(2, FeaturesOf(m_)) & FeaturesAllowed(m_.type);
    m_.acpi = !On(kAcpiOff);
    m_.hmat = On(kHmat);
    if (On(kOemNames)) {
      CodeName(m_.oem.id);
      CodeName(m_.oem.table_id);
    }
    if (On(kLowMemoryEnd)) {
      m_.max_ram_below_4g_bytes =
          std::min(coder_.Size(2 * kGiB, m_.max_ram_below_4g_bytes), 4 * kGiB);
    }
    CodeCpu();
    if (On(kSmp)) CodeTopology();
    if (On(kBackends)) CodeBackends();
    if (On(kMachineBackend) && !m_.backends.empty()) {
      m_.memory_backend = CodeBackendId(0, m_.memory_backend);
    }
    if (On(kNodes)) CodeNodes();
    CodeMemory();
  }

 private:
  bool On(Feature feature) const { return (features_ & feature) != 0; }

  template <size_t kSize>
  void CodeName(std::array<char, kSize>& name) {
    bool ended = false;
    for (char& c : name) {
      // 0 ends the name; others become printable.
      const uint8_t byte = coder_.Byte(static_cast<uint8_t>(c));
      ended |= byte == 0;
      const bool printable = byte >= 0x20 && byte < 0x7F;
      c = ended ? '\0' : static_cast<char>(printable ? byte : 'A' + byte % 26);
    }
  }

  void CodeCpu() {
    const CpuOptions wanted =
        std::exchange(m_.cpu, DefaultCpu(m_.type, m_.qemu_version));
    if (!On(kCpu)) return;
    const absl::string_view model =
        coder_.OneOf(kCpuModels, absl::string_view(wanted.model));
    const auto cpu = ParseCpu(model, m_.type, m_.qemu_version);
    if (cpu.ok() && !cpu->refusal) m_.cpu = *cpu;
    m_.cpu.vendor =
        coder_.OneOf(std::array<std::string, 4>{m_.cpu.vendor, "AuthenticAMD",
                                                "GenuineIntel", "HygonGenuine"},
                     wanted.vendor);
    // 32..52, the model's own first. Not configurable without long mode.
    const uint32_t own = m_.cpu.phys_bits;
    if (!m_.cpu.long_mode) return;
    m_.cpu.phys_bits =
        32 +
        (own - 32 + coder_.Below(21, (wanted.phys_bits + 21 - own) % 21)) % 21;
  }

  // 1 .. the most that `room` CPUs allow. Up to 16 in a byte.
  uint32_t CodeLevel(uint32_t room, uint32_t count) {
    const uint8_t byte =
        coder_.Byte(static_cast<uint8_t>(count <= 16 ? count - 1 : 0xFF));
    if (byte != 0xFF) return 1 + std::min<uint32_t>(byte % 16, room - 1);
    return 1 + coder_.Below(room, count - 1);
  }

  void CodeTopology() {
    SmpTopology& smp = m_.smp;
    uint32_t room = std::min(kCodecMaxCpus, MaxCpus(m_.type, m_.qemu_version));
    const auto code = [&](uint32_t& level) {
      level = CodeLevel(room, level);
      room /= level;
    };
    code(smp.sockets);
    code(smp.cores);
    code(smp.threads);
    if (IsPc(m_.type.family)) {
      code(smp.dies);
      if (SupportedSmpLevels(m_.type, m_.qemu_version).modules)
        code(smp.modules);
    }
    smp.maxcpus =
        smp.sockets * smp.cores * smp.threads * smp.dies * smp.modules;
    smp.cpus = smp.maxcpus - coder_.Below(smp.maxcpus, smp.maxcpus - smp.cpus);
  }

  void CodeBackends() {
    size_t index = 0;
    m_.backends = coder_.List(kCodecMaxBackends, std::move(m_.backends),
                              [&](MemoryBackend& backend) {
                                backend.id = absl::StrCat("m", index++);
                                CodeBackend(backend);
                                return true;
                              });
  }

  void CodeBackend(MemoryBackend& backend) {
    using Kind = MemoryBackend::Kind;
    constexpr std::array kKinds = {Kind::kRam, Kind::kMemfd, Kind::kFile};
    const uint8_t flags = coder_.Byte(static_cast<uint8_t>(
        static_cast<uint8_t>(backend.kind) | (backend.share ? 4 : 0) |
        (backend.reserve ? 8 : 0)));
    backend.kind = kKinds[(flags & 3) % 3];
    backend.share = (flags & 4) != 0;
    backend.reserve = (flags & 8) != 0;
    if (backend.kind == Kind::kFile) {
      backend.mem_path = absl::StrCat("/dev/shm/", backend.id);
    }
    const uint64_t size = std::max<uint64_t>(
        coder_.Size(kDefaultRamBytes, backend.size_bytes), 1);
    // Only RAM may be a part of a page (doc/spec/qemu-options.md 8), and files
    // end below 2^63.
    constexpr uint64_t kFileSizes = uint64_t{INT64_MAX} & ~(4 * kKiB - 1);
    backend.size_bytes = backend.kind == Kind::kRam
                             ? size
                             : std::max<uint64_t>(size & kFileSizes, 4 * kKiB);
  }

  // Which backend, counted from `usual`.
  std::string CodeBackendId(size_t usual, const std::string& id) {
    const size_t count = m_.backends.size();
    const auto found =
        std::find_if(m_.backends.begin(), m_.backends.end(),
                     [&](const MemoryBackend& b) { return b.id == id; });
    const size_t index = found - m_.backends.begin();
    const size_t steps =
        coder_.Below(count, (index + count - usual % count) % count);
    return m_.backends[(usual + steps) % count].id;
  }

  void CodeNodes() {
    CpuOwners owners(m_.smp);
    size_t index = 0;
    std::array<bool, kMaxNumaNodes> used = {};
    m_.numa_nodes = coder_.List(kCodecMaxNodes, std::move(m_.numa_nodes),
                                [&](NumaNode& node) {
                                  node.id = CodeNodeId(index, node.id, used);
                                  CodeNode(index, node, owners);
                                  ++index;
                                  return true;
                                });
    if (On(kNumaCpus)) CodeNumaCpus(owners);
    if (On(kInitiators) && m_.hmat) CodeInitiators(owners);
    if (On(kMemmapTypes)) CodeMemmapTypes();
    if (On(kDistances)) CodeDistances();
  }

  // Counted from the node's place; a used id becomes the next free one.
  uint32_t CodeNodeId(size_t index, uint32_t id,
                      std::array<bool, kMaxNumaNodes>& used) {
    const uint32_t place = static_cast<uint32_t>(index);
    uint32_t coded =
        (place + coder_.Below(kMaxNumaNodes,
                              (id + kMaxNumaNodes - place) % kMaxNumaNodes)) %
        kMaxNumaNodes;
    while (used[coded]) coded = (coded + 1) % kMaxNumaNodes;
    used[coded] = true;
    return coded;
  }

  void CodeNode(size_t index, NumaNode& node, CpuOwners& owners) {
    const bool legacy = On(kLegacyMem);
    const bool without_memory =
        coder_.Below(2, !node.mem_bytes && !node.memdev) != 0;
    if (!without_memory && legacy) {
      node.mem_bytes =
          coder_.Size(kDefaultRamBytes, node.mem_bytes.value_or(0));
    }
    if (!without_memory && !legacy && !m_.backends.empty()) {
      node.memdev = CodeBackendId(index, node.memdev.value_or(""));
    }
    node.cpus = coder_.List(
        kCodecMaxCpuRanges, std::move(node.cpus), [&](CpuIndexRange& range) {
          const uint32_t cpus = m_.smp.maxcpus;
          const int length = range.last - range.first;
          range.first = coder_.Below(cpus, range.first);
          range.last = static_cast<uint16_t>(
              range.first + coder_.Below(cpus - range.first, length));
          return owners.Bind(range, node.id);
        });
  }

  uint32_t CodeDeclaredNode(uint32_t id) {
    std::vector<uint32_t> ids;
    for (const NumaNode& node : m_.numa_nodes) ids.push_back(node.id);
    return coder_.OneOf(ids, id);
  }

  void CodeNumaCpus(CpuOwners& owners) {
    if (m_.numa_nodes.empty()) return;
    const auto code = [&](NumaCpu& cpu) {
      cpu.node_id = CodeDeclaredNode(cpu.node_id);
      // Each id is 0: not given, or 1 + its value. die-id and module-id exist
      // only where there are several.
      const auto code_id = [&](std::optional<uint32_t>& id, uint32_t count) {
        const uint32_t coded = coder_.Below(count + 1, id ? *id + 1 : 0);
        id = coded == 0 ? std::nullopt : std::optional(coded - 1);
      };
      const SmpTopology& smp = m_.smp;
      code_id(cpu.socket_id, smp.sockets);
      if (smp.dies > 1) code_id(cpu.die_id, smp.dies);
      if (smp.modules > 1) code_id(cpu.module_id, smp.modules);
      code_id(cpu.core_id, smp.cores);
      code_id(cpu.thread_id, smp.threads);
      return owners.Bind(cpu);
    };
    m_.numa_cpus =
        coder_.List(kCodecMaxNumaCpus, std::move(m_.numa_cpus), code);
  }

  // A node whose CPUs were bound may only name itself.
  void CodeInitiators(const CpuOwners& owners) {
    for (NumaNode& node : m_.numa_nodes) {
      const uint32_t coded = coder_.Below(
          kMaxNumaNodes + 1, node.initiator ? *node.initiator + 1 : 0);
      node.initiator = std::nullopt;
      if (coded == 0) continue;
      node.initiator = owners.Owns(node.id) ? node.id : coded - 1;
    }
  }

  void CodeMemmapTypes() {
    for (NumaNode& node : m_.numa_nodes) {
      node.memmap_type =
          coder_.OneOf(std::array{MemmapType::kNormal, MemmapType::kSpm,
                                  MemmapType::kReserved},
                       node.memmap_type);
    }
  }

  void CodeDistances() {
    if (m_.numa_nodes.empty()) return;
    const auto code = [&](NumaDistance& distance) {
      constexpr uint8_t kUsual = 20;
      distance.from = CodeDeclaredNode(distance.from);
      distance.to = CodeDeclaredNode(distance.to);
      // 10..255, from kUsual on, then round to 10.
      const uint32_t steps =
          coder_.Below(246, (distance.value + 246 - kUsual) % 246);
      distance.value = static_cast<uint8_t>(10 + (kUsual - 10 + steps) % 246);
      if (distance.from == distance.to) distance.value = 10;
      return true;
    };
    m_.numa_distances =
        coder_.List(kCodecMaxDistances, std::move(m_.numa_distances), code);
  }

  // What needs no typing to be accepted: as much RAM as there is to back it.
  uint64_t UsualRamBytes() const {
    const auto round_up = [](uint64_t size) {
      // QEMU's rounding wraps (doc/spec/qemu-options.md 5.2).
      return (size + (8 * kKiB - 1)) & ~(8 * kKiB - 1);
    };
    if (const auto* backend = FindBackend(m_, m_.memory_backend)) {
      return round_up(backend->size_bytes);
    }
    if (m_.numa_nodes.empty()) return kDefaultRamBytes;
    uint64_t sum = 0;  // wraps as QEMU's does (doc/spec/qemu-options.md 9.4)
    for (const NumaNode& node : m_.numa_nodes) sum += NodeSizeBytes(m_, node);
    return round_up(sum);
  }

  void CodeMemory() {
    MemoryOptions& memory = m_.memory;
    const uint64_t usual = UsualRamBytes();
    const bool has_backend = !m_.memory_backend.empty();
    memory.ram_size_from_backend =
        has_backend && coder_.Below(2, memory.ram_size_from_backend) != 0;
    uint64_t least_max = kDefaultRamBytes;
    if (memory.ram_size_from_backend) {
      memory.ram_size_bytes = FindBackend(m_, m_.memory_backend)->size_bytes;
    } else {
      memory.ram_size_bytes =
          coder_.Size(usual, memory.ram_size_bytes) & ~(8 * kKiB - 1);
      least_max = memory.ram_size_bytes;
    }
    if (!On(kHotplug)) {
      memory.maxram_size_bytes = least_max;
      return;
    }
    memory.maxram_size_bytes = std::max(
        least_max, coder_.Size(CheckedAdd(least_max, kGiB).value_or(UINT64_MAX),
                               memory.maxram_size_bytes));
    const uint64_t slots = coder_.Below(kCodecMaxSlots + 1, memory.slots);
    memory.slots = memory.maxram_size_bytes == least_max ? 0 : slots;
  }

  Coder& coder_;
  MachineOptions& m_;
  uint64_t features_ = 0;
};

}  // namespace

absl::Span<const absl::string_view> CodecCpuModels() { return kCpuModels; }

MachineOptions DecodeMachine(absl::string_view bytes) {
  MachineOptions machine;
  ByteReader reader(bytes);
  MachineCodec<ByteReader>(reader, machine).Code();
  return machine;
}

std::optional<std::string> EncodeMachine(const MachineOptions& machine) {
  MachineOptions copy = machine;  // the writer takes its lists apart
  ByteWriter writer;
  MachineCodec<ByteWriter>(writer, copy).Code();
  std::string bytes = std::move(writer).Take();
  if (DecodeMachine(bytes) != machine) return std::nullopt;
  return bytes;
}

}  // namespace e820check
