// SPDX-License-Identifier: Apache-2.0

// Verify that replies to QTest commands are either those of the protocol, which
// then mean what they spell, or refused in words, whatever QEMU prints: lines
// that are no replies, fewer of them, or values of another size.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "systems/qemu/qtest.h"

namespace e820check {
namespace {

struct Replies {
  static constexpr char kName[] = "replies";
};
struct Meaning {
  static constexpr char kName[] = "meaning of replies";
};

constexpr size_t kMemoryBytes = 6;

// What QEMU printed, as replies to whatever is asked.
class PrintedChannel final : public QtestChannel {
 public:
  explicit PrintedChannel(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<std::string>> Exchange(
      const std::vector<std::string>& commands) override {
    std::vector<std::string> replies;
    const absl::Status status =
        TakeQtestReplies(text_, commands.size(), replies);
    if (!status.ok()) return status;
    if (replies.size() < commands.size()) {
      return absl::UnavailableError("closed");
    }
    return replies;
  }

 private:
  std::string text_;
};

// The bytes of a port ("OK 0x0051"); nullopt for another line.
std::optional<std::string> PortByte(absl::string_view line) {
  if (line.size() < 6 || line.substr(0, 5) != "OK 0x") return std::nullopt;
  uint32_t value = 0;
  for (const char c : line.substr(5)) {
    if (!absl::ascii_isxdigit(c)) return std::nullopt;
    const int digit = absl::ascii_isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * 16 + digit;
    if (value > 255) return std::nullopt;
  }
  return std::string(1, static_cast<char>(value));
}

// Of memory ("OK AAECAwQF"): each byte string has one spelling.
std::optional<std::string> Memory(absl::string_view line) {
  std::string bytes;
  if (!absl::StartsWith(line, "OK ") ||
      !absl::Base64Unescape(line.substr(3), &bytes) ||
      bytes.size() != kMemoryBytes ||
      absl::Base64Escape(bytes) != line.substr(3)) {
    return std::nullopt;
  }
  return bytes;
}

// The bytes that the six replies of CheckReplies' batch give.
std::optional<std::string> Meant(absl::string_view text) {
  // What follows the last newline is no line. A view of no data has not even
  // that.
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 7) return std::nullopt;
  for (const size_t nothing : {0, 2, 4}) {
    if (lines[nothing] != "OK") return std::nullopt;
  }
  const auto first = PortByte(lines[1]);
  const auto second = PortByte(lines[3]);
  const auto memory = Memory(lines[5]);
  if (!first || !second || !memory) return std::nullopt;
  return absl::StrCat(*first, *second, *memory);
}

void CheckReplies(absl::string_view text) {
  QtestBatch batch;
  batch.WritePort16({.port = 0x510, .value = 0x19});
  batch.ReadPort8(0x511);
  batch.WritePort32({.port = 0x518, .value = 0x1000});
  batch.ReadPort8(0x511);
  batch.WriteMemory({.address = 0x1000, .bytes = "\x01"});
  batch.ReadMemory({.address = 0, .size_bytes = kMemoryBytes});
  PrintedChannel channel(text);
  const absl::StatusOr<std::string> bytes = batch.Run(channel);
  const std::optional<std::string> meant = Meant(text);
  if (bytes.ok() != meant.has_value()) {
    Fail<Replies>(bytes.ok() ? "accepted, though they are no replies"
                             : bytes.status().ToString());
  }
  if (!bytes.ok()) {
    if (bytes.status().message().empty())
      Fail<Replies>("refused without words");
  } else if (*bytes != *meant) {
    Fail<Meaning>(absl::StrCat("are \"", absl::CHexEscape(*meant),
                               "\", were read as \"", absl::CHexEscape(*bytes),
                               "\""));
  }
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  e820check::Examine(
      [text] {
        return absl::StrCat(
            "qemu-system-x86_64 -qtest stdio printed, to outw, inb, outl, inb, "
            "write, b64read of 6 bytes:\n",
            text);
      },
      [text] { e820check::CheckReplies(text); });
  return 0;
}
