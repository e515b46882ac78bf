// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_CONFIG_SPELLING_H_
#define E820CHECK_SEARCH_CONFIG_SPELLING_H_

#include "properties/generate/choices.h"
#include "search/mutation.h"

namespace e820check {

// `args` with some of -m, -numa, -machine, -smp and -object, but no JSON, moved
// to a configuration file somewhere among the others: -readconfig "data:...",
// see case_files.h. The order among those moved stays.
CommandLineArgs SpellAsConfigFile(const CommandLineArgs& args,
                                  Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_CONFIG_SPELLING_H_
