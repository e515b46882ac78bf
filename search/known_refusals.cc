// SPDX-License-Identifier: Apache-2.0

#include "search/known_refusals.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "search/shape.h"

namespace e820check {
namespace {

constexpr QemuVersion k7 = QemuVersion::k7_2;
constexpr QemuVersion k10 = QemuVersion::k10_0;
constexpr QemuVersion k11 = QemuVersion::k11_1;

// Words of an example are separated by one blank; '~' stands for a blank and
// '^' for a newline within a word. By sections of doc/spec/qemu-options.md;
// what depends on the host is left out.
constexpr KnownRefusal kRefusals[] = {
    // 2.1, 4: words, QemuOpts
    {"invalid option", "-foo"},
    {"requires an argument", "-m"},
    {"Option not supported for this target", "-g 1"},
    {"Invalid parameter 'id'", "-m 1G,id=a"},
    {"Parameter 'id' expects an identifier", "-numa node,id=1"},
    {"Duplicate ID 'a' for object",
     "-object memory-backend-ram,id=a,size=1M -object "
     "memory-backend-ram,id=a,size=1M"},
    {"Duplicate ID 'a' for numa", "-numa node,id=a -numa node,id=a"},
    {"Duplicate ID 'a' for device",
     "-device pc-dimm,id=a -device pc-dimm,id=a"},
    // 2.2: keyval
    {"Parameter 'a' is too long",
     "-M aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
     "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
     "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
     "aaaaaaaaaa=1"},
    {"Parameter fragment 'a' is too long",
     "-M a.aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
     "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
     "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
     "aaaaaaaaaa=1"},
    {"Expected '=' after parameter 'a'", "-M pc,a"},
    {"Parameters 'a.*' used inconsistently", "-M a=1,a.b=2"},
    {"Parameter 'a.1' missing", "-M a.1=1"},
    {"Parameter 'smp' used inconsistently", "-M smp=1 -smp 1"},
    // 2.3: JSON
    {"JSON parse error, premature EOI", "-object {", {.until = k10}},
    {"1:2: JSON parse error, premature end of input",
     "-object {",
     {.since = k11}},
    {"JSON parse error, expecting value", "-object {,}", {.until = k10}},
    {"1:2: JSON parse error, expecting key", "-object {,}", {.since = k11}},
    {"JSON parse error, expected separator in dict",
     "-object {'a':1~2}",
     {.until = k10}},
    {"JSON parse error, expected separator in list",
     "-object {'a':[1~2]}",
     {.until = k10}},
    {"1:2: JSON parse error, expected ',' or '}'",
     "-object {'a':1~2}",
     {.since = k11}},
    {"JSON parse error, duplicate key",
     "-object {'a':1,'a':1}",
     {.until = k10}},
    {"1:2: JSON parse error, duplicate key",
     "-object {'a':1,'a':1}",
     {.since = k11}},
    {"JSON parse error, invalid keyword 'x'",
     "-object {'a':x}",
     {.until = k10}},
    {"1:2: JSON parse error, invalid keyword 'x'",
     "-object {'a':x}",
     {.since = k11}},
    {"JSON parse error, stray 'x'", "-object {'a':+1}", {.until = k10}},
    {"1:2: JSON parse error, stray 'x'", "-object {'a':+1}", {.since = k11}},
    {"JSON parse error, invalid escape sequence in string",
     R"(-object {'\q':1})",
     {.until = k10}},
    {"1:2: JSON parse error, invalid escape sequence in string",
     R"(-object {'\q':1})",
     {.since = k11}},
    {"Expecting at most one JSON value", "-object {}{}"},
    {"Invalid parameter type for 'a', expected: string",
     "-object {'qom-type':1}"},
    {"Invalid parameter type for 'a', expected: boolean",
     "-object {'qom-type':'memory-backend-ram','id':'m','size':1,'dump':1}"},
    {"Invalid parameter type for 'a', expected: array",
     "-object "
     "{'qom-type':'memory-backend-ram','id':'m','size':1,'host-nodes':1}"},
    {"Parameter 'a' expects uint64",
     "-object {'qom-type':'memory-backend-ram','id':'m','size':'1'}"},
    {"Parameter 'a' is unexpected",
     "-object {'qom-type':'memory-backend-ram','id':'m','size':1,'a':1}"},
    {"Parameter 'a' is missing", "-object {}"},
    // 3: scalars
    {"Parameter 'a' expects a non-negative number below 2^64", "-m x"},
    {"Value 'a' is out of range for parameter 'b'", "-m 16E"},
    {"Parameter 'a' expects a size value",
     "-object memory-backend-ram,id=m,size=x"},
    {"Parameter 'a' expects size", "-M memory.size=x"},
    {"Parameter 'a' expects a uint64 value", "-numa node,nodeid=x"},
    {"Parameter 'a' expects an int64 value", "-numa cpu,node-id=x"},
    {"Parameter 'a' expects a number", "-m 1G,slots=x"},
    {"Value 'a' is too large for parameter 'b'",
     "-m 1G,slots=18446744073709551616"},
    {"Parameter 'a' expects integer", "-smp x"},
    {"Parameter 'a' expects uint8_t", "-numa dist,src=0,dst=0,val=256"},
    {"Parameter 'a' expects uint16_t", "-numa node,nodeid=65536"},
    {"Parameter 'a' expects uint32_t",
     "-object memory-backend-ram,id=m,size=1M,prealloc-threads=4294967296"},
    {"Parameter 'a' expects a uint64 value or range", "-numa node,cpus=1-0"},
    {"Parameter 'a' expects 'on' or 'off'", "-M hmat=x"},
    {"Parameter 'a' does not accept value 'b'", "-numa x"},
    // 4: order
    {"unsupported machine type", "-M x", {.until = k7}},
    {"unsupported machine type: \"x\"", "-M x", {.since = k10}},
    {"Conflict between 'a_b' and 'a-b'", "-M mem_merge=on,mem-merge=on"},
    {"'-mem-path' can't be used together with'-machine memory-backend'",
     "-mem-path m -M memory-backend=m"},
    {"invalid accelerator x", "-accel x"},
    {"The -accel and \"-machine accel=\" options are incompatible",
     "-accel tcg -M accel=tcg"},
    {"unable to find CPU model 'x'", "-cpu x"},
    {"Memory backend 'x' not found", "-M memory-backend=x"},
    // 5: -m
    {"Parameters 'a.*' are unexpected", "-M memory.size.a=1"},
    {"invalid value of maxmem: maximum memory size (0x1) must be at least the "
     "initial memory size (0x2)",
     "-m 1G,maxmem=1M"},
    {"invalid value of maxmem: memory slots were specified but maximum memory "
     "size (0x1) is equal to the initial memory size (0x1)",
     "-m 1G,slots=1,maxmem=1G"},
    {"slots specified but no max-size", "-m 1G,slots=1"},
    // 6: -machine, -smp
    {"-machine nvdimm-persistence=x: unsupported option",
     "-M nvdimm-persistence=x"},
    {"Machine option 'max-ram-below-4g=1' expects size less than or equal to "
     "4G",
     "-M max-ram-below-4g=5G"},
    {"Device 'x' not found", "-M q35,sgx-epc.0.memdev=x,sgx-epc.0.node=0"},
    {"Invalid parameter type for 'smp', expected: object", "-M smp=1"},
    {"Property 'pc-machine.x' not found", "-M x=1"},
    {"Invalid CPU topology: CPU topology parameters must be greater than zero",
     "-smp 0",
     {.since = k10}},
    {"dies not supported by this machine's CPU topology",
     "-M microvm -smp 2,dies=2",
     {.until = k7}},
    {"clusters not supported by this machine's CPU topology",
     "-smp 2,clusters=2",
     {.until = k7}},
    {"clusters > 1 not supported by this machine's CPU topology",
     "-smp 2,clusters=2",
     {.since = k10}},
    {"Invalid CPU topology: product of the hierarchy must match maxcpus: "
     "sockets (1) * dies (1) * cores (1) * threads (1) != maxcpus (2)",
     "-smp 2,sockets=1,cores=1,threads=1",
     {.until = k7}},
    {"Invalid CPU topology: maxcpus must be equal to or greater than smp: "
     "sockets (1) * dies (1) * cores (1) * threads (1) == maxcpus (1) < "
     "smp_cpus (2)",
     "-smp 2,maxcpus=1",
     {.until = k7}},
    {"Invalid SMP CPUs 1. The max CPUs supported by machine 'pc' is 255",
     "-smp 256"},
    {"current -smp configuration requires kernel irqchip and X2APIC API "
     "support.",
     "-M q35 -smp 288",
     {.until = k7}},
    // 7: -numa
    {"NUMA is not supported by this machine-type", "-M none -numa node"},
    {"Max number of NUMA nodes reached: 128", "-numa node,nodeid=128"},
    {"Duplicate NUMA nodeid: 0", "-numa node -numa node,nodeid=0"},
    {"ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it "
     "with -machine hmat=on before using any of hmat specific options",
     "-numa node,initiator=0"},
    {"CPU index (1) should be smaller than maxcpus (1)", "-numa node,cpus=1"},
    {"numa configuration should use either mem= or memdev=,mixing both is not "
     "allowed",
     "-numa node,mem=1,memdev=m"},
    {"Parameter -numa node,mem is not supported by this machine type",
     "-numa node,mem=1"},
    {"memdev=x is ambiguous", "-numa node,memdev=x"},
    {"Parameter 'a' expects an integer between 0 and 127",
     "-numa dist,src=128,dst=0,val=10"},
    {"Source/Destination NUMA node is missing. Please use '-numa node' option "
     "to declare it first.",
     "-numa dist,src=0,dst=0,val=10"},
    {"NUMA distance (9) is invalid, it shouldn't be less than 10.",
     "-numa node -numa dist,src=0,dst=0,val=9"},
    {"Local distance of node 0 should be 10.",
     "-numa node -numa dist,src=0,dst=0,val=11"},
    {"Missing mandatory node-id property", "-numa cpu"},
    {"Invalid node-id=0, NUMA node must be defined with -numa node,nodeid=ID "
     "before it's used with -numa cpu,node-id=ID",
     "-numa cpu,node-id=0"},
    {"cluster-id is not supported",
     "-numa node -numa cpu,node-id=0,cluster-id=0"},
    {"die-id is not supported", "-numa node -numa cpu,node-id=0,die-id=0"},
    {"CPU is already assigned to node-id: 0",
     "-numa node,cpus=0 -numa node,cpus=0"},
    {"The initiator of CPU NUMA node 0 should be itself (got 1)",
     "-M hmat=on -numa node,cpus=0,initiator=1"},
    {"no match found", "-numa node -numa cpu,node-id=0,core-id=-1"},
    {"Invalid initiator=1, it should be less than 0",
     "-M hmat=on -numa hmat-lb,initiator=1,target=0,hierarchy=memory,"
     "data-type=access-latency"},
    {"Invalid target=1, it should be less than 0",
     "-M hmat=on -numa hmat-lb,initiator=0,target=1,hierarchy=memory,"
     "data-type=access-latency"},
    {"Invalid initiator=0, it isn't an initiator proximity domain",
     "-M hmat=on -numa node -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency"},
    {"The target=1 should point to an existing node",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=1,"
     "hierarchy=memory,data-type=access-latency"},
    {"Missing 'latency' option",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency"},
    {"Invalid option 'bandwidth' since the data type is latency",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency,latency=1,bandwidth=1M"},
    {"Invalid option 'latency' since the data type is bandwidth",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-bandwidth,latency=1,bandwidth=1M"},
    {"Duplicate configuration of the latency for initiator=0 and target=0",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency,latency=1 -numa "
     "hmat-lb,initiator=0,target=0,hierarchy=memory,data-type=access-latency,"
     "latency=1"},
    {"Duplicate configuration of the bandwidth for initiator=0 and target=0",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-bandwidth,bandwidth=1M -numa "
     "hmat-lb,initiator=0,target=0,hierarchy=memory,"
     "data-type=access-bandwidth,bandwidth=1M"},
    {"Latency 1 between initiator=0 and target=0 should not differ from "
     "previously entered min or max values on more than 65534",
     "-M hmat=on -numa node,cpus=0 -numa node -numa hmat-lb,initiator=0,"
     "target=0,hierarchy=memory,data-type=access-latency,latency=1 -numa "
     "hmat-lb,initiator=0,target=1,hierarchy=memory,data-type=access-latency,"
     "latency=65535"},
    {"Bandwidth 1 between initiator=0 and target=0 should be 1MB aligned",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-bandwidth,bandwidth=1"},
    {"Bandwidth 1 between initiator=0 and target=0 should not differ from "
     "previously entered values on more than 65534",
     "-M hmat=on -numa node,cpus=0 -numa node -numa hmat-lb,initiator=0,"
     "target=0,hierarchy=memory,data-type=access-bandwidth,bandwidth=1M -numa "
     "hmat-lb,initiator=0,target=1,hierarchy=memory,"
     "data-type=access-bandwidth,bandwidth=1T"},
    {"Invalid node-id=0, it should be less than 0",
     "-M hmat=on -numa hmat-cache,node-id=0,size=1,level=1,"
     "associativity=none,policy=none,line=1"},
    {"The latency and bandwidth information of node-id=0 should be provided "
     "before memory side cache attributes",
     "-M hmat=on -numa node -numa hmat-cache,node-id=0,size=1,level=1,"
     "associativity=none,policy=none,line=1"},
    {"Invalid level=0, it should be larger than 0 and less than or equal to 3",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency,latency=1 -numa "
     "hmat-lb,initiator=0,target=0,hierarchy=memory,"
     "data-type=access-bandwidth,bandwidth=1M -numa hmat-cache,node-id=0,"
     "size=1,level=0,associativity=none,policy=none,line=1"},
    {"Duplicate configuration of the side cache for node-id=0 and level=1",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency,latency=1 -numa "
     "hmat-lb,initiator=0,target=0,hierarchy=memory,"
     "data-type=access-bandwidth,bandwidth=1M -numa hmat-cache,node-id=0,"
     "size=1,level=1,associativity=none,policy=none,line=1 -numa "
     "hmat-cache,node-id=0,size=1,level=1,associativity=none,policy=none,"
     "line=1"},
    {"Cache level=1 shall be defined first",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency,latency=1 -numa "
     "hmat-lb,initiator=0,target=0,hierarchy=memory,"
     "data-type=access-bandwidth,bandwidth=1M -numa hmat-cache,node-id=0,"
     "size=1,level=2,associativity=none,policy=none,line=1"},
    {"Invalid size=1, the size of level=2 should be larger than the size(1) of "
     "level=1",
     "-M hmat=on -numa node,cpus=0 -numa hmat-lb,initiator=0,target=0,"
     "hierarchy=memory,data-type=access-latency,latency=1 -numa "
     "hmat-lb,initiator=0,target=0,hierarchy=memory,"
     "data-type=access-bandwidth,bandwidth=1M -numa hmat-cache,node-id=0,"
     "size=1,level=1,associativity=none,policy=none,line=1 -numa "
     "hmat-cache,node-id=0,size=1,level=2,associativity=none,policy=none,"
     "line=1"},
    // 8: -object
    {"property 'size' of memory-backend-ram doesn't take value '0'",
     "-object memory-backend-ram,id=m,size=0"},
    {"'prealloc=on' and 'reserve=off' are incompatible",
     "-object memory-backend-ram,id=m,size=1M,prealloc=on,reserve=off"},
    {"Invalid host-nodes value: 128",
     "-object memory-backend-ram,id=m,size=1M,host-nodes=128"},
    {"host-nodes must be empty for policy default, or you should explicitly "
     "specify a policy other than default",
     "-object memory-backend-ram,id=m,size=1M,host-nodes=0"},
    {"host-nodes must be set for policy bind",
     "-object memory-backend-ram,id=m,size=1M,policy=bind"},
    {"attempt to add duplicate property 'm' to object (type 'container')",
     "-object {'qom-type':'memory-backend-ram','id':'m','size':1} -object "
     "memory-backend-ram,id=m,size=1M"},
    {"Property 'memory-backend-memfd.hugetlbsize' doesn't take value '0'",
     "-object memory-backend-memfd,id=m,size=1M,hugetlbsize=0"},
    {"Hugepage size must be a power of 2",
     "-object memory-backend-memfd,id=m,size=1M,hugetlbsize=3M"},
    {"backing store size 0x1 does not match 'size' option 0x1000",
     "-object memory-backend-memfd,id=m,size=1",
     {.until = k7}},
    {"m backing store size 0x1 is too small for 'size' option 0x1000 plus "
     "'offset' option 0x0",
     "-object memory-backend-memfd,id=m,size=1",
     {.since = k10}},
    {"can't open backing store  for guest RAM: No such file or directory",
     "-object memory-backend-file,id=m,size=1M,mem-path="},
    {"alignment 0x1 must be multiples of page size 0x1000",
     "-object memory-backend-file,id=m,size=1M,mem-path=f,align=1"},
    {"backend 'memory-backend-file' memory size must be multiple of 4 KiB",
     "-object memory-backend-file,id=m,size=1,mem-path=f",
     {.since = k10}},
    {"property 'rom' = 'on' is not supported with 'readonly' = 'off'",
     "-object memory-backend-file,id=m,size=1M,mem-path=f,rom=on",
     {.since = k10}},
    // 9: the board
    {"Machine memory size does not match the size of the memory backend",
     "-m 1G -object memory-backend-ram,id=m,size=1M -M memory-backend=m"},
    {"object name 'pc.ram' is reserved for the default RAM backend, it can't "
     "be used for any other purposes. Change the object's 'id' to something "
     "else",
     "-object memory-backend-ram,id=pc.ram,size=1M",
     {.until = k7}},
    {"object's id 'pc.ram' is reserved for the default RAM backend, it can't "
     "be used for any other purposes",
     "-object memory-backend-ram,id=pc.ram,size=1M",
     {.since = k10}},
    {"numa: Node ID missing: 0", "-numa node,nodeid=1"},
    {"total memory for NUMA nodes (0x0) should equal RAM size (0x8000000)",
     "-numa node"},
    {"'-machine memory-backend' and '-numa memdev' properties are mutually "
     "exclusive",
     "-object memory-backend-ram,id=m,size=128M -M memory-backend=m -numa "
     "node,memdev=m"},
    {"memory backend m0 can't be used multiple times.",
     "-m 256M -object memory-backend-ram,id=m0,size=128M -numa node,memdev=m0 "
     "-numa node,memdev=m0"},
    {"The distance between node 0 and 1 is missing, at least one distance "
     "value between each nodes should be provided.",
     "-object memory-backend-ram,id=m,size=128M -numa node,memdev=m -numa node "
     "-numa dist,src=0,dst=0,val=10"},
    {"At least one asymmetrical pair of distances is given, please provide "
     "distances for both directions of all node pairs.",
     "-object memory-backend-ram,id=m,size=128M -numa node,memdev=m -numa node "
     "-numa node -numa dist,src=0,dst=1,val=20 -numa dist,src=1,dst=0,val=21 "
     "-numa dist,src=0,dst=2,val=20 -numa dist,src=1,dst=2,val=20"},
    {"NUMA node 1 is missing, use '-numa node' option to declare it first",
     "-M hmat=on -object memory-backend-ram,id=m,size=128M -numa "
     "node,memdev=m,cpus=0 -numa node,initiator=2"},
    {"The initiator of NUMA node 1 is invalid",
     "-M hmat=on -object memory-backend-ram,id=m,size=128M -numa "
     "node,memdev=m,cpus=0 -numa node,initiator=1"},
    {"Address space limit 0x1 < 0x2 phys-bits too low (40)",
     "-M q35 -m 128,maxmem=1P,slots=1"},
    {"\"-memory 'slots|maxmem'\" is not supported by: isapc",
     "-M isapc -m 64,maxmem=128M,slots=1"},
    {"unsupported amount of memory slots: 257", "-m 64,slots=257,maxmem=1G"},
    {"maximum memory size must by aligned to multiple of 4096 bytes",
     "-m 64,maxmem=134217729"},
    // 10: -device
    {"no slots where allocated, please specify the 'slots' option",
     "-object memory-backend-ram,id=m,size=1G -device pc-dimm,memdev=m"},
    {"no free slots available",
     "-m 64,slots=1,maxmem=4G -object memory-backend-ram,id=m,size=1G -object "
     "memory-backend-ram,id=n,size=1G -device pc-dimm,memdev=m -device "
     "pc-dimm,memdev=n"},
    {"can't use already busy memdev: m",
     "-m 64,slots=2,maxmem=4G -object memory-backend-ram,id=m,size=1G -device "
     "pc-dimm,memdev=m -device pc-dimm,memdev=m"},
    {"not enough space, currently 0x0 in use of total space for memory devices "
     "0x1",
     "-m 64,slots=1,maxmem=128M -object memory-backend-ram,id=m,size=1G "
     "-device pc-dimm,memdev=m"},
    {"'DIMM property node has value 1' which exceeds the number of numa nodes: "
     "1",
     "-m 64,slots=1,maxmem=4G -object memory-backend-ram,id=m,size=1G -device "
     "pc-dimm,memdev=m,node=1"},
    // 11: -set, -readconfig
    {"there is no numa \"x\" defined", "-set numa.x.y=z"},
    {"can't parse: \"x\"", "-set x"},
    {"-set is not supported with object", "-set object.x.y=z"},
    {"There is no option group 'x'", "-readconfig data:[x]^a~=~\"b\""},
    {"no group defined", "-readconfig data:a~=~\"b\""},
    {"parse error", "-readconfig data:[numa]^~~^"},
    {"Could not open 'x': No such file or directory", "-readconfig x"},
    {"Cannot mix scalar and non-scalar keys",
     "-readconfig data:[machine]^a~=~\"1\"^a.b~=~\"1\""},
    {"Cannot mix list and non-list keys",
     "-readconfig data:[machine]^a.0~=~\"1\"^a.b~=~\"1\""},
    {"List indices are not contiguous, saw 1 elements but 1 largest index",
     "-readconfig data:[machine]^a.1~=~\"1\""},
    {"Missing list index 0", "-readconfig data:[machine]^a.00~=~\"1\""},
};

// Locations, and positions in JSON, go.
absl::string_view WithoutLocation(absl::string_view shape) {
  while (absl::StartsWith(shape, "-") || absl::StartsWith(shape, "#:") ||
         absl::StartsWith(shape, "config#:")) {
    // An option that is no location.
    if (absl::StartsWith(shape, "-set is ") ||
        absl::StartsWith(shape, "-machine nvdimm")) {
      break;
    }
    const size_t end = shape.find(": ");
    if (end == absl::string_view::npos) break;
    shape.remove_prefix(end + 2);
  }
  return shape.substr(0, shape.find('\n'));
}

}  // namespace

absl::Span<const KnownRefusal> KnownRefusals() { return kRefusals; }

std::string KnownShape(absl::string_view text, const CommandLineArgs& args) {
  return std::string(WithoutLocation(ShapeOf(text, args)));
}

CommandLineArgs ExampleOf(const KnownRefusal& refusal) {
  CommandLineArgs args;
  for (const absl::string_view word : absl::StrSplit(refusal.example, ' ')) {
    args.push_back(absl::StrReplaceAll(word, {{"~", " "}, {"^", "\n"}}));
  }
  return args;
}

}  // namespace e820check
