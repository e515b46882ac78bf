// SPDX-License-Identifier: Apache-2.0

// qemu-system-x86_64's command line: an argument vector becomes what it asks of
// the machine, or the words in which QEMU refuses it (doc/spec/qemu-options.md
// 4, steps 0 to 11, and of step 13 what needs no board).
//
//   text                     layer
//   "0x1f", "1.5G"           integer.h, size.h
//   "a=1,b", "a.b=1", "{}"   qemu_opts.h, keyval.h, json.h
//   typed records            visitor.h (hash_order.h: which mistake is named)
//   one option each          memory_option.h, machine_properties.h, smp.h,
//                            cpu_model.h, memory_backend.h, numa.h, hmat.h,
//                            generic_affinity.h, global_property.h, device.h
//   all of them, one by one  option_reader.h (config_file.h, option_groups.h)
//   their order              command_line.h

#ifndef E820CHECK_OPTIONS_COMMAND_LINE_H_
#define E820CHECK_OPTIONS_COMMAND_LINE_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "options/option_reader.h"

namespace e820check {

struct CommandLineContext {
  QemuVersion qemu_version = kDefaultRelease;
  Dialect dialect = Dialect::kStock;
  // For -readconfig, which is not covered without.
  FileReader read_file = nullptr;
};

struct ParsedCommandLine {
  // What QEMU prints before its verdict or, if it goes on, before it builds the
  // board: lines without the program name, hint lines joined by '\n'.
  std::vector<std::string> warnings;
  // One line for each option that was not looked into because it cannot change
  // a memory table.
  std::vector<std::string> notes;
  // What was typed for each of MachineOptions::devices, "-device pc-dimm,id=d".
  // QEMU puts it before what it says about the device.
  std::vector<std::string> device_locations;
  // Options pass Validate(). They may still hold what QEMU refuses later than
  // here, in CpuOptions::refusal and Device::refusal.
  std::variant<MachineOptions, Rejection> outcome;

  bool accepted() const {
    return std::holds_alternative<MachineOptions>(outcome);
  }
};

// `args` come without a program name. What depends on the host is not modelled:
// files open and memory is there. Unimplemented, with "<option>: <reason>", for
// what may change a memory table but is not covered, unless QEMU refuses the
// command line before; Unknown where QEMU's answer is an accident;
// InvalidArgument for an argument with a NUL byte, which no process can be
// given. Takes time linear in the text, in the number of CPUs for each -numa,
// and in that of objects for each -device.
absl::StatusOr<ParsedCommandLine> ParseCommandLine(
    absl::Span<const std::string> args, const CommandLineContext& context);

// The oldest release that has the machine type of this command line; 7.2 if
// none has, or if it ends before QEMU chooses one. Looks no further than that.
// The context's own release does not matter.
QemuVersion ImpliedVersion(absl::Span<const std::string> args,
                           CommandLineContext context);

// What a layout says of a device, with the location, which only the parser
// knows, in front; of no device, the text as it is.
std::string WithLocation(const ParsedCommandLine& parsed,
                         std::optional<size_t> device, absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_COMMAND_LINE_H_
