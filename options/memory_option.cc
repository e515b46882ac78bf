// SPDX-License-Identifier: Apache-2.0

#include "options/memory_option.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "options/integer.h"
#include "options/keyval.h"
#include "options/qemu_opts.h"
#include "options/refusal.h"
#include "options/size.h"
#include "options/visitor.h"

namespace e820check {
namespace {

constexpr uint64_t kRamGranuleBytes = 8192;
constexpr absl::string_view kKeys[] = {"size", "maxmem", "slots"};

absl::StatusOr<uint64_t> ReadMemorySize(absl::string_view key,
                                        absl::string_view value,
                                        QemuVersion qemu,
                                        std::vector<std::string>& warnings) {
  const SizeReading size = ReadSize(value, DefaultUnit::kByte, qemu, warnings);
  if (size.reading == Reading::kOk) return size.bytes;
  if (size.reading == Reading::kOutOfRange) {
    return Refuse("Value '", value, "' is out of range for parameter '", key,
                  "'");
  }
  if (size.reading == Reading::kAccident) return AccidentOf(value);
  return Refuse("Parameter '", key,
                "' expects a non-negative number below 2^64", kSizeHint);
}

absl::Status CheckSlots(absl::string_view value, QemuVersion qemu) {
  switch (ReadWrappingUnsigned(value, qemu).reading) {
    case Reading::kOk:
      return absl::OkStatus();
    case Reading::kOutOfRange:
      return Refuse("Value '", value, "' is too large for parameter 'slots'");
    default:
      return Refuse("Parameter 'slots' expects a number");
  }
}

struct MemoryRecord {
  std::optional<uint64_t> size;
  std::optional<uint64_t> max_size;
  std::optional<uint64_t> slots;
};

constexpr Member<MemoryRecord> kMemoryMembers[] = {
    {"size", Presence::kOptional, AsSize<MemoryRecord>{&MemoryRecord::size}},
    {"max-size", Presence::kOptional,
     AsSize<MemoryRecord>{&MemoryRecord::max_size}},
    {"slots", Presence::kOptional,
     AsUnsigned<MemoryRecord>{&MemoryRecord::slots, 64}},
};

}  // namespace

absl::Status MemoryOption::Take(absl::string_view text,
                                std::vector<std::string>& warnings) {
  if (FindId(text)) return Refuse("Invalid parameter 'id'");
  QemuOptsReader reader(text, "size");
  while (std::optional<QemuOpt> opt = reader.Next()) {
    if (std::optional<std::string> warning = FlagWarning(*opt)) {
      warnings.push_back(*std::move(warning));
    }
    if (IsHelpFlag(*opt)) return PrintHelpAndFail();
    absl::Status taken = TakeItem(opt->key, opt->value, warnings);
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

bool MemoryOption::HasKey(absl::string_view key) {
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

absl::Status MemoryOption::TakeItem(absl::string_view key,
                                    absl::string_view value,
                                    std::vector<std::string>& warnings) {
  if (key == "size") return TakeSize(value, warnings);
  if (key == "maxmem") {
    maxmem_ = std::string(value);
    return ReadMemorySize(key, value, qemu_, warnings).status();
  }
  if (key == "slots") {
    slots_ = std::string(value);
    return CheckSlots(value, qemu_);
  }
  return Refuse("Invalid parameter '", key, "'");
}

absl::Status MemoryOption::TakeSize(absl::string_view value,
                                    std::vector<std::string>& warnings) {
  absl::StatusOr<uint64_t> bytes =
      ReadMemorySize("size", value, qemu_, warnings);
  if (!bytes.ok()) return bytes.status();
  size_is_0_ = *bytes == 0;
  size_ = std::string(value);
  return absl::OkStatus();
}

absl::Status MemoryOption::FoldInto(ValueTree& machine) const {
  ValueTree memory;
  const auto add = [&memory](absl::string_view key, std::string text) {
    memory.AddMember(ValueTree::kRoot, key, StringValue(std::move(text)));
  };
  if (size_ && !size_is_0_) {
    // The value is read again, as bytes, so a bare number gets its unit here.
    const bool is_bare =
        absl::ascii_isdigit(static_cast<unsigned char>(size_->back()));
    add("size", is_bare ? absl::StrCat(*size_, "M") : *size_);
  }
  if (maxmem_) add("max-size", *maxmem_);
  if (slots_) add("slots", *slots_);
  return MergeKeyval("memory", memory, machine);
}

void AddMemoryOptionWords(Vocabulary& vocabulary) {
  vocabulary.keys.insert(vocabulary.keys.end(), std::begin(kKeys),
                         std::end(kKeys));
}

void AddMemoryPropertyWords(Vocabulary& vocabulary) {
  AddMembers(kMemoryMembers, vocabulary);
}

absl::StatusOr<MemoryOptions> ReadMemoryProperty(
    const ValueTree& machine, uint32_t dict, QemuVersion qemu,
    std::vector<std::string>& warnings) {
  MemoryRecord record;
  KeyvalSource source(machine, dict, "memory.", qemu, warnings);
  absl::Status visited = Visit(kMemoryMembers, {.qemu = qemu}, source, record);
  if (!visited.ok()) return visited;
  absl::Status leftovers = source.RefuseLeftovers();
  if (!leftovers.ok()) return leftovers;

  MemoryOptions memory;
  const uint64_t size = record.size.value_or(memory.ram_size_bytes);
  // Wraps as in QEMU: the last 8191 sizes below 2^64 become 0.
  memory.ram_size_bytes =
      (size + (kRamGranuleBytes - 1)) / kRamGranuleBytes * kRamGranuleBytes;
  memory.maxram_size_bytes = record.max_size.value_or(memory.ram_size_bytes);
  memory.slots = record.slots.value_or(0);
  const auto hex = [](uint64_t value) {
    return absl::StrCat("0x", absl::Hex(value));
  };
  if (memory.maxram_size_bytes < memory.ram_size_bytes) {
    return Refuse("invalid value of maxmem: maximum memory size (",
                  hex(memory.maxram_size_bytes),
                  ") must be at least the initial memory size (",
                  hex(memory.ram_size_bytes), ")");
  }
  if (record.max_size && memory.slots != 0 &&
      memory.maxram_size_bytes == memory.ram_size_bytes) {
    return Refuse(
        "invalid value of maxmem: memory slots were specified but maximum "
        "memory size (",
        hex(memory.maxram_size_bytes),
        ") is equal to the initial memory size (", hex(memory.ram_size_bytes),
        ")");
  }
  if (!record.max_size && record.slots) {
    return Refuse("slots specified but no max-size");
  }
  return memory;
}

}  // namespace e820check
