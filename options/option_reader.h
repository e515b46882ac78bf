// SPDX-License-Identifier: Apache-2.0

// Steps 0 and 1 of a command line (doc/spec/qemu-options.md 4): the words from
// left to right, each option's argument into records. What follows from all of
// them together is for command_line.h.

#ifndef E820CHECK_OPTIONS_OPTION_READER_H_
#define E820CHECK_OPTIONS_OPTION_READER_H_

#include <forward_list>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "options/config_file.h"
#include "options/device.h"
#include "options/global_property.h"
#include "options/memory_backend.h"
#include "options/memory_option.h"
#include "options/message_log.h"
#include "options/option_words.h"
#include "options/qemu_opts.h"
#include "options/value_tree.h"
#include "options/visitor.h"

namespace e820check {

// The content of the file at a path. NotFound: it cannot be opened; other
// errors: it cannot be read. Their messages are strerror's.
using FileReader =
    std::function<absl::StatusOr<std::string>(const std::string& path)>;

// Must not outlive the arguments.
struct OptionRecords {
  ValueTree machine;  // -machine, -smp
  MemoryOption memory;
  Location first_memory;

  struct Record {
    Location location;
    QemuOptsBag bag;
  };
  struct Device {
    Location location;
    DeviceRequest request;
  };
  std::vector<ObjectRequest> objects;
  std::vector<Record> numa;
  std::vector<Device> devices;
  std::vector<GlobalProperty> globals;
  std::vector<Record> accelerators;  // each has a key `accel`
  std::optional<absl::string_view> cpu;
  bool has_mem_path = false;
  bool preconfig = false;
  bool has_qtest = false;
  // Options like -nic add PCI devices before those of -device.
  bool has_other_pci_devices = false;

  std::forward_list<std::string>
      file_texts;  // what records from files point into
};

// Refuses with the location; `log` gets what QEMU says before. `read_file` may
// be empty: then -readconfig is not covered.
absl::StatusOr<OptionRecords> ReadOptions(absl::Span<const std::string> args,
                                          const VisitContext& context,
                                          const FileReader& read_file,
                                          MessageLog& log);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_OPTION_READER_H_
