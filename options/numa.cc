// SPDX-License-Identifier: Apache-2.0

#include "options/numa.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "options/memory_backend.h"
#include "options/refusal.h"
#include "options/release_rules.h"
#include "options/size.h"

namespace e820check {
namespace {

// In the order of MemmapType.
constexpr absl::string_view kMemmapTypes[] = {"normal", "spm", "reserved"};
using Node = NumaNodeRecord;
constexpr Member<Node> kNodeMembers[] = {
    {"nodeid", Presence::kOptional, AsUnsigned<Node>{&Node::nodeid, 16}},
    {"cpus", Presence::kOptional, AsUint16List<Node>{&Node::cpus}},
    {"mem", Presence::kOptional, AsSize<Node>{&Node::mem}},
    {"memdev", Presence::kOptional, AsString<Node>{&Node::memdev}},
    {"memmap-type", Presence::kOptional,
     AsEnum<Node>{&Node::memmap_type, kMemmapTypes}, QemuVersion::k7_2,
     Dialect::kMemmapType},
    {"initiator", Presence::kOptional, AsUnsigned<Node>{&Node::initiator, 16}},
};

using Dist = NumaDistRecord;
constexpr Member<Dist> kDistMembers[] = {
    {"src", Presence::kRequired, AsUnsigned<Dist>{&Dist::src, 16}},
    {"dst", Presence::kRequired, AsUnsigned<Dist>{&Dist::dst, 16}},
    {"val", Presence::kRequired, AsUnsigned<Dist>{&Dist::val, 8}},
};

constexpr Member<NumaCpuRecord> CpuId(
    absl::string_view name, std::optional<int64_t> NumaCpuRecord::*field,
    QemuVersion since = kSinceEver) {
  return {name, Presence::kOptional, AsSigned<NumaCpuRecord>{field}, since};
}

using Cpu = NumaCpuRecord;
constexpr Member<Cpu> kCpuMembers[] = {
    CpuId("node-id", &Cpu::node_id),
    CpuId("drawer-id", &Cpu::drawer_id, QemuVersion::k10_0),
    CpuId("book-id", &Cpu::book_id, QemuVersion::k10_0),
    CpuId("socket-id", &Cpu::socket_id),
    CpuId("die-id", &Cpu::die_id),
    CpuId("cluster-id", &Cpu::cluster_id),
    CpuId("module-id", &Cpu::module_id, QemuVersion::k10_0),
    CpuId("core-id", &Cpu::core_id),
    CpuId("thread-id", &Cpu::thread_id),
};

using HmatLb = NumaHmatLbRecord;
constexpr Member<HmatLb> kHmatLbMembers[] = {
    {"initiator", Presence::kRequired,
     AsUnsigned<HmatLb>{&HmatLb::initiator, 16}},
    {"target", Presence::kRequired, AsUnsigned<HmatLb>{&HmatLb::target, 16}},
    {"hierarchy", Presence::kRequired,
     AsEnum<HmatLb>{&HmatLb::hierarchy, kHmatHierarchies}},
    {"data-type", Presence::kRequired,
     AsEnum<HmatLb>{&HmatLb::data_type, kHmatDataTypes}},
    {"latency", Presence::kOptional, AsUnsigned<HmatLb>{&HmatLb::latency, 64}},
    {"bandwidth", Presence::kOptional, AsSize<HmatLb>{&HmatLb::bandwidth}},
};

using HmatCache = NumaHmatCacheRecord;
constexpr Member<HmatCache> kHmatCacheMembers[] = {
    {"node-id", Presence::kRequired,
     AsUnsigned<HmatCache>{&HmatCache::node_id, 32}},
    {"size", Presence::kRequired, AsSize<HmatCache>{&HmatCache::size}},
    {"level", Presence::kRequired, AsUnsigned<HmatCache>{&HmatCache::level, 8}},
    {"associativity", Presence::kRequired,
     AsEnum<HmatCache>{&HmatCache::associativity, kHmatAssociativities}},
    {"policy", Presence::kRequired,
     AsEnum<HmatCache>{&HmatCache::policy, kHmatWritePolicies}},
    {"line", Presence::kRequired, AsUnsigned<HmatCache>{&HmatCache::line, 16}},
};

template <typename Record, size_t kSize>
absl::StatusOr<NumaRecord> ParseAs(const Member<Record> (&table)[kSize],
                                   const VisitContext& context,
                                   RecordSource& source) {
  Record record;
  absl::Status visited = Visit(table, context, source, record);
  if (visited.ok()) visited = source.RefuseLeftovers();
  if (!visited.ok()) return visited;
  return NumaRecord(std::move(record));
}

struct NumaType {
  absl::string_view name;
  absl::StatusOr<NumaRecord> (*parse)(const VisitContext& context,
                                      RecordSource& source);
  void (*add_words)(Vocabulary& vocabulary);
};

template <const auto& kMembers>
constexpr NumaType TypeOf(absl::string_view name) {
  return {name,
          [](const VisitContext& context, RecordSource& source) {
            return ParseAs(kMembers, context, source);
          },
          [](Vocabulary& vocabulary) { AddMembers(kMembers, vocabulary); }};
}

constexpr NumaType kTypes[] = {
    TypeOf<kNodeMembers>("node"), TypeOf<kDistMembers>("dist"),
    TypeOf<kCpuMembers>("cpu"), TypeOf<kHmatLbMembers>("hmat-lb"),
    TypeOf<kHmatCacheMembers>("hmat-cache")};

constexpr auto kTypeNames = [] {
  std::array<absl::string_view, std::size(kTypes)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kTypes[i].name;
  return names;
}();

// The last `mem` is read once more, now with the unit MiB.
absl::Status RereadMem(const QemuOptsBag& bag, QemuVersion qemu, Node& node,
                       std::vector<std::string>& warnings) {
  const std::string& text = *bag.Find("mem");
  const SizeReading size =
      ReadSize(text, DefaultUnit::kMebibyte, qemu, warnings);
  if (size.reading == Reading::kOk) {
    node.mem = size.bytes;
    return absl::OkStatus();
  }
  // Else the number of bytes stays.
  if (!OptionRulesOf(qemu).numa_mem_out_of_range_is_refused) {
    return absl::OkStatus();
  }
  return Refuse("could not parse memory size '", text,
                "': Numerical result out of range");
}

// The ids of one possible CPU. Index order: threads vary fastest.
struct CpuIds {
  uint32_t socket;
  uint32_t die;
  uint32_t module;
  uint32_t core;
  uint32_t thread;
};

CpuIds IdsOf(uint32_t index, const SmpTopology& smp) {
  CpuIds ids{};
  ids.thread = index % smp.threads;
  index /= smp.threads;
  ids.core = index % smp.cores;
  index /= smp.cores;
  ids.module = index % smp.modules;
  index /= smp.modules;
  ids.die = index % smp.dies;
  ids.socket = index / smp.dies;
  return ids;
}

bool Agrees(const std::optional<int64_t>& wanted, uint32_t id) {
  return !wanted || *wanted == int64_t{id};
}

bool Matches(const NumaCpuRecord& record, const CpuIds& ids) {
  return Agrees(record.thread_id, ids.thread) &&
         Agrees(record.core_id, ids.core) &&
         Agrees(record.module_id, ids.module) &&
         Agrees(record.die_id, ids.die) && Agrees(record.socket_id, ids.socket);
}

// The first id, in QEMU's order of asking, that x86 CPUs of this topology lack.
// Dies and modules have ids only where a socket, or die, has several. From 10.0
// on, drawers and books are not asked about.
absl::Status CheckIdsExist(const NumaCpuRecord& record,
                           const SmpTopology& smp) {
  if (record.module_id && smp.modules <= 1) {
    return Refuse("module-id is not supported");
  }
  if (record.cluster_id) return Refuse("cluster-id is not supported");
  if (record.die_id && smp.dies <= 1) return Refuse("die-id is not supported");
  return absl::OkStatus();
}

std::optional<uint32_t> Narrow(const std::optional<int64_t>& id) {
  if (!id) return std::nullopt;
  return static_cast<uint32_t>(*id);
}

}  // namespace

absl::StatusOr<NumaRecord> ParseNuma(const QemuOptsBag& bag,
                                     const VisitContext& context,
                                     std::vector<std::string>& warnings) {
  QemuOptsSource source(bag, context.qemu, warnings);
  if (!source.Has("type")) return source.RefuseMissing("type");
  absl::StatusOr<size_t> type = source.Enum("type", kTypeNames);
  if (!type.ok()) return type.status();
  absl::StatusOr<NumaRecord> record = kTypes[*type].parse(context, source);
  if (!record.ok()) return record;
  auto* node = std::get_if<NumaNodeRecord>(&*record);
  if (node != nullptr && node->mem) {
    absl::Status reread = RereadMem(bag, context.qemu, *node, warnings);
    if (!reread.ok()) return reread;
  }
  return record;
}

void AddNumaWords(Vocabulary& vocabulary) {
  vocabulary.keys.push_back("type");
  for (const NumaType& type : kTypes) {
    vocabulary.words.push_back(type.name);
    type.add_words(vocabulary);
  }
}

absl::Status NumaBuilder::Add(const NumaRecord& record,
                              std::vector<std::string>& warnings) {
  if (options_.type.family == MachineFamily::kNone) {
    return Refuse("NUMA is not supported by this machine-type");
  }
  if (const auto* node = std::get_if<NumaNodeRecord>(&record)) {
    return AddNode(*node, warnings);
  }
  if (const auto* dist = std::get_if<NumaDistRecord>(&record)) {
    return AddDistance(*dist);
  }
  if (const auto* cpu = std::get_if<NumaCpuRecord>(&record)) {
    return BindCpus(*cpu);
  }
  if (const auto* value = std::get_if<NumaHmatLbRecord>(&record)) {
    return hmat_.AddValue(*value);
  }
  return hmat_.AddCache(std::get<NumaHmatCacheRecord>(record));
}

const NumaNode* NumaBuilder::FindNode(int64_t id) const {
  const auto found =
      std::find_if(options_.numa_nodes.begin(), options_.numa_nodes.end(),
                   [id](const NumaNode& node) { return node.id == id; });
  return found == options_.numa_nodes.end() ? nullptr : &*found;
}

absl::Status NumaBuilder::AddNode(const NumaNodeRecord& record,
                                  std::vector<std::string>& warnings) {
  NumaNode node;
  node.id =
      static_cast<uint32_t>(record.nodeid.value_or(options_.numa_nodes.size()));
  if (node.id >= kMaxNumaNodes) {
    return Refuse("Max number of NUMA nodes reached: ", node.id);
  }
  if (FindNode(node.id) != nullptr) {
    return Refuse("Duplicate NUMA nodeid: ", node.id);
  }
  if (record.initiator) {
    if (!options_.hmat) return RefuseHmatOff();
    if (*record.initiator >= kMaxNumaNodes) {
      // QEMU says so and goes on without the node.
      warnings.push_back(absl::StrCat("The initiator id ", *record.initiator,
                                      " expects an integer between 0 and ",
                                      kMaxNumaNodes - 1));
      return absl::OkStatus();
    }
    node.initiator = static_cast<uint32_t>(*record.initiator);
  }
  for (const CpuIndexRange& range : record.cpus) {
    for (uint32_t cpu = range.first; cpu <= range.last; ++cpu) {
      if (cpu >= options_.smp.maxcpus) {
        return Refuse("CPU index (", cpu, ") should be smaller than maxcpus (",
                      options_.smp.maxcpus, ")");
      }
      absl::Status bound = BindCpu(cpu, node);
      if (!bound.ok()) return bound;
    }
  }
  absl::Status memory = CheckMemory(record, node, warnings);
  if (!memory.ok()) return memory;
  node.cpus = record.cpus;
  node.memmap_type = static_cast<MemmapType>(record.memmap_type.value_or(0));
  options_.numa_nodes.push_back(std::move(node));
  return absl::OkStatus();
}

absl::Status NumaBuilder::CheckMemory(const NumaNodeRecord& record,
                                      NumaNode& node,
                                      std::vector<std::string>& warnings) {
  any_mem_ |= record.mem.has_value();
  any_memdev_ |= record.memdev.has_value();
  if (any_mem_ && any_memdev_) {
    return Refuse(
        "numa configuration should use either mem= or memdev=,mixing both is "
        "not allowed");
  }
  if (record.mem) {
    const MachineVersion& version = options_.type.version;
    if (version.major > 5 || (version.major == 5 && version.minor > 0)) {
      return Refuse(
          "Parameter -numa node,mem is not supported by this machine type\n"
          "Use -numa node,memdev instead");
    }
    warnings.emplace_back(
        "warning: Parameter -numa node,mem is deprecated, use -numa "
        "node,memdev instead");
    node.mem_bytes = record.mem;
  }
  if (record.memdev) {
    const MemoryBackend* backend =
        ResolveBackend(options_.backends, *record.memdev);
    if (backend == nullptr) {
      return Refuse("memdev=", *record.memdev, " is ambiguous");
    }
    node.memdev = backend->id;
  }
  return absl::OkStatus();
}

absl::Status NumaBuilder::AddDistance(const NumaDistRecord& record) {
  const NumaDistance distance{
      .from = static_cast<uint32_t>(*record.src),
      .to = static_cast<uint32_t>(*record.dst),
      .value = static_cast<uint8_t>(*record.val),
  };
  for (const auto& [name, id] :
       {std::pair<absl::string_view, uint32_t>("src", distance.from),
        std::pair<absl::string_view, uint32_t>("dst", distance.to)}) {
    if (id < kMaxNumaNodes) continue;
    return Refuse("Parameter '", name, "' expects an integer between 0 and ",
                  kMaxNumaNodes - 1);
  }
  if (FindNode(distance.from) == nullptr || FindNode(distance.to) == nullptr) {
    return Refuse(
        "Source/Destination NUMA node is missing. Please use '-numa node' "
        "option to declare it first.");
  }
  if (distance.value < 10) {
    return Refuse("NUMA distance (", *record.val,
                  ") is invalid, it shouldn't be less than 10.");
  }
  if (distance.from == distance.to && distance.value != 10) {
    return Refuse("Local distance of node ", distance.from, " should be 10.");
  }
  options_.numa_distances.push_back(distance);
  return absl::OkStatus();
}

absl::Status NumaBuilder::BindCpus(const NumaCpuRecord& record) {
  if (!record.node_id) return Refuse("Missing mandatory node-id property");
  // Observed: beyond its table of nodes, QEMU reads whatever lies there, so
  // that node-id=-1 is accepted or refused and node-id=65535 a crash. The field
  // right after the table is empty.
  if (*record.node_id < 0 || *record.node_id > kMaxNumaNodes) {
    return absl::UnknownError(
        "QEMU looks for this node-id outside its table of nodes");
  }
  const NumaNode* node = FindNode(*record.node_id);
  if (node == nullptr) {
    return Refuse("Invalid node-id=", *record.node_id,
                  ", NUMA node must be defined with -numa node,nodeid=ID "
                  "before it's used with -numa cpu,node-id=ID");
  }
  absl::Status exist = CheckIdsExist(record, options_.smp);
  if (!exist.ok()) return exist;
  bool matched = false;
  for (uint32_t cpu = 0; cpu < options_.smp.maxcpus; ++cpu) {
    if (!Matches(record, IdsOf(cpu, options_.smp))) continue;
    matched = true;
    absl::Status bound = BindCpu(cpu, *node);
    if (!bound.ok()) return bound;
  }
  if (!matched) return Refuse("no match found");
  // The ids are those of a CPU, so they fit.
  options_.numa_cpus.push_back({.node_id = node->id,
                                .socket_id = Narrow(record.socket_id),
                                .die_id = Narrow(record.die_id),
                                .module_id = Narrow(record.module_id),
                                .core_id = Narrow(record.core_id),
                                .thread_id = Narrow(record.thread_id)});
  return absl::OkStatus();
}

absl::Status NumaBuilder::BindCpu(uint32_t cpu, const NumaNode& node) {
  const std::optional<uint32_t> old = node_of_cpu_[cpu];
  if (old && *old != node.id) {
    return Refuse("CPU is already assigned to node-id: ", *old);
  }
  if (options_.hmat && node.initiator && *node.initiator != node.id) {
    return Refuse("The initiator of CPU NUMA node ", node.id,
                  " should be itself (got ", *node.initiator, ")");
  }
  node_of_cpu_[cpu] = node.id;
  hmat_.AddInitiator(node.id);
  return absl::OkStatus();
}

}  // namespace e820check
