// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/qemu.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "machine/e820_table.h"
#include "systems/process/process.h"
#include "systems/qemu/fw_cfg.h"
#include "systems/qemu/messages.h"
#include "systems/qemu/qtest.h"

namespace e820check {
namespace {

constexpr absl::string_view kProgram = "qemu-system-x86_64";
constexpr absl::string_view kVersionStart = "QEMU emulator version ";
constexpr size_t kQuotedStderrBytes = 2 << 10;

// Transparent huge pages for QEMU's heap save it half of its page faults and a
// quarter of its start-up time. Only where memory lies changes.
constexpr absl::string_view kHeapTuning =
    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1";

absl::string_view BaseName(absl::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// Whether a word is this option; QEMU takes one dash or two.
bool IsOption(absl::string_view word, absl::string_view name) {
  return absl::ConsumePrefix(&word, "-") &&
         (word == name || (absl::ConsumePrefix(&word, "-") && word == name));
}

// Whether the words choose an accelerator, each way of which is incompatible
// with -accel or would come second after it.
bool ChoosesAccelerator(absl::Span<const std::string> args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (IsOption(args[i], "accel") || IsOption(args[i], "enable-kvm")) {
      return true;
    }
    if (!IsOption(args[i], "machine") && !IsOption(args[i], "M")) continue;
    if (i + 1 < args.size() &&
        absl::StrContains(absl::StrCat(",", args[i + 1]), ",accel=")) {
      return true;
    }
  }
  return false;
}

// Whether the words move qtest, of which the last one counts, off our streams.
bool MovesQtest(absl::Span<const std::string> args) {
  for (size_t i = 0; i + 1 < args.size(); ++i) {
    if (IsOption(args[i], "qtest") && args[i + 1] != "stdio") return true;
  }
  return false;
}

std::vector<std::string> CommandWords(absl::Span<const std::string> args) {
  std::vector<std::string> words = {
      "-display",        "none",       "-nodefaults",
      "-no-user-config", "-S",         "-qtest",
      "stdio",           "-qtest-log", "none"};
  if (!ChoosesAccelerator(args)) {
    words.insert(words.end(), {"-accel", "tcg"});
  }
  words.insert(words.end(), args.begin(), args.end());
  return words;
}

void DropOtherWarnings(std::vector<std::string>& messages) {
  messages.erase(std::remove_if(messages.begin(), messages.end(),
                                [](const std::string& m) {
                                  return IsBeyondMemoryTables(m);
                                }),
                 messages.end());
}

// " (stderr: ...)": the end of what the child said, without warnings that
// IsBeyondMemoryTables.
std::string StderrTail(const ChildProcess& child, absl::string_view program) {
  std::vector<std::string> messages =
      SplitMessages(program, child.error_output());
  DropOtherWarnings(messages);
  std::string text = absl::StrJoin(messages, "\n");
  if (text.size() > kQuotedStderrBytes) {
    text.erase(0, text.size() - kQuotedStderrBytes);
  }
  std::string tail = absl::StrCat(" (stderr: ", text);
  if (const size_t dropped = child.error_output_dropped_bytes(); dropped > 0) {
    absl::StrAppend(&tail, " [", dropped, " bytes more dropped]");
  }
  return tail + ")";
}

absl::Status WithContext(const absl::Status& status, const ChildProcess& child,
                         absl::string_view program) {
  return absl::Status(status.code(), absl::StrCat("QEMU: ", status.message(),
                                                  StderrTail(child, program)));
}

// All messages so far but warnings that IsBeyondMemoryTables. DataLoss if some
// of stderr was dropped.
absl::StatusOr<std::vector<std::string>> Messages(const ChildProcess& child,
                                                  absl::string_view program) {
  if (child.error_output_dropped_bytes() > 0) {
    return absl::DataLossError("more messages than were kept");
  }
  std::vector<std::string> messages =
      SplitMessages(program, child.error_output());
  DropOtherWarnings(messages);
  return messages;
}

// What an end means that is no refusal.
absl::Status UnexpectedEnd(const ExitStatus& exit, const ChildProcess& child) {
  if (IsOutOfMemory(child.error_output())) {
    return absl::ResourceExhaustedError("host: GLib found no memory");
  }
  if (exit.signal == SIGXFSZ || exit.signal == SIGXCPU) {
    return absl::CancelledError(
        absl::StrCat("ended at its limit of ",
                     exit.signal == SIGXFSZ ? "file size" : "processor time"));
  }
  if (exit.signal == SIGKILL) {
    return absl::AbortedError("killed from outside");
  }
  if (exit.signal != 0) {
    return absl::InternalError(absl::StrCat("died on ", exit.ToString()));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(exit.ToString(), " without a verdict"));
}

bool HasLine(absl::string_view text) { return absl::StrContains(text, '\n'); }

bool IsLongerThanAnyHelp(absl::string_view text) {
  return text.size() > 1 << 20;
}

// Reads stdout to its end.
absl::Status SkipHelp(ChildProcess& child, Deadline deadline) {
  while (!IsLongerThanAnyHelp(child.output())) {
    const absl::StatusOr<bool> more = child.ReadSome(deadline);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
  }
  return absl::DataLossError("it prints text without end");
}

// The answer of a QEMU that ends before it serves qtest.
absl::StatusOr<Answer> AwaitRefusal(ChildProcess& child,
                                    absl::string_view program,
                                    bool printed_text, Deadline deadline) {
  absl::StatusOr<ExitStatus> exit = child.AwaitExit(deadline);
  if (!exit.ok()) return exit.status();
  if (exit->code != 1 && exit->code != 0) return UnexpectedEnd(*exit, child);
  absl::StatusOr<std::vector<std::string>> messages = Messages(child, program);
  if (!messages.ok()) return messages.status();
  if (std::any_of(messages->begin(), messages->end(), IsClashOverStreams)) {
    return absl::UnimplementedError("the command line wants our own streams");
  }
  const bool refused = exit->code == 1 && !messages->empty() &&
                       !(printed_text && IsWarning(messages->back()));
  if (!refused) {
    const bool is_help =
        printed_text || (exit->code == 0 && !messages->empty() &&
                         IsMissingHelp(messages->back()));
    if (!is_help) return UnexpectedEnd(*exit, child);
    return Answer{.warnings = *std::move(messages),
                  .outcome = Rejection{.help_exit_status = exit->code}};
  }
  Rejection rejection{.text = std::move(messages->back())};
  messages->pop_back();
  if (IsHostRefusal(rejection.text)) {
    return absl::ResourceExhaustedError(absl::StrCat("host: ", rejection.text));
  }
  return Answer{.warnings = *std::move(messages),
                .outcome = std::move(rejection)};
}

absl::StatusOr<std::vector<AcpiTableBytes>> ReadAcpiTables(FwCfg& fw_cfg) {
  const FwCfgFile* file = fw_cfg.Find("etc/acpi/tables");
  if (file == nullptr) return std::vector<AcpiTableBytes>();
  // Some 8 KiB of the file's 128 KiB are tables.
  absl::StatusOr<std::string> bytes =
      fw_cfg.ReadUntil(*file, [](absl::string_view so_far) {
        absl::StatusOr<AcpiTableList> list = SplitAcpiTables(so_far);
        return !list.ok() || list->complete;
      });
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<AcpiTableList> list = SplitAcpiTables(*bytes);
  if (!list.ok()) return list.status();
  return std::move(list->tables);
}

// The bytes of the one table with this signature, empty if there is none.
std::string TableNamed(absl::string_view signature,
                       const std::vector<AcpiTableBytes>& tables) {
  for (const AcpiTableBytes& table : tables) {
    if (table.signature == signature) return table.bytes;
  }
  return "";
}

absl::StatusOr<QemuAnswer> ReadLayout(FwCfg& fw_cfg) {
  QemuAnswer reading;
  GuestLayout layout;
  if (const FwCfgFile* file = fw_cfg.Find("etc/e820"); file != nullptr) {
    absl::StatusOr<std::string> bytes = fw_cfg.Read(*file);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<E820Table> e820 = DecodeE820(*bytes);
    if (!e820.ok()) return absl::DataLossError(e820.status().message());
    layout.e820 = *std::move(e820);
  }
  absl::StatusOr<std::vector<AcpiTableBytes>> tables = ReadAcpiTables(fw_cfg);
  if (!tables.ok()) return tables.status();
  layout.srat = TableNamed("SRAT", *tables);
  layout.slit = TableNamed("SLIT", *tables);
  layout.hmat = TableNamed("HMAT", *tables);
  return QemuAnswer{.answer = {.warnings = {}, .outcome = std::move(layout)},
                    .acpi_tables = *std::move(tables)};
}

absl::StatusOr<QemuAnswer> Interview(ChildProcess& child,
                                     absl::string_view program,
                                     Deadline deadline) {
  QtestProcess channel(child, deadline);
  absl::StatusOr<std::optional<FwCfg>> fw_cfg = FwCfg::Open(channel);
  const bool printed_text = absl::IsFailedPrecondition(fw_cfg.status());
  if (printed_text) {
    if (absl::Status s = SkipHelp(child, deadline); !s.ok()) return s;
  }
  if (printed_text || absl::IsUnavailable(fw_cfg.status())) {
    absl::StatusOr<Answer> refusal =
        AwaitRefusal(child, program, printed_text, deadline);
    if (!refusal.ok()) return refusal.status();
    return QemuAnswer{.answer = *std::move(refusal), .acpi_tables = {}};
  }
  if (!fw_cfg.ok()) return fw_cfg.status();

  // Before the tables: reading them makes QEMU build them a second time, and
  // say a second time what it has to say about that.
  absl::StatusOr<std::vector<std::string>> warnings = Messages(child, program);
  if (!warnings.ok()) return warnings.status();
  // A machine without fw_cfg (-M none) publishes nothing.
  absl::StatusOr<QemuAnswer> reading = QemuAnswer();
  if (fw_cfg->has_value()) reading = ReadLayout(**fw_cfg);
  if (absl::IsUnavailable(reading.status())) {
    absl::StatusOr<ExitStatus> exit = child.AwaitExit(deadline);
    return exit.ok() ? UnexpectedEnd(*exit, child) : exit.status();
  }
  if (reading.ok()) reading->answer.warnings = *std::move(warnings);
  return reading;
}

// "QEMU emulator version 7.2.22 (...)"; nullopt for any other text.
std::optional<QemuVersion> ParseVersion(absl::string_view text) {
  int major = 0;
  if (!absl::ConsumePrefix(&text, kVersionStart) ||
      !absl::SimpleAtoi(text.substr(0, text.find('.')), &major)) {
    return std::nullopt;
  }
  if (major <= 7) return QemuVersion::k7_2;
  if (major <= 10) return QemuVersion::k10_0;
  return QemuVersion::k11_1;
}

// What the program prints until it ends, or until `enough`.
absl::StatusOr<std::string> AskForText(const std::string& path,
                                       std::vector<std::string> arguments,
                                       bool (*enough)(absl::string_view)) {
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({.path = path, .arguments = std::move(arguments)});
  if (!child.ok()) return child.status();
  child->CloseInput();
  const Deadline deadline = DeadlineAfter(QemuLimits{}.deadline);
  while (!enough(child->output())) {
    absl::StatusOr<bool> more = child->ReadSome(deadline);
    if (!more.ok()) {
      return WithContext(more.status(), *child, BaseName(path));
    }
    if (!*more) break;
  }
  return std::string(child->output());
}

}  // namespace

absl::StatusOr<Qemu> Qemu::Find(absl::string_view path) {
  std::optional<std::string> program =
      FindProgram(path.empty() ? kProgram : path);
  if (!program.has_value()) {
    return absl::NotFoundError(
        path.empty() ? absl::StrCat(kProgram,
                                    " is not in PATH (Debian, Ubuntu: apt-get "
                                    "install qemu-system-x86)")
                     : absl::StrCat(path, ": no such program"));
  }
  // It may be run in other directories than this.
  std::error_code error;
  const auto absolute = std::filesystem::absolute(*program, error);
  Qemu qemu(error ? *program : absolute.string());
  absl::StatusOr<std::string> text =
      AskForText(qemu.path_, {"--version"}, HasLine);
  if (!text.ok()) return text.status();
  std::optional<QemuVersion> version = ParseVersion(*text);
  if (!version.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat(qemu.path_, ": --version does not say \"", kVersionStart,
                     "...\", so this is not QEMU"));
  }
  qemu.version_text_ = text->substr(0, text->find('\n'));
  qemu.version_ = *version;
  return qemu;
}

absl::StatusOr<Inventory> Qemu::AskForInventory() const {
  std::vector<std::string> texts;
  for (const char* option : {"-machine", "-cpu", "-device", "-object"}) {
    absl::StatusOr<std::string> text =
        AskForText(path_, {option, "help"}, IsLongerThanAnyHelp);
    if (!text.ok()) return text.status();
    texts.push_back(*std::move(text));
  }
  return Inventory({.machines = texts[0],
                    .cpus = texts[1],
                    .devices = texts[2],
                    .objects = texts[3]});
}

absl::StatusOr<Answer> Qemu::Ask(absl::Span<const std::string> args,
                                 const QemuLimits& limits) const {
  absl::StatusOr<QemuAnswer> answer = AskForTables(args, limits);
  if (!answer.ok()) return answer.status();
  return std::move(answer->answer);
}

absl::StatusOr<QemuAnswer> Qemu::AskForTables(
    absl::Span<const std::string> args, const QemuLimits& limits) const {
  if (MovesQtest(args)) {
    return absl::UnimplementedError(
        "QEMU: the command line has its own -qtest");
  }
  const Deadline deadline = DeadlineAfter(limits.deadline);
  std::optional<Fence> fence;
  if (limits.fence) {
    fence = MakeFence(*limits.fence, path_, limits.working_directory);
  }
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({.path = path_,
                           .arguments = CommandWords(args),
                           .default_environment = {std::string(kHeapTuning)},
                           .working_directory = limits.working_directory,
                           .is_expendable = true,
                           .fence = std::move(fence),
                           .stderr_cap_bytes = limits.stderr_cap_bytes});
  if (!child.ok()) return child.status();
  absl::StatusOr<QemuAnswer> answer =
      Interview(*child, BaseName(path_), deadline);
  const absl::string_view report = FindSanitizerReport(child->error_output());
  if (!report.empty()) {
    answer = absl::InternalError(absl::StrCat(kSanitizerReport, ": ", report));
  }
  if (answer.ok()) return answer;
  child->Kill();  // collects what it still said
  return WithContext(answer.status(), *child, BaseName(path_));
}

}  // namespace e820check
