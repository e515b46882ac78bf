// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <variant>
#include <vector>

#include "fuzz/support/machine_fields.h"

namespace e820check {
namespace {

template <typename Item>
Item& Some(std::vector<Item>& items, Choices& choices) {
  if (items.empty()) items.emplace_back();
  return items[choices.Below(items.size())];
}

GuestLayout* LayoutOf(Answer& answer) {
  return std::get_if<GuestLayout>(&answer.outcome);
}
Rejection* RejectionOf(Answer& answer) {
  return std::get_if<Rejection>(&answer.outcome);
}

constexpr FieldChange<Answer> kAnswerFields[] = {
    {"e820 address",
     [](Answer& m, Choices& c) {
       if (GuestLayout* l = LayoutOf(m)) Some(l->e820, c).address += 1;
     }},
    {"e820 length",
     [](Answer& m, Choices& c) {
       if (GuestLayout* l = LayoutOf(m)) Some(l->e820, c).length_bytes += 1;
     }},
    {"e820 type",
     [](Answer& m, Choices& c) {
       if (GuestLayout* l = LayoutOf(m)) {
         E820Row& row = Some(l->e820, c);
         row.type =
             static_cast<MemoryType>(static_cast<uint32_t>(row.type) + 1);
       }
     }},
    {"srat",
     [](Answer& m, Choices&) {
       if (GuestLayout* l = LayoutOf(m)) l->srat += 'x';
     }},
    {"slit",
     [](Answer& m, Choices&) {
       if (GuestLayout* l = LayoutOf(m)) l->slit += 'x';
     }},
    {"hmat",
     [](Answer& m, Choices&) {
       if (GuestLayout* l = LayoutOf(m)) l->hmat += 'x';
     }},
    {"refusal",
     [](Answer& m, Choices&) {
       if (Rejection* r = RejectionOf(m)) r->text += 'x';
     }},
    {"help",
     [](Answer& m, Choices&) {
       if (Rejection* r = RejectionOf(m)) {
         r->help_exit_status = r->help_exit_status.value_or(0) + 1;
       }
     }},
    {"refused device",
     [](Answer& m, Choices&) {
       if (Rejection* r = RejectionOf(m)) r->device = r->device.value_or(0) + 1;
     }},
    {"warnings", [](Answer& m, Choices& c) { Some(m.warnings, c) += 'x'; }},
    {"warned device",
     [](Answer& m, Choices& c) { Some(m.device_warnings, c).device += 1; }},
    {"device warning",
     [](Answer& m, Choices& c) { Some(m.device_warnings, c).text += 'x'; }},
};

}  // namespace

absl::Span<const FieldChange<Answer>> AnswerFields() { return kAnswerFields; }

}  // namespace e820check
