// SPDX-License-Identifier: Apache-2.0

// Which rules have a part in a machine: those that decide something there, and
// no others. `e820check rules` counts by it what runs have covered.

#include "model/rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "model/reference_layout.h"
#include "model/test_machines.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> RulesOf(const MachineOptions& options) {
  RuleSet reached;
  TraceReferenceLayout(options, reached);
  std::vector<std::string> texts;
  for (const RuleFacts& facts : AllRules()) {
    if (reached.test(static_cast<size_t>(facts.rule))) {
      texts.emplace_back(facts.text);
    }
  }
  return texts;
}

constexpr char kHyperTransport[] = "AMD's reserved 12 GiB";
constexpr char kLastAddress[] = "the last address used is the PCI hole's end";
constexpr char kLowRam[] = "low RAM, even if empty";
constexpr char kHighRam[] = "high RAM";

TEST(RulesTest, OfMachinesWithoutNodes) {
  EXPECT_THAT(RulesOf(Machine("pc", kGiB)),
              ElementsAre("low RAM ends at 3.5 GiB at most", kHyperTransport,
                          kLastAddress, kLowRam));
  EXPECT_THAT(RulesOf(Machine("pc", 8 * kGiB)),
              ElementsAre("low RAM ends at 3.5 GiB at most",
                          "more RAM than that splits at 3 GiB", kHyperTransport,
                          kLastAddress, kLowRam, kHighRam));
  EXPECT_THAT(RulesOf(Machine("q35", kGiB)),
              ElementsAre("q35 keeps up to 2.75 GiB low", kHyperTransport,
                          kLastAddress, kLowRam));
  EXPECT_THAT(RulesOf(Machine("q35", 8 * kGiB)),
              ElementsAre("more RAM than that splits at 2 GiB", kHyperTransport,
                          kLastAddress, kLowRam, kHighRam));
  EXPECT_THAT(RulesOf(Machine("microvm", 4 * kGiB)),
              ElementsAre("microvm splits at 3 GiB", kLowRam, kHighRam));
  EXPECT_THAT(RulesOf(Machine("none", kGiB)), IsEmpty());
}

constexpr char kQ35Low[] = "q35 keeps up to 2.75 GiB low";
constexpr char kCpuRows[] = "CPU rows up to APIC id 254";
constexpr char kHoleRow[] = "node memory leaves out 640 KiB to 1 MiB";
constexpr char kNodeRow[] = "the rest of a node";
constexpr char kPadding[] = "empty rows up to nodes + 2";

TEST(RulesTest, OfCpusInNodes) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.smp = {.cpus = 4, .maxcpus = 4, .sockets = 2, .cores = 2};
  EXPECT_THAT(RulesOf(options),
              ElementsAre("CPUs without nodes follow their socket", kQ35Low,
                          kHyperTransport, kLastAddress, kLowRam, kCpuRows,
                          kHoleRow, kNodeRow, kPadding));
  options.numa_nodes[0].cpus = {{0, 1}};
  EXPECT_THAT(RulesOf(options),
              ElementsAre("CPUs follow cpus= and -numa cpu",
                          "left-over CPUs go to node 0, with warnings", kQ35Low,
                          kHyperTransport, kLastAddress, kLowRam, kCpuRows,
                          kHoleRow, kNodeRow, kPadding));
  options.numa_nodes[1].cpus = {{2, 3}};
  EXPECT_THAT(RulesOf(options),
              ElementsAre("CPUs follow cpus= and -numa cpu", kQ35Low,
                          kHyperTransport, kLastAddress, kLowRam, kCpuRows,
                          kHoleRow, kNodeRow, kPadding));
}

TEST(RulesTest, OfDistances) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.numa_distances = {{0, 1, 20}};
  const char* const kSockets = "CPUs without nodes follow their socket";
  const char* const kSlit = "SLIT, where a distance was given";
  EXPECT_THAT(
      RulesOf(options),
      ElementsAre("a missing distance is that of the way back", kSockets,
                  kQ35Low, kHyperTransport, kLastAddress, kLowRam, kCpuRows,
                  kHoleRow, kNodeRow, kPadding, kSlit));
  options.numa_distances.push_back({1, 0, 30});
  EXPECT_THAT(
      RulesOf(options),
      ElementsAre(kSockets, kQ35Low, kHyperTransport, kLastAddress, kLowRam,
                  kCpuRows, kHoleRow, kNodeRow, kPadding, kSlit));
}

// Two warnings, one rule: of memory that a guest may touch before it is
// plugged, on boards up to 6.2, and of files that a guest changes, from 10.0
// on.
TEST(RulesTest, OfVirtioMem) {
  const auto warns = [](absl::string_view type, QemuVersion version,
                        MemoryBackend backend) {
    MachineOptions options = Machine(type, kGiB);
    options.qemu_version = version;
    options.memory.maxram_size_bytes = 4 * kGiB;
    backend.id = "m";
    backend.size_bytes = kGiB;
    options.backends = {backend};
    options.devices = {
        {.kind = Device::Kind::kVirtioMem, .id = "v", .memdev = "m"}};
    EXPECT_EQ(RefusalOf(options), "accepted");
    const std::vector<std::string> rules = RulesOf(options);
    const bool reached =
        std::count(rules.begin(), rules.end(),
                   "virtio-mem warns of what it cannot hide or discard") == 1;
    EXPECT_EQ(reached, !ReferenceLayout(options).device_warnings.empty());
    return reached;
  };
  const MemoryBackend shared = {.share = true};
  EXPECT_FALSE(warns("pc-q35-6.2", QemuVersion::k7_2, {}));
  EXPECT_TRUE(warns("pc-q35-6.2", QemuVersion::k7_2, shared));
  EXPECT_FALSE(warns("pc-q35-7.0", QemuVersion::k7_2, shared));

  MemoryBackend file = {.kind = MemoryBackend::Kind::kFile, .mem_path = "f"};
  EXPECT_FALSE(warns("pc-q35-7.2", QemuVersion::k7_2, file));
  EXPECT_TRUE(warns("pc-q35-7.2", QemuVersion::k10_0, file));
  file.share = true;
  EXPECT_FALSE(warns("pc-q35-7.2", QemuVersion::k10_0, file));
}

TEST(RulesTest, OfSmallBlocksOfVirtioMem) {
  MachineOptions options = Machine("q35", kGiB);
  options.memory.maxram_size_bytes = 4 * kGiB;
  options.backends = {{.id = "m", .size_bytes = kGiB}};
  options.devices = {{.kind = Device::Kind::kVirtioMem,
                      .memdev = "m",
                      .block_size_bytes = 2 * kMiB}};
  EXPECT_THAT(ReferenceLayout(options).device_warnings, IsEmpty());
  options.devices[0].block_size_bytes = kMiB;
  EXPECT_THAT(
      ReferenceLayout(options).device_warnings,
      ElementsAre(DeviceWarning{
          .device = 0,
          .text = "warning: 'block-size' property is smaller than the default "
                  "block size (2 MiB)"}));
}

TEST(RulesTest, OfHmat) {
  const auto last_of = [](const MachineOptions& options) {
    return RulesOf(options).back();
  };
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.hmat = true;
  EXPECT_EQ(last_of(options), "memory without");
  // All CPUs are in node 0, which is therefore its own initiator.
  options.numa_nodes[1].initiator = 0;
  EXPECT_EQ(last_of(options), "memory with an initiator");
}

}  // namespace
}  // namespace e820check
