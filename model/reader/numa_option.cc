// SPDX-License-Identifier: Apache-2.0

#include "model/reader/numa_option.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"
#include "model/reader/open_option.h"
#include "model/reader/record.h"
#include "model/reader/release_rules.h"
#include "model/reader/scalars.h"
#include "model/reader/sources.h"

namespace e820check::reader {
namespace {

using Type = MemberType;

constexpr absl::string_view kTypes[] = {"node", "dist", "cpu", "hmat-lb",
                                        "hmat-cache"};
constexpr absl::string_view kMemmapTypes[] = {"normal", "spm", "reserved"};
constexpr absl::string_view kHierarchies[] = {"memory", "first-level",
                                              "second-level", "third-level"};
constexpr absl::string_view kDataTypes[] = {
    "access-latency",   "read-latency",   "write-latency",
    "access-bandwidth", "read-bandwidth", "write-bandwidth"};
constexpr absl::string_view kAssociativities[] = {"none", "direct", "complex"};
constexpr absl::string_view kPolicies[] = {"none", "write-back",
                                           "write-through"};

constexpr bool kRequired = true;

constexpr Member kBase[] = {{"type", Type::kEnum, kRequired, kTypes}};
constexpr Member kNode[] = {
    {"nodeid", Type::kUint16},
    {"cpus", Type::kUint16List},
    {"mem", Type::kSize},
    {"memdev", Type::kString},
    {.name = "memmap-type",
     .type = Type::kEnum,
     .words = kMemmapTypes,
     .dialect = Dialect::kMemmapType},
    {"initiator", Type::kUint16},
};
constexpr Member kDist[] = {
    {"src", Type::kUint16, kRequired},
    {"dst", Type::kUint16, kRequired},
    {"val", Type::kUint8, kRequired},
};
constexpr Member kCpu[] = {
    {"node-id", Type::kInt64},
    {.name = "drawer-id", .type = Type::kInt64, .since = QemuVersion::k10_0},
    {.name = "book-id", .type = Type::kInt64, .since = QemuVersion::k10_0},
    {"socket-id", Type::kInt64},
    {"die-id", Type::kInt64},
    {"cluster-id", Type::kInt64},
    {.name = "module-id", .type = Type::kInt64, .since = QemuVersion::k10_0},
    {"core-id", Type::kInt64},
    {"thread-id", Type::kInt64},
};
constexpr Member kHmatLb[] = {
    {"initiator", Type::kUint16, kRequired},
    {"target", Type::kUint16, kRequired},
    {"hierarchy", Type::kEnum, kRequired, kHierarchies},
    {"data-type", Type::kEnum, kRequired, kDataTypes},
    {"latency", Type::kUint64},
    {"bandwidth", Type::kSize},
};
constexpr Member kHmatCache[] = {
    {"node-id", Type::kUint32, kRequired},
    {"size", Type::kSize, kRequired},
    {"level", Type::kUint8, kRequired},
    {"associativity", Type::kEnum, kRequired, kAssociativities},
    {"policy", Type::kEnum, kRequired, kPolicies},
    {"line", Type::kUint16, kRequired},
};

absl::Span<const Member> MembersOf(absl::string_view type) {
  if (type == "node") return kNode;
  if (type == "dist") return kDist;
  if (type == "cpu") return kCpu;
  if (type == "hmat-lb") return kHmatLb;
  return kHmatCache;
}

// After the types are checked, mem= is read again with another default unit
// (7.1). It can only be too large by then.
absl::Status ReadMemInMebibytes(const std::vector<Item>& items,
                                QemuVersion qemu,
                                std::vector<TypedValue>& values,
                                std::vector<std::string>& warnings) {
  std::string typed;
  for (const Item& item : items) {
    if (item.key == "mem") typed = item.value;
  }
  for (TypedValue& value : values) {
    if (value.name != "mem") continue;
    const SizeReading size = ReadSize(typed, kMebibyte, qemu);
    if (size.has_hex_unit) WarnOfHexUnit(typed, warnings);
    if (size.fault == Fault::kNone) {
      value.text = absl::StrCat(size.bytes);
    } else if (RulesOf(qemu).refuses_mem_out_of_range) {
      return Refuse("could not parse memory size '", typed,
                    "': Numerical result out of range");
    }
  }
  return absl::OkStatus();
}

}  // namespace

Answer ReadNumaOption(absl::string_view text, const Release& release) {
  std::vector<std::string> warnings;
  const absl::StatusOr<OpenOption> option =
      ReadOpenOption(text, "type", warnings);
  if (!option.ok()) return MakeAnswer(option.status(), {}, std::move(warnings));

  QemuOptsSource source(option->items, option->id, release.qemu, warnings);
  RecordReader record(source, release);
  absl::Status status = record.Read(kBase);
  if (status.ok()) {
    const std::string type = record.Get("type");
    status = record.Read(MembersOf(type));
    if (status.ok()) status = record.RefuseLeftovers();
  }
  std::vector<TypedValue> values = record.TakeValues();
  if (status.ok() && values[0].text == "node") {
    status = ReadMemInMebibytes(option->items, release.qemu, values, warnings);
  }
  return MakeAnswer(status, std::move(values), std::move(warnings));
}

}  // namespace e820check::reader
