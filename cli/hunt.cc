// SPDX-License-Identifier: Apache-2.0

#include "cli/hunt.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/comparison.h"
#include "cli/interrupt.h"
#include "cli/shell.h"
#include "hunt/finding_store.h"
#include "hunt/harmless.h"
#include "hunt/mutation.h"
#include "hunt/pool.h"
#include "hunt/shape.h"
#include "model/reference_layout.h"
#include "model/rules.h"
#include "properties/choices.h"
#include "properties/command_line_generator.h"
#include "properties/quirks.h"
#include "properties/shrink.h"

namespace e820check {
namespace {

using Clock = std::chrono::steady_clock;

// Cases of a generation are made of the same pool, so that they do not depend
// on which of them ends first.
constexpr uint64_t kGenerationCases = 128;
constexpr int kMostShrinkRuns = 1000;

// What one case came to.
struct Case {
  CommandLineArgs args;
  bool was_run = false;  // covered, and harmless
  Comparison comparison;
  std::vector<Feature> features;
  // Of a finding.
  std::string kind;
  std::string shape;
};

struct Counts {
  uint64_t cases = 0;
  uint64_t run = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t host = 0;
  uint64_t found = 0;  // cases, not kinds
};

class Hunter {
 public:
  Hunter(const HuntOptions& options, std::unique_ptr<System> model,
         std::unique_ptr<System> qemu, FindingStore store)
      : options_(options),
        model_(std::move(model)),
        qemu_(std::move(qemu)),
        context_{.qemu_version = qemu_->version().value_or(QemuVersion::k7_2)},
        store_(std::move(store)),
        on_terminal_(isatty(STDERR_FILENO) != 0),
        start_(Clock::now()) {}

  absl::Status Execute() {
    absl::StatusOr<std::vector<CommandLineArgs>> earlier = store_.LoadPool();
    if (!earlier.ok()) return earlier.status();
    const size_t resumed = earlier->size();
    std::vector<Case> cases = Evaluate(*std::move(earlier));
    for (const Case& done : cases) pool_.Offer(done.args, done.features);
    if (resumed > 0) {
      std::cerr << "e820check: goes on from " << resumed << " command lines in "
                << options_.out << "\n";
    }
    // Other cases than those of the run before.
    first_index_ = resumed;
    while (!IsOver()) {
      absl::Status merged = Merge(Evaluate(NextGeneration()));
      if (!merged.ok()) return merged;
      Show();
    }
    if (on_terminal_) absl::FPrintF(stderr, "\r%78s\r", "");
    return absl::OkStatus();
  }

  void PrintSummary() const;
  bool found_something_new() const { return found_something_new_; }

 private:
  double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }
  bool IsOver() const {
    if (Interrupted()) return true;
    if (options_.minutes && Seconds() >= *options_.minutes * 60) return true;
    return options_.cases && counts_.cases >= *options_.cases;
  }

  std::vector<CommandLineArgs> NextGeneration() const;
  CommandLineArgs MakeCase(uint64_t index) const;
  std::vector<Case> Evaluate(std::vector<CommandLineArgs> lines) const;
  Case Evaluate(CommandLineArgs args) const;
  std::vector<Feature> FeaturesOf(const Question& question) const;
  absl::Status Merge(const std::vector<Case>& cases);
  absl::Status Keep(const Case& found);
  void Show();
  std::string StatusLine() const;

  const HuntOptions& options_;
  std::unique_ptr<System> model_;
  std::unique_ptr<System> qemu_;
  CommandLineContext context_;
  FindingStore store_;
  bool on_terminal_;
  Clock::time_point start_;
  Clock::time_point shown_ = start_;
  Pool pool_;
  Counts counts_;
  uint64_t first_index_ = 0;
  bool found_something_new_ = false;
};

CommandLineArgs Hunter::MakeCase(uint64_t index) const {
  SeededChoices seeds(options_.seed);
  SeededChoices choices(seeds.Below(UINT64_MAX) + index * 0xD1B54A32D192ED03);
  if (pool_.cases().empty() || choices.OneIn(2)) {
    return GenerateCommandLine(choices,
                               {.qemu_version = context_.qemu_version});
  }
  return Mutate(choices.Pick(pool_.cases()), pool_.cases(), choices);
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

// What a death leaves is in the last line of stderr, after any warnings.
std::string LastWords(absl::string_view divergence) {
  const size_t start = divergence.find("(stderr: ");
  const size_t last = divergence.rfind('\n');
  if (start == divergence.npos || last == divergence.npos || last < start) {
    return std::string(divergence);
  }
  return absl::StrCat(divergence.substr(0, start),
                      "(stderr: ", divergence.substr(last + 1));
}

// In the order of `lines`. After Ctrl-C the rest is left out.
std::vector<Case> Hunter::Evaluate(std::vector<CommandLineArgs> lines) const {
  std::vector<Case> cases(lines.size());
  std::vector<std::atomic<bool>> done(lines.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i; !Interrupted() && (i = next++) < lines.size();) {
      cases[i] = Evaluate(std::move(lines[i]));
      // A child that got the same Ctrl-C died of it: no finding.
      done[i] = !Interrupted();
    }
  };
  const uint32_t jobs = options_.jobs > 0
                            ? options_.jobs
                            : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> workers;
  for (uint32_t i = 1; i < jobs; ++i) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  const size_t whole =
      std::find(done.begin(), done.end(), false) - done.begin();
  cases.resize(whole);
  return cases;
}

Case Hunter::Evaluate(CommandLineArgs args) const {
  Case result;
  const Question question = MakeQuestion(args, context_);
  result.args = std::move(args);
  if (!question.parsed.ok() ||
      !IsHarmless(result.args, *question.parsed, context_.qemu_version)) {
    return result;
  }
  result.was_run = true;
  result.comparison = Compare(*model_, *qemu_, question);
  result.features = FeaturesOf(question);
  const Verdict verdict = result.comparison.verdict;
  if (verdict == Verdict::kDisagree || verdict == Verdict::kKnownCrash) {
    result.kind = verdict == Verdict::kKnownCrash ? std::string(kCrash)
                                                  : result.comparison.kind;
    result.shape =
        ShapeOf(result.kind == kCrash ? LastWords(result.comparison.divergence)
                                      : result.comparison.divergence,
                result.args);
    result.features.push_back(
        absl::StrCat("finding ", result.kind, " ", result.shape));
  }
  return result;
}

std::vector<Feature> Hunter::FeaturesOf(const Question& question) const {
  std::vector<Feature> features;
  const auto add = [&](absl::string_view name, absl::string_view text) {
    features.push_back(absl::StrCat(name, " ", ShapeOf(text, question.args)));
  };
  for (const std::string& text : question.parsed->warnings) {
    add("warning", text);
  }
  const MachineOptions* machine = OptionsOf(question);
  if (machine == nullptr) {
    add("refusal", std::get<Rejection>(question.parsed->outcome).text);
    return features;
  }
  RuleSet reached;
  const Answer answer = TraceReferenceLayout(*machine, reached);
  for (const std::string& text : answer.warnings) add("warning", text);
  if (const auto* refusal = std::get_if<Rejection>(&answer.outcome)) {
    add("refusal", refusal->text);
  }
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    if (reached.test(rule)) features.push_back(absl::StrCat("rule ", rule));
  }
  return features;
}

absl::Status Hunter::Merge(const std::vector<Case>& cases) {
  for (const Case& done : cases) {
    ++counts_.cases;
    if (!done.was_run) continue;
    ++counts_.run;
    const Verdict verdict = done.comparison.verdict;
    counts_.accepted += verdict == Verdict::kAccepted ? 1 : 0;
    counts_.refused += verdict == Verdict::kRefused ? 1 : 0;
    counts_.host += verdict == Verdict::kHostRefuses ? 1 : 0;
    absl::Status kept;
    if (pool_.Offer(done.args, done.features)) {
      kept = store_.SaveToPool(done.args);
    }
    if (!done.kind.empty()) {
      ++counts_.found;
      kept.Update(Keep(done));
    }
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

// The first of a kind and shape, made as short as it gets.
absl::Status Hunter::Keep(const Case& found) {
  const bool known = store_.Has(found.kind, found.shape);
  store_.CountOne(found.kind, found.shape);
  if (known) return absl::OkStatus();
  Case least = found;
  Shrink(
      found.args,
      [&](const CommandLineArgs& candidate) {
        if (Interrupted()) return false;
        Case smaller = Evaluate(candidate);
        if (smaller.kind != found.kind || smaller.shape != found.shape) {
          return false;
        }
        least = std::move(smaller);
        return true;
      },
      kMostShrinkRuns);
  const bool in_ledger = !least.comparison.quirks.empty() &&
                         least.comparison.verdict == Verdict::kKnownCrash;
  found_something_new_ |= !in_ledger;
  const std::string words = ShellJoin(least.args);
  return store_.Save(
      {.kind = found.kind,
       .shape = found.shape,
       .args = least.args,
       .reproducer = absl::StrCat(
           "echo quit | ",
           ShellQuote(options_.qemu.empty() ? "qemu-system-x86_64"
                                            : options_.qemu),
           " -display none -nodefaults -accel tcg -S -monitor stdio ", words),
       .evidence =
           absl::StrCat(least.comparison.divergence, "\n\nin the ledger: ",
                        in_ledger ? least.comparison.quirks.front() : "no",
                        "\nreplay: e820check diff --left reference --right ",
                        ShellQuote(qemu_->name()), " -- ", words,
                        "\nfound as: ", ShellJoin(found.args), "\n")});
}

std::string Hunter::StatusLine() const {
  return absl::StrFormat(
      "%d cases, %.0f a second, %d of %d rules, %d refusal texts, %d findings "
      "of %d kinds",
      counts_.cases, static_cast<double>(counts_.cases) / Seconds(),
      pool_.CountSeen("rule"), kRuleCount, pool_.CountSeen("refusal"),
      counts_.found, store_.counts().size());
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

void Hunter::PrintSummary() const {
  const auto line = [this](absl::string_view name, uint64_t count) {
    const double percent = counts_.run == 0
                               ? 0
                               : 100.0 * static_cast<double>(count) /
                                     static_cast<double>(counts_.run);
    std::cout << absl::StreamFormat("  %-28s %9d  %5.1f %%\n", name, count,
                                    percent);
  };
  std::cout << absl::StreamFormat(
      "hunt against %s, QEMU %s, seed %d, %.0f s\n", qemu_->name(),
      ToString(context_.qemu_version), options_.seed, Seconds());
  std::cout << absl::StreamFormat("  %-28s %9d\n", "cases", counts_.cases);
  line("run", counts_.run);
  line("accepted by both", counts_.accepted);
  line("refused by both", counts_.refused);
  line("the host's business", counts_.host);
  line("findings", counts_.found);
  std::cout << absl::StreamFormat(
      "  %-28s %9d of %d\n  %-28s %9d\n  %-28s %9d\n", "rules reached",
      pool_.CountSeen("rule"), kRuleCount, "refusal texts",
      pool_.CountSeen("refusal"), "warning texts", pool_.CountSeen("warning"));
  if (store_.counts().empty()) return;
  std::cout << "in " << options_.out << "/findings\n";
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
  absl::StatusOr<std::unique_ptr<System>> model = MakeSystem("reference");
  if (!model.ok()) return Complain(model.status(), kExitUsage);
  absl::StatusOr<std::unique_ptr<System>> qemu = MakeSystem(
      options.qemu.empty() ? "qemu" : absl::StrCat("qemu:", options.qemu));
  if (!qemu.ok()) return Complain(qemu.status(), kExitMissing);
  absl::StatusOr<FindingStore> store = FindingStore::Open(options.out);
  if (!store.ok()) return Complain(store.status(), kExitUsage);

  RememberInterrupts();
  Hunter hunter(options, *std::move(model), *std::move(qemu),
                *std::move(store));
  const absl::Status hunted = hunter.Execute();
  hunter.PrintSummary();
  if (!hunted.ok()) return Complain(hunted, kExitNoAnswer);
  if (Interrupted()) {
    std::cerr << "e820check: interrupted\n";
    return kExitInterrupted;
  }
  return hunter.found_something_new() ? kExitNo : kExitOk;
}

}  // namespace e820check
