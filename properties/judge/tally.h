// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_JUDGE_TALLY_H_
#define E820CHECK_PROPERTIES_JUDGE_TALLY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "properties/judge/judgement.h"

namespace e820check {

// Counts over many cases.
struct Tally {
  uint64_t cases = 0;
  std::map<Verdict, uint64_t> verdicts;
  std::map<std::string, uint64_t, std::less<>> classes;
  std::map<std::string, uint64_t, std::less<>> quirks;
  // Why cases were not compared.
  std::map<std::string, uint64_t, std::less<>> reasons;
  std::map<std::string, uint64_t, std::less<>> defects;  // by id

  void Add(const Judgement& judgement);
  uint64_t Count(Verdict verdict) const;
  // Those of which something was learned about the system under test.
  uint64_t CountCompared() const;
};

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_TALLY_H_
