// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/readers.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "model/reader/keyval.h"
#include "model/reader/machine_option.h"
#include "model/reader/memory_option.h"
#include "model/reader/numa_option.h"
#include "model/reader/object_option.h"
#include "model/reader/smp_topology.h"
#include "options/hmat.h"
#include "options/keyval.h"
#include "options/machine_properties.h"
#include "options/memory_backend.h"
#include "options/memory_option.h"
#include "options/numa.h"
#include "options/qemu_opts.h"
#include "options/value_tree.h"
#include "options/visitor.h"

namespace e820check {
namespace {

using reader::Answer;
using reader::Quote;
using reader::Release;
using Verdict = Answer::Verdict;
using Words = absl::Span<const absl::string_view>;

// An argument is a C string.
absl::string_view AsArgument(absl::string_view text) {
  return text.substr(0, text.find('\0'));
}

absl::Status CheckSame(absl::string_view option, absl::string_view text,
                       const std::string& expected, const std::string& actual) {
  if (expected == actual) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      option, " ", Quote(text), " is read differently\nmodel/reader/ has\n",
      expected, "options/ has\n", actual));
}

absl::Status CheckSame(absl::string_view option, absl::string_view text,
                       const Answer& expected, const Answer& actual) {
  return CheckSame(option, text, reader::ToString(expected),
                   reader::ToString(actual));
}

// --- Values of options/ as text ---------------------------------------------

std::string ToText(const std::string& value) { return Quote(value); }
std::string ToText(bool value) { return value ? "on" : "off"; }
std::string ToText(uint64_t value) { return absl::StrCat(value); }
std::string ToText(int64_t value) { return absl::StrCat(value); }

class Values {
 public:
  template <typename T>
  void Put(absl::string_view name, const std::optional<T>& value) {
    if (value) values_.push_back({std::string(name), ToText(*value)});
  }
  void PutWord(absl::string_view name, const std::optional<size_t>& index,
               Words words) {
    if (index) {
      values_.push_back({std::string(name), std::string(words.at(*index))});
    }
  }
  // Whether an empty list was given is not kept.
  void PutList(absl::string_view name,
               const std::vector<CpuIndexRange>& ranges) {
    if (ranges.empty()) return;
    reader::RunList list;
    for (const CpuIndexRange& range : ranges) list.Add(range.first, range.last);
    values_.push_back({std::string(name), list.ToString()});
  }
  std::vector<reader::TypedValue> Take() { return std::move(values_); }

 private:
  std::vector<reader::TypedValue> values_;
};

// The reference does know, so this is left out there too.
void DropEmptyLists(Answer& answer) {
  std::erase_if(answer.values, [](const reader::TypedValue& value) {
    return value.text.empty();
  });
}

// As reader::ToString(Keyval).
std::string TreeText(const ValueTree& tree, uint32_t root) {
  struct Todo {
    std::optional<uint32_t> value;
    std::string text;
  };
  std::string text;
  std::vector<Todo> todo = {{.value = root}};
  while (!todo.empty()) {
    const Todo next = std::move(todo.back());
    todo.pop_back();
    text += next.text;
    if (!next.value) continue;
    const Value& value = tree[*next.value];
    if (value.kind == Value::Kind::kDict) {
      text += "{";
      todo.push_back({.text = "}"});
      const std::vector<ValueTree::Entry> entries =
          tree.QDictOrder(*next.value);
      for (size_t i = entries.size(); i-- > 0;) {
        todo.push_back({.value = entries[i].index,
                        .text = absl::StrCat(" ", entries[i].key, "=")});
      }
    } else if (value.kind == Value::Kind::kList) {
      text += "[";
      todo.push_back({.text = "]"});
      for (size_t i = value.elements.size(); i-- > 0;) {
        todo.push_back({.value = value.elements[i], .text = " "});
      }
    } else {
      text += Quote(value.text);  // keyval has no other scalars
    }
  }
  return text;
}

// --- -numa ------------------------------------------------------------------

constexpr absl::string_view kMemmapTypes[] = {"normal", "spm", "reserved"};

struct NumaValues {
  Values values;

  void Type(const std::string& type) {
    values.PutWord("type", 0, {absl::string_view(type)});
  }
  void operator()(const NumaNodeRecord& node) {
    Type("node");
    values.Put("nodeid", node.nodeid);
    values.PutList("cpus", node.cpus);
    values.Put("mem", node.mem);
    values.Put("memdev", node.memdev);
    values.PutWord("memmap-type", node.memmap_type, kMemmapTypes);
    values.Put("initiator", node.initiator);
  }
  void operator()(const NumaDistRecord& dist) {
    Type("dist");
    values.Put("src", dist.src);
    values.Put("dst", dist.dst);
    values.Put("val", dist.val);
  }
  void operator()(const NumaCpuRecord& cpu) {
    Type("cpu");
    values.Put("node-id", cpu.node_id);
    values.Put("drawer-id", cpu.drawer_id);
    values.Put("book-id", cpu.book_id);
    values.Put("socket-id", cpu.socket_id);
    values.Put("die-id", cpu.die_id);
    values.Put("cluster-id", cpu.cluster_id);
    values.Put("module-id", cpu.module_id);
    values.Put("core-id", cpu.core_id);
    values.Put("thread-id", cpu.thread_id);
  }
  void operator()(const NumaHmatLbRecord& lb) {
    Type("hmat-lb");
    values.Put("initiator", lb.initiator);
    values.Put("target", lb.target);
    values.PutWord("hierarchy", lb.hierarchy, kHmatHierarchies);
    values.PutWord("data-type", lb.data_type, kHmatDataTypes);
    values.Put("latency", lb.latency);
    values.Put("bandwidth", lb.bandwidth);
  }
  void operator()(const NumaHmatCacheRecord& cache) {
    Type("hmat-cache");
    values.Put("node-id", cache.node_id);
    values.Put("size", cache.size);
    values.Put("level", cache.level);
    values.PutWord("associativity", cache.associativity, kHmatAssociativities);
    values.PutWord("policy", cache.policy, kHmatWritePolicies);
    values.Put("line", cache.line);
  }
};

VisitContext ContextOf(const Release& release) {
  return {.qemu = release.qemu, .dialect = release.dialect};
}

Answer ReadNumaWithOptions(absl::string_view text, const Release& release) {
  std::vector<std::string> warnings;
  QemuOptsList list("numa", "type");
  const absl::StatusOr<QemuOptsBag> bag = list.Parse(text, warnings);
  if (!bag.ok()) return reader::MakeAnswer(bag.status(), {}, warnings);
  const absl::StatusOr<NumaRecord> record =
      ParseNuma(*bag, ContextOf(release), warnings);
  NumaValues numa;
  if (record.ok()) std::visit(numa, *record);
  return reader::MakeAnswer(record.status(), numa.values.Take(), warnings);
}

// --- -object ----------------------------------------------------------------

constexpr absl::string_view kPolicies[] = {"default", "preferred", "bind",
                                           "interleave"};
constexpr absl::string_view kRomWords[] = {"auto", "on", "off"};

std::vector<reader::TypedValue> ValuesOf(const ObjectRequest& object) {
  Values values;
  values.Put("qom-type", std::optional(std::string(object.qom_type)));
  values.Put("id", object.id);
  values.Put("dump", object.dump);
  values.PutList("host-nodes", object.host_nodes);
  values.Put("merge", object.merge);
  values.PutWord("policy", object.policy, kPolicies);
  values.Put("prealloc", object.prealloc);
  values.Put("prealloc-threads", object.prealloc_threads);
  values.Put("prealloc-context", object.prealloc_context);
  values.Put("share", object.share);
  values.Put("reserve", object.reserve);
  values.Put("size", object.size);
  values.Put("x-use-canonical-path-for-ramblock-id", object.use_canonical_path);
  values.Put("align", object.align);
  values.Put("offset", object.offset);
  values.Put("discard-data", object.discard_data);
  values.Put("mem-path", object.mem_path);
  values.Put("pmem", object.pmem);
  values.Put("readonly", object.readonly);
  values.PutWord("rom", object.rom, kRomWords);
  values.Put("hugetlb", object.hugetlb);
  values.Put("hugetlbsize", object.hugetlbsize);
  values.Put("seal", object.seal);
  return values.Take();
}

// kOtherObject: it is one, or not covered.
Answer ReadObjectWithOptions(absl::string_view text, const Release& release) {
  std::vector<std::string> warnings;
  QemuOptsList list("object", "qom-type");
  const absl::StatusOr<ObjectRequest> object =
      ParseObject(text, ContextOf(release), list, warnings);
  if (!object.ok()) return reader::MakeAnswer(object.status(), {}, warnings);
  if (!object->backend_kind) {
    return reader::MakeAnswer(reader::OtherObject(), {}, warnings);
  }
  return reader::MakeAnswer(object.status(), ValuesOf(*object), warnings);
}

// --- -m and memory.* --------------------------------------------------------

Answer ReadMemoryWithOptions(absl::string_view text, const Release& release,
                             ValueTree& machine) {
  std::vector<std::string> warnings;
  MemoryOption option(release.qemu);
  absl::Status status = option.Take(text, warnings);
  if (status.ok()) status = option.FoldInto(machine);
  const std::optional<uint32_t> memory =
      machine.Find(ValueTree::kRoot, "memory");
  return reader::MakeAnswer(
      status, {{"memory", memory ? TreeText(machine, *memory) : "{}"}},
      warnings);
}

Answer ReadMemoryPropertyWithOptions(const ValueTree& machine, uint32_t dict,
                                     const Release& release) {
  std::vector<std::string> warnings;
  const absl::StatusOr<MemoryOptions> memory =
      ReadMemoryProperty(machine, dict, release.qemu, warnings);
  Values values;
  if (memory.ok()) {
    values.Put("size", std::optional(memory->ram_size_bytes));
    values.Put("maxmem", std::optional(memory->maxram_size_bytes));
    values.Put("slots", std::optional(memory->slots));
  }
  return reader::MakeAnswer(memory.status(), values.Take(), warnings);
}

absl::Status CompareMemoryProperty(absl::string_view text,
                                   const reader::Keyval& tree, size_t dict,
                                   const ValueTree& machine,
                                   uint32_t machine_dict,
                                   const Release& release, Answer& expected) {
  expected = reader::ReadMemoryProperty(tree, dict, release);
  return CheckSame(
      "the property \"memory\" of", text, expected,
      ReadMemoryPropertyWithOptions(machine, machine_dict, release));
}

// --- -machine and -smp ------------------------------------------------------

Answer ReadKeyvalWithOptions(absl::string_view text,
                             absl::string_view implied_key, ValueTree& tree) {
  const absl::StatusOr<bool> help = ParseKeyval(text, implied_key, tree);
  absl::Status status = help.status();
  if (status.ok() && *help) status = reader::Help();
  return reader::MakeAnswer(status,
                            {{"tree", TreeText(tree, ValueTree::kRoot)}}, {});
}

std::vector<reader::TypedValue> ValuesOf(const SmpTopology& smp) {
  return {{"cpus", absl::StrCat(smp.cpus)},
          {"maxcpus", absl::StrCat(smp.maxcpus)},
          {"sockets", absl::StrCat(smp.sockets)},
          {"dies", absl::StrCat(smp.dies)},
          {"modules", absl::StrCat(smp.modules)},
          {"cores", absl::StrCat(smp.cores)},
          {"threads", absl::StrCat(smp.threads)}};
}

// One of each way to complete a topology, and of each limit. Those without a
// version have the binary's own.
constexpr MachineType kSmpMachines[] = {
    {MachineFamily::kMicrovm, {}},       {MachineFamily::kIsapc, {}},
    {MachineFamily::kNone, {}},          {MachineFamily::kQ35, {2, 7, 0}},
    {MachineFamily::kQ35, {6, 1, 0}},    {MachineFamily::kQ35, {7, 2, 0}},
    {MachineFamily::kI440fx, {6, 2, 0}},
};

Answer ApplySmp(const ValueTree& smp, MachineOptions options) {
  ValueTree machine;
  absl::Status status = MergeKeyval("smp", smp, machine);
  std::vector<std::string> warnings;
  if (status.ok()) status = ApplyProperties(machine, options, warnings);
  return reader::MakeAnswer(status, ValuesOf(options.smp), warnings);
}

}  // namespace

absl::Status CompareNumaReaders(absl::string_view text, const Release& release,
                                ReferenceAnswer* reference) {
  text = AsArgument(text);
  Answer expected = reader::ReadNumaOption(text, release);
  if (reference != nullptr) *reference = expected;
  DropEmptyLists(expected);
  return CheckSame("-numa", text, expected, ReadNumaWithOptions(text, release));
}

absl::Status CompareObjectReaders(absl::string_view text,
                                  const Release& release,
                                  ReferenceAnswer* reference) {
  text = AsArgument(text);
  Answer expected = reader::ReadObjectOption(text, release);
  if (reference != nullptr) *reference = expected;
  DropEmptyLists(expected);
  Answer actual = ReadObjectWithOptions(text, release);
  const bool is_covered = actual.verdict != Verdict::kOtherObject;
  if (expected.verdict == Verdict::kOtherObject) {
    // Read as an object of its own type, unless that does not exist.
    if (actual.verdict == Verdict::kAccepted) {
      return CheckSame("-object", text, expected, actual);
    }
    return absl::OkStatus();
  }
  if (!is_covered) return absl::OkStatus();
  return CheckSame("-object", text, expected, actual);
}

absl::Status CompareMemoryReaders(absl::string_view text,
                                  const Release& release,
                                  ReferenceAnswer* reference) {
  text = AsArgument(text);
  reader::Keyval tree;
  Answer expected = reader::ReadMemoryOption(text, release, tree);
  ValueTree machine;
  absl::Status status = CheckSame(
      "-m", text, expected, ReadMemoryWithOptions(text, release, machine));
  const std::optional<uint32_t> memory =
      machine.Find(ValueTree::kRoot, "memory");
  if (status.ok() && memory && expected.verdict == Verdict::kAccepted) {
    status = CompareMemoryProperty(text, tree, 0, machine, *memory, release,
                                   expected);
  }
  if (reference != nullptr) *reference = expected;
  return status;
}

absl::Status CompareMachineReaders(absl::string_view text,
                                   const Release& release,
                                   ReferenceAnswer* reference) {
  text = AsArgument(text);
  reader::Keyval tree;
  Answer expected = reader::ReadKeyvalOption(text, "type", tree);
  ValueTree machine;
  absl::Status status = CheckSame("-machine", text, expected,
                                  ReadKeyvalWithOptions(text, "type", machine));
  const std::optional<size_t> dict = reader::FindChild(tree, 0, "memory");
  const std::optional<uint32_t> memory =
      machine.Find(ValueTree::kRoot, "memory");
  if (status.ok() && dict && memory &&
      tree.nodes[*dict].kind == reader::KeyvalNode::Kind::kDict &&
      expected.verdict == Verdict::kAccepted) {
    status = CompareMemoryProperty(text, tree, *dict, machine, *memory, release,
                                   expected);
  }
  if (reference != nullptr) *reference = expected;
  return status;
}

absl::Status CompareSmpReaders(absl::string_view text, const Release& release,
                               ReferenceAnswer* reference) {
  text = AsArgument(text);
  reader::Keyval tree;
  Answer expected = reader::ReadKeyvalOption(text, "cpus", tree);
  ValueTree smp;
  absl::Status status = CheckSame("-smp", text, expected,
                                  ReadKeyvalWithOptions(text, "cpus", smp));
  if (status.ok() && expected.verdict == Verdict::kAccepted) {
    const Answer typed = reader::ReadSmpProperty(tree, 0, release);
    for (MachineType type : kSmpMachines) {
      if (type.version == MachineVersion{}) {
        type.version = {.major = MajorOf(release.qemu),
                        .minor = MinorOf(release.qemu)};
      }
      expected = typed.verdict == Verdict::kAccepted
                     ? reader::CompleteSmp(typed, type, release)
                     : typed;
      MachineOptions options;
      options.qemu_version = release.qemu;
      options.type = type;
      status.Update(CheckSame(
          absl::StrCat("the property \"smp\" of ", ToString(type), " by"), text,
          expected, ApplySmp(smp, options)));
    }
  }
  if (reference != nullptr) *reference = expected;
  return status;
}

}  // namespace e820check
