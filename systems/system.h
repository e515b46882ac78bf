// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_SYSTEM_H_
#define E820CHECK_SYSTEMS_SYSTEM_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/guest_layout.h"
#include "options/command_line.h"
#include "systems/qemu/fence.h"

namespace e820check {

// A command line with what the option parser makes of it, parsed once for all
// systems that are asked.
struct Question {
  std::vector<std::string> args;
  // Unimplemented: the parser does not cover one of the options.
  absl::StatusOr<ParsedCommandLine> parsed;
  // Where relative paths lead; empty: as for this process.
  std::string working_directory;
  // For programs that are started with words nobody chose. Only QEMU heeds it.
  std::optional<QemuFence> fence;
  // What `parsed` went by.
  Dialect dialect = Dialect::kStock;
  QemuVersion qemu_version = QemuVersion::k7_2;
};

// For CommandLineContext::read_file. ResourceExhausted for files so large that
// they are no configuration.
absl::StatusOr<std::string> ReadHostFile(const std::string& path);

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

  // What this machine has and the system was built without, or empty.
  virtual std::string Lacks(const MachineOptions&) const { return ""; }

  // Whether the ledger's crashes are those of this system.
  virtual bool IsInTheLedger() const { return true; }

  // Whether the system, asked as it is, has a way to say this.
  virtual bool CanSay(absl::string_view /*warning*/) const { return true; }

  // A Status means that there is no answer: Unimplemented (an option is not
  // covered), ResourceExhausted (the host cannot), or what
  // systems/subject/failure.h names. Safe to call from several threads.
  virtual absl::StatusOr<Answer> Ask(const Question& question) const = 0;
};

// "reference", "rangetree", "memmap-v5", "qemu" (from PATH), "qemu:FILE",
// "so:FILE" or "exec:COMMAND". InvalidArgument for any other name and for a
// shared object that does not load, NotFound if there is no such file.
absl::StatusOr<std::unique_ptr<System>> MakeSystem(absl::string_view name);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SYSTEM_H_
