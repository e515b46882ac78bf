// SPDX-License-Identifier: Apache-2.0

#include "options/smp.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/machine_types.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kZeroWarning[] =
    "warning: Deprecated CPU topology (considered invalid): CPU topology "
    "parameters must be greater than zero";

struct SmpResult {
  SmpTopology topology;
  std::vector<std::string> warnings;
};

absl::StatusOr<SmpResult> Complete(const char* machine,
                                   const SmpRequest& request,
                                   QemuVersion qemu = QemuVersion::k7_2) {
  const std::optional<MachineType> type = FindMachineType(machine, qemu);
  if (!type) return absl::NotFoundError(machine);
  SmpResult result;
  const auto topology = CompleteTopology(request, *type, qemu, result.warnings);
  if (!topology.ok()) return topology.status();
  result.topology = *topology;
  return result;
}

// "cpus/maxcpus = sockets*dies*modules*cores*threads", or the refusal.
std::string Show(const absl::StatusOr<SmpResult>& result) {
  if (!result.ok()) return std::string(result.status().message());
  const SmpTopology& t = result->topology;
  return absl::StrCat(t.cpus, "/", t.maxcpus, " = ", t.sockets, "*", t.dies,
                      "*", t.modules, "*", t.cores, "*", t.threads);
}

struct Case {
  const char* machine;
  SmpRequest request;
  const char* expected;
};

// All from the binary, the topologies from its QOM property "smp".
TEST(SmpTest, AnswersLikeQemu72) {
  const Case kCases[] = {
      {"pc", {}, "1/1 = 1*1*1*1*1"},
      {"pc", {.cpus = 2}, "2/2 = 1*1*1*2*1"},
      {"pc-i440fx-6.1", {.cpus = 2}, "2/2 = 2*1*1*1*1"},
      {"pc", {.cpus = 2, .maxcpus = 4}, "2/4 = 1*1*1*4*1"},
      {"pc", {.maxcpus = 4}, "4/4 = 1*1*1*4*1"},
      {"pc",
       {.cpus = 1, .sockets = 255, .maxcpus = 255},
       "1/255 = 255*1*1*1*1"},
      {"pc", {.sockets = 1, .maxcpus = 255}, "255/255 = 1*1*1*255*1"},
      {"pc", {.sockets = 2, .cores = 2, .threads = 2}, "8/8 = 2*1*1*2*2"},
      {"pc", {.cpus = 2, .threads = 2}, "2/2 = 1*1*1*1*2"},
      {"pc", {.cpus = 8, .sockets = 2, .cores = 2}, "8/8 = 2*1*1*2*2"},
      {"pc", {.cpus = 8, .dies = 2, .cores = 2}, "8/8 = 2*2*1*2*1"},
      {"pc-q35-6.1", {.cpus = 8, .dies = 2, .cores = 2}, "8/8 = 2*2*1*2*1"},
      {"pc-q35-6.1", {.cpus = 8, .sockets = 2}, "8/8 = 2*1*1*4*1"},
      {"pc",
       {.cpus = 2, .sockets = 3},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (3) * dies (1) * cores (0) * threads (1) != maxcpus (2)"},
      {"pc",
       {.cpus = 3, .threads = 2},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (1) * dies (1) * cores (1) * threads (2) != maxcpus (3)"},
      {"pc",
       {.cpus = 2, .threads = 2, .maxcpus = 3},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (1) * dies (1) * cores (1) * threads (2) != maxcpus (3)"},
      {"microvm",
       {.cpus = 6, .sockets = 4},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (4) * cores (1) * threads (1) != maxcpus (6)"},
      {"pc",
       {.cpus = 3, .maxcpus = 2},
       "Invalid CPU topology: maxcpus must be equal to or greater than smp: "
       "sockets (1) * dies (1) * cores (2) * threads (1) == maxcpus (2) < "
       "smp_cpus (3)"},
      {"pc",
       {.sockets = 65536, .cores = 32768},
       "Invalid SMP CPUs -2147483648. The max CPUs supported by machine "
       "'pc-i440fx-7.2' is 255"},
      {"pc",
       {.dies = 2, .clusters = 2},
       "clusters not supported by this machine's CPU topology"},
      {"microvm",
       {.dies = 2, .clusters = 2},
       "dies not supported by this machine's CPU topology"},
      {"none",
       {.cpus = 2},
       "Invalid SMP CPUs 2. The max CPUs supported by machine 'none' is 1"},
      {"isapc",
       {.dies = 2},
       "Invalid SMP CPUs 2. The max CPUs supported by machine 'isapc' is 1"},
      {"pc",
       {.cpus = 288},
       "Invalid SMP CPUs 288. The max CPUs supported by machine "
       "'pc-i440fx-7.2' is 255"},
      {"pc-q35-2.6",
       {.cpus = 1, .maxcpus = 256},
       "Invalid SMP CPUs 256. The max CPUs supported by machine 'pc-q35-2.6' "
       "is 255"},
      {"q35",
       {.cpus = 1, .maxcpus = 289},
       "Invalid SMP CPUs 289. The max CPUs supported by machine 'pc-q35-7.2' "
       "is 288"},
      {"microvm",
       {.cpus = 289},
       "Invalid SMP CPUs 289. The max CPUs supported by machine 'microvm' is "
       "288"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(c.expected, Show(Complete(c.machine, c.request))) << c.machine;
  }
}

TEST(SmpTest, CountsAreTruncatedTo32Bits) {
  constexpr int64_t k2To32 = int64_t{1} << 32;
  const Case kCases[] = {
      {"pc", {.cpus = k2To32}, "1/1 = 1*1*1*1*1"},
      {"pc", {.cpus = k2To32, .maxcpus = 2}, "2/2 = 1*1*1*2*1"},
      {"pc", {.dies = k2To32 + 1}, "1/1 = 1*1*1*1*1"},
      {"pc", {.clusters = k2To32 + 1}, "1/1 = 1*1*1*1*1"},
      {"microvm", {.dies = k2To32 + 1}, "1/1 = 1*1*1*1*1"},
      {"pc",
       {.cpus = -1},
       "Invalid SMP CPUs -1. The max CPUs supported by machine "
       "'pc-i440fx-7.2' is 255"},
      {"pc",
       {.cpus = INT64_MAX},
       "Invalid SMP CPUs -1. The max CPUs supported by machine "
       "'pc-i440fx-7.2' is 255"},
      {"pc",
       {.clusters = -1},
       "clusters not supported by this machine's CPU topology"},
      {"pc",
       {.cores = 65536, .threads = 65536},
       "Invalid SMP CPUs 0. The min CPUs supported by machine "
       "'pc-i440fx-7.2' is 1"},
      {"pc",
       {.sockets = 65537, .cores = 65537},
       "Invalid SMP CPUs 131073. The max CPUs supported by machine "
       "'pc-i440fx-7.2' is 255"},
  };
  for (const Case& c : kCases) {
    const auto result = Complete(c.machine, c.request);
    EXPECT_EQ(c.expected, Show(result)) << c.machine;
    if (result.ok()) {
      EXPECT_THAT(result->warnings, IsEmpty());
    }
  }
}

// 7.2 dies of SIGFPE on each of these.
TEST(SmpTest, DivisionByAProductThatWrapsToZeroIsRefused) {
  const Case kCases[] = {
      {"pc",
       {.cpus = 2, .sockets = 65536, .threads = 65536},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (65536) * dies (1) * cores (0) * threads (65536) != maxcpus "
       "(2)"},
      {"pc-i440fx-6.1",
       {.cpus = 2, .cores = 65536, .threads = 65536},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (0) * dies (1) * cores (65536) * threads (65536) != maxcpus "
       "(2)"},
      {"pc-i440fx-6.2",
       {.cpus = 12,
        .sockets = 4,
        .dies = int64_t{1} << 31,
        .cores = 2,
        .maxcpus = 1},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (4) * dies (2147483648) * cores (2) * threads (0) != maxcpus "
       "(1)"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(c.expected, Show(Complete(c.machine, c.request))) << c.machine;
  }
}

// 3 * 2863311531 = 2 * 2^32 + 1. QEMU starts such a machine with one CPU.
TEST(SmpTest, ProductThatWrapsToMaxcpusIsNotModelled) {
  const auto result = Complete("pc", {.sockets = 3, .cores = 2863311531});
  EXPECT_TRUE(absl::IsUnimplemented(result.status())) << result.status();
}

TEST(SmpTest, ZeroIsDeprecatedIn72AndRefusedSince) {
  const SmpRequest kRequests[] = {
      {.cpus = 0}, {.cpus = 2, .sockets = 0}, {.clusters = 0}, {.threads = 0}};
  for (const SmpRequest& request : kRequests) {
    const auto in_7_2 = Complete("pc", request);
    ASSERT_TRUE(in_7_2.ok()) << in_7_2.status();
    EXPECT_THAT(in_7_2->warnings, ElementsAre(kZeroWarning));
    for (const QemuVersion qemu : {QemuVersion::k10_0, QemuVersion::k11_1}) {
      EXPECT_EQ(
          "Invalid CPU topology: CPU topology parameters must be greater than "
          "zero",
          Show(Complete("pc", request, qemu)));
    }
  }
}

TEST(SmpTest, LaterReleasesKnowModulesAndCheckWhatWasTyped) {
  constexpr int64_t k2To32 = int64_t{1} << 32;
  const Case kCases[] = {
      {"q35", {.cpus = 8, .modules = 2}, "8/8 = 1*1*2*4*1"},
      {"q35", {.cpus = 4096}, "4096/4096 = 1*1*1*4096*1"},
      {"q35",
       {.cpus = 9, .dies = 3, .modules = 2},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (1) * dies (3) * modules (2) * cores (1) * threads (1) != "
       "maxcpus (9)"},
      {"microvm",
       {.cpus = 9, .sockets = 2},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (2) * cores (4) * threads (1) != maxcpus (9)"},
      {"microvm",
       {.drawers = 2, .books = 2, .dies = 2, .clusters = 2, .modules = 2},
       "modules > 1 not supported by this machine's CPU topology"},
      {"q35",
       {.drawers = 2, .books = 2, .dies = 2, .clusters = 2, .modules = 2},
       "clusters > 1 not supported by this machine's CPU topology"},
      {"microvm",
       {.drawers = 2, .books = 2, .dies = 2},
       "dies > 1 not supported by this machine's CPU topology"},
      {"q35",
       {.drawers = 2, .books = 2},
       "books > 1 not supported by this machine's CPU topology"},
      {"q35",
       {.drawers = 2},
       "drawers > 1 not supported by this machine's CPU topology"},
      {"q35",
       {.clusters = k2To32 + 1},
       "clusters > 1 not supported by this machine's CPU topology"},
      // -1 is not above 1, and counts as 2^32 - 1 in the product.
      {"q35",
       {.cpus = 1, .clusters = -1},
       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
       "sockets (1) * dies (1) * modules (1) * cores (0) * threads (1) != "
       "maxcpus (1)"},
  };
  for (const QemuVersion qemu : {QemuVersion::k10_0, QemuVersion::k11_1}) {
    for (const Case& c : kCases) {
      EXPECT_EQ(c.expected, Show(Complete(c.machine, c.request, qemu)))
          << c.machine;
    }
  }
}

// -smp dies=0,maxcpus=1,threads=2
TEST(SmpTest, ARefusalComesAfterItsWarnings) {
  std::vector<std::string> warnings;
  const auto refused = CompleteTopology(
      {.dies = 0, .threads = 2, .maxcpus = 1},
      *FindMachineType("pc", QemuVersion::k7_2), QemuVersion::k7_2, warnings);
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(warnings, ElementsAre(kZeroWarning));
}

}  // namespace
}  // namespace e820check
