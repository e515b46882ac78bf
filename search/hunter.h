// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_HUNTER_H_
#define E820CHECK_SEARCH_HUNTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "search/finding_store.h"
#include "search/hunted_case.h"
#include "search/mutation.h"
#include "search/pool.h"
#include "systems/system.h"

namespace e820check {

struct HuntPlan {
  std::string qemu = "qemu-system-x86_64";  // as a shell starts it
  std::optional<double> minutes;            // nullopt: until `cases`
  std::optional<uint64_t> cases;            // nullopt: until `minutes`
  uint64_t seed = 1;
  uint32_t jobs = 0;   // 0: one per processor
  std::string corpus;  // command lines to begin with (seed_files.h); or empty
};

// Of cases.
struct HuntCounts {
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
  // Those that have two answers to compare.
  uint64_t compared() const {
    return accepted + refused + verdicts_differ + texts_differ + tables_differ;
  }
};

// Looks for command lines that kill QEMU or get another answer than the model's
// (finding_store.h says what becomes of them), and prefers to change those that
// showed something new. Goes on from what the store holds, and tries what of
// the corpus no run before did. The same cases whatever the number of jobs, as
// far as the time allows. Runs only what is harmless, inside a fence
// (doc/hunt.md).
class Hunter {
 public:
  // What a person may want to know at once.
  struct Listener {
    std::function<void(absl::string_view)> note;
    std::function<void()> advanced;  // after each generation
  };

  // All must outlive this.
  Hunter(const HuntPlan& plan, const System& model, const System& qemu,
         FindingStore& store, Listener listener);

  // FailedPrecondition if QEMU does not start inside its fence at all.
  absl::Status TryFence() const;

  // Until the plan is done, or an interrupt. NotFound if there is no corpus;
  // other errors are those of the file system and of the host.
  absl::Status Execute();

  const HuntCounts& counts() const { return counts_; }
  const Pool& pool() const { return pool_; }
  const CaseRunner& runner() const { return runner_; }
  double Seconds() const;
  // Which no ledger excuses.
  bool found_something_new() const { return found_something_new_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool IsOver() const;
  bool MustStop() const;
  absl::StatusOr<std::vector<CommandLineArgs>> Seeds() const;
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

  const HuntPlan& plan_;
  const System& qemu_;
  CaseRunner runner_;
  FindingStore& store_;
  const Listener listener_;
  const uint32_t jobs_;
  const Clock::time_point start_ = Clock::now();
  Pool pool_;
  HuntCounts counts_;
  uint64_t first_index_ = 0;  // of this run, past those of runs before
  bool found_something_new_ = false;
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_HUNTER_H_
