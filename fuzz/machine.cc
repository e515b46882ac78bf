// SPDX-License-Identifier: Apache-2.0

// Verify that the two layouts agree on every machine that the generator can
// make, with devices, HMAT, CXL, KVM and enclaves, that what they lay out keeps
// the laws, and that a machine survives its own command line. The input is the
// generator's choices, one after the other.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "fuzz/check_machine.h"
#include "fuzz/explain.h"
#include "fuzz/mutator.h"
#include "properties/choices.h"
#include "properties/machine_generator.h"

const e820check::Mutator& e820check::TargetMutator() { return kChoicesMutator; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using e820check::QemuVersion;
  // Two bytes a choice, so that each mutation changes one.
  std::vector<uint64_t> list;
  for (size_t i = 0; i + 1 < size; i += 2) {
    list.push_back(static_cast<uint64_t>(data[i] | data[i + 1] << 8) << 48);
  }
  e820check::ListedChoices choices(std::move(list));
  e820check::GeneratorPolicy policy;
  policy.beyond_command_lines = true;
  constexpr QemuVersion kVersions[] = {QemuVersion::k7_2, QemuVersion::k10_0,
                                       QemuVersion::k11_1};
  policy.qemu_version = choices.Pick(kVersions);
  policy.dialect = choices.OneIn(2) ? e820check::Dialect::kMemmapType
                                    : e820check::Dialect::kStock;
  const e820check::MachineOptions machine = GenerateMachine(choices, policy);
  e820check::Examine([&] { return e820check::DescribeMachine(machine); },
                     [&] { e820check::CheckMachine(machine); });
  return 0;
}
