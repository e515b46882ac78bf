// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/qtest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace e820check {
namespace {

// Far above the longest reply asked for, 4 KiB in base64.
constexpr size_t kMaxLineBytes = 64 << 10;
// Enough of a damaged line to see what it is.
constexpr size_t kQuotedBytes = 80;

std::string Quote(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kQuotedBytes)),
                      text.size() > kQuotedBytes ? "...\"" : "\"");
}

std::string HexNumber(uint64_t value) {
  return absl::StrCat("0x", absl::Hex(value));
}

std::optional<std::string> DecodePortByte(absl::string_view value) {
  // Digits only: SimpleHexAtoi would take a sign, blanks and another 0x.
  uint32_t number = 0;
  if (!absl::ConsumePrefix(&value, "0x") ||
      !std::all_of(value.begin(), value.end(), absl::ascii_isxdigit) ||
      !absl::SimpleHexAtoi(value, &number) || number > 0xFF) {
    return std::nullopt;
  }
  return std::string(1, static_cast<char>(number));
}

std::optional<std::string> DecodeMemory(absl::string_view value,
                                        size_t size_bytes) {
  std::string bytes;
  // Base64Unescape would take blanks and do without padding.
  if (!absl::Base64Unescape(value, &bytes) || bytes.size() != size_bytes ||
      absl::Base64Escape(bytes) != value) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace

absl::Status TakeQtestReplies(std::string& text, size_t count,
                              std::vector<std::string>& replies) {
  size_t used = 0;
  while (replies.size() < count) {
    const size_t end = text.find('\n', used);
    if (end == std::string::npos) break;
    const std::string& line =
        replies.emplace_back(text.substr(used, end - used));
    // What GLib prints on its way to abort().
    if (absl::StartsWith(line, "Bail out! ")) {
      return absl::InternalError(absl::StrCat("died on an assertion: ", line));
    }
    if (!absl::StartsWith(line, "OK") && !absl::StartsWith(line, "FAIL")) {
      return absl::FailedPreconditionError(
          absl::StrCat("qtest: not a reply: ", Quote(line)));
    }
    used = end + 1;
  }
  text.erase(0, used);
  return absl::OkStatus();
}

void QtestBatch::WritePort16(PortWrite write) {
  Add(absl::StrCat("outw ", HexNumber(write.port), " ", HexNumber(write.value)),
      {.reply = Reply::kNothing, .size_bytes = 0});
}

void QtestBatch::WritePort32(PortWrite write) {
  Add(absl::StrCat("outl ", HexNumber(write.port), " ", HexNumber(write.value)),
      {.reply = Reply::kNothing, .size_bytes = 0});
}

void QtestBatch::ReadPort8(uint16_t port) {
  Add(absl::StrCat("inb ", HexNumber(port)),
      {.reply = Reply::kPortByte, .size_bytes = 1});
}

void QtestBatch::WriteMemory(MemoryWrite write) {
  Add(absl::StrCat("write ", HexNumber(write.address), " ",
                   HexNumber(write.bytes.size()), " 0x",
                   absl::BytesToHexString(write.bytes)),
      {.reply = Reply::kNothing, .size_bytes = 0});
}

void QtestBatch::ReadMemory(MemoryRead read) {
  Add(absl::StrCat("b64read ", HexNumber(read.address), " ",
                   HexNumber(read.size_bytes)),
      {.reply = Reply::kMemory, .size_bytes = read.size_bytes});
}

void QtestBatch::Add(std::string command, Expectation expectation) {
  commands_.push_back(std::move(command));
  expectations_.push_back(expectation);
}

absl::StatusOr<std::string> QtestBatch::Run(QtestChannel& channel) const {
  absl::StatusOr<std::vector<std::string>> replies =
      channel.Exchange(commands_);
  if (!replies.ok()) return replies.status();
  if (replies->size() != commands_.size()) {
    return absl::DataLossError(absl::StrCat("qtest: ", commands_.size(),
                                            " commands, ", replies->size(),
                                            " replies"));
  }
  std::string bytes;
  for (size_t i = 0; i < commands_.size(); ++i) {
    absl::string_view value = (*replies)[i];
    std::optional<std::string> decoded;
    if (expectations_[i].reply == Reply::kNothing) {
      if (value == "OK") decoded = "";
    } else if (absl::ConsumePrefix(&value, "OK ")) {
      decoded = expectations_[i].reply == Reply::kPortByte
                    ? DecodePortByte(value)
                    : DecodeMemory(value, expectations_[i].size_bytes);
    }
    if (!decoded.has_value()) {
      return absl::DataLossError(absl::StrCat(
          "qtest: reply to ", Quote(commands_[i]), ": ", Quote((*replies)[i])));
    }
    bytes += *decoded;
  }
  return bytes;
}

absl::StatusOr<std::vector<std::string>> QtestProcess::Exchange(
    const std::vector<std::string>& commands) {
  for (const std::string& command : commands) {
    child_.Send(command);
    child_.Send("\n");
  }
  std::vector<std::string> replies;
  replies.reserve(commands.size());
  while (true) {
    std::string& output = child_.output();
    absl::Status status = TakeQtestReplies(output, commands.size(), replies);
    if (!status.ok()) return status;
    if (replies.size() == commands.size()) return replies;

    if (output.size() <= kMaxLineBytes) {
      absl::StatusOr<bool> more = child_.ReadSome(deadline_);
      if (!more.ok()) return more.status();
      if (*more) continue;
      if (output.empty()) return absl::UnavailableError("qtest: closed");
    }
    return absl::DataLossError(
        absl::StrCat("qtest: a line without end: ", Quote(output)));
  }
}

}  // namespace e820check
