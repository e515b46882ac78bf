// SPDX-License-Identifier: Apache-2.0

// Texts of single options for two readers to disagree on: words of the grammar
// where they belong, most of the time, with numbers at the edges of every type,
// unknown and repeated keys, flags, and characters changed at random.

#ifndef E820CHECK_PROPERTIES_GENERATE_OPTION_TEXT_GENERATOR_H_
#define E820CHECK_PROPERTIES_GENERATE_OPTION_TEXT_GENERATOR_H_

#include <string>

#include "properties/generate/choices.h"

namespace e820check {

std::string GenerateNumaText(Choices& choices);
std::string GenerateObjectText(Choices& choices);  // QemuOpts or JSON
std::string GenerateMemoryText(Choices& choices);
std::string GenerateMachineText(Choices& choices);
std::string GenerateSmpText(Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_OPTION_TEXT_GENERATOR_H_
