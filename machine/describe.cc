// SPDX-License-Identifier: Apache-2.0

#include "machine/describe.h"

#include <iterator>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"

namespace e820check {
namespace {

std::string DescribeExtent(uint64_t start, uint64_t size_bytes) {
  return absl::StrFormat("0x%012x +0x%-12x %8s", start, size_bytes,
                         DescribeSize(size_bytes));
}

std::string DescribeFlags(
    uint32_t flags,
    std::initializer_list<std::pair<uint32_t, absl::string_view>> names) {
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((flags & bit) != 0) absl::StrAppend(&text, " ", name);
    flags &= ~bit;
  }
  if (flags != 0) absl::StrAppend(&text, " 0x", absl::Hex(flags));
  return text.empty() ? " disabled" : text;
}

struct RowDescriber {
  std::string operator()(const LocalApicAffinity& row) const {
    return absl::StrFormat("cpu    node %3u  APIC id %u%s",
                           row.proximity_domain, row.apic_id,
                           DescribeFlags(row.flags, {{1, "enabled"}}));
  }
  std::string operator()(const X2ApicAffinity& row) const {
    return absl::StrFormat("cpu    node %3u  x2APIC id %u%s",
                           row.proximity_domain, row.x2apic_id,
                           DescribeFlags(row.flags, {{1, "enabled"}}));
  }
  std::string operator()(const MemoryAffinity& row) const {
    return absl::StrFormat(
        "memory node %3u  %s%s", row.proximity_domain,
        DescribeExtent(row.base, row.length_bytes),
        DescribeFlags(row.flags,
                      {{MemoryAffinity::kEnabled, "enabled"},
                       {MemoryAffinity::kHotPluggable, "hot-plug"},
                       {MemoryAffinity::kNonVolatile, "non-volatile"}}));
  }
  std::string operator()(const GenericDeviceAffinity& row) const {
    return absl::StrFormat("%s node %3u  %s%s",
                           row.kind == GenericDeviceAffinity::Kind::kInitiator
                               ? "device"
                               : "port  ",
                           row.proximity_domain, std::visit(*this, row.handle),
                           DescribeFlags(row.flags, {{1, "enabled"}}));
  }
  std::string operator()(const PciDeviceHandle& handle) const {
    return absl::StrFormat("PCI %04x:%02x:%02x.%u", handle.segment, handle.bus,
                           handle.devfn >> 3, handle.devfn & 7);
  }
  std::string operator()(const AcpiDeviceHandle& handle) const {
    return absl::StrCat(
        absl::CEscape(absl::string_view(handle.hid.data(), handle.hid.size())),
        " uid ", handle.uid);
  }
};

struct StructureDescriber {
  std::string operator()(const MemoryProximityDomain& domain) const {
    const std::string initiator =
        (domain.flags & MemoryProximityDomain::kInitiatorValid) != 0
            ? absl::StrCat("initiator ", domain.initiator)
            : "no initiator";
    return absl::StrFormat("memory node %3u  %s", domain.memory, initiator);
  }
  std::string operator()(const LatencyBandwidth& list) const {
    constexpr absl::string_view kTypes[] = {
        "access latency",   "read latency",   "write latency",
        "access bandwidth", "read bandwidth", "write bandwidth"};
    std::string text = absl::StrFormat(
        "%s, hierarchy %u, unit %u %s",
        list.data_type < std::size(kTypes) ? kTypes[list.data_type]
                                           : absl::string_view("type unknown"),
        list.flags, list.base_unit, list.data_type < 3 ? "ps" : "MiB/s");
    for (size_t from = 0; from < list.initiators.size(); ++from) {
      absl::StrAppendFormat(&text, "\n    from %3u:", list.initiators[from]);
      for (size_t to = 0; to < list.targets.size(); ++to) {
        absl::StrAppendFormat(&text, " %u",
                              list.entries[from * list.targets.size() + to]);
      }
    }
    return text;
  }
  std::string operator()(const MemorySideCache& cache) const {
    return absl::StrFormat("cache  node %3u  %s, attributes 0x%08x",
                           cache.memory, DescribeSize(cache.size_bytes),
                           cache.attributes);
  }
};

// A table that does not decode is shown as what it is: bytes.
std::string DescribeUndecodable(absl::string_view name, absl::string_view bytes,
                                const absl::Status& status) {
  return absl::StrCat(name, "  ", bytes.size(),
                      " bytes, not readable: ", status.message(), "\n  ",
                      absl::BytesToHexString(bytes), "\n");
}

std::string DescribeSrat(absl::string_view bytes) {
  const absl::StatusOr<SratTable> table = DecodeSrat(bytes);
  if (!table.ok()) return DescribeUndecodable("SRAT", bytes, table.status());
  std::string text = absl::StrCat("SRAT  ", table->rows.size(), " rows, ",
                                  bytes.size(), " bytes\n");
  for (const SratRow& row : table->rows) {
    absl::StrAppend(&text, "  ", Describe(row), "\n");
  }
  return text;
}

std::string DescribeSlit(absl::string_view bytes) {
  const absl::StatusOr<SlitTable> table = DecodeSlit(bytes);
  if (!table.ok()) return DescribeUndecodable("SLIT", bytes, table.status());
  const uint64_t count = table->locality_count;
  std::string text = absl::StrCat("SLIT  ", count, " x ", count, "\n");
  for (uint64_t from = 0; from < count; ++from) {
    absl::StrAppend(&text, " ");
    for (uint64_t to = 0; to < count; ++to) {
      absl::StrAppendFormat(&text, " %3u", table->distances[from * count + to]);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

std::string DescribeHmat(absl::string_view bytes) {
  const absl::StatusOr<HmatTable> table = DecodeHmat(bytes);
  if (!table.ok()) return DescribeUndecodable("HMAT", bytes, table.status());
  std::string text = absl::StrCat("HMAT  ", table->structures.size(),
                                  " structures, ", bytes.size(), " bytes\n");
  for (const HmatStructure& structure : table->structures) {
    absl::StrAppend(&text, "  ", std::visit(StructureDescriber{}, structure),
                    "\n");
  }
  return text;
}

}  // namespace

std::string DescribeSize(uint64_t size_bytes) {
  constexpr absl::string_view kUnits = "KMGTPE";
  if (size_bytes == 0 || size_bytes % 1024 != 0)
    return absl::StrCat(size_bytes);
  size_t unit = 0;
  size_bytes /= 1024;
  while (size_bytes % 1024 == 0) {
    size_bytes /= 1024;
    ++unit;
  }
  return absl::StrCat(size_bytes, kUnits.substr(unit, 1));
}

std::string Describe(const E820Row& row) {
  return absl::StrCat(DescribeExtent(row.address, row.length_bytes), "  ",
                      ToString(row.type));
}

std::string Describe(const SratRow& row) {
  return std::visit(RowDescriber{}, row);
}

std::string Describe(const Rejection& rejection) {
  if (!rejection.help_exit_status) return rejection.text;
  return absl::StrCat("prints help and ends with status ",
                      *rejection.help_exit_status);
}

std::string Describe(const GuestLayout& layout) {
  std::string text = absl::StrCat("e820  ", layout.e820.size(), " rows\n");
  for (const E820Row& row : layout.e820) {
    absl::StrAppend(&text, "  ", Describe(row), "\n");
  }
  if (!layout.srat.empty()) absl::StrAppend(&text, DescribeSrat(layout.srat));
  if (!layout.slit.empty()) absl::StrAppend(&text, DescribeSlit(layout.slit));
  if (!layout.hmat.empty()) absl::StrAppend(&text, DescribeHmat(layout.hmat));
  return text;
}

}  // namespace e820check
