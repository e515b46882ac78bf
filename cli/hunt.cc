// SPDX-License-Identifier: Apache-2.0

#include "cli/hunt.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "machine/printable.h"
#include "model/rules.h"
#include "options/shell.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "search/config_spelling.h"
#include "search/finding_store.h"
#include "search/hunted_case.h"
#include "search/interrupt.h"
#include "search/known_refusals.h"
#include "search/minimize.h"
#include "search/mutation.h"
#include "search/pool.h"
#include "search/runner.h"
#include "search/seed_files.h"
#include "systems/qemu/fence.h"
#include "systems/system.h"

namespace e820check {
namespace {

using Clock = std::chrono::steady_clock;

// Cases of a generation are made of the same pool, so that they do not depend
// on which of them ends first.
constexpr uint64_t kGenerationCases = 128;
constexpr size_t kMostNotes = 10;
// Where standard error is no terminal.
constexpr auto kBetweenLogLines = std::chrono::seconds(30);

// Of cases. Agreement counts those that have two answers to compare.
struct Counts {
  uint64_t cases = 0;
  uint64_t run = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t known_crashes = 0;
  uint64_t host = 0;
  uint64_t not_covered = 0;
  uint64_t accidents = 0;
  uint64_t lacking = 0;
  uint64_t unusable = 0;
  uint64_t verdicts_differ = 0;
  uint64_t texts_differ = 0;   // of equal verdicts
  uint64_t tables_differ = 0;  // of equal texts; or they break a law
  uint64_t unanswered = 0;     // death, hang, garbage

  void Add(const HuntedCase& done);
  uint64_t compared() const {
    return accepted + refused + verdicts_differ + texts_differ + tables_differ;
  }
};

void Counts::Add(const HuntedCase& done) {
  ++cases;
  if (!done.was_run) return;
  ++run;
  switch (done.judgement.verdict) {
    case Verdict::kAccepted:
      ++accepted;
      return;
    case Verdict::kRefused:
      ++refused;
      return;
    case Verdict::kKnownCrash:
      ++known_crashes;
      return;
    case Verdict::kHost:
      ++host;
      return;
    case Verdict::kNotCovered:
      ++not_covered;
      return;
    case Verdict::kAccident:
      ++accidents;
      return;
    case Verdict::kUnusable:
      ++unusable;
      return;
    case Verdict::kLacking:
      ++lacking;
      return;
    case Verdict::kDisagree:
      break;
  }
  if (done.judgement.none() != nullptr) {
    ++unanswered;
    return;
  }
  if (done.judgement.differences.empty()) {
    ++tables_differ;
    return;
  }
  switch (done.judgement.differences.front().table) {
    case Difference::Table::kVerdict:
      ++verdicts_differ;
      return;
    case Difference::Table::kRefusal:
    case Difference::Table::kWarnings:
    case Difference::Table::kDeviceWarnings:
      ++texts_differ;
      return;
    default:
      ++tables_differ;
  }
}

// Command lines to begin with: what is known to be refused, and the files of
// a folder. An error of the file system names the path.
absl::StatusOr<std::vector<CommandLineArgs>> Seeds(const std::string& corpus,
                                                   QemuVersion qemu) {
  std::vector<CommandLineArgs> seeds;
  for (const KnownRefusal& known : KnownRefusals()) {
    if (Has(known.releases, qemu)) seeds.push_back(ExampleOf(known));
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
        jobs_(ThreadsFor(options.jobs)),
        start_(Clock::now()) {}

  // Whether QEMU starts inside its fence at all.
  absl::Status TryFence() const;
  absl::Status Execute();
  void PrintSummary() const;
  // Of a hunt that ended by itself.
  CommandStatus Status() const;

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

  absl::Status GoOn(const std::vector<CommandLineArgs>& earlier);
  absl::Status Sow(absl::Span<const CommandLineArgs> seeds);

  std::vector<CommandLineArgs> NextGeneration() const;
  CommandLineArgs MakeCase(uint64_t index) const;
  absl::StatusOr<std::vector<HuntedCase>> ForEach(
      size_t count,
      const std::function<HuntedCase(size_t, const RunFolder&)>& work) const;
  absl::StatusOr<std::vector<HuntedCase>> Run(
      const std::vector<CommandLineArgs>& lines) const;
  absl::Status Merge(const absl::StatusOr<std::vector<HuntedCase>>& cases);
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
  Progress progress_;
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
  const Reply reply = qemu_->Ask(question);
  std::string failure;
  if (!reply.ok() && (reply.none().kind == NoAnswer::Kind::kUnusable ||
                      reply.none().kind == NoAnswer::Kind::kExit)) {
    failure = Describe(reply.none());
  } else if (reply.ok() && !reply->accepted()) {
    failure = std::get<Rejection>(reply->outcome).text;
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
  absl::Status merged = GoOn(store_.LoadPool());
  if (merged.ok()) merged = Sow(*seeds);
  while (merged.ok() && !IsOver()) {
    merged = Merge(Run(NextGeneration()));
    Show();
  }
  progress_.Clear();
  return merged;
}

absl::Status Hunter::GoOn(const std::vector<CommandLineArgs>& earlier) {
  if (earlier.empty()) return absl::OkStatus();
  std::cerr << "e820check: goes on from " << earlier.size()
            << " command lines in " << options_.out << "\n";
  const absl::StatusOr<std::vector<HuntedCase>> cases = Run(earlier);
  if (!cases.ok()) return cases.status();
  for (const HuntedCase& done : *cases) pool_.Offer(done.args, done.features);
  return absl::OkStatus();
}

// Tries those that no run before did.
absl::Status Hunter::Sow(absl::Span<const CommandLineArgs> seeds) {
  std::vector<CommandLineArgs> left;
  std::copy_if(
      seeds.begin(), seeds.end(), std::back_inserter(left),
      [&](const CommandLineArgs& seed) { return !store_.HasSeed(seed); });
  while (!left.empty() && !MustStop()) {
    const auto count = static_cast<std::ptrdiff_t>(
        std::min<size_t>(kGenerationCases, left.size()));
    const std::vector<CommandLineArgs> lines(left.begin(),
                                             left.begin() + count);
    const absl::StatusOr<std::vector<HuntedCase>> tried = Run(lines);
    absl::Status merged = Merge(tried);
    if (merged.ok()) {
      merged =
          store_.SaveSeeds(absl::MakeSpan(lines).subspan(0, tried->size()));
    }
    if (!merged.ok()) return merged;
    left.erase(left.begin(),
               left.begin() + static_cast<std::ptrdiff_t>(tried->size()));
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

// work(i, a folder of the thread's own) for i in [0, count), several at a time;
// after Ctrl-C, or when the time is up, of the first of these alone.
absl::StatusOr<std::vector<HuntedCase>> Hunter::ForEach(
    size_t count,
    const std::function<HuntedCase(size_t, const RunFolder&)>& work) const {
  std::vector<std::unique_ptr<RunFolder>> folders(jobs_);
  std::vector<HuntedCase> cases;
  Runner<HuntedCase> runner(
      count,
      [&](uint64_t i, uint32_t thread) {
        std::unique_ptr<RunFolder>& folder = folders[thread];
        if (folder == nullptr) {
          folder.reset(new RunFolder(store_.RunFolderOf(thread)));
        }
        return work(i, *folder);
      },
      [&](uint64_t, HuntedCase done) {
        cases.push_back(std::move(done));
        return true;
      },
      [this] { return MustStop(); });
  absl::Status status = runner.Run(jobs_);
  if (!status.ok()) return status;
  return cases;
}

absl::StatusOr<std::vector<HuntedCase>> Hunter::Run(
    const std::vector<CommandLineArgs>& lines) const {
  return ForEach(lines.size(), [&](size_t i, const RunFolder& folder) {
    return runner_.Run(lines[i], folder);
  });
}

absl::Status Hunter::Merge(
    const absl::StatusOr<std::vector<HuntedCase>>& cases) {
  if (!cases.ok()) return cases.status();
  std::vector<const HuntedCase*> new_findings;
  for (const HuntedCase& done : *cases) {
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
  const absl::StatusOr<std::vector<HuntedCase>> least =
      ForEach(found.size(), [&](size_t i, const RunFolder& folder) {
        return Minimize(
            *found[i],
            [&](const CommandLineArgs& args) {
              return runner_.Run(args, folder);
            },
            [this] { return MustStop(); });
      });
  for (size_t i = 0; i < found.size(); ++i) {
    // After Ctrl-C, or when the time is up, it is kept as it was found.
    const bool was_tried = least.ok() && i < least->size();
    absl::Status saved = Save(*found[i], was_tried ? (*least)[i] : *found[i]);
    if (!saved.ok()) return saved;
  }
  return least.status();
}

absl::Status Hunter::Save(const HuntedCase& found, const HuntedCase& least) {
  const bool in_ledger = least.judgement.verdict == Verdict::kKnownCrash;
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
           Printable(Describe(least.judgement)), "\n\nin the ledger: ",
           in_ledger ? least.judgement.quirks.front() : "no",
           "\nreplay: e820check diff --left reference --right ",
           ShellQuote(qemu_->name()),
           qemu_->nearest_to().empty() ? "" : " --nearest", " -- ",
           ShellJoin(prepared.args), "\nfound as: ", ShellJoin(found.args),
           "\n")});
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
  progress_.Show([this] { return StatusLine(); });
  const Clock::time_point now = Clock::now();
  if (progress_.on_terminal() || now - shown_ < kBetweenLogLines) return;
  shown_ = now;
  std::cerr << StatusLine() << "\n";
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
  PrintShare("the host could not", c.host, c.run);
  PrintShare("not covered", c.not_covered, c.run);
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
    if (!Has(known[i].releases, runner_.qemu_version()) ||
        pool_.HasSeen(absl::StrCat("known ", i))) {
      continue;
    }
    std::cout << "  not reached: " << known[i].text << "\n";
  }
}

void Hunter::PrintSummary() const {
  std::cout << absl::StreamFormat(
      "hunt against %s, QEMU %s, seed %d\n", qemu_->name(),
      ReleaseText(runner_.qemu_version(), qemu_->nearest_to()), options_.seed);
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

CommandStatus Hunter::Status() const {
  if (found_something_new_) return kExitNo;
  const uint64_t compared =
      counts_.compared() + counts_.known_crashes + counts_.unanswered;
  if (compared < counts_.host) {
    return Complain(kExitHost,
                    absl::StrCat("the host kept QEMU from ", counts_.host,
                                 " of ", counts_.run, " answers"));
  }
  if (compared > 0) return kExitOk;
  if (counts_.unusable > 0) {
    return Complain(kExitNoAnswer, "QEMU cannot be started");
  }
  return Complain(kExitNotCovered, "nothing was compared");
}

}  // namespace

CommandStatus Hunt(const HuntOptions& options) {
  RememberInterrupts();
  absl::StatusOr<std::unique_ptr<System>> model = MakeSystem("reference");
  if (!model.ok()) return Complain(kExitUsage, model.status().message());
  absl::StatusOr<std::unique_ptr<System>> qemu = MakeSystem(
      options.qemu.empty() ? "qemu" : absl::StrCat("qemu:", options.qemu),
      options.others);
  if (!qemu.ok()) {
    return Complain(StatusOfStart(qemu.status()), qemu.status().message());
  }
  absl::StatusOr<FindingStore> store = FindingStore::Open(options.out);
  if (!store.ok()) return Complain(kExitUsage, store.status().message());

  if (const std::string lacks = WhatFenceLacks(); !lacks.empty()) {
    std::cerr << "e820check: " << lacks << "\n";
  }
  Hunter hunter(options, *std::move(model), *std::move(qemu),
                *std::move(store));
  if (absl::Status s = hunter.TryFence(); !s.ok()) {
    return Complain(kExitNoAnswer, s.message());
  }
  const absl::Status hunted = hunter.Execute();
  if (absl::IsNotFound(hunted)) return Complain(kExitMissing, hunted.message());
  hunter.PrintSummary();
  if (Interrupted()) return Complain(InterruptedStatus(), "interrupted");
  if (!hunted.ok()) return Complain(kExitHost, hunted.message());
  return hunter.Status();
}

}  // namespace e820check
