// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/damage.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "machine/address_range.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"

namespace e820check {
namespace {

constexpr uint64_t kNumbers[] = {0,       1,         4096,     640 * kKiB,
                                 kMiB,    kGiB,      4 * kGiB, 0xFD00000000,
                                 1 << 20, UINT64_MAX};

// One of the items changed by change(item), left out, doubled or moved.
template <typename Item, typename Change>
void DamageList(std::vector<Item>& items, Choices& choices, Change change) {
  if (items.empty()) return;
  const size_t at = choices.Below(items.size());
  const size_t to = choices.Below(items.size());
  switch (choices.Below(5)) {
    case 0: {
      Item copy = items[at];
      items.insert(items.begin() + to, std::move(copy));
      break;
    }
    case 1:
      items.erase(items.begin() + at);
      break;
    case 2:
      std::swap(items[at], items[to]);
      break;
    default:
      change(items[at]);
  }
}

void DamageRow(E820Row& row, Choices& choices) {
  constexpr MemoryType kTypes[] = {MemoryType::kRam, MemoryType::kReserved,
                                   MemoryType::kSoftReserved,
                                   MemoryType::kPersistent};
  switch (choices.Below(3)) {
    case 0:
      row.type = choices.Pick(kTypes);
      break;
    case 1:
      row.address = choices.Pick(kNumbers);
      break;
    default:
      row.length_bytes = choices.Pick(kNumbers);
  }
}

struct SratRowDamage {
  Choices& choices;

  template <typename Row>
  void operator()(Row& row) const {
    if (choices.OneIn(2)) {
      row.proximity_domain = choices.Below(130);
    } else {
      row.flags = choices.Below(8);
    }
  }
  void operator()(MemoryAffinity& row) const {
    switch (choices.Below(4)) {
      case 0:
        row.base = choices.Pick(kNumbers);
        break;
      case 1:
        row.length_bytes = choices.Pick(kNumbers);
        break;
      case 2:
        row.proximity_domain = choices.Below(130);
        break;
      default:
        row.flags = choices.Below(8);
    }
  }
};

void DamageSrat(std::string& bytes, Choices& choices) {
  auto table = DecodeSrat(bytes);
  if (!table.ok()) return;
  DamageList(table->rows, choices,
             [&](SratRow& row) { std::visit(SratRowDamage{choices}, row); });
  bytes = EncodeSrat(*table);
}

void DamageSlit(std::string& bytes, Choices& choices) {
  auto table = DecodeSlit(bytes);
  if (!table.ok() || table->distances.empty()) return;
  table->distances[choices.Below(table->distances.size())] = choices.Below(256);
  bytes = EncodeSlit(*table);
}

// Left out, made up, or with another byte.
void DamageBytes(std::string& bytes, Choices& choices) {
  switch (choices.Below(3)) {
    case 0:
      bytes.clear();
      break;
    case 1:
      bytes += static_cast<char>(choices.Below(256));
      break;
    default:
      if (bytes.empty()) break;
      bytes[choices.Below(bytes.size())] =
          static_cast<char>(choices.Below(256));
  }
}

void DamageLayout(GuestLayout& layout, Choices& choices) {
  std::string* const tables[] = {&layout.srat, &layout.slit, &layout.hmat};
  switch (choices.Below(4)) {
    case 0:
      DamageList(layout.e820, choices,
                 [&](E820Row& row) { DamageRow(row, choices); });
      break;
    case 1:
      DamageSrat(layout.srat, choices);
      break;
    case 2:
      DamageSlit(layout.slit, choices);
      break;
    default:
      DamageBytes(*choices.Pick(tables), choices);
  }
}

constexpr absl::string_view kTexts[] = {
    "numa: Node ID missing: 2",
    "warning: total 4 GB",
    "NUMA node 1: memmap-type=spm needs memory",
    "cannot be met: 0x1000 of 12 bytes",
    "a\nhint",
    ""};

std::string SomeText(Choices& choices) {
  return std::string(choices.Pick(kTexts));
}

void DamageOutcome(Answer& answer, Choices& choices) {
  if (choices.OneIn(8)) {
    if (answer.accepted()) {
      answer.outcome = Rejection{.text = SomeText(choices)};
    } else {
      answer.outcome = GuestLayout{};
    }
  } else if (auto* layout = std::get_if<GuestLayout>(&answer.outcome)) {
    DamageLayout(*layout, choices);
  } else {
    auto& rejection = std::get<Rejection>(answer.outcome);
    rejection.text = SomeText(choices);
    if (choices.OneIn(4)) rejection.help_exit_status = choices.Below(3);
  }
}

}  // namespace

Answer Damage(Answer answer, Choices& choices) {
  for (uint64_t changes = choices.Below(4); changes > 0; --changes) {
    if (choices.OneIn(4)) {
      if (answer.warnings.empty() || choices.OneIn(2)) {
        answer.warnings.push_back(SomeText(choices));
      }
      DamageList(answer.warnings, choices,
                 [&](std::string& text) { text = SomeText(choices); });
    } else {
      DamageOutcome(answer, choices);
    }
  }
  return answer;
}

}  // namespace e820check
