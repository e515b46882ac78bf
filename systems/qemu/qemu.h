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
#include "machine/no_answer.h"
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

// What becomes of a binary whose release has no rules of its own.
enum class OtherReleases { kRefused, kTakenForTheNearest };

// What the binary says, and if it accepts, all that it publishes.
struct QemuAnswer {
  Answer answer;
  // In file order; empty for a refusal and for machines without ACPI.
  std::vector<AcpiTableBytes> acpi_tables;
};

class Qemu {
 public:
  // The binary at `path`, or where that is empty qemu-system-x86_64 in PATH;
  // asks it for its version, and how its messages start: a script says the name
  // of what it starts. NotFound if there is none, with a text that says how to
  // get it; FailedPrecondition if it is not QEMU, or a script that chooses the
  // accelerator; Unimplemented if there are no rules of its release, unless
  // `others` takes it for the nearest.
  static absl::StatusOr<Qemu> Find(
      absl::string_view path, OtherReleases others = OtherReleases::kRefused);

  const std::string& path() const { return path_; }
  // "QEMU emulator version 7.2.22 (Debian ...)".
  const std::string& version_text() const { return version_text_; }
  // The release whose rules it is held against.
  QemuVersion version() const { return version_; }
  // Its own release, such as "8.2", where version() is only the nearest to it;
  // else empty. 7.x and older are nearest to 7.2, 8.x to 10.x to 10.0, and 11.x
  // and newer to 11.1.
  const std::string& nearest_to() const { return nearest_to_; }

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
  // No answer is one of these, each with the end of what QEMU said:
  //   kCrash       it died on a signal
  //   kFence       it was ended at a limit of its fence
  //   kSanitizer   a sanitizer that it was built with reported something
  //   kHang        it hung, or was too slow
  //   kHost        a refusal that depends on this host; or SIGKILL from
  //                outside, for instance for want of memory
  //   kExit        it ended with a status that is neither 0 nor 1
  //   kGarbage     what it published or said is damaged or incomplete
  //   kLimit       it said more than is kept; the words claim the streams that
  //                are used to talk to it, such as -monitor stdio; a word holds
  //                a NUL byte
  //   kUnusable    the binary cannot be started
  Reply Ask(absl::Span<const std::string> args,
            const QemuLimits& limits = {}) const;

  // The same, with every ACPI table.
  OrNoAnswer<QemuAnswer> AskForTables(absl::Span<const std::string> args,
                                      const QemuLimits& limits = {}) const;

 private:
  explicit Qemu(std::string path) : path_(std::move(path)) {}

  absl::Status LearnHowMessagesStart();

  std::string path_;
  std::string version_text_;
  QemuVersion version_ = QemuVersion::k7_2;
  std::string nearest_to_;
  std::string message_start_;  // without the colon
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_QEMU_H_
