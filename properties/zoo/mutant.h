// SPDX-License-Identifier: Apache-2.0

// The bug zoo: mistakes that hypervisors, firmware and kernels really made with
// memory maps (doc/spec/bug-zoo.md), each as a fault that can be switched on. A
// harness is worth what it catches: judge.h shows that each of them is caught.

#ifndef E820CHECK_PROPERTIES_ZOO_MUTANT_H_
#define E820CHECK_PROPERTIES_ZOO_MUTANT_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "properties/zoo/faulty_map.h"

namespace e820check {

// A layout that misunderstands the machine, or builds its tables wrongly.
struct LayoutFault {
  void (*misread)(MachineOptions& machine) = nullptr;
  void (*spoil)(const MachineOptions& machine, GuestLayout& layout) = nullptr;
};

// An option reader that takes one command line for another.
struct ReaderFault {
  void (*misread)(std::vector<std::string>& args) = nullptr;
};

struct Mutant {
  absl::string_view id;
  // Of the zoo's classes, "HOLE OVF" for instance.
  absl::string_view classes;
  // Entries of doc/spec/bug-zoo.md that are the same mistake.
  absl::string_view sources;
  std::variant<MapFault, LayoutFault, ReaderFault> fault;
};

absl::Span<const Mutant> MapMutants();
absl::Span<const Mutant> LayoutMutants();
absl::Span<const Mutant> E820Mutants();
absl::Span<const Mutant> SratMutants();
absl::Span<const Mutant> SlitAndHmatMutants();
absl::Span<const Mutant> ReaderMutants();
// All of these.
std::vector<Mutant> AllMutants();

// The environment variable that names the mutant for the zoo's fuzz target.
inline constexpr char kMutantVariable[] = "E820CHECK_MUTANT";

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_ZOO_MUTANT_H_
