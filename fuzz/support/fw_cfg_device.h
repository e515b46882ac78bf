// SPDX-License-Identifier: Apache-2.0

// A machine behind QTest, as far as reading fw_cfg needs one: two pages of RAM
// and the device (docs/specs/fw_cfg in QEMU), with items of anybody's choice.

#ifndef E820CHECK_FUZZ_SUPPORT_FW_CFG_DEVICE_H_
#define E820CHECK_FUZZ_SUPPORT_FW_CFG_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "systems/qemu/qtest.h"

namespace e820check {

class FwCfgDevice final : public QtestChannel {
 public:
  // Of the first byte: bit 0, the DMA interface; bit 1, no RAM for it to work
  // with. The rest is the directory. `bytes` outlives the device.
  explicit FwCfgDevice(absl::string_view bytes);

  absl::string_view directory() const { return directory_; }
  // The item's bytes; all after them are zeros.
  absl::string_view Item(uint16_t key) const;

  // Unavailable once it has done as much as a fuzz case may cost.
  absl::StatusOr<std::vector<std::string>> Exchange(
      const std::vector<std::string>& commands) override;

  std::string Describe() const;

 private:
  std::string Reply(absl::string_view command);
  std::string Next(size_t count);
  void Transfer();

  bool has_dma_;
  bool has_ram_;
  std::string features_;
  absl::string_view directory_;
  absl::string_view rest_;  // of the selected item
  std::string ram_;
  int commands_left_;
};

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_FW_CFG_DEVICE_H_
