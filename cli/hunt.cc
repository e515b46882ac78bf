// SPDX-License-Identifier: Apache-2.0

#include "cli/hunt.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "model/rules.h"
#include "options/shell.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/ledger/quirks.h"
#include "search/config_spelling.h"
#include "search/finding_store.h"
#include "search/hunted_case.h"
#include "search/interrupt.h"
#include "search/known_refusals.h"
#include "search/minimize.h"
#include "search/mutation.h"
#include "search/pool.h"
#include "search/seed_files.h"
#include "systems/subject/failure.h"
#include "systems/system.h"

namespace e820check {
namespace {

using Clock = std::chrono::steady_clock;

// Cases of a generation are made of the same pool, so that they do not depend
// on which of them ends first.
constexpr uint64_t kGenerationCases = 128;
constexpr size_t kMostNotes = 10;

// Of cases. Agreement counts those that have two answers to compare.
struct Counts {
  uint64_t cases = 0;
  uint64_t run = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t known_crashes = 0;
  uint64_t host = 0;
  uint64_t accidents = 0;
  uint64_t lacking = 0;
  uint64_t verdicts_differ = 0;
  uint64_t texts_differ = 0;   // of equal verdicts
  uint64_t tables_differ = 0;  // of equal texts; or they break a law
  uint64_t unanswered = 0;     // death, hang, garbage, a limit

  void Add(const HuntedCase& done);
  uint64_t compared() const {
    return accepted + refused + verdicts_differ + texts_differ + tables_differ;
  }
};

void Counts::Add(const HuntedCase& done) {
  ++cases;
  if (!done.was_run) return;
  ++run;
  switch (done.comparison.verdict) {
    case Verdict::kAccepted:
      ++accepted;
      return;
    case Verdict::kRefused:
      ++refused;
      return;
    case Verdict::kKnownCrash:
      ++known_crashes;
      return;
    case Verdict::kHostRefuses:
      ++host;
      return;
    case Verdict::kNotCovered:
      ++accidents;
      return;
    case Verdict::kLacking:
      ++lacking;
      return;
    case Verdict::kDisagree:
      break;
  }
  const absl::string_view kind = done.kind;
  if (kind == "verdict") {
    ++verdicts_differ;
  } else if (kind == "refusal" || kind == "warnings") {
    ++texts_differ;
  } else if (kind == kCrash || kind == "sanitizer" || kind == kHang ||
             kind == "garbage" || kind == "exit" || kind == "limit") {
    ++unanswered;
  } else {
    ++tables_differ;
  }
}

// Command lines to begin with: what is known to be refused, and those of
// `corpus`. NotFound names the path.
absl::StatusOr<std::vector<CommandLineArgs>> Seeds(const std::string& corpus,
                                                   QemuVersion qemu) {
  std::vector<CommandLineArgs> seeds;
  for (const KnownRefusal& known : KnownRefusals()) {
    if (Has(known, qemu)) seeds.push_back(ExampleOf(known));
  }
  if (corpus.empty()) return seeds;
  absl::StatusOr<SeedFiles> files = ReadSeedFiles(corpus);
  if (!files.ok()) return files.status();
  for (CommandLineArgs& line : files->lines) seeds.push_back(std::move(line));
  const std::vector<std::string>& left_out = files->left_out;
  for (size_t i = 0; i < std::min(kMostNotes, left_out.size()); ++i) {
    std::cerr << "e820check: left out: " << left_out[i] << "\n";
  }
  if (left_out.size() > kMostNotes) {
    std::cerr << "e820check: left out: " << left_out.size() - kMostNotes
              << " more\n";
  }
  return seeds;
}

class Hunter {
 public:
  Hunter(const HuntOptions& options, std::unique_ptr<System> model,
         std::unique_ptr<System> qemu, FindingStore store)
      : options_(options),
        model_(std::move(model)),
        qemu_(std::move(qemu)),
        runner_(*model_, *qemu_),
        store_(std::move(store)),
        jobs_(options.jobs > 0
                  ? options.jobs
                  : std::max(1u, std::thread::hardware_concurrency())),
        on_terminal_(isatty(STDERR_FILENO) != 0),
        start_(Clock::now()) {}

  // Whether QEMU starts inside its fence at all.
  absl::Status TryFence() const;
  absl::Status Execute();
  void PrintSummary() const;
  bool found_something_new() const { return found_something_new_; }

 private:
  double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }
  bool IsOver() const {
    return MustStop() || (options_.cases && counts_.cases >= *options_.cases);
  }
  // What is not begun is left, and what is being minimized stays as it is.
  bool MustStop() const {
    return Interrupted() ||
           (options_.minutes && Seconds() >= *options_.minutes * 60);
  }

  void GoOn(std::vector<CommandLineArgs> earlier);
  absl::Status Sow(absl::Span<const CommandLineArgs> seeds);
  std::vector<CommandLineArgs> NextGeneration() const;
  CommandLineArgs MakeCase(uint64_t index) const;
  size_t ForEach(
      size_t count,
      const std::function<void(size_t, const RunFolder&)>& work) const;
  std::vector<HuntedCase> Run(std::vector<CommandLineArgs> lines) const;
  absl::Status Merge(const std::vector<HuntedCase>& cases);
  absl::Status Keep(const std::vector<const HuntedCase*>& found);
  absl::Status Save(const HuntedCase& found, const HuntedCase& least);
  void Show();
  std::string StatusLine() const;
  void PrintCounts() const;
  void PrintReached() const;

  const HuntOptions& options_;
  std::unique_ptr<System> model_;
  std::unique_ptr<System> qemu_;
  CaseRunner runner_;
  FindingStore store_;
  uint32_t jobs_;
  bool on_terminal_;
  Clock::time_point start_;
  Clock::time_point shown_ = start_;
  Pool pool_;
  Counts counts_;
  uint64_t first_index_ = 0;  // of this run, past those of runs before
  bool found_something_new_ = false;
};

absl::Status Hunter::TryFence() const {
  const RunFolder folder = store_.RunFolderOf(0);
  if (absl::Status filled = folder.Fill({}); !filled.ok()) return filled;
  Question question =
      MakeQuestion({}, {.qemu_version = runner_.qemu_version()});
  question.working_directory = folder.working_directory();
  question.fence.emplace();
  const absl::StatusOr<Answer> answer = qemu_->Ask(question);
  std::string failure;
  if (absl::IsFailedPrecondition(answer.status())) {
    failure = std::string(answer.status().message());
  } else if (answer.ok() && !answer->accepted()) {
    failure = std::get<Rejection>(answer->outcome).text;
  } else {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      qemu_->name(), " does not start inside its fence: ", failure,
      "\nwhat it reads must lie in its own folder, or where the system has "
      "libraries and programs (doc/hunt.md)"));
}

absl::Status Hunter::Execute() {
  first_index_ = store_.cases();
  absl::StatusOr<std::vector<CommandLineArgs>> seeds =
      Seeds(options_.corpus, runner_.qemu_version());
  if (!seeds.ok()) return seeds.status();
  GoOn(store_.LoadPool());
  absl::Status merged = Sow(*seeds);
  while (merged.ok() && !IsOver()) {
    merged = Merge(Run(NextGeneration()));
    Show();
  }
  if (on_terminal_) absl::FPrintF(stderr, "\r%78s\r", "");
  return merged;
}

void Hunter::GoOn(std::vector<CommandLineArgs> earlier) {
  if (earlier.empty()) return;
  std::cerr << "e820check: goes on from " << earlier.size()
            << " command lines in " << options_.out << "\n";
  for (const HuntedCase& done : Run(std::move(earlier))) {
    pool_.Offer(done.args, done.features);
  }
}

// Tries those that no run before did.
absl::Status Hunter::Sow(absl::Span<const CommandLineArgs> seeds) {
  std::vector<CommandLineArgs> left;
  std::copy_if(
      seeds.begin(), seeds.end(), std::back_inserter(left),
      [&](const CommandLineArgs& seed) { return !store_.HasSeed(seed); });
  while (!left.empty() && !MustStop()) {
    const size_t count = std::min<size_t>(kGenerationCases, left.size());
    const std::vector<CommandLineArgs> lines(left.begin(),
                                             left.begin() + count);
    const std::vector<HuntedCase> tried = Run(lines);
    absl::Status merged = Merge(tried);
    if (merged.ok()) {
      merged = store_.SaveSeeds(absl::MakeSpan(lines).subspan(0, tried.size()));
    }
    if (!merged.ok()) return merged;
    left.erase(left.begin(), left.begin() + tried.size());
    Show();
  }
  return absl::OkStatus();
}

CommandLineArgs Hunter::MakeCase(uint64_t index) const {
  SeededChoices choices =
      ChoicesOfCase({.seed = options_.seed, .index = index});
  if (pool_.cases().empty() || choices.OneIn(2)) {
    CommandLineArgs made =
        GenerateCommandLine(choices, {.qemu_version = runner_.qemu_version()});
    return choices.OneIn(8) ? SpellAsConfigFile(made, choices) : made;
  }
  return Mutate(pool_.Pick(choices), pool_.cases(), choices);
}

std::vector<CommandLineArgs> Hunter::NextGeneration() const {
  uint64_t size = kGenerationCases;
  if (options_.cases) size = std::min(size, *options_.cases - counts_.cases);
  std::vector<CommandLineArgs> lines;
  for (uint64_t i = 0; i < size; ++i) {
    lines.push_back(MakeCase(first_index_ + counts_.cases + i));
  }
  return lines;
}

// Calls work(i, a folder of the thread's own) for i in [0, count), several at a
// time. Returns the end of those that were done whole: after Ctrl-C, or when
// the time is up, the rest is left out.
size_t Hunter::ForEach(
    size_t count,
    const std::function<void(size_t, const RunFolder&)>& work) const {
  std::vector<std::atomic<bool>> done(count);
  std::atomic<size_t> next{0};
  const auto run = [&](size_t thread) {
    const RunFolder folder = store_.RunFolderOf(thread);
    for (size_t i; !MustStop() && (i = next++) < count;) {
      work(i, folder);
      // A child that got the same Ctrl-C died of it: no finding.
      done[i] = !Interrupted();
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t i = 1; i < jobs_; ++i) threads.emplace_back(run, i);
  run(0);
  for (std::thread& thread : threads) thread.join();
  return static_cast<size_t>(std::find(done.begin(), done.end(), false) -
                             done.begin());
}

std::vector<HuntedCase> Hunter::Run(std::vector<CommandLineArgs> lines) const {
  std::vector<HuntedCase> cases(lines.size());
  const size_t whole =
      ForEach(lines.size(), [&](size_t i, const RunFolder& folder) {
        cases[i] = runner_.Run(std::move(lines[i]), folder);
      });
  cases.resize(whole);
  return cases;
}

absl::Status Hunter::Merge(const std::vector<HuntedCase>& cases) {
  std::vector<const HuntedCase*> new_findings;
  for (const HuntedCase& done : cases) {
    counts_.Add(done);
    if (pool_.Offer(done.args, done.features)) {
      if (absl::Status s = store_.SaveToPool(done.args); !s.ok()) return s;
    }
    if (done.kind.empty()) continue;
    if (!store_.Has(done.kind, done.shape)) new_findings.push_back(&done);
    store_.CountOne(done.kind, done.shape);
  }
  absl::Status kept = Keep(new_findings);
  kept.Update(store_.SaveCases(first_index_ + counts_.cases));
  return kept;
}

// The first of each kind and shape, made as short as they get.
absl::Status Hunter::Keep(const std::vector<const HuntedCase*>& found) {
  std::vector<HuntedCase> least(found.size());
  ForEach(found.size(), [&](size_t i, const RunFolder& folder) {
    least[i] = Minimize(
        *found[i],
        [&](const CommandLineArgs& args) { return runner_.Run(args, folder); },
        [this] { return MustStop(); });
  });
  for (size_t i = 0; i < found.size(); ++i) {
    // After Ctrl-C, or when the time is up, it is kept as it was found.
    const bool was_tried = !least[i].kind.empty();
    absl::Status saved = Save(*found[i], was_tried ? least[i] : *found[i]);
    if (!saved.ok()) return saved;
  }
  return absl::OkStatus();
}

absl::Status Hunter::Save(const HuntedCase& found, const HuntedCase& least) {
  const bool in_ledger = least.comparison.verdict == Verdict::kKnownCrash;
  found_something_new_ |= !in_ledger;
  const PreparedCase prepared = PrepareFiles(least.args);
  std::string line;
  if (!prepared.files.empty()) line = "cd \"$(mktemp -d)\" && ";
  for (const auto& [name, text] : prepared.files) {
    absl::StrAppend(&line, "printf %s ", ShellQuote(text), " >", name, " && ");
  }
  absl::StrAppend(
      &line, "echo quit | ",
      ShellQuote(options_.qemu.empty() ? "qemu-system-x86_64" : options_.qemu),
      " -display none -nodefaults -accel tcg -S -monitor stdio ",
      ShellJoin(prepared.args));
  return store_.Save(
      {.kind = found.kind,
       .shape = found.shape,
       .args = least.args,
       .reproducer = std::move(line),
       .evidence = absl::StrCat(
           least.comparison.divergence, "\n\nin the ledger: ",
           in_ledger ? least.comparison.quirks.front() : "no",
           "\nreplay: e820check diff --left reference --right ",
           ShellQuote(qemu_->name()), " -- ", ShellJoin(prepared.args),
           "\nfound as: ", ShellJoin(found.args), "\n")});
}

std::string Hunter::StatusLine() const {
  std::string line = absl::StrFormat(
      "%d cases, %.0f/s, rules %d/%d, texts %d/%d", counts_.cases,
      static_cast<double>(counts_.cases) / Seconds(), pool_.CountSeen("rule"),
      kRuleCount, pool_.CountSeen("known"), runner_.known_refusal_count());
  for (const auto& [kind, count] : store_.CountsByKind()) {
    absl::StrAppend(&line, ", ", kind, " ", count);
  }
  return line;
}

void Hunter::Show() {
  const Clock::time_point now = Clock::now();
  const auto interval =
      on_terminal_ ? std::chrono::seconds(0) : std::chrono::seconds(30);
  if (now - shown_ < interval) return;
  shown_ = now;
  if (on_terminal_) {
    absl::FPrintF(stderr, "\r%-78.78s", StatusLine());
  } else {
    std::cerr << StatusLine() << "\n";
  }
}

void PrintShare(absl::string_view name, uint64_t count, uint64_t of) {
  const double percent =
      of == 0 ? 0
              : 100.0 * static_cast<double>(count) / static_cast<double>(of);
  std::cout << absl::StreamFormat("  %-28s %9d  %6.2f %%\n", name, count,
                                  percent);
}

void Hunter::PrintCounts() const {
  const Counts& c = counts_;
  PrintShare("run, being harmless", c.run, c.cases);
  PrintShare("accepted by both", c.accepted, c.run);
  PrintShare("refused by both", c.refused, c.run);
  PrintShare("known crashes", c.known_crashes, c.run);
  PrintShare("no answer (crash, hang, ...)", c.unanswered, c.run);
  PrintShare("the host's business", c.host, c.run);
  PrintShare("the answer is an accident", c.accidents, c.run);
  PrintShare("not in the binary", c.lacking, c.run);
  const uint64_t compared = c.compared();
  const uint64_t same_verdict = compared - c.verdicts_differ;
  PrintShare("verdicts agree", same_verdict, compared);
  PrintShare("texts agree", same_verdict - c.texts_differ, compared);
  PrintShare("tables agree, laws hold",
             same_verdict - c.texts_differ - c.tables_differ, compared);
}

void Hunter::PrintReached() const {
  const auto line = [](absl::string_view name, size_t reached, size_t all) {
    std::cout << absl::StreamFormat("  %-28s %9d of %d\n", name, reached, all);
  };
  line("rules reached", pool_.CountSeen("rule"), kRuleCount);
  line("known refusal texts", pool_.CountSeen("known"),
       runner_.known_refusal_count());
  std::cout << absl::StreamFormat(
      "  %-28s %9d\n  %-28s %9d\n", "refusal texts of all shapes",
      pool_.CountSeen("refusal"), "warning texts", pool_.CountSeen("warning"));
  const absl::Span<const KnownRefusal> known = KnownRefusals();
  for (size_t i = 0; i < known.size(); ++i) {
    if (!Has(known[i], runner_.qemu_version()) ||
        pool_.HasSeen(absl::StrCat("known ", i))) {
      continue;
    }
    std::cout << "  not reached: " << known[i].text << "\n";
  }
}

void Hunter::PrintSummary() const {
  std::cout << absl::StreamFormat(
      "hunt against %s, QEMU %s, seed %d\n", qemu_->name(),
      ToString(runner_.qemu_version()), options_.seed);
  std::cout << absl::StreamFormat(
      "  %-28s %9d  %.0f s, %.0f a second\n", "cases", counts_.cases, Seconds(),
      static_cast<double>(counts_.cases) / Seconds());
  PrintCounts();
  PrintReached();
  if (store_.counts().empty()) return;
  std::cout << "in " << options_.out
            << "/findings, with how often each was met\n";
  for (const auto& [name, count] : store_.counts()) {
    std::cout << absl::StreamFormat("  %-28s %9d\n", name, count);
  }
}

CommandStatus Complain(const absl::Status& status, CommandStatus code) {
  std::cerr << "e820check: " << status.message() << "\n";
  return code;
}

}  // namespace

CommandStatus Hunt(const HuntOptions& options) {
  RememberInterrupts();
  absl::StatusOr<std::unique_ptr<System>> model = MakeSystem("reference");
  if (!model.ok()) return Complain(model.status(), kExitUsage);
  absl::StatusOr<std::unique_ptr<System>> qemu = MakeSystem(
      options.qemu.empty() ? "qemu" : absl::StrCat("qemu:", options.qemu));
  if (!qemu.ok()) return Complain(qemu.status(), kExitMissing);
  absl::StatusOr<FindingStore> store = FindingStore::Open(options.out);
  if (!store.ok()) return Complain(store.status(), kExitUsage);

  if (const std::string lacks = WhatFenceLacks(); !lacks.empty()) {
    std::cerr << "e820check: " << lacks << "\n";
  }
  Hunter hunter(options, *std::move(model), *std::move(qemu),
                *std::move(store));
  if (absl::Status s = hunter.TryFence(); !s.ok()) {
    return Complain(s, kExitNoAnswer);
  }
  const absl::Status hunted = hunter.Execute();
  if (absl::IsNotFound(hunted)) return Complain(hunted, kExitUsage);
  hunter.PrintSummary();
  if (!hunted.ok()) return Complain(hunted, kExitNoAnswer);
  if (Interrupted()) {
    std::cerr << "e820check: interrupted\n";
    return kExitInterrupted;
  }
  return hunter.found_something_new() ? kExitNo : kExitOk;
}

}  // namespace e820check
