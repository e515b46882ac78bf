// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/inventory.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace e820check {
namespace {

using Names = std::set<std::string, std::less<>>;

// Every word of a help text; that descriptions are among them does no harm.
Names Words(absl::string_view text) {
  Names names;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \t\n\","), absl::SkipEmpty())) {
    names.emplace(word);
  }
  return names;
}

absl::string_view TypeName(MemoryBackend::Kind kind) {
  switch (kind) {
    case MemoryBackend::Kind::kRam:
      return "memory-backend-ram";
    case MemoryBackend::Kind::kMemfd:
      return "memory-backend-memfd";
    case MemoryBackend::Kind::kFile:
      return "memory-backend-file";
  }
  return "";
}

bool Lacks(const Names& names, absl::string_view name) {
  return !names.empty() && names.find(name) == names.end();
}

}  // namespace

Inventory::Inventory(const HelpTexts& texts)
    : machines_(Words(texts.machines)),
      cpus_(Words(texts.cpus)),
      devices_(Words(texts.devices)),
      objects_(Words(texts.objects)) {}

std::string Inventory::Missing(const MachineOptions& options) const {
  const std::string machine = ToString(options.type);
  if (Lacks(machines_, machine)) return absl::StrCat("machine ", machine);
  absl::string_view cpu = options.cpu.model;
  absl::ConsumeSuffix(&cpu, "-x86_64-cpu");
  if (Lacks(cpus_, cpu)) return absl::StrCat("CPU ", cpu);
  for (const MemoryBackend& backend : options.backends) {
    const absl::string_view type = TypeName(backend.kind);
    if (Lacks(objects_, type)) {
      return absl::StrCat("object ", type);
    }
  }
  for (const GenericAffinity& generic : options.generic_affinities) {
    const absl::string_view type =
        generic.kind == GenericAffinity::Kind::kInitiator
            ? "acpi-generic-initiator"
            : "acpi-generic-port";
    if (Lacks(objects_, type)) {
      return absl::StrCat("object ", type);
    }
  }
  for (const Device& device : options.devices) {
    if (!device.refusal && Lacks(devices_, device.driver)) {
      return absl::StrCat("device ", device.driver);
    }
  }
  return "";
}

}  // namespace e820check
