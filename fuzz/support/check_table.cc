// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/check_table.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_split.h"
#include "fuzz/support/explain.h"
#include "machine/describe.h"
#include "machine/machine_options.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "properties/laws/evidence.h"
#include "properties/laws/laws.h"

namespace e820check {
namespace {

struct Words {
  static constexpr char kName[] = "words of a law";
};

const std::vector<std::string>& Args() {
  static const auto& args = *new std::vector<std::string>(
      absl::StrSplit("-machine q35,hmat=on "
                     "-cpu Skylake-Server "
                     "-smp 2,sockets=2 "
                     "-m 4G,slots=1,maxmem=6G "
                     "-object memory-backend-ram,id=m0,size=1G "
                     "-object memory-backend-ram,id=m1,size=3G "
                     "-numa node,memdev=m0,cpus=0 "
                     "-numa node,memdev=m1,cpus=1,initiator=1 "
                     "-numa dist,src=0,dst=1,val=21 "
                     "-numa "
                     "hmat-lb,initiator=0,target=0,hierarchy=memory,data-type="
                     "access-latency,latency=5 "
                     "-numa "
                     "hmat-lb,initiator=0,target=0,hierarchy=memory,data-type="
                     "access-bandwidth,bandwidth=200M "
                     "-numa "
                     "hmat-cache,node-id=0,size=1M,level=1,associativity="
                     "direct,policy=write-back,line=64",
                     ' '));
  return args;
}

const MachineOptions& Machine() {
  static const auto& machine = *new MachineOptions(
      std::get<MachineOptions>(ParseCommandLine(Args(), {})->outcome));
  return machine;
}

}  // namespace

GuestLayout LayoutForTables() {
  static const auto& layout = *new GuestLayout(
      std::get<GuestLayout>(ReferenceLayout(Machine()).outcome));
  return layout;
}

void CheckLawsReturn(const GuestLayout& layout) {
  const Evidence evidence = Gather(Machine(), layout);
  for (const Law& law : Laws()) {
    const absl::Status status = law.check(evidence);
    if (!status.ok() && status.message().empty()) {
      Fail<Words>(std::string(law.id));
    }
  }
  if (Describe(layout).empty()) Fail<Words>("of the layout");
}

std::string DescribeTables(const GuestLayout& layout,
                           const absl::Status& decoded) {
  return absl::StrCat(
      "a table beside those of\n", DescribeCase(Args(), {}), "\ndecoded: ",
      decoded.ok() ? absl::StrCat("\n", Describe(layout)) : decoded.ToString());
}

}  // namespace e820check
