// SPDX-License-Identifier: Apache-2.0

#include "machine/wire.h"

namespace e820check {

absl::string_view WireReader::ReadBytes(size_t count) {
  const absl::string_view taken = bytes_.substr(position_, count);
  if (taken.size() < count) ok_ = false;
  position_ += taken.size();
  return taken;
}

uint8_t WireReader::NextByte() {
  if (position_ == bytes_.size()) {
    ok_ = false;
    return 0;
  }
  return static_cast<uint8_t>(bytes_[position_++]);
}

}  // namespace e820check
