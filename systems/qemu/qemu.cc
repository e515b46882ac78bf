// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/qemu.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "machine/e820_table.h"
#include "systems/process/process.h"
#include "systems/qemu/fw_cfg.h"
#include "systems/qemu/fw_cfg_tables.h"
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

bool AddsAcpiTables(absl::Span<const std::string> args) {
  return std::any_of(args.begin(), args.end(), [](const std::string& word) {
    return IsOption(word, "acpitable");
  });
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

// The end of what the child said, without warnings that IsBeyondMemoryTables.
std::string LastWords(const ChildProcess& child, absl::string_view program) {
  std::vector<std::string> messages =
      SplitMessages(program, child.error_output());
  DropOtherWarnings(messages);
  std::string text = absl::StrJoin(messages, "\n");
  if (text.size() > kQuotedStderrBytes) {
    text.erase(0, text.size() - kQuotedStderrBytes);
  }
  if (const size_t dropped = child.error_output_dropped_bytes(); dropped > 0) {
    absl::StrAppend(&text, " [", dropped, " bytes more dropped]");
  }
  return text;
}

// What the codes mean that an interview ends with.
NoAnswer::Kind KindOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
      return NoAnswer::Kind::kCrash;
    case absl::StatusCode::kCancelled:
      return NoAnswer::Kind::kFence;
    case absl::StatusCode::kDeadlineExceeded:
      return NoAnswer::Kind::kHang;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      return NoAnswer::Kind::kHost;
    case absl::StatusCode::kFailedPrecondition:
      return NoAnswer::Kind::kExit;
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kOutOfRange:
      return NoAnswer::Kind::kLimit;
    default:
      return NoAnswer::Kind::kGarbage;
  }
}

// What the codes mean with which a process does not start.
NoAnswer NotStarted(const absl::Status& status) {
  NoAnswer none{.kind = NoAnswer::Kind::kUnusable,
                .text = absl::StrCat("QEMU: ", status.message())};
  if (absl::IsResourceExhausted(status)) none.kind = NoAnswer::Kind::kHost;
  if (absl::IsInvalidArgument(status)) none.kind = NoAnswer::Kind::kLimit;
  return none;
}

// All messages so far but warnings that IsBeyondMemoryTables. OutOfRange if
// some of stderr was dropped.
absl::StatusOr<std::vector<std::string>> Messages(const ChildProcess& child,
                                                  absl::string_view program) {
  if (child.error_output_dropped_bytes() > 0) {
    return absl::OutOfRangeError("more messages than were kept");
  }
  std::vector<std::string> messages =
      SplitMessages(program, child.error_output());
  DropOtherWarnings(messages);
  return messages;
}

// What an end means that is no refusal.
absl::Status UnexpectedEnd(const ExitStatus& exit, const ChildProcess& child) {
  if (LacksHostResources(child.error_output())) {
    return absl::ResourceExhaustedError(
        "host: lack of memory, threads or file descriptors");
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

// The bytes of the first table with this signature, empty if there is none.
std::string TableNamed(absl::string_view signature,
                       const std::vector<AcpiTableBytes>& tables) {
  for (const AcpiTableBytes& table : tables) {
    if (table.signature == signature) return table.bytes;
  }
  return "";
}

absl::StatusOr<QemuAnswer> ReadLayout(FwCfg& fw_cfg, const ChildProcess& child,
                                      bool adds_tables) {
  absl::StatusOr<E820Table> e820 = ReadE820(fw_cfg);
  if (!e820.ok()) return e820.status();
  absl::StatusOr<std::string> file = ReadAcpiFile(fw_cfg);
  if (!file.ok()) return file.status();
  // Of tables that it builds anew when they are read, QEMU speaks then.
  absl::StatusOr<std::vector<AcpiTableBytes>> tables = ParseAcpiTables(
      *file,
      {.added = adds_tables, .cut = SaysThatItCutTables(child.error_output())});
  if (!tables.ok()) return tables.status();
  GuestLayout layout;
  layout.e820 = *std::move(e820);
  layout.srat = TableNamed("SRAT", *tables);
  layout.slit = TableNamed("SLIT", *tables);
  layout.hmat = TableNamed("HMAT", *tables);
  return QemuAnswer{.answer = {.warnings = {}, .outcome = std::move(layout)},
                    .acpi_tables = *std::move(tables)};
}

absl::StatusOr<QemuAnswer> Interview(ChildProcess& child,
                                     absl::string_view program,
                                     bool adds_tables, Deadline deadline) {
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
  if (fw_cfg->has_value()) reading = ReadLayout(**fw_cfg, child, adds_tables);
  if (absl::IsUnavailable(reading.status())) {
    absl::StatusOr<ExitStatus> exit = child.AwaitExit(deadline);
    return exit.ok() ? UnexpectedEnd(*exit, child) : exit.status();
  }
  if (reading.ok()) reading->answer.warnings = *std::move(warnings);
  return reading;
}

struct Release {
  QemuVersion rules;
  std::string nearest_to;  // as of Qemu::nearest_to()
};

// On the way to 10.1 QEMU calls itself 10.0.50, then 10.0.90 and on.
constexpr int kFirstMicroOfDevelopment = 50;

// A number at the start of `text`, which is taken off.
std::optional<int> TakeNumber(absl::string_view& text) {
  const size_t end =
      std::min(text.find_first_not_of("0123456789"), text.size());
  int number = 0;
  if (!absl::SimpleAtoi(text.substr(0, end), &number)) return std::nullopt;
  text.remove_prefix(end);
  return number;
}

// Of "QEMU emulator version 7.2.22 (...)"; nullopt for any other text.
std::optional<Release> ParseVersion(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kVersionStart)) return std::nullopt;
  const std::optional<int> major = TakeNumber(text);
  if (!major || !absl::ConsumePrefix(&text, ".")) return std::nullopt;
  const std::optional<int> minor = TakeNumber(text);
  if (!minor) return std::nullopt;
  const std::optional<int> micro =
      absl::ConsumePrefix(&text, ".") ? TakeNumber(text) : std::nullopt;
  const bool developed = micro.value_or(0) >= kFirstMicroOfDevelopment;

  const QemuVersion rules = NearestRelease(*major, *minor);
  Release release{.rules = rules, .nearest_to = ""};
  if (developed || MajorOf(rules) != *major || MinorOf(rules) != *minor) {
    release.nearest_to = absl::StrCat(*major, ".", *minor);
    if (developed) absl::StrAppend(&release.nearest_to, ".", *micro);
  }
  return release;
}

absl::Status NoRulesOf(absl::string_view path, const Release& release) {
  std::vector<std::string> described;
  for (const QemuVersion known : kReleases) {
    described.push_back(ToString(known));
  }
  return absl::UnimplementedError(absl::StrCat(
      path, ": is QEMU ", release.nearest_to, ", of which there are no rules, ",
      "only of ", absl::StrJoin(described, ", "),
      "; --nearest takes it for QEMU ", ToString(release.rules)));
}

// A question to which QEMU has a known refusal, at the end of its first line.
constexpr absl::string_view kWrongDevice = "no-such-device";
constexpr absl::string_view kWrongDeviceRefusal =
    ": -device no-such-device: 'no-such-device' is not a valid device model "
    "name";
constexpr absl::string_view kAcceleratorClash =
    ": The -accel and \"-machine accel=\" options are incompatible";
// Time enough to refuse that; a program that is late has other troubles, which
// the questions to come will show.
constexpr absl::Duration kRefusalDeadline = absl::Seconds(10);

// What the program prints until it ends, or until `enough`.
absl::StatusOr<std::string> AskForText(const std::string& path,
                                       const std::vector<std::string>& command,
                                       bool (*enough)(absl::string_view)) {
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({.path = path, .arguments = command});
  if (!child.ok()) return child.status();
  child->CloseInput();
  const Deadline deadline = DeadlineAfter(QemuLimits{}.deadline);
  while (!enough(child->output())) {
    absl::StatusOr<bool> more = child->ReadSome(deadline);
    if (!more.ok()) {
      return absl::Status(more.status().code(),
                          absl::StrCat(path, " ", absl::StrJoin(command, " "),
                                       ": ", more.status().message()));
    }
    if (!*more) break;
  }
  if (child->output().empty() && LacksHostResources(child->error_output())) {
    return absl::ResourceExhaustedError(
        absl::StrCat("host: ", path, ": ", child->error_output()));
  }
  return std::string(child->output());
}

}  // namespace

absl::StatusOr<Qemu> Qemu::Find(absl::string_view path, OtherReleases others) {
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
  std::optional<Release> release = ParseVersion(*text);
  if (!release.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat(qemu.path_, ": --version does not say \"", kVersionStart,
                     "...\", so this is not QEMU"));
  }
  qemu.version_text_ = text->substr(0, text->find('\n'));
  if (!release->nearest_to.empty() && others == OtherReleases::kRefused) {
    return NoRulesOf(qemu.path_, *release);
  }
  qemu.version_ = release->rules;
  qemu.nearest_to_ = std::move(release->nearest_to);
  if (absl::Status s = qemu.LearnHowMessagesStart(); !s.ok()) return s;
  return qemu;
}

absl::Status Qemu::LearnHowMessagesStart() {
  absl::StatusOr<ChildProcess> child = ChildProcess::Spawn(
      {.path = path_,
       .arguments = CommandWords(
           {"-machine", "none", "-device", std::string(kWrongDevice)}),
       .is_expendable = true});
  if (!child.ok()) return child.status();
  child->CloseInput();
  // Late or not, what it said so far counts.
  child->AwaitExit(DeadlineAfter(kRefusalDeadline)).IgnoreError();
  child->Kill();
  message_start_ = std::string(BaseName(path_));
  for (absl::string_view line : absl::StrSplit(child->error_output(), '\n')) {
    if (absl::ConsumeSuffix(&line, kWrongDeviceRefusal)) {
      message_start_ = std::string(line);
    } else if (absl::EndsWith(line, kAcceleratorClash)) {
      return absl::FailedPreconditionError(absl::StrCat(
          path_,
          ": chooses an accelerator before it is asked to, as a script "
          "with -enable-kvm does; name the program that it starts"));
    }
  }
  return absl::OkStatus();
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

Reply Qemu::Ask(absl::Span<const std::string> args,
                const QemuLimits& limits) const {
  OrNoAnswer<QemuAnswer> answer = AskForTables(args, limits);
  if (!answer.ok()) return std::move(answer).none();
  return std::move(answer->answer);
}

OrNoAnswer<QemuAnswer> Qemu::AskForTables(absl::Span<const std::string> args,
                                          const QemuLimits& limits) const {
  if (MovesQtest(args)) {
    return NoAnswer{.kind = NoAnswer::Kind::kLimit,
                    .text = "QEMU: the command line has its own -qtest"};
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
  if (!child.ok()) return NotStarted(child.status());
  absl::StatusOr<QemuAnswer> answer =
      Interview(*child, message_start_, AddsAcpiTables(args), deadline);
  const absl::string_view report = FindSanitizerReport(child->error_output());
  if (answer.ok() && report.empty()) return *std::move(answer);
  NoAnswer none{.kind = NoAnswer::Kind::kSanitizer,
                .text = absl::StrCat("QEMU: sanitizer report: ", report)};
  if (report.empty()) {
    none = {.kind = KindOf(answer.status()),
            .text = absl::StrCat("QEMU: ", answer.status().message())};
  }
  child->Kill();  // collects what it still said
  none.last_words = LastWords(*child, message_start_);
  return none;
}

}  // namespace e820check
