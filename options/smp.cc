// SPDX-License-Identifier: Apache-2.0

#include "options/smp.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "options/machine_types.h"
#include "options/refusal.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

// QEMU's own view: 32 bits wide, 0 where not known yet. x86 has no drawers,
// books and clusters, but negative ones pass QEMU's checks from 10.0 on and
// take part in its arithmetic.
struct Counts {
  uint32_t drawers = 0;
  uint32_t books = 0;
  uint32_t sockets = 0;
  uint32_t dies = 0;
  uint32_t clusters = 0;
  uint32_t modules = 0;
  uint32_t cores = 0;
  uint32_t threads = 0;
  uint32_t cpus = 0;
  uint32_t maxcpus = 0;
};

using Level = uint32_t Counts::*;

constexpr Level kLevels[] = {
    &Counts::drawers,  &Counts::books,   &Counts::sockets, &Counts::dies,
    &Counts::clusters, &Counts::modules, &Counts::cores,   &Counts::threads};

// Wraps around 2^32, as QEMU's does.
uint32_t Product(const Counts& counts) {
  uint32_t product = 1;
  for (const Level level : kLevels) product *= counts.*level;
  return product;
}

bool ProductWraps(const Counts& counts) {
  uint64_t product = 1;
  for (const Level level : kLevels) {
    product *= counts.*level;
    if (product > UINT32_MAX) return true;
  }
  return false;
}

uint32_t Truncate(const std::optional<int64_t>& value) {
  return static_cast<uint32_t>(value.value_or(0));
}

Counts ReadCounts(const SmpRequest& request) {
  return {.drawers = Truncate(request.drawers),
          .books = Truncate(request.books),
          .sockets = Truncate(request.sockets),
          .dies = Truncate(request.dies),
          .clusters = Truncate(request.clusters),
          .modules = Truncate(request.modules),
          .cores = Truncate(request.cores),
          .threads = Truncate(request.threads),
          .cpus = Truncate(request.cpus),
          .maxcpus = Truncate(request.maxcpus)};
}

bool HasZero(const SmpRequest& request) {
  const auto values = {request.cpus,    request.drawers, request.books,
                       request.sockets, request.dies,    request.clusters,
                       request.modules, request.cores,   request.threads,
                       request.maxcpus};
  return std::any_of(values.begin(), values.end(),
                     [](const auto& value) { return value == 0; });
}

absl::Status CheckLevels(const SmpRequest& request, SmpLevels supported,
                         const OptionRules& rules) {
  constexpr char kUnsupported[] =
      " not supported by this machine's CPU topology";
  if (!rules.smp_levels_count_as_typed) {
    if (!supported.dies && Truncate(request.dies) > 1) {
      return Refuse("dies", kUnsupported);
    }
    if (Truncate(request.clusters) > 1) return Refuse("clusters", kUnsupported);
    return absl::OkStatus();
  }
  const auto above_one = [](const std::optional<int64_t>& value) {
    return value.value_or(1) > 1;
  };
  if (!supported.modules && above_one(request.modules)) {
    return Refuse("modules > 1", kUnsupported);
  }
  if (above_one(request.clusters)) return Refuse("clusters > 1", kUnsupported);
  if (!supported.dies && above_one(request.dies)) {
    return Refuse("dies > 1", kUnsupported);
  }
  if (above_one(request.books)) return Refuse("books > 1", kUnsupported);
  if (above_one(request.drawers)) return Refuse("drawers > 1", kUnsupported);
  return absl::OkStatus();
}

void DefaultToOne(uint32_t& count) {
  if (count == 0) count = 1;
}

// How many of `level` make maxcpus with the other levels as they are. Where
// their product wraps to 0, QEMU dies of a division by zero, on 7.2 for example
// with -smp 2,sockets=65536,threads=65536. Here the level stays 0, for which
// the comparison with maxcpus then refuses the request.
void Derive(Counts& counts, Level level) {
  counts.*level = 1;
  const uint32_t others = Product(counts);
  counts.*level = others == 0 ? 0 : counts.maxcpus / others;
}

// Machine types up to 6.1 make sockets of what is not said otherwise, the later
// ones cores. isapc and microvm are as new as their binary.
bool PrefersSockets(const MachineType& type) {
  return type.version <= MachineVersion{6, 1};
}

void Complete(Counts& counts, bool prefer_sockets) {
  for (const Level level : {&Counts::drawers, &Counts::books, &Counts::dies,
                            &Counts::clusters, &Counts::modules}) {
    DefaultToOne(counts.*level);
  }
  if (counts.cpus == 0 && counts.maxcpus == 0) {
    DefaultToOne(counts.sockets);
    DefaultToOne(counts.cores);
    DefaultToOne(counts.threads);
  } else {
    if (counts.maxcpus == 0) counts.maxcpus = counts.cpus;
    const Level first = prefer_sockets ? &Counts::sockets : &Counts::cores;
    const Level second = prefer_sockets ? &Counts::cores : &Counts::sockets;
    if (counts.*first == 0) {
      DefaultToOne(counts.*second);
      DefaultToOne(counts.threads);
      Derive(counts, first);
    } else if (counts.*second == 0) {
      DefaultToOne(counts.threads);
      Derive(counts, second);
    }
    if (counts.threads == 0) Derive(counts, &Counts::threads);
  }
  if (counts.maxcpus == 0) counts.maxcpus = Product(counts);
  if (counts.cpus == 0) counts.cpus = counts.maxcpus;
}

std::string Describe(const Counts& counts, SmpLevels supported) {
  std::string text = absl::StrCat("sockets (", counts.sockets, ")");
  if (supported.dies) absl::StrAppend(&text, " * dies (", counts.dies, ")");
  if (supported.modules) {
    absl::StrAppend(&text, " * modules (", counts.modules, ")");
  }
  absl::StrAppend(&text, " * cores (", counts.cores, ") * threads (",
                  counts.threads, ")");
  return text;
}

// QEMU prints these unsigned numbers as signed ones.
int32_t AsPrinted(uint32_t count) { return static_cast<int32_t>(count); }

absl::Status CheckCounts(const Counts& counts, SmpLevels supported,
                         const MachineType& type, QemuVersion qemu) {
  if (Product(counts) != counts.maxcpus) {
    return Refuse(
        "Invalid CPU topology: product of the hierarchy must match maxcpus: ",
        Describe(counts, supported), " != maxcpus (", counts.maxcpus, ")");
  }
  if (counts.maxcpus < counts.cpus) {
    return Refuse(
        "Invalid CPU topology: maxcpus must be equal to or greater than smp: ",
        Describe(counts, supported), " == maxcpus (", counts.maxcpus,
        ") < smp_cpus (", counts.cpus, ")");
  }
  if (counts.cpus < 1) {
    return Refuse("Invalid SMP CPUs ", AsPrinted(counts.cpus),
                  ". The min CPUs supported by machine '", ToString(type),
                  "' is 1");
  }
  if (counts.maxcpus > MaxCpus(type, qemu)) {
    return Refuse("Invalid SMP CPUs ", AsPrinted(counts.maxcpus),
                  ". The max CPUs supported by machine '", ToString(type),
                  "' is ", MaxCpus(type, qemu));
  }
  if (ProductWraps(counts)) {
    return absl::UnimplementedError(
        "-smp: the product of the levels wraps around 2^32");
  }
  return absl::OkStatus();
}

}  // namespace

SmpLevels SupportedSmpLevels(const MachineType& type, QemuVersion qemu) {
  const bool pc = type.family == MachineFamily::kI440fx ||
                  type.family == MachineFamily::kQ35 ||
                  type.family == MachineFamily::kIsapc;
  return {.dies = pc, .modules = pc && OptionRulesOf(qemu).pcs_have_modules};
}

absl::StatusOr<SmpTopology> CompleteTopology(
    const SmpRequest& request, const MachineType& type, QemuVersion qemu,
    std::vector<std::string>& warnings) {
  const OptionRules& rules = OptionRulesOf(qemu);
  if (HasZero(request)) {
    constexpr char kZero[] =
        "CPU topology parameters must be greater than zero";
    if (rules.smp_zero_is_refused) {
      return Refuse("Invalid CPU topology: ", kZero);
    }
    warnings.push_back(absl::StrCat(
        "warning: Deprecated CPU topology (considered invalid): ", kZero));
  }
  const SmpLevels supported = SupportedSmpLevels(type, qemu);
  if (absl::Status s = CheckLevels(request, supported, rules); !s.ok()) {
    return s;
  }
  Counts counts = ReadCounts(request);
  Complete(counts, PrefersSockets(type));
  if (absl::Status s = CheckCounts(counts, supported, type, qemu); !s.ok()) {
    return s;
  }
  return SmpTopology{.cpus = counts.cpus,
                     .maxcpus = counts.maxcpus,
                     .sockets = counts.sockets,
                     .dies = counts.dies,
                     .modules = counts.modules,
                     .cores = counts.cores,
                     .threads = counts.threads};
}

}  // namespace e820check
