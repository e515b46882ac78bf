// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_HUNTED_CASE_H_
#define E820CHECK_SEARCH_HUNTED_CASE_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "properties/judge/judgement.h"
#include "search/case_files.h"
#include "search/mutation.h"
#include "search/pool.h"
#include "systems/system.h"

namespace e820check {

// What one command line of a hunt came to.
struct HuntedCase {
  CommandLineArgs args;
  bool was_run = false;  // harmless, and covered or an accident
  Judgement judgement;
  std::vector<Feature> features;
  // Of a finding, else empty.
  std::string kind;
  std::string shape;
};

// Puts command lines to the model and to QEMU. Safe to use from several
// threads, each with a folder of its own.
class CaseRunner {
 public:
  // Both must outlive this.
  CaseRunner(const System& model, const System& qemu);

  QemuVersion qemu_version() const { return qemu_version_; }
  // How many of KnownRefusals() this QEMU has.
  size_t known_refusal_count() const { return known_refusals_.size(); }

  // `folder` becomes QEMU's working directory.
  HuntedCase Run(CommandLineArgs args, const RunFolder& folder) const;

 private:
  std::vector<Feature> FeaturesOf(const Question& question,
                                  const Judgement& judgement) const;

  const System& model_;
  const System& qemu_;
  QemuVersion qemu_version_;
  std::map<std::string, size_t> known_refusals_;  // by shape
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_HUNTED_CASE_H_
