// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_SYSTEM_H_
#define E820CHECK_SYSTEMS_SYSTEM_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_type.h"
#include "machine/no_answer.h"
#include "model/rules.h"
#include "options/command_line.h"
#include "systems/qemu/fence.h"
#include "systems/qemu/qemu.h"

namespace e820check {

// What the option parser makes of a command line: found out when somebody first
// looks, once for all systems that are asked. Not for two threads at a time.
class LazyParse {
 public:
  // What the context reads files from must be there until Get().
  LazyParse(std::vector<std::string> args, CommandLineContext context)
      : args_(std::move(args)), context_(std::move(context)) {}

  // Unimplemented: the parser does not cover one of the options. Unknown: what
  // QEMU does is an accident.
  const absl::StatusOr<ParsedCommandLine>& Get() const;

 private:
  std::vector<std::string> args_;
  CommandLineContext context_;
  mutable std::optional<absl::StatusOr<ParsedCommandLine>> parsed_;
};

struct Question {
  std::vector<std::string> args;
  LazyParse parsed;
  // Where relative paths lead; empty: as for this process.
  std::string working_directory;
  // For programs that are started with words nobody chose. Only QEMU heeds it.
  std::optional<QemuFence> fence;
  // What `parsed` went by.
  Dialect dialect = Dialect::kStock;
  QemuVersion qemu_version = QemuVersion::k7_2;
};

// For CommandLineContext::read_file. NotFound if it cannot be opened,
// ResourceExhausted for files so large that they are no configuration.
absl::StatusOr<std::string> ReadHostFile(const std::string& path);
// A whole file. NotFound if it is not there; ResourceExhausted if it has more
// bytes than `most_bytes`; anything else says why it cannot be read.
absl::StatusOr<std::string> ReadHostFileUpTo(const std::string& path,
                                             size_t most_bytes);

Question MakeQuestion(std::vector<std::string> args,
                      const CommandLineContext& context);

// What the parser accepted, or nullptr.
const MachineOptions* OptionsOf(const Question& question);

// Something that answers what layout a command line gives: the reference model,
// the range-tree implementation, the patch under review, a QEMU binary, or a
// subject (subject/).
class System {
 public:
  virtual ~System() = default;

  // What the user typed to name it.
  virtual const std::string& name() const = 0;
  // The QEMU release that this system is, or nullopt if it can be any.
  virtual std::optional<QemuVersion> version() const { return std::nullopt; }
  // Its own release, such as "8.2", where version() is only the nearest; else
  // empty.
  virtual std::string nearest_to() const { return ""; }

  // Whether the ledger's crashes are those of this system.
  virtual bool IsInTheLedger() const { return true; }

  // Whether the system, asked as it is, has a way to say this.
  virtual bool CanSay(absl::string_view /*warning*/) const { return true; }

  // Safe to call from several threads.
  virtual Reply Ask(const Question& question) const = 0;
  // The same; a system that goes by the rules of model/rules.h adds to
  // `reached` those that had a part in the answer.
  virtual Reply AskAndTrace(const Question& question,
                            RuleSet& /*reached*/) const {
    return Ask(question);
  }
};

// "reference", "rangetree", "memmap-v5", "qemu" (from PATH), "qemu:FILE",
// "so:FILE" or "exec:COMMAND". InvalidArgument for any other name, NotFound if
// there is no such file, ResourceExhausted if the host cannot start it;
// anything else says why the system is of no use: a shared object does not
// load, a binary does not say its version, or, unless `others` says otherwise,
// there are no rules of its release.
absl::StatusOr<std::unique_ptr<System>> MakeSystem(
    absl::string_view name, OtherReleases others = OtherReleases::kRefused);

// Of a report: "10.0", or "10.0 (nearest to 8.2)" for a system that says so.
std::string ReleaseText(QemuVersion rules, absl::string_view nearest_to);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SYSTEM_H_
