// SPDX-License-Identifier: Apache-2.0

#include "model/reader/object_option.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"
#include "model/reader/json.h"
#include "model/reader/open_option.h"
#include "model/reader/record.h"
#include "model/reader/sources.h"

namespace e820check::reader {
namespace {

using Type = MemberType;

constexpr absl::string_view kPolicies[] = {"default", "preferred", "bind",
                                           "interleave"};
constexpr absl::string_view kRomWords[] = {"auto", "on", "off"};
constexpr absl::string_view kRam = "memory-backend-ram";
constexpr absl::string_view kFile = "memory-backend-file";
constexpr absl::string_view kMemfd = "memory-backend-memfd";
constexpr absl::string_view kShm = "memory-backend-shm";

constexpr bool kRequired = true;

constexpr Member kType[] = {{"qom-type", Type::kString, kRequired}};
constexpr Member kId[] = {{"id", Type::kString, kRequired}};
constexpr Member kCommon[] = {
    {"dump", Type::kBool},
    {"host-nodes", Type::kUint16List},
    {"merge", Type::kBool},
    {.name = "policy", .type = Type::kEnum, .words = kPolicies},
    {"prealloc", Type::kBool},
    {"prealloc-threads", Type::kUint32},
    {"prealloc-context", Type::kString},
    {"share", Type::kBool},
    {"reserve", Type::kBool},
    {"size", Type::kSize, kRequired},
    {"x-use-canonical-path-for-ramblock-id", Type::kBool},
};
constexpr Member kOfFile[] = {
    {"align", Type::kSize},
    {.name = "offset", .type = Type::kSize, .since = QemuVersion::k10_0},
    {"discard-data", Type::kBool},
    {"mem-path", Type::kString, kRequired},
    {"pmem", Type::kBool},
    {"readonly", Type::kBool},
    {.name = "rom",
     .type = Type::kEnum,
     .words = kRomWords,
     .since = QemuVersion::k10_0},
};
constexpr Member kOfMemfd[] = {
    {"hugetlb", Type::kBool},
    {"hugetlbsize", Type::kSize},
    {"seal", Type::kBool},
};

bool IsBackend(absl::string_view type, QemuVersion qemu) {
  return type == kRam || type == kFile || type == kMemfd ||
         (type == kShm && AtLeast(qemu, QemuVersion::k10_0));
}

absl::Span<const Member> MembersOf(absl::string_view type) {
  if (type == kFile) return kOfFile;
  if (type == kMemfd) return kOfMemfd;
  return {};
}

absl::Status ReadRecord(RecordReader& record, QemuVersion qemu) {
  absl::Status status = record.Read(kType);
  if (!status.ok()) return status;
  // A type's name is its own quotation.
  const std::string quoted = record.Get("qom-type");
  const std::string type = quoted.substr(1, quoted.size() - 2);
  if (!IsBackend(type, qemu)) return OtherObject();
  for (const absl::Span<const Member> members :
       {absl::MakeConstSpan(kId), absl::MakeConstSpan(kCommon),
        MembersOf(type)}) {
    status = record.Read(members);
    if (!status.ok()) return status;
  }
  return record.RefuseLeftovers();
}

// help and ?, as a type or as the name of a key.
absl::Status CheckHelp(const OpenOption& option, QemuVersion qemu) {
  std::string type;
  bool has_help_key = false;
  for (const Item& item : option.items) {
    if (item.key == "qom-type") type = item.value;
    if (IsHelpWord(item.key)) has_help_key = true;
  }
  if (IsHelpWord(type)) return Help();
  return has_help_key && IsBackend(type, qemu) ? Help() : absl::OkStatus();
}

absl::Status ReadJsonObject(absl::string_view text, const Release& release,
                            std::vector<TypedValue>& values) {
  const absl::StatusOr<Json> json = ReadJson(text, release.qemu);
  if (!json.ok()) return json.status();
  JsonSource source(*json, 0);
  RecordReader record(source, release);
  absl::Status status = ReadRecord(record, release.qemu);
  values = record.TakeValues();
  return status;
}

absl::Status ReadQemuOptsObject(absl::string_view text, const Release& release,
                                std::vector<TypedValue>& values,
                                std::vector<std::string>& warnings) {
  const absl::StatusOr<OpenOption> option =
      ReadOpenOption(text, "qom-type", warnings);
  if (!option.ok()) return option.status();
  absl::Status status = CheckHelp(*option, release.qemu);
  if (!status.ok()) return status;
  QemuOptsSource source(option->items, option->id, release.qemu, warnings);
  RecordReader record(source, release);
  status = ReadRecord(record, release.qemu);
  values = record.TakeValues();
  return status;
}

}  // namespace

Answer ReadObjectOption(absl::string_view text, const Release& release) {
  std::vector<TypedValue> values;
  std::vector<std::string> warnings;
  const absl::Status status =
      absl::StartsWith(text, "{")
          ? ReadJsonObject(text, release, values)
          : ReadQemuOptsObject(text, release, values, warnings);
  return MakeAnswer(status, std::move(values), std::move(warnings));
}

}  // namespace e820check::reader
