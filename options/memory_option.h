// SPDX-License-Identifier: Apache-2.0

// -m and -machine memory.*: how much RAM (doc/spec/qemu-options.md 5).

#ifndef E820CHECK_OPTIONS_MEMORY_OPTION_H_
#define E820CHECK_OPTIONS_MEMORY_OPTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "options/value_tree.h"
#include "options/vocabulary.h"

namespace e820check {

// All -m options of a command line: they share one bag, where the last value of
// a key wins.
class MemoryOption {
 public:
  explicit MemoryOption(QemuVersion qemu) : qemu_(qemu) {}

  // Reads one -m.
  absl::Status Take(absl::string_view text, std::vector<std::string>& warnings);

  static bool HasKey(absl::string_view key);
  // Reads one key of it, as a configuration file has it.
  absl::Status TakeItem(absl::string_view key, absl::string_view value,
                        std::vector<std::string>& warnings);

  // Adds what was read to the machine's tree, as memory.size, .max-size and
  // .slots.
  absl::Status FoldInto(ValueTree& machine) const;

 private:
  absl::Status TakeSize(absl::string_view value,
                        std::vector<std::string>& warnings);

  QemuVersion qemu_;
  std::optional<std::string> size_;
  bool size_is_0_ = false;
  std::optional<std::string> maxmem_;
  std::optional<std::string> slots_;
};

// Those of -m.
void AddMemoryOptionWords(Vocabulary& vocabulary);

// Those of the property "memory".
void AddMemoryPropertyWords(Vocabulary& vocabulary);

// Reads the machine's property "memory", the dict `dict` of `machine`.
absl::StatusOr<MemoryOptions> ReadMemoryProperty(
    const ValueTree& machine, uint32_t dict, QemuVersion qemu,
    std::vector<std::string>& warnings);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_MEMORY_OPTION_H_
