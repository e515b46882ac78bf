// SPDX-License-Identifier: Apache-2.0

// How a fuzz target reports a broken property: print what broke, then abort,
// with or without NDEBUG. There is one Fail function per kind of property,
// because crashes are told apart by their stack frames
// (doc/spec/oss-fuzz.md 2).

#ifndef E820CHECK_FUZZ_SUPPORT_CHECK_H_
#define E820CHECK_FUZZ_SUPPORT_CHECK_H_

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/base/attributes.h"
#include "absl/status/status.h"

namespace e820check {

// `Kind` is a type with a kName, and appears in the stack trace.
template <typename Kind>
[[noreturn]] ABSL_ATTRIBUTE_NOINLINE void Fail(const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", Kind::kName, what.c_str());
  std::abort();
}

template <typename Kind>
void CheckOk(const absl::Status& status) {
  if (!status.ok()) Fail<Kind>(std::string(status.message()));
}

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CHECK_H_
