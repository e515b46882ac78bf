// SPDX-License-Identifier: Apache-2.0

// Layouts that write SLIT or HMAT wrongly.

#include <algorithm>
#include <variant>
#include <vector>

#include "machine/hmat_table.h"
#include "machine/slit_table.h"
#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

using Machine = MachineOptions;

template <void (*kEdit)(SlitTable&)>
constexpr LayoutFault SpoilsSlit() {
  return {.spoil = [](const Machine&, GuestLayout& layout) {
    absl::StatusOr<SlitTable> slit = DecodeSlit(layout.slit);
    if (!slit.ok()) return;
    kEdit(*slit);
    layout.slit = EncodeSlit(*slit);
  }};
}

template <void (*kEdit)(const Machine&, HmatTable&)>
constexpr LayoutFault SpoilsHmat() {
  return {.spoil = [](const Machine& machine, GuestLayout& layout) {
    absl::StatusOr<HmatTable> hmat = DecodeHmat(layout.hmat);
    if (!hmat.ok()) return;
    kEdit(machine, *hmat);
    layout.hmat = EncodeHmat(*hmat);
  }};
}

// The same for all structures of a kind.
template <typename Structure, void (*kEdit)(Structure&)>
constexpr LayoutFault SpoilsStructures() {
  return {.spoil = [](const Machine&, GuestLayout& layout) {
    absl::StatusOr<HmatTable> hmat = DecodeHmat(layout.hmat);
    if (!hmat.ok()) return;
    for (HmatStructure& structure : hmat->structures) {
      if (auto* one = std::get_if<Structure>(&structure)) kEdit(*one);
    }
    layout.hmat = EncodeHmat(*hmat);
  }};
}

void TransposeDistances(SlitTable& slit) {
  const std::vector<uint8_t> distances = slit.distances;
  const size_t n = slit.locality_count;
  for (size_t from = 0; from < n; ++from) {
    for (size_t to = 0; to < n; ++to) {
      slit.distances[from * n + to] = distances[to * n + from];
    }
  }
}

void NobodyIsLocal(SlitTable& slit) {
  for (size_t i = 0; i < slit.locality_count; ++i) {
    slit.distances[i * slit.locality_count + i] = 0;
  }
}

void LoseLastLocality(SlitTable& slit) {
  if (slit.locality_count < 2) return;
  const size_t n = slit.locality_count - 1;
  std::vector<uint8_t> distances;
  for (size_t from = 0; from < n; ++from) {
    for (size_t to = 0; to < n; ++to) {
      distances.push_back(slit.distances[from * (n + 1) + to]);
    }
  }
  slit.locality_count = n;
  slit.distances = distances;
}

void DistancesHave7Bits(SlitTable& slit) {
  for (uint8_t& distance : slit.distances) distance &= 0x7F;
}

void InitiatorsAreAlwaysValid(MemoryProximityDomain& domain) {
  domain.flags |= MemoryProximityDomain::kInitiatorValid;
}

void DomainWithoutMemory(const Machine& machine, HmatTable& hmat) {
  for (const NumaNode& node : machine.numa_nodes) {
    if (NodeSizeBytes(machine, node) != 0) continue;
    hmat.structures.insert(hmat.structures.begin(),
                           MemoryProximityDomain{.memory = node.id});
    return;
  }
}

void LoseFirstDomain(const Machine&, HmatTable& hmat) {
  if (!hmat.structures.empty()) {
    hmat.structures.erase(hmat.structures.begin());
  }
}

void TransposeEntries(LatencyBandwidth& matrix) {
  const std::vector<uint16_t> entries = matrix.entries;
  const size_t rows = matrix.initiators.size();
  const size_t columns = matrix.targets.size();
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column) {
      matrix.entries[row * columns + column] = entries[column * rows + row];
    }
  }
}

void InitiatorsAreNumbered(LatencyBandwidth& matrix) {
  for (uint32_t i = 0; i < matrix.initiators.size(); ++i) {
    matrix.initiators[i] = i;
  }
}

void BaseUnitIs1(LatencyBandwidth& matrix) { matrix.base_unit = 1; }

void NotGivenIsUnreachable(LatencyBandwidth& matrix) {
  std::replace(matrix.entries.begin(), matrix.entries.end(), uint16_t{0},
               uint16_t{0xFFFF});
}

void SwapLevels(MemorySideCache& cache) {
  cache.attributes = (cache.attributes & ~0xFFu) |
                     (cache.attributes & 0xF) << 4 |
                     (cache.attributes >> 4 & 0xF);
}

void LineHas8Bits(MemorySideCache& cache) { cache.attributes &= 0x00FFFFFF; }

void CacheHas32Bits(MemorySideCache& cache) { cache.size_bytes &= UINT32_MAX; }

void Revision1(const Machine&, HmatTable& hmat) { hmat.header.revision = 1; }

constexpr Mutant kMutants[] = {
    {"slit-is-transposed", "XRF", "Z39", SpoilsSlit<TransposeDistances>()},
    {"slit-diagonal-is-0", "INC", "Z61", SpoilsSlit<NobodyIsLocal>()},
    {"slit-loses-last-node", "CAP", "Z53 Z58", SpoilsSlit<LoseLastLocality>()},
    {"slit-distances-have-7-bits", "OVF", "Z17",
     SpoilsSlit<DistancesHave7Bits>()},
    {"slit-comes-too-late", "LIF", "Z23",
     LayoutFault{.spoil = [](const Machine&,
                             GuestLayout& layout) { layout.slit.clear(); }}},
    {"hmat-initiator-is-always-valid", "XRF", "Z40",
     SpoilsStructures<MemoryProximityDomain, InitiatorsAreAlwaysValid>()},
    {"hmat-has-domain-without-memory", "XRF MLS", "Z38",
     SpoilsHmat<DomainWithoutMemory>()},
    {"hmat-loses-first-domain", "ITR XRF", "Z54 Z62",
     SpoilsHmat<LoseFirstDomain>()},
    {"hmat-entries-are-transposed", "XRF", "Z39",
     SpoilsStructures<LatencyBandwidth, TransposeEntries>()},
    {"hmat-numbers-initiators", "XRF OVF", "Z39 Z61",
     SpoilsStructures<LatencyBandwidth, InitiatorsAreNumbered>()},
    {"hmat-base-unit-is-1", "OVF", "Z48",
     SpoilsStructures<LatencyBandwidth, BaseUnitIs1>()},
    {"hmat-not-given-is-unreachable", "XRF", "Z40",
     SpoilsStructures<LatencyBandwidth, NotGivenIsUnreachable>()},
    {"hmat-swaps-cache-levels", "XRF", "Z40",
     SpoilsStructures<MemorySideCache, SwapLevels>()},
    {"hmat-cache-line-has-8-bits", "OVF", "Z17",
     SpoilsStructures<MemorySideCache, LineHas8Bits>()},
    {"hmat-cache-size-has-32-bits", "OVF", "Z48",
     SpoilsStructures<MemorySideCache, CacheHas32Bits>()},
    {"hmat-has-revision-1", "ENC", "Z21", SpoilsHmat<Revision1>()},
};

}  // namespace

absl::Span<const Mutant> SlitAndHmatMutants() { return kMutants; }

}  // namespace e820check
