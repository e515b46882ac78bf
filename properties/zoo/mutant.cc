// SPDX-License-Identifier: Apache-2.0

#include "properties/zoo/mutant.h"

namespace e820check {

std::vector<Mutant> AllMutants() {
  std::vector<Mutant> all;
  for (const absl::Span<const Mutant> mutants :
       {MapMutants(), LayoutMutants(), E820Mutants(), SratMutants(),
        SlitAndHmatMutants(), ReaderMutants()}) {
    all.insert(all.end(), mutants.begin(), mutants.end());
  }
  return all;
}

}  // namespace e820check
