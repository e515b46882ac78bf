// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_GENERATE_COMMAND_LINE_GENERATOR_H_
#define E820CHECK_PROPERTIES_GENERATE_COMMAND_LINE_GENERATOR_H_

#include <string>
#include <vector>

#include "properties/generate/choices.h"
#include "properties/generate/machine_generator.h"

namespace e820check {

// Format(GenerateMachine()), spelled in one of the equivalent ways
// (doc/spec/qemu-options.md 11), and once in policy.one_fault_in times with one
// fault: a value out of range, an item or option dropped or doubled, a misspelt
// key, options in an order that does not work.
std::vector<std::string> GenerateCommandLine(Choices& choices,
                                             const GeneratorPolicy& policy);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_COMMAND_LINE_GENERATOR_H_
