// SPDX-License-Identifier: Apache-2.0

#include "search/hunter.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "machine/printable.h"
#include "options/shell.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "search/config_spelling.h"
#include "search/interrupt.h"
#include "search/known_refusals.h"
#include "search/minimize.h"
#include "search/runner.h"
#include "search/seed_files.h"

namespace e820check {
namespace {

// Cases of a generation are made of the same pool, so that they do not depend
// on which of them ends first.
constexpr uint64_t kGenerationCases = 128;
constexpr size_t kMostNotes = 10;

}  // namespace

void HuntCounts::Add(const HuntedCase& done) {
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

Hunter::Hunter(const HuntPlan& plan, const System& model, const System& qemu,
               FindingStore& store, Listener listener)
    : plan_(plan),
      qemu_(qemu),
      runner_(model, qemu),
      store_(store),
      listener_(std::move(listener)),
      jobs_(ThreadsFor(plan.jobs)) {}

double Hunter::Seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

bool Hunter::IsOver() const {
  return MustStop() || (plan_.cases && counts_.cases >= *plan_.cases);
}

// What is not begun is left, and what is being minimized stays as it is.
bool Hunter::MustStop() const {
  return Interrupted() || (plan_.minutes && Seconds() >= *plan_.minutes * 60);
}

absl::Status Hunter::TryFence() const {
  const RunFolder folder = store_.RunFolderOf(0);
  if (absl::Status filled = folder.Fill({}); !filled.ok()) return filled;
  Question question =
      MakeQuestion({}, {.qemu_version = runner_.qemu_version()});
  question.working_directory = folder.working_directory();
  question.fence.emplace();
  const Reply reply = qemu_.Ask(question);
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
      qemu_.name(), " does not start inside its fence: ", failure,
      "\nwhat it reads must lie in its own folder, or where the system has "
      "libraries and programs (doc/hunt.md)"));
}

absl::Status Hunter::Execute() {
  first_index_ = store_.cases();
  absl::StatusOr<std::vector<CommandLineArgs>> seeds = Seeds();
  if (!seeds.ok()) return seeds.status();
  absl::Status merged = GoOn(store_.LoadPool());
  if (merged.ok()) merged = Sow(*seeds);
  while (merged.ok() && !IsOver()) {
    merged = Merge(Run(NextGeneration()));
    listener_.advanced();
  }
  return merged;
}

// Command lines to begin with: what is known to be refused, and the corpus.
absl::StatusOr<std::vector<CommandLineArgs>> Hunter::Seeds() const {
  std::vector<CommandLineArgs> seeds;
  for (const KnownRefusal& known : KnownRefusals()) {
    if (Has(known.releases, runner_.qemu_version())) {
      seeds.push_back(ExampleOf(known));
    }
  }
  if (plan_.corpus.empty()) return seeds;
  absl::StatusOr<SeedFiles> files = ReadSeedFiles(plan_.corpus);
  if (!files.ok()) return files.status();
  for (CommandLineArgs& line : files->lines) seeds.push_back(std::move(line));
  const std::vector<std::string>& left_out = files->left_out;
  for (size_t i = 0; i < std::min(kMostNotes, left_out.size()); ++i) {
    listener_.note(absl::StrCat("left out: ", left_out[i]));
  }
  if (left_out.size() > kMostNotes) {
    listener_.note(
        absl::StrCat("left out: ", left_out.size() - kMostNotes, " more"));
  }
  return seeds;
}

absl::Status Hunter::GoOn(const std::vector<CommandLineArgs>& earlier) {
  if (earlier.empty()) return absl::OkStatus();
  listener_.note(absl::StrCat("goes on from ", earlier.size(),
                              " command lines of runs before"));
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
    listener_.advanced();
  }
  return absl::OkStatus();
}

CommandLineArgs Hunter::MakeCase(uint64_t index) const {
  SeededChoices choices = ChoicesOfCase({.seed = plan_.seed, .index = index});
  if (pool_.cases().empty() || choices.OneIn(2)) {
    CommandLineArgs made =
        GenerateCommandLine(choices, {.qemu_version = runner_.qemu_version()});
    return choices.OneIn(8) ? SpellAsConfigFile(made, choices) : made;
  }
  return Mutate(pool_.Pick(choices), pool_.cases(), choices);
}

std::vector<CommandLineArgs> Hunter::NextGeneration() const {
  uint64_t size = kGenerationCases;
  if (plan_.cases) size = std::min(size, *plan_.cases - counts_.cases);
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
  absl::StrAppend(&line, "echo quit | ", ShellQuote(plan_.qemu),
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
           ShellQuote(qemu_.name()),
           qemu_.nearest_to().empty() ? "" : " --nearest", " -- ",
           ShellJoin(prepared.args), "\nfound as: ", ShellJoin(found.args),
           "\n")});
}

}  // namespace e820check
