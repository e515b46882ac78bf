// SPDX-License-Identifier: Apache-2.0

#include "model/reader/memory_option.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "model/reader/qemu_opts.h"
#include "model/reader/record.h"
#include "model/reader/scalars.h"
#include "model/reader/sources.h"

namespace e820check::reader {
namespace {

// What QEMU keeps of -m: the last text of each key.
struct MemoryTexts {
  std::optional<std::string> size;
  bool size_is_0 = false;
  std::optional<std::string> maxmem;
  std::optional<std::string> slots;
};

absl::StatusOr<uint64_t> ReadSizeOf(const Item& item, QemuVersion qemu,
                                    std::vector<std::string>& warnings) {
  const SizeReading size = ReadSize(item.value, kByte, qemu);
  if (size.has_hex_unit) WarnOfHexUnit(item.value, warnings);
  switch (size.fault) {
    case Fault::kNone:
      return size.bytes;
    case Fault::kAccident:
      return Accident();
    case Fault::kOutOfRange:
      return Refuse("Value '", item.value, "' is out of range for parameter '",
                    item.key, "'");
    case Fault::kInvalid:
      break;
  }
  return Refuse("Parameter '", item.key,
                "' expects a non-negative number below 2^64\n"
                "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, "
                "tera-, peta-\nand exabytes, respectively.");
}

absl::Status CheckSlots(const Item& item, QemuVersion qemu) {
  switch (ReadWrapping(item.value, qemu).fault) {
    case Fault::kNone:
      return absl::OkStatus();
    case Fault::kOutOfRange:
      return Refuse("Value '", item.value,
                    "' is too large for parameter 'slots'");
    default:
      return Refuse("Parameter 'slots' expects a number");
  }
}

absl::Status ReadKey(const Item& item, QemuVersion qemu, MemoryTexts& texts,
                     std::vector<std::string>& warnings) {
  if (item.key == "size" || item.key == "maxmem") {
    const absl::StatusOr<uint64_t> bytes = ReadSizeOf(item, qemu, warnings);
    if (!bytes.ok()) return bytes.status();
    if (item.key == "size") {
      texts.size = item.value;
      texts.size_is_0 = *bytes == 0;
    } else {
      texts.maxmem = item.value;
    }
    return absl::OkStatus();
  }
  if (item.key == "slots") {
    texts.slots = item.value;
    return CheckSlots(item, qemu);
  }
  return Refuse("Invalid parameter '", item.key, "'");
}

absl::Status ReadKeys(absl::string_view text, QemuVersion qemu,
                      MemoryTexts& texts, std::vector<std::string>& warnings) {
  if (FindId(text)) return Refuse("Invalid parameter 'id'");
  for (const Item& item : ReadItems(text, "size")) {
    if (item.is_help_flag) return HelpAndFail();
    if (!item.warning.empty()) warnings.push_back(item.warning);
    absl::Status status = ReadKey(item, qemu, texts, warnings);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Put(absl::string_view key, const std::optional<std::string>& text,
         Keyval& memory) {
  if (!text) return;
  memory.nodes[0].keys.emplace_back(key);
  memory.nodes[0].children.push_back(memory.nodes.size());
  memory.nodes.push_back({.kind = KeyvalNode::Kind::kText, .text = *text});
}

}  // namespace

Answer ReadMemoryOption(absl::string_view text, const Release& release,
                        Keyval& memory) {
  MemoryTexts texts;
  std::vector<std::string> warnings;
  const absl::Status status = ReadKeys(text, release.qemu, texts, warnings);

  memory = Keyval();
  if (texts.size_is_0) texts.size = std::nullopt;
  if (texts.size && absl::ascii_isdigit(texts.size->back())) *texts.size += 'M';
  Put("size", texts.size, memory);
  Put("max-size", texts.maxmem, memory);
  Put("slots", texts.slots, memory);
  return MakeAnswer(status, {{"memory", ToString(memory)}},
                    std::move(warnings));
}

namespace {

constexpr uint64_t kDefaultSizeBytes = 128 << 20;
constexpr uint64_t kSizeUnitBytes = 8192;

constexpr Member kMembers[] = {
    {"size", MemberType::kSize},
    {"max-size", MemberType::kSize},
    {"slots", MemberType::kUint64},
};

std::optional<uint64_t> NumberOf(const RecordReader& record,
                                 absl::string_view name) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(record.Get(name), &number)) return std::nullopt;
  return number;
}

// 5.2: what the values must be to each other.
absl::Status CheckMemory(const RecordReader& record,
                         std::vector<TypedValue>& values) {
  const std::optional<uint64_t> typed = NumberOf(record, "size");
  const std::optional<uint64_t> max = NumberOf(record, "max-size");
  const std::optional<uint64_t> slots = NumberOf(record, "slots");
  // Rounded up, modulo 2^64.
  const uint64_t size =
      (typed.value_or(kDefaultSizeBytes) + kSizeUnitBytes - 1) /
      kSizeUnitBytes * kSizeUnitBytes;
  const auto hex = [](uint64_t n) { return absl::StrCat("0x", absl::Hex(n)); };
  if (max && *max < size) {
    return Refuse("invalid value of maxmem: maximum memory size (", hex(*max),
                  ") must be at least the initial memory size (", hex(size),
                  ")");
  }
  if (max && *max == size && slots.value_or(0) != 0) {
    return Refuse(
        "invalid value of maxmem: memory slots were specified but maximum "
        "memory size (",
        hex(*max), ") is equal to the initial memory size (", hex(size), ")");
  }
  if (!max && slots) return Refuse("slots specified but no max-size");
  values = {{"size", absl::StrCat(size)},
            {"maxmem", absl::StrCat(max.value_or(size))},
            {"slots", absl::StrCat(slots.value_or(0))}};
  return absl::OkStatus();
}

}  // namespace

Answer ReadMemoryProperty(const Keyval& tree, size_t dict,
                          const Release& release) {
  std::vector<TypedValue> values;
  std::vector<std::string> warnings;
  KeyvalSource source(tree, dict, "memory", release.qemu, warnings);
  RecordReader record(source, release);
  absl::Status status = record.Read(kMembers);
  if (status.ok()) status = record.RefuseLeftovers();
  if (status.ok()) status = CheckMemory(record, values);
  return MakeAnswer(status, std::move(values), std::move(warnings));
}

}  // namespace e820check::reader
