// SPDX-License-Identifier: Apache-2.0

// The real binary as an answer: starts qemu-system-x86_64, lets it build the
// machine, reads the memory map and the ACPI tables as firmware would, and
// kills it before the guest runs an instruction.

#ifndef E820CHECK_SYSTEMS_QEMU_QEMU_H_
#define E820CHECK_SYSTEMS_QEMU_QEMU_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_type.h"
#include "systems/qemu/acpi_tables.h"
#include "systems/qemu/fence.h"
#include "systems/qemu/inventory.h"

namespace e820check {

struct QemuLimits {
  // From start to answer. A few hundred vCPUs take seconds under TCG.
  absl::Duration deadline = absl::Seconds(30);
  // An accepted machine may warn once per vCPU and missing CPU feature, some
  // 1 KiB per vCPU; QEMU 11.1 has up to 4096 of them.
  size_t stderr_cap_bytes = 8 << 20;
  // Where relative paths of the command line lead; empty: as for this process.
  std::string working_directory;
  std::optional<QemuFence> fence;  // nullopt: as this process
};

// What the binary says, and if it accepts, all that it publishes.
struct QemuAnswer {
  Answer answer;
  // In file order; empty for a refusal and for machines without ACPI.
  std::vector<AcpiTableBytes> acpi_tables;
};

class Qemu {
 public:
  // The binary at `path`, or where that is empty qemu-system-x86_64 in PATH;
  // asks it for its version. NotFound if there
  // is none, with a text that says how to get it; FailedPrecondition if it is
  // not QEMU.
  static absl::StatusOr<Qemu> Find(absl::string_view path);

  const std::string& path() const { return path_; }
  // "QEMU emulator version 7.2.22 (Debian ...)".
  const std::string& version_text() const { return version_text_; }
  // The nearest described release: 7.x and older are 7.2, 8.x to 10.x are 10.0,
  // 11.x and newer are 11.1.
  QemuVersion version() const { return version_; }

  // What the binary was built with, by its help texts. An error if it does not
  // end in time.
  absl::StatusOr<Inventory> AskForInventory() const;

  // The answer to these words of a command line, the program's name left out.
  // Added in front of them, so that a last word which lacks its argument still
  // does, are a silent display, no default devices and no configuration file of
  // the host, the TCG accelerator unless the words choose one, and what keeps
  // the guest stopped and answering. Warnings that IsBeyondMemoryTables are
  // dropped, and QEMU leaves out those that IsLeftOutUnderQtest. Thread safe;
  // one process per call.
  //
  // Errors, each with the end of what QEMU said:
  //   Internal            it died on a signal: always a finding
  //   Cancelled           it was ended at a limit of its fence: a finding, too
  //   Aborted             SIGKILL from outside, for instance for want of memory
  //   DeadlineExceeded    it hung, or was too slow
  //   ResourceExhausted   "host: ...", a refusal that depends on this host
  //   FailedPrecondition  it ended with a status that is neither 0 nor 1
  //   Unimplemented       the words claim the streams that are used to talk to
  //                       it, such as -monitor stdio
  //   DataLoss            what it published or said is damaged or incomplete
  //   InvalidArgument     a word holds a NUL byte
  absl::StatusOr<Answer> Ask(absl::Span<const std::string> args,
                             const QemuLimits& limits = {}) const;

  // The same, with every ACPI table.
  absl::StatusOr<QemuAnswer> AskForTables(absl::Span<const std::string> args,
                                          const QemuLimits& limits = {}) const;

 private:
  explicit Qemu(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string version_text_;
  QemuVersion version_ = QemuVersion::k7_2;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_QEMU_H_
