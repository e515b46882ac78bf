// SPDX-License-Identifier: Apache-2.0

// What a prediction costs, from text to tables: QEMU 11.1's q35 with 16 nodes,
// 64 CPUs, all distances, three lists and a cache of HMAT, memory devices of
// each kind, CXL and generic affinities.

#include <cstdlib>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "rangetree/range_tree_layout.h"

namespace e820check {
namespace {

constexpr int kNodes = 16;
const CommandLineContext kContext = {.qemu_version = QemuVersion::k11_1};

std::vector<std::string> LargeMachine() {
  std::vector<std::string> args = {
      "-machine", "pc-q35-11.1,hmat=on,nvdimm=on,cxl=on",
      "-machine", "cxl-fmw.0.size=4G,cxl-fmw.0.targets.0=bridge",
      "-cpu",     "EPYC,phys-bits=48",
      "-m",       "16G,slots=32,maxmem=1T",
      "-smp",     "64,sockets=16,cores=4",
      "-device",  "pxb-cxl,id=bridge,bus_nr=12,addr=0x10",
      "-device",  "virtio-rng-pci,id=rng,bus=pcie.0,addr=0x11",
      "-object",  "acpi-generic-port,id=port,pci-bus=bridge,node=1",
      "-object",  "acpi-generic-initiator,id=initiator,pci-dev=rng,node=2"};
  const auto add = [&args](const char* option, const auto&... parts) {
    args.emplace_back(option);
    args.push_back(absl::StrCat(parts...));
  };
  for (int i = 0; i < kNodes; ++i) {
    add("-object", "memory-backend-ram,id=m", i, ",size=1G,reserve=off");
    add("-object", "memory-backend-ram,id=d", i, ",size=2G,reserve=off");
    add("-numa", "node,nodeid=", i, ",memdev=m", i, ",cpus=", 4 * i, "-",
        4 * i + 3);
  }
  for (int from = 0; from < kNodes; ++from) {
    for (int to = 0; to < kNodes; ++to) {
      if (from != to) {
        add("-numa", "dist,src=", from, ",dst=", to, ",val=", 20 + from);
      }
      for (const char* value :
           {"access-latency,latency=10", "read-latency,latency=20",
            "access-bandwidth,bandwidth=1G"}) {
        add("-numa", "hmat-lb,initiator=", from, ",target=", to,
            ",hierarchy=memory,data-type=", value);
      }
    }
  }
  for (int i = 0; i < kNodes; ++i) {
    add("-numa", "hmat-cache,node-id=", i,
        ",size=64K,level=1,associativity=direct,policy=write-back,line=64");
  }
  const char* const drivers[] = {"pc-dimm", "nvdimm", "sp-mem", "pc-dimm"};
  for (int i = 0; i < kNodes; ++i) {
    add("-device", drivers[i % 4], ",id=dev", i, ",memdev=d", i, ",node=", i);
  }
  return args;
}

// The large machine; ends the program if it is refused, as then nothing would
// be measured.
const MachineOptions& LargeOptions() {
  static const auto& options = *new MachineOptions([] {
    const auto parsed = ParseCommandLine(LargeMachine(), kContext);
    if (!parsed.ok() || !parsed->accepted() ||
        !ReferenceLayout(std::get<MachineOptions>(parsed->outcome))
             .accepted()) {
      std::cerr << "the large machine is refused\n";
      std::exit(1);
    }
    return std::get<MachineOptions>(parsed->outcome);
  }());
  return options;
}

template <Answer (*kLayout)(const MachineOptions&)>
void BM_Layout(benchmark::State& state) {
  const MachineOptions& options = LargeOptions();
  for (auto _ : state) benchmark::DoNotOptimize(kLayout(options));
}
BENCHMARK(BM_Layout<ReferenceLayout>)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Layout<RangeTreeLayout>)->Unit(benchmark::kMicrosecond);

// All that `e820check predict` does but print.
void BM_Predict(benchmark::State& state) {
  LargeOptions();
  const std::vector<std::string> args = LargeMachine();
  for ([[maybe_unused]] const auto _ : state) {
    const auto parsed = ParseCommandLine(args, kContext);
    benchmark::DoNotOptimize(
        ReferenceLayout(std::get<MachineOptions>(parsed->outcome)));
  }
}
BENCHMARK(BM_Predict)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace e820check
