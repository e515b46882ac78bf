// SPDX-License-Identifier: Apache-2.0

// Verify that the two layouts agree on every machine, that what they lay out
// keeps the laws, and that a machine survives its own command line.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_machine.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/machine_codec.h"
#include "fuzz/support/mutator.h"

const e820check::Mutator& e820check::TargetMutator() { return kMachineMutator; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const e820check::MachineOptions machine = e820check::DecodeMachine(bytes);
  e820check::Examine([&] { return e820check::DescribeMachine(machine); },
                     [&] { e820check::CheckMachine(machine); });
  return 0;
}
