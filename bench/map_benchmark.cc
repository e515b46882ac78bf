// SPDX-License-Identifier: Apache-2.0

// What operations on a memory map cost, for RangeTreeMap and its peers at sizes
// from a small machine's e820 to a million ranges. Names are
// operation/peer/ranges; times are of one query or one edit, and of one range
// where an operation touches all of them. Streams of queries are too long for a
// branch predictor to learn. scripts/bench makes ratios of it.

#include <malloc.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/map_peers.h"
#include "benchmark/benchmark.h"
#ifdef E820CHECK_HAS_ICL
#include "bench/map_peer_icl.h"
#endif
#ifdef E820CHECK_HAS_LLVM
#include "bench/map_peer_llvm.h"
#endif
#include "properties/generate/choices.h"
#include "properties/generate/map_workload.h"

namespace e820check {
namespace {

// A real e820 has up to 128 rows.
constexpr size_t kSizes[] = {8, 32, 128, 1024, 65536, 1048576};
constexpr size_t kStream = 32768;
constexpr size_t kBatch = 256;
// Above these, one operation takes seconds.
constexpr size_t kLargestLinearSearch = 1024;
constexpr size_t kLargestRandomBuildOfArray = 65536;

template <typename Peer>
constexpr bool kIsArray = std::is_same_v<Peer, SortedVectorPeer> ||
                          std::is_same_v<Peer, LinearArrayPeer>;

// ---- Inputs, the same for all peers ----

struct Workload {
  explicit Workload(size_t size) {
    SeededChoices choices(size);
    segments = WorkloadSegments(size, choices);
    space = WorkloadSpace(segments);
    shuffled = segments;
    for (size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[choices.Below(i)]);
    }
    addresses = WorkloadAddresses(space, kStream, choices);
    writes = WorkloadWrites(space, kStream, choices);
    windows = WorkloadWindows(space, kStream, choices);
    small_windows = WorkloadSmallWindows(space, kStream, choices);
    for (size_t i = 0; i < kStream; ++i) {
      types.push_back(WorkloadAttributes(choices).type);
    }
    // A gap that at most eight places have.
    std::vector<uint64_t> gaps = {kWorkloadPageBytes};
    for (size_t i = 1; i < segments.size(); ++i) {
      gaps.push_back(segments[i].range.first() - segments[i - 1].range.last() -
                     1);
    }
    std::sort(gaps.rbegin(), gaps.rend());
    rare_gap_bytes = std::max<uint64_t>(gaps[std::min<size_t>(7, size / 4)], 1);
  }

  std::vector<Segment> segments;
  std::vector<Segment> shuffled;
  AddressRange space = AddressRange::Everything();
  std::vector<uint64_t> addresses;
  std::vector<MapWrite> writes;
  std::vector<AddressRange> windows;
  std::vector<AddressRange> small_windows;
  std::vector<MemoryType> types;
  uint64_t rare_gap_bytes = 0;
};

const Workload& WorkloadOf(size_t size) {
  static auto* const workloads =
      new std::map<size_t, std::unique_ptr<const Workload>>;
  std::unique_ptr<const Workload>& workload = (*workloads)[size];
  if (workload == nullptr) workload = std::make_unique<Workload>(size);
  return *workload;
}

template <typename Peer>
Peer BuildInRandomOrder(const Workload& workload) {
  Peer peer;
  for (const Segment& segment : workload.shuffled) {
    peer.Assign(segment.range, segment.attributes);
  }
  return peer;
}

// The contents of the workload. Nodes are as random edits leave them; arrays do
// not show their history.
template <typename Peer>
const Peer& ContentsOf(size_t size) {
  static auto* const peers = new std::map<size_t, std::unique_ptr<const Peer>>;
  std::unique_ptr<const Peer>& peer = (*peers)[size];
  if (peer != nullptr) return *peer;
  const Workload& workload = WorkloadOf(size);
  peer = std::make_unique<const Peer>(kIsArray<Peer>
                                          ? Peer::FromSorted(workload.segments)
                                          : BuildInRandomOrder<Peer>(workload));
  return *peer;
}

// ---- Operations ----

// Calls query(i) with the stream's indexes in turn.
template <typename Query>
void RunStream(benchmark::State& state, Query query) {
  size_t i = 0;
  for (auto _ : state) {
    query(i);
    i = (i + 1) % kStream;
  }
}

// Counts each range of what touches all of them.
template <typename Pass>
void RunPasses(benchmark::State& state, size_t ranges, Pass pass) {
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(ranges)))
    pass();
}

template <typename Peer>
void RandomLookup(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const auto& addresses = WorkloadOf(size).addresses;
  RunStream(state,
            [&](size_t i) { benchmark::DoNotOptimize(peer.At(addresses[i])); });
}

// Each address depends on the answer before.
template <typename Peer>
void DependentLookup(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const auto& addresses = WorkloadOf(size).addresses;
  uint64_t answer = 0;
  RunStream(state, [&](size_t i) {
    answer =
        peer.At(addresses[i] ^ (answer & 1)).value_or(MemoryAttributes{}).owner;
  });
  benchmark::DoNotOptimize(answer);
}

template <typename Peer>
void BatchedLookup(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const absl::Span<const uint64_t> addresses = WorkloadOf(size).addresses;
  std::vector<std::optional<MemoryAttributes>> results(kBatch);
  size_t begin = 0;
  while (state.KeepRunningBatch(kBatch)) {
    peer.AtEach(addresses.subspan(begin, kBatch), absl::MakeSpan(results));
    benchmark::ClobberMemory();
    begin = (begin + kBatch) % kStream;
  }
}

template <typename Peer>
void Churn(benchmark::State& state, size_t size) {
  Peer peer = ContentsOf<Peer>(size);
  const auto& writes = WorkloadOf(size).writes;
  // A large array is spared what hardly changes it.
  if (!kIsArray<Peer> || size <= kLargestRandomBuildOfArray) {
    for (const MapWrite& write : writes) Apply(write, peer);
  }
  RunStream(state, [&](size_t i) { Apply(writes[i], peer); });
  size_t ranges = 0;
  peer.VisitFrom(0, [&ranges](uint64_t, uint64_t, const MemoryAttributes&) {
    ++ranges;
    return true;
  });
  state.counters["ranges_after"] = static_cast<double>(ranges);
}

template <typename Peer>
void SortedBuild(benchmark::State& state, size_t size) {
  const Workload& workload = WorkloadOf(size);
  RunPasses(state, size, [&] {
    benchmark::DoNotOptimize(Peer::FromSorted(workload.segments));
  });
}

template <typename Peer>
void RandomBuild(benchmark::State& state, size_t size) {
  const Workload& workload = WorkloadOf(size);
  RunPasses(state, size, [&] {
    benchmark::DoNotOptimize(BuildInRandomOrder<Peer>(workload));
  });
}

template <typename Peer>
void Overlap(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const auto& windows = WorkloadOf(size).small_windows;
  RunStream(state, [&](size_t i) {
    benchmark::DoNotOptimize(peer.Overlaps(windows[i]));
  });
}

template <typename Peer>
void SumOfType(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const Workload& workload = WorkloadOf(size);
  RunStream(state, [&](size_t i) {
    benchmark::DoNotOptimize(
        peer.BytesOfType(workload.windows[i], workload.types[i]));
  });
}

// From somewhere in the space on, in multiples of 64 KiB.
template <typename Peer>
void FirstGap(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const Workload& workload = WorkloadOf(size);
  RunStream(state, [&](size_t i) {
    benchmark::DoNotOptimize(peer.FirstAlignedGap(
        {.size_bytes = workload.rare_gap_bytes,
         .alignment_bytes = 64 * kKiB,
         .within = *AddressRange::Create(AddressRange::FirstAndLast{
             .first = workload.addresses[i], .last = workload.space.last()})}));
  });
}

template <typename Peer>
void FullScan(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  RunPasses(state, size, [&] {
    uint64_t sum = 0;
    peer.VisitFrom(0, [&sum](uint64_t first, uint64_t last,
                             const MemoryAttributes& attributes) {
      sum += (last - first) ^ attributes.owner;
      return true;
    });
    benchmark::DoNotOptimize(sum);
  });
}

// Of maps with equal contents, but different histories.
template <typename Peer>
void Equality(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  const Peer other = Peer::FromSorted(WorkloadOf(size).segments);
  RunPasses(state, size, [&] { benchmark::DoNotOptimize(peer == other); });
}

template <typename Peer>
void Clone(benchmark::State& state, size_t size) {
  const Peer& peer = ContentsOf<Peer>(size);
  RunPasses(state, size, [&] {
    Peer copy = peer;
    benchmark::DoNotOptimize(copy);
  });
}

// Blocks that the allocator keeps at hand count as in use; of small maps that
// would be all that is seen.
constexpr size_t kSmallestMemory = 1024;

// No time: bytes of each range, what the allocator adds included.
template <typename Peer>
void Memory(benchmark::State& state, size_t size) {
  const Workload& workload = WorkloadOf(size);
  const auto in_use = [] {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  for (auto _ : state) {
    const size_t before = in_use();
    auto peer = std::make_unique<const Peer>(
        kIsArray<Peer> && size > kLargestRandomBuildOfArray
            ? Peer::FromSorted(workload.segments)
            : BuildInRandomOrder<Peer>(workload));
    state.counters["bytes_per_range"] =
        static_cast<double>(in_use() - before) / static_cast<double>(size);
  }
}

// ---- Names ----

struct Operation {
  const char* name;
  void (*run)(benchmark::State&, size_t);
};

template <typename Peer>
void RegisterPeer() {
  static constexpr Operation kOperations[] = {
      {"random lookup", RandomLookup<Peer>},
      {"dependent lookup", DependentLookup<Peer>},
      {"batched lookup", BatchedLookup<Peer>},
      {"churn", Churn<Peer>},
      {"sorted build", SortedBuild<Peer>},
      {"random build", RandomBuild<Peer>},
      {"overlap", Overlap<Peer>},
      {"sum of type", SumOfType<Peer>},
      {"first gap", FirstGap<Peer>},
      {"full scan", FullScan<Peer>},
      {"equality", Equality<Peer>},
      {"clone", Clone<Peer>},
      {"memory", Memory<Peer>},
  };
  for (const size_t size : kSizes) {
    if (std::is_same_v<Peer, LinearArrayPeer> && size > kLargestLinearSearch) {
      continue;
    }
    for (const Operation& operation : kOperations) {
      const bool builds = operation.run == &RandomBuild<Peer>;
      if (builds && kIsArray<Peer> && size > kLargestRandomBuildOfArray) {
        continue;
      }
      const bool measures_memory = operation.run == &Memory<Peer>;
      if (measures_memory && size < kSmallestMemory) continue;
      auto* const registered = benchmark::RegisterBenchmark(
          absl::StrCat(operation.name, "/", Peer::kName, "/", size).c_str(),
          [run = operation.run, size](benchmark::State& state) {
            run(state, size);
          });
      if (measures_memory) registered->Iterations(1);
    }
  }
}

void RegisterAll() {
  RegisterPeer<RangeTreePeer>();
  RegisterPeer<SortedVectorPeer>();
  RegisterPeer<LinearArrayPeer>();
  RegisterPeer<BtreePeer>();
  RegisterPeer<StdMapPeer>();
#ifdef E820CHECK_HAS_LLVM
  RegisterPeer<IntervalMapPeer>();
#endif
#ifdef E820CHECK_HAS_ICL
  RegisterPeer<IclPeer>();
#endif
}

}  // namespace
}  // namespace e820check

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  e820check::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
