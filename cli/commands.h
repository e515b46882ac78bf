// SPDX-License-Identifier: Apache-2.0

// The commands of e820check with their options and help texts.

#ifndef E820CHECK_CLI_COMMANDS_H_
#define E820CHECK_CLI_COMMANDS_H_

#include <string>

#include "CLI/CLI.hpp"
#include "cli/diff.h"
#include "cli/hunt.h"
#include "cli/merge.h"
#include "cli/predict.h"
#include "cli/rules.h"
#include "cli/zoo.h"

namespace e820check {

struct AllOptions {
  PredictOptions predict;
  DiffOptions diff;
  HuntOptions hunt;
  MergeOptions merge;
  RulesOptions rules;
  ZooOptions zoo;
  bool as_page = false;  // of laws or rules
  std::string name_to_explain;
};

// Adds all commands to `app`, which puts what it parses into `options`. Both
// must outlive the parsing.
void AddCommands(CLI::App& app, AllOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_COMMANDS_H_
