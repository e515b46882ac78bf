// SPDX-License-Identifier: Apache-2.0

// What holds of the bytes and rows of SRAT, whatever the machine.

#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/laws/table_laws.h"

namespace e820check {
namespace {

// ACPI 6.5, 5.2.16: a header of 36 bytes, the table revision and a reserved
// field, then rows. What is read here is the bytes, since DecodeSrat() says of
// many faults only the first.
constexpr size_t kFirstRow = 48;

struct RawRow {
  uint8_t type;
  size_t offset;
  absl::string_view bytes;
};

// Size of a row by its type; 0: not one that x86 machines have.
size_t SizeOf(uint8_t type) {
  switch (type) {
    case 0:
      return 16;
    case 1:
      return 40;
    case 2:
      return 24;
    case 5:
    case 6:
      return 32;
    default:
      return 0;
  }
}

uint64_t ReadAt(absl::string_view bytes, size_t offset, size_t count) {
  uint64_t value = 0;
  for (size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
  }
  return value;
}

// The rows up to the first that is not whole; `fault` says what it is.
std::vector<RawRow> SplitRows(absl::string_view table, std::string& fault) {
  std::vector<RawRow> rows;
  size_t offset = kFirstRow;
  while (offset < table.size()) {
    const auto type = static_cast<uint8_t>(table[offset]);
    const size_t left = table.size() - offset;
    const size_t length =
        left < 2 ? 0 : static_cast<uint8_t>(table[offset + 1]);
    if (length != SizeOf(type) || length == 0 || length > left) {
      fault = absl::StrCat("offset ", offset, ": a row of type ", type,
                           " and length ", length, " in ", left, " bytes");
      return rows;
    }
    rows.push_back({type, offset, table.substr(offset, length)});
    offset += length;
  }
  return rows;
}

struct Field {
  uint8_t type;  // of the row
  size_t offset;
  size_t size_bytes;
  uint64_t may_be_set = 0;
};

// 5.2.16.1 to 5.2.16.7. Bit 3 of memory's flags is of ACPI 6.6.
constexpr Field kReservedFields[] = {
    {0, 4, 4, 1}, {1, 6, 2},  {1, 24, 4},    {1, 28, 4, 0xf}, {1, 32, 8},
    {2, 2, 2},    {2, 20, 4}, {2, 12, 4, 1}, {5, 2, 1},       {5, 24, 4, 3},
    {5, 28, 4},   {6, 2, 1},  {6, 24, 4, 3}, {6, 28, 4},
};

// 5.2.16.6: after the eight bytes of a device's name and number, or the four
// of a PCI address.
bool HandleIsPadded(const RawRow& row) {
  if (row.type != 5 && row.type != 6) return true;
  const bool pci = row.bytes[3] != 0;
  return pci ? ReadAt(row.bytes, 12, 8) == 0 && ReadAt(row.bytes, 20, 4) == 0
             : ReadAt(row.bytes, 20, 4) == 0;
}

}  // namespace

// Firmware fills the checksum in, so that of etc/acpi/tables may be 0.
absl::Status SratIsWellFormed(const Evidence& evidence) {
  const absl::string_view table = evidence.layout.srat;
  if (table.empty()) return absl::OkStatus();
  if (table.size() < kFirstRow || table.substr(0, 4) != "SRAT" ||
      ReadAt(table, 4, 4) != table.size()) {
    return Broken(evidence, "no SRAT of its own length");
  }
  uint8_t sum = 0;
  for (const char c : table) sum += static_cast<uint8_t>(c);
  if (table[9] != 0 && sum != 0) return Broken(evidence, "wrong checksum");
  std::string fault;
  for (const RawRow& row : SplitRows(table, fault)) {
    if ((row.type == 5 || row.type == 6) && ReadAt(row.bytes, 3, 1) > 1) {
      return Broken(evidence, absl::StrCat("offset ", row.offset,
                                           ": a handle of an unknown kind"));
    }
  }
  if (!fault.empty()) return Broken(evidence, fault);
  if (evidence.srat.ok() && EncodeSrat(*evidence.srat) != table) {
    return Broken(evidence, "encode(decode(bytes)) is other bytes");
  }
  return absl::OkStatus();
}

absl::Status SratReservedBitsAreZero(const Evidence& evidence) {
  const absl::string_view table = evidence.layout.srat;
  if (table.size() < kFirstRow) return absl::OkStatus();
  if (ReadAt(table, 36, 4) != 1 || ReadAt(table, 40, 8) != 0) {
    return Broken(evidence, "offset 36: no table revision 1 and 8 zero bytes");
  }
  std::string fault;
  for (const RawRow& row : SplitRows(table, fault)) {
    bool sound = HandleIsPadded(row);
    for (const Field& field : kReservedFields) {
      sound &= field.type != row.type ||
               (ReadAt(row.bytes, field.offset, field.size_bytes) &
                ~field.may_be_set) == 0;
    }
    if (!sound) {
      return Broken(evidence,
                    absl::StrCat("offset ", row.offset, ": a row of type ",
                                 row.type, " sets what is reserved"));
    }
  }
  return absl::OkStatus();
}

absl::Status SratRowsAreRanges(const Evidence& evidence) {
  for (const MemoryAffinity& row : EnabledMemoryRows(evidence)) {
    if (!RangeOf(row)) {
      return Broken(evidence, "empty or wraps: " + Describe(row));
    }
  }
  return absl::OkStatus();
}

// Linux reads one byte of a domain where the table's revision is 1.
absl::Status SratDomainsAreFew(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  std::set<uint32_t> domains;
  for (const SratRow& row : evidence.srat->rows) {
    domains.insert(
        std::visit([](const auto& r) { return r.proximity_domain; }, row));
  }
  if (domains.size() > kMaxNumaNodes) {
    return Broken(evidence, absl::StrCat(domains.size(), " domains"));
  }
  if (evidence.srat->header.revision <= 1 && !domains.empty() &&
      *domains.rbegin() > 255) {
    return Broken(evidence, absl::StrCat("domain ", *domains.rbegin(),
                                         " in a table of revision 1"));
  }
  return absl::OkStatus();
}

// The rule's "large" is left to S11, which says how large.
absl::Status SratHotPlugRowsComeLast(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  bool after_hot_plug = false;
  for (const SratRow& row : evidence.srat->rows) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    if (memory == nullptr || (memory->flags & MemoryAffinity::kEnabled) == 0) {
      continue;
    }
    const bool hot_plug = (memory->flags & MemoryAffinity::kHotPluggable) != 0;
    if (after_hot_plug && !hot_plug) {
      return Broken(evidence, Describe(row) + " comes after hot-plug rows");
    }
    after_hot_plug = hot_plug;
  }
  return absl::OkStatus();
}

absl::Status SratRowsAscend(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  uint64_t last = 0;
  for (const SratRow& row : evidence.srat->rows) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    if (memory == nullptr || (memory->flags & MemoryAffinity::kEnabled) == 0) {
      continue;
    }
    if (memory->base < last) {
      return Broken(evidence, Describe(row) + " comes after higher ones");
    }
    last = memory->base;
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"srat.well-formed", "S01", Severity::kError,
     "Linux stops at the first bad row", SratIsWellFormed},
    {"srat.rows-are-ranges", "S06", Severity::kError,
     "Linux prints [0, 2^64-1] and drops NUMA", SratRowsAreRanges},
    {"srat.domains-fit", "S10", Severity::kError,
     "Linux cuts the domain to a byte, or has no node left for it",
     SratDomainsAreFew},
    {"srat.hot-plug-rows-come-last", "S12", Severity::kWarning,
     "old Linux takes the end of the last row for the end of memory",
     SratHotPlugRowsComeLast},
    {"srat.reserved-is-zero", "S16", Severity::kError,
     "fwts fails the table; a later ACPI reads a meaning into it",
     SratReservedBitsAreZero},
    {"srat.rows-ascend", "S20", Severity::kNote,
     "FreeBSD before 2026 finds no region for memory", SratRowsAscend},
};

}  // namespace

absl::Span<const Law> SratRowLaws() { return kLaws; }

}  // namespace e820check
