// SPDX-License-Identifier: Apache-2.0

#include "model/reader/record.h"

#include <algorithm>
#include <utility>

namespace e820check::reader {

RecordReader::RecordReader(Source& source, const Release& release)
    : source_(source), release_(release) {
  for (const std::string& key : source.Keys()) unread_.Insert(key);
}

absl::Status RecordReader::Read(absl::Span<const Member> members) {
  for (const Member& member : members) {
    if (Before(release_.qemu, member.since) ||
        member.dialect > release_.dialect) {
      continue;
    }
    absl::Status status = ReadMember(member);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RecordReader::ReadMember(const Member& member) {
  if (!source_.Has(member.name)) {
    if (!member.is_required) return absl::OkStatus();
    return Refuse("Parameter '", source_.PathTo(member.name), "' is missing");
  }
  absl::StatusOr<std::string> text = source_.Read(member);
  if (!text.ok()) return text.status();
  if (member.type == MemberType::kEnum &&
      std::find(member.words.begin(), member.words.end(), *text) ==
          member.words.end()) {
    return Refuse("Parameter '", member.name, "' does not accept value '",
                  *text, "'");
  }
  unread_.Remove(member.name);
  values_.push_back({std::string(member.name), *std::move(text)});
  return absl::OkStatus();
}

std::string RecordReader::Get(absl::string_view name) const {
  for (const TypedValue& value : values_) {
    if (value.name == name) return value.text;
  }
  return "";
}

absl::Status RecordReader::RefuseLeftovers() const {
  const std::optional<std::string> key = unread_.First();
  return key ? source_.RefuseLeftover(*key) : absl::OkStatus();
}

absl::Status CheckWidth(absl::string_view name, MemberType type,
                        uint64_t value) {
  int bits = 64;
  if (type == MemberType::kUint8) bits = 8;
  if (type == MemberType::kUint16 || type == MemberType::kUint16List) bits = 16;
  if (type == MemberType::kUint32) bits = 32;
  if (bits == 64 || value >> bits == 0) return absl::OkStatus();
  return Refuse("Parameter '", name, "' expects uint", bits, "_t");
}

}  // namespace e820check::reader
