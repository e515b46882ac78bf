// SPDX-License-Identifier: Apache-2.0

#include "model/reader/machine_option.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "machine/machine_type.h"
#include "model/reader/record.h"
#include "model/reader/sources.h"

namespace e820check::reader {

Answer ReadKeyvalOption(absl::string_view text, absl::string_view implied_key,
                        Keyval& tree) {
  absl::StatusOr<Keyval> read = ReadKeyval(text, implied_key);
  absl::Status status = read.status();
  tree = status.ok() ? *std::move(read) : Keyval();
  if (tree.asks_for_help) status = Help();
  return MakeAnswer(status, {{"tree", ToString(tree)}}, {});
}

namespace {

constexpr Member kSmp[] = {
    {"cpus", MemberType::kInt64},
    {.name = "drawers",
     .type = MemberType::kInt64,
     .since = QemuVersion::k10_0},
    {.name = "books", .type = MemberType::kInt64, .since = QemuVersion::k10_0},
    {"sockets", MemberType::kInt64},
    {"dies", MemberType::kInt64},
    {"clusters", MemberType::kInt64},
    {.name = "modules",
     .type = MemberType::kInt64,
     .since = QemuVersion::k10_0},
    {"cores", MemberType::kInt64},
    {"threads", MemberType::kInt64},
    {"maxcpus", MemberType::kInt64},
};

}  // namespace

Answer ReadSmpProperty(const Keyval& tree, size_t dict,
                       const Release& release) {
  std::vector<std::string> warnings;
  KeyvalSource source(tree, dict, "smp", release.qemu, warnings);
  RecordReader record(source, release);
  absl::Status status = record.Read(kSmp);
  if (status.ok()) status = record.RefuseLeftovers();
  return MakeAnswer(status, record.TakeValues(), std::move(warnings));
}

}  // namespace e820check::reader
