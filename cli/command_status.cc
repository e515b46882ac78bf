// SPDX-License-Identifier: Apache-2.0

#include "cli/command_status.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "search/interrupt.h"

namespace e820check {

std::string ExitStatusHelp() {
  return "Exit status:\n"
         "  0    accepted; the systems agree; nothing was found\n"
         "  1    refused; the systems disagree; something was found\n"
         "  2    a wrong argument, or an input file that is of no use\n"
         "  3    a needed program or file is not there\n"
         "  4    a system crashed, hung, spoke garbage or cannot be used\n"
         "  5    the host lacks memory, processes, descriptors or disk\n"
         "  6    not covered by the model, or not built into the binary\n"
         "  130  Ctrl-C; 128 + N for signal N\n";
}

CommandStatus InterruptedStatus() {
  return static_cast<CommandStatus>(128 + InterruptSignal());
}

CommandStatus StatusOf(NoAnswer::Kind kind) {
  switch (kind) {
    case NoAnswer::Kind::kNotCovered:
    case NoAnswer::Kind::kAccident:
    case NoAnswer::Kind::kLacking:
    case NoAnswer::Kind::kLimit:
      return kExitNotCovered;
    case NoAnswer::Kind::kHost:
      return kExitHost;
    default:
      return kExitNoAnswer;
  }
}

CommandStatus StatusOfStart(const absl::Status& failure) {
  switch (failure.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
      return kExitMissing;
    case absl::StatusCode::kResourceExhausted:
      return kExitHost;
    case absl::StatusCode::kUnimplemented:  // a QEMU without rules of its own
      return kExitNotCovered;
    default:
      return kExitNoAnswer;
  }
}

CommandStatus StatusOfRun(const Tally& tally) {
  const uint64_t host = tally.Count(Verdict::kHost);
  const uint64_t compared = tally.CountCompared();
  if (tally.Count(Verdict::kDisagree) > 0) return kExitNo;
  if (tally.Count(Verdict::kUnusable) > 0) return kExitNoAnswer;
  if (compared < host) return kExitHost;
  return compared > 0 ? kExitOk : kExitNotCovered;
}

CommandStatus StatusOfPrintedRun(const Tally& tally) {
  const CommandStatus status = StatusOfRun(tally);
  switch (status) {
    case kExitHost:
      return Complain(status, absl::StrCat("the host kept the systems from ",
                                           tally.Count(Verdict::kHost), " of ",
                                           tally.cases, " answers"));
    case kExitNoAnswer:
      return Complain(status, "a system cannot be used");
    case kExitNotCovered:
      return Complain(status, "nothing was compared");
    default:
      return status;
  }
}

CommandStatus Worse(CommandStatus a, CommandStatus b) {
  constexpr CommandStatus kFromBest[] = {
      kExitOk,      kExitNo,       kExitNotCovered, kExitUsage,
      kExitMissing, kExitNoAnswer, kExitHost};
  const auto rank = [&](CommandStatus status) {
    return std::find(std::begin(kFromBest), std::end(kFromBest), status);
  };
  return rank(a) < rank(b) ? b : a;
}

CommandStatus Complain(CommandStatus status, absl::string_view text) {
  std::cerr << "e820check: " << text << "\n";
  return status;
}

}  // namespace e820check
