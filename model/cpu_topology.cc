// SPDX-License-Identifier: Apache-2.0

#include "model/cpu_topology.h"

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

// w(n): the bits that hold the ids 0 .. count - 1.
int FieldWidth(uint32_t count) {
  int width = 0;
  while ((uint64_t{1} << width) < count) ++width;
  return width;
}

}  // namespace

CpuIds CpuIdsOf(const SmpTopology& smp, uint32_t index) {
  CpuIds ids;
  ids.thread = index % smp.threads;
  ids.core = index / smp.threads % smp.cores;
  ids.module = index / (smp.threads * smp.cores) % smp.modules;
  ids.die = index / (smp.threads * smp.cores * smp.modules) % smp.dies;
  ids.socket = index / (smp.threads * smp.cores * smp.modules * smp.dies);
  return ids;
}

uint64_t ApicIdOf(const SmpTopology& smp, uint32_t index) {
  const CpuIds ids = CpuIdsOf(smp, index);
  const int core_shift = FieldWidth(smp.threads);
  const int module_shift = core_shift + FieldWidth(smp.cores);
  const int die_shift = module_shift + FieldWidth(smp.modules);
  const int socket_shift = die_shift + FieldWidth(smp.dies);
  return uint64_t{ids.thread} | uint64_t{ids.core} << core_shift |
         uint64_t{ids.module} << module_shift | uint64_t{ids.die} << die_shift |
         uint64_t{ids.socket} << socket_shift;
}

bool Matches(const NumaCpu& option, const CpuIds& ids) {
  return option.socket_id.value_or(ids.socket) == ids.socket &&
         option.die_id.value_or(ids.die) == ids.die &&
         option.module_id.value_or(ids.module) == ids.module &&
         option.core_id.value_or(ids.core) == ids.core &&
         option.thread_id.value_or(ids.thread) == ids.thread;
}

std::string CpuName(const SmpTopology& smp, uint32_t index) {
  const CpuIds ids = CpuIdsOf(smp, index);
  std::string name = absl::StrCat("CPU ", index, " [socket-id: ", ids.socket);
  // QEMU gives a CPU these two ids only where there is more than one.
  if (smp.dies > 1) absl::StrAppend(&name, ", die-id: ", ids.die);
  if (smp.modules > 1) absl::StrAppend(&name, ", module-id: ", ids.module);
  absl::StrAppend(&name, ", core-id: ", ids.core, ", thread-id: ", ids.thread,
                  "]");
  return name;
}

}  // namespace e820check::model
