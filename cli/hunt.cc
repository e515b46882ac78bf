// SPDX-License-Identifier: Apache-2.0

#include "cli/hunt.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "model/rules.h"
#include "search/finding_store.h"
#include "search/hunter.h"
#include "search/interrupt.h"
#include "search/known_refusals.h"
#include "search/pool.h"
#include "search/runner.h"
#include "systems/qemu/fence.h"
#include "systems/system.h"

namespace e820check {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBetweenLogLines = std::chrono::seconds(30);

double CasesPerSecond(const Hunter& hunter) {
  return static_cast<double>(hunter.counts().cases) / hunter.Seconds();
}

std::string StatusLine(const Hunter& hunter, const FindingStore& store) {
  std::string line = absl::StrFormat(
      "%d cases, %.0f/s, rules %d/%d, texts %d/%d", hunter.counts().cases,
      CasesPerSecond(hunter), hunter.pool().CountSeen("rule"), kRuleCount,
      hunter.pool().CountSeen("known"), hunter.runner().known_refusal_count());
  for (const auto& [kind, count] : store.CountsByKind()) {
    absl::StrAppend(&line, ", ", kind, " ", count);
  }
  return line;
}

// A line that is written over; where standard error is no terminal, one every
// half minute.
class StatusDisplay {
 public:
  void Show(const std::function<std::string()>& line) {
    progress_.Show(line);
    const Clock::time_point now = Clock::now();
    if (progress_.on_terminal() || now - shown_ < kBetweenLogLines) return;
    shown_ = now;
    std::cerr << line() << "\n";
  }
  void Clear() { progress_.Clear(); }

 private:
  Progress progress_;
  Clock::time_point shown_ = Clock::now();
};

void PrintShare(absl::string_view name, uint64_t count, uint64_t of) {
  const double percent =
      of == 0 ? 0
              : 100.0 * static_cast<double>(count) / static_cast<double>(of);
  std::cout << absl::StreamFormat("  %-28s %9d  %6.2f %%\n", name, count,
                                  percent);
}

void PrintCounts(const HuntCounts& c) {
  PrintShare("run, being harmless", c.run, c.cases);
  PrintShare("accepted by both", c.accepted, c.run);
  PrintShare("refused by both", c.refused, c.run);
  PrintShare("known crashes", c.known_crashes, c.run);
  PrintShare("no answer (crash, hang, ...)", c.unanswered, c.run);
  PrintShare("the host could not", c.host, c.run);
  PrintShare("not covered", c.not_covered, c.run);
  PrintShare("QEMU's accident", c.accidents, c.run);
  PrintShare("not in the binary", c.lacking, c.run);
  const uint64_t compared = c.compared();
  const uint64_t same_verdict = compared - c.verdicts_differ;
  PrintShare("verdicts agree", same_verdict, compared);
  PrintShare("texts agree", same_verdict - c.texts_differ, compared);
  PrintShare("tables agree, laws hold",
             same_verdict - c.texts_differ - c.tables_differ, compared);
}

void PrintReached(const Hunter& hunter) {
  const Pool& pool = hunter.pool();
  const auto line = [](absl::string_view name, size_t reached, size_t all) {
    std::cout << absl::StreamFormat("  %-28s %9d of %d\n", name, reached, all);
  };
  line("rules reached", pool.CountSeen("rule"), kRuleCount);
  line("known refusal texts", pool.CountSeen("known"),
       hunter.runner().known_refusal_count());
  std::cout << absl::StreamFormat(
      "  %-28s %9d\n  %-28s %9d\n", "refusal texts of all shapes",
      pool.CountSeen("refusal"), "warning texts", pool.CountSeen("warning"));
  const absl::Span<const KnownRefusal> known = KnownRefusals();
  for (size_t i = 0; i < known.size(); ++i) {
    if (!Has(known[i].releases, hunter.runner().qemu_version()) ||
        pool.HasSeen(absl::StrCat("known ", i))) {
      continue;
    }
    std::cout << "  not reached: " << known[i].text << "\n";
  }
}

void PrintSummary(const HuntOptions& options, const Hunter& hunter,
                  const System& qemu, const FindingStore& store) {
  std::cout << absl::StreamFormat(
      "hunt against %s, QEMU %s, seed %d\n", qemu.name(),
      ReleaseText(hunter.runner().qemu_version(), qemu.nearest_to()),
      options.seed);
  std::cout << absl::StreamFormat("  %-28s %9d  %.0f s, %.0f a second\n",
                                  "cases", hunter.counts().cases,
                                  hunter.Seconds(), CasesPerSecond(hunter));
  PrintCounts(hunter.counts());
  PrintReached(hunter);
  if (store.counts().empty()) return;
  std::cout << "in " << options.out
            << "/findings, with how often each was met\n";
  for (const auto& [name, count] : store.counts()) {
    std::cout << absl::StreamFormat("  %-28s %9d\n", name, count);
  }
}

// Of a hunt that ended by itself.
CommandStatus StatusOf(const Hunter& hunter) {
  if (hunter.found_something_new()) return kExitNo;
  const HuntCounts& counts = hunter.counts();
  const uint64_t compared =
      counts.compared() + counts.known_crashes + counts.unanswered;
  if (compared < counts.host) {
    return Complain(
        kExitHost, absl::StrCat("the host kept QEMU from ", counts.host, " of ",
                                counts.run, " answers"));
  }
  if (compared > 0) return kExitOk;
  if (counts.unusable > 0) {
    return Complain(kExitNoAnswer, "QEMU cannot be started");
  }
  return Complain(kExitNotCovered, "nothing was compared");
}

HuntPlan PlanOf(const HuntOptions& options) {
  HuntPlan plan{.minutes = options.minutes,
                .cases = options.cases,
                .seed = options.seed,
                .jobs = options.jobs,
                .corpus = options.corpus};
  if (!options.qemu.empty()) plan.qemu = options.qemu;
  return plan;
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
  StatusDisplay display;
  const HuntPlan plan = PlanOf(options);
  Hunter hunter(
      plan, **model, **qemu, *store,
      {.note =
           [](absl::string_view text) {
             std::cerr << "e820check: " << text << "\n";
           },
       .advanced =
           [&] { display.Show([&] { return StatusLine(hunter, *store); }); }});
  if (absl::Status s = hunter.TryFence(); !s.ok()) {
    return Complain(kExitNoAnswer, s.message());
  }
  const absl::Status hunted = hunter.Execute();
  display.Clear();
  if (absl::IsNotFound(hunted)) return Complain(kExitMissing, hunted.message());
  PrintSummary(options, hunter, **qemu, *store);
  if (Interrupted()) return Complain(InterruptedStatus(), "interrupted");
  if (!hunted.ok()) return Complain(kExitHost, hunted.message());
  return StatusOf(hunter);
}

}  // namespace e820check
