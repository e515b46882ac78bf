// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_COMMAND_LINE_ANSWER_H_
#define E820CHECK_SYSTEMS_COMMAND_LINE_ANSWER_H_

#include "absl/functional/function_ref.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "options/command_line.h"

namespace e820check {

// What QEMU would say to a command line, if its boards were `layout`: first the
// parser, then, of what it accepts, the layout, with the words of the command
// line in front of what is about a device.
using Layout = absl::FunctionRef<Answer(const MachineOptions&)>;
Answer AnswerCommandLine(const ParsedCommandLine& parsed, Layout layout);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_COMMAND_LINE_ANSWER_H_
