// SPDX-License-Identifier: Apache-2.0

// Verify that the two layouts agree on every machine that the generator can
// make, with devices, HMAT, CXL, KVM and enclaves, that what they lay out keeps
// the laws, and that a machine survives its own command line. The input is the
// generator's choices, one after the other.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "fuzz/check_machine.h"
#include "properties/choices.h"
#include "properties/machine_generator.h"

namespace e820check {
namespace {

// Two bytes a choice, so that each mutation changes one; zeros, which are the
// simplest choices, once the input is used up.
class InputChoices final : public Choices {
 public:
  InputChoices(const uint8_t* data, size_t size) : data_(data), size_(size) {}

 private:
  uint64_t Next() override {
    if (size_ < 2) return 0;
    const uint64_t choice = data_[0] | data_[1] << 8;
    data_ += 2;
    size_ -= 2;
    return choice << 48;
  }

  const uint8_t* data_;
  size_t size_;
};

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using e820check::QemuVersion;
  e820check::InputChoices choices(data, size);
  e820check::GeneratorPolicy policy;
  policy.beyond_command_lines = true;
  constexpr QemuVersion kVersions[] = {QemuVersion::k7_2, QemuVersion::k10_0,
                                       QemuVersion::k11_1};
  policy.qemu_version = choices.Pick(kVersions);
  policy.dialect = choices.OneIn(2) ? e820check::Dialect::kMemmapType
                                    : e820check::Dialect::kStock;
  e820check::CheckMachine(GenerateMachine(choices, policy));
  return 0;
}
