// SPDX-License-Identifier: Apache-2.0

#include "options/format.h"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/command_line.h"
#include "options/cpu_model.h"
#include "options/machine_types.h"
#include "options/smp.h"

namespace e820check {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

MachineOptions OfType(const char* name, QemuVersion qemu = QemuVersion::k7_2) {
  MachineOptions options;
  options.qemu_version = qemu;
  options.type = *FindMachineType(name, qemu);
  options.cpu = DefaultCpu(options.type, qemu);
  return options;
}

std::string Line(const MachineOptions& options) {
  return absl::StrJoin(Format(options), " ");
}

TEST(FormatTest, SaysTypeCpuTopologyAndSize) {
  EXPECT_THAT(Format(OfType("pc")),
              ElementsAre("-machine", "pc-i440fx-7.2", "-cpu", "qemu64", "-smp",
                          "cpus=1,sockets=1,dies=1,cores=1,threads=1,maxcpus=1",
                          "-m", "size=128M"));
}

TEST(FormatTest, OmitsWhatTheMachineRefuses) {
  EXPECT_EQ(
      "-machine none -smp cpus=1,sockets=1,cores=1,threads=1,maxcpus=1 "
      "-m size=128M",
      Line(OfType("none")));
  EXPECT_EQ(
      "-machine microvm -cpu qemu64 -smp "
      "cpus=1,sockets=1,cores=1,threads=1,maxcpus=1 -m size=128M",
      Line(OfType("microvm", QemuVersion::k11_1)));
  EXPECT_EQ(
      "-machine pc-q35-10.0 -cpu qemu64 -smp "
      "cpus=1,sockets=1,dies=1,modules=1,cores=1,threads=1,maxcpus=1 "
      "-m size=128M",
      Line(OfType("q35", QemuVersion::k10_0)));
  EXPECT_THAT(Line(OfType("isapc")), HasSubstr("-cpu 486 "));
}

TEST(FormatTest, MachineProperties) {
  MachineOptions options = OfType("q35");
  options.acpi = false;
  options.hmat = true;
  options.max_ram_below_4g_bytes = 3 * kGiB / 2;
  options.backends = {{.id = "m0", .size_bytes = 128 * kMiB}};
  options.memory_backend = "m0";
  options.oem.id = {'a', ',', 'b', '\0', '\0', '\0'};
  options.oem.table_id = {'1', '2', '3', '4', '5', '6', '7', '8'};
  EXPECT_EQ(
      "pc-q35-7.2,acpi=off,hmat=on,max-ram-below-4g=1536M,memory-backend=m0,"
      "x-oem-id=a,,b,x-oem-table-id=12345678",
      Format(options)[1]);
}

TEST(FormatTest, CpuSaysOnlyWhatDiffersFromTheModel) {
  struct Case {
    CpuOptions cpu;
    const char* expected;
  };
  const Case kCases[] = {
      {{.model = "EPYC"}, "EPYC"},
      {{.model = "EPYC", .phys_bits = 48}, "EPYC,phys-bits=48"},
      {{.model = "EPYC", .vendor = "HygonGenuine"}, "EPYC,vendor=HygonGenuine"},
      {{.long_mode = false, .phys_bits = 36}, "qemu64,lm=off"},
      {{.long_mode = false, .pse36 = false, .phys_bits = 32},
       "qemu64,lm=off,pse36=off"},
      {{.model = "486",
        .vendor = "GenuineIntel",
        .long_mode = false,
        .pse36 = true,
        .pae = false,
        .phys_bits = 36},
       "486,pse36=on"},
      {{.model = "486",
        .vendor = "GenuineIntel",
        .long_mode = false,
        .pse36 = false,
        .phys_bits = 32},
       "486,pae=on"},
      {{.model = "n270", .vendor = "GenuineIntel", .pse36 = false},
       "n270,lm=on"},
  };
  for (const Case& c : kCases) {
    MachineOptions options = OfType("pc");
    options.cpu = c.cpu;
    const std::string argument = Format(options)[3];
    EXPECT_EQ(c.expected, argument);
    const auto parsed = ParseCpu(argument, options.type, options.qemu_version);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(c.cpu, *parsed) << argument;
  }
}

TEST(FormatTest, MemorySizes) {
  struct Case {
    MemoryOptions memory;
    const char* expected;
  };
  const Case kCases[] = {
      {{.ram_size_bytes = 3 * kGiB, .maxram_size_bytes = 3 * kGiB}, "size=3G"},
      {{.ram_size_bytes = 1100 * kGiB, .maxram_size_bytes = 2 * kTiB},
       "size=1100G,maxmem=2T"},
      {{.ram_size_bytes = 0x8002000,
        .maxram_size_bytes = 0x8002001,
        .slots = 255},
       "size=131080K,slots=255,maxmem=134225921B"},
      // 0 cannot be typed, a size that is rounded up to 2^64 can.
      {{.ram_size_bytes = 0, .maxram_size_bytes = 0},
       "size=18446744073709551615B"},
      {{.ram_size_bytes = 0, .maxram_size_bytes = 64 * kMiB},
       "size=18446744073709551615B,maxmem=64M"},
      {{.ram_size_bytes = UINT64_MAX - 8191,
        .maxram_size_bytes = UINT64_MAX - 8191},
       "size=18014398509481976K"},
  };
  for (const Case& c : kCases) {
    MachineOptions options = OfType("pc");
    options.memory = c.memory;
    EXPECT_EQ(c.expected, Format(options).back());
  }
}

TEST(FormatTest, NoSizeWhereItComesFromTheBackend) {
  MachineOptions options = OfType("pc");
  options.backends = {{.id = "m0", .size_bytes = 64 * kMiB + 1}};
  options.memory_backend = "m0";
  options.memory.ram_size_bytes = 64 * kMiB + 1;
  options.memory.ram_size_from_backend = true;
  EXPECT_THAT(Format(options), Not(Contains("-m")));
  options.memory.maxram_size_bytes = 2 * kGiB;
  options.memory.slots = 2;
  EXPECT_THAT(Line(options), HasSubstr(" -m slots=2,maxmem=2G "));
}

TEST(FormatTest, Backends) {
  using Kind = MemoryBackend::Kind;
  struct Case {
    MemoryBackend backend;
    const char* expected;
  };
  const Case kCases[] = {
      {{.id = "a", .size_bytes = 1}, "memory-backend-ram,id=a,size=1B"},
      {{.id = "a", .size_bytes = kGiB, .share = true, .reserve = false},
       "memory-backend-ram,id=a,size=1G,share=on,reserve=off"},
      {{.id = "a", .kind = Kind::kMemfd, .size_bytes = kGiB},
       "memory-backend-memfd,id=a,size=1G,share=off"},
      {{.id = "a", .kind = Kind::kMemfd, .size_bytes = kGiB, .share = true},
       "memory-backend-memfd,id=a,size=1G,share=on"},
      {{.id = "a",
        .kind = Kind::kFile,
        .size_bytes = kGiB,
        .mem_path = "/dev/shm/a,b"},
       "memory-backend-file,id=a,size=1G,mem-path=/dev/shm/a,,b"},
  };
  for (const Case& c : kCases) {
    MachineOptions options = OfType("pc");
    options.backends = {c.backend};
    EXPECT_EQ(c.expected, Format(options).back());
  }
}

TEST(FormatTest, NumaRecordsStandBehindWhatTheyName) {
  MachineOptions options = OfType("q35", QemuVersion::k11_1);
  options.smp = {.cpus = 8, .maxcpus = 8, .modules = 2, .cores = 4};
  options.backends = {{.id = "m0", .size_bytes = 64 * kMiB},
                      {.id = "m1", .size_bytes = 64 * kMiB}};
  options.numa_distances = {{.from = 0, .to = 1, .value = 255}};
  options.numa_cpus = {{.node_id = 1,
                        .socket_id = 0,
                        .die_id = 0,
                        .module_id = 1,
                        .core_id = 2,
                        .thread_id = 0},
                       {.node_id = 0, .module_id = 0}};
  options.numa_nodes = {{.id = 1,
                         .cpus = {{4, 5}, {7, 7}},
                         .memdev = "m0",
                         .memmap_type = MemmapType::kSpm},
                        {.id = 0, .memdev = "m1", .initiator = 1}};
  const std::vector<std::string> arguments = Format(options);
  EXPECT_EQ(
      "-object memory-backend-ram,id=m0,size=64M "
      "-object memory-backend-ram,id=m1,size=64M "
      "-numa node,nodeid=1,cpus=4-5,cpus=7,memdev=m0,memmap-type=spm "
      "-numa node,nodeid=0,memdev=m1,initiator=1 "
      "-numa cpu,node-id=1,socket-id=0,die-id=0,module-id=1,core-id=2,"
      "thread-id=0 "
      "-numa cpu,node-id=0,module-id=0 "
      "-numa dist,src=0,dst=1,val=255",
      absl::StrJoin(arguments.begin() + 8, arguments.end(), " "));
}

TEST(FormatTest, LegacyNodeMemoryIsInBytesOrALargerUnit) {
  MachineOptions options = OfType("pc-i440fx-5.0");
  options.numa_nodes = {{.id = 0, .mem_bytes = 704 * kKiB},
                        {.id = 1, .mem_bytes = 1025},
                        {.id = 2, .mem_bytes = 0}};
  EXPECT_THAT(Line(options), HasSubstr("-numa node,nodeid=0,mem=704K "
                                       "-numa node,nodeid=1,mem=1025B "
                                       "-numa node,nodeid=2,mem=0B"));
}

TEST(FormatTest, CxlAndNvdimm) {
  MachineOptions options = OfType("q35");
  options.nvdimm = true;
  options.cxl = true;
  options.cxl_windows = {{.size_bytes = kGiB, .targets = {"a", "b,c"}},
                         {.size_bytes = 0, .targets = {"a"}}};
  EXPECT_EQ(
      "pc-q35-7.2,cxl=on,cxl-fmw.0.size=1G,cxl-fmw.0.targets.0=a,"
      "cxl-fmw.0.targets.1=b,,c,cxl-fmw.1.size=0B,cxl-fmw.1.targets.0=a,"
      "nvdimm=on",
      Format(options)[1]);
}

TEST(FormatTest, KvmAlwaysHasAVendor) {
  MachineOptions options = OfType("q35");
  options.accelerator = Accelerator::kKvm;
  options.cpu = {.model = "EPYC"};
  EXPECT_THAT(Line(options),
              HasSubstr(" -accel kvm -cpu EPYC,vendor=AuthenticAMD "));
}

TEST(FormatTest, OtherObjectsStandBeforeBackends) {
  MachineOptions options = OfType("q35", QemuVersion::k10_0);
  options.pci_hole64_size_bytes = 3 * kGiB;
  options.backends = {{.id = "m", .size_bytes = kMiB}};
  options.other_object_ids = {"p", "t", "g"};
  options.generic_affinities = {{.kind = GenericAffinity::Kind::kPort,
                                 .id = "p",
                                 .device = "c,d",
                                 .node = 1},
                                {.id = "g", .device = "d", .node = 0}};
  const std::vector<std::string> arguments = Format(options);
  EXPECT_EQ(
      "-global q35-pcihost.pci-hole64-size=3G "
      "-object acpi-generic-port,id=p,pci-bus=c,,d,node=1 "
      "-object iothread,id=t "
      "-object acpi-generic-initiator,id=g,pci-dev=d,node=0 "
      "-object memory-backend-ram,id=m,size=1M",
      absl::StrJoin(arguments.begin() + 8, arguments.end(), " "));
}

TEST(FormatTest, HmatRecords) {
  MachineOptions options = OfType("q35");
  options.numa_nodes = {{.id = 0}};
  options.hmat_values = {
      {.hierarchy = HmatValue::Hierarchy::kLevel1,
       .data_type = HmatValue::DataType::kWriteLatency,
       .value = 70},
      {.data_type = HmatValue::DataType::kReadBandwidth, .value = 3 * kGiB}};
  options.hmat_caches = {{.node = 0,
                          .size_bytes = 64 * kKiB,
                          .level = 1,
                          .associativity = HmatCache::Associativity::kDirect,
                          .write_policy = HmatCache::WritePolicy::kWriteThrough,
                          .line_bytes = 64}};
  EXPECT_THAT(
      Line(options),
      HasSubstr("-numa hmat-lb,initiator=0,target=0,hierarchy=first-level,"
                "data-type=write-latency,latency=70 "
                "-numa hmat-lb,initiator=0,target=0,hierarchy=memory,"
                "data-type=read-bandwidth,bandwidth=3G "
                "-numa hmat-cache,node-id=0,size=64K,level=1,"
                "associativity=direct,policy=write-through,line=64"));
}

TEST(FormatTest, Devices) {
  using Kind = Device::Kind;
  MachineOptions options = OfType("q35", QemuVersion::k11_1);
  options.devices = {
      {.kind = Kind::kPcDimm,
       .driver = "pc-dimm",
       .id = "d",
       .memdev = "a",
       .address = 0x140000000,
       .slot = -2,
       .node = 1},
      {.kind = Kind::kNvdimm,
       .driver = "nvdimm",
       .memdev = "a",
       .label_size_bytes = 128 * kKiB},
      {.kind = Kind::kVirtioMem,
       .driver = "virtio-mem-pci",
       .memdev = "a",
       .address = kGiB,
       .requested_size_bytes = 2 * kMiB,
       .block_size_bytes = 4 * kMiB,
       .devfn = 0x1e * 8 + 7},
      {.driver = "isa-debugcon"},
      {.kind = Kind::kPxbCxl,
       .driver = "pxb-cxl",
       .id = "c",
       .devfn = 8,
       .bus_number = 12},
      // On the bus of the one before.
      {.driver = "cxl-rp", .id = "p"},
  };
  const std::vector<std::string> arguments = Format(options);
  EXPECT_EQ(
      "-device pc-dimm,id=d,memdev=a,node=1,addr=0x140000000,slot=-2 "
      "-device nvdimm,memdev=a,label-size=128K "
      "-device virtio-mem-pci,bus=pcie.0,addr=0x1e.7,memdev=a,"
      "memaddr=0x40000000,block-size=4M,requested-size=2M "
      "-device isa-debugcon,chardev=x "
      "-device pxb-cxl,id=c,bus=pcie.0,addr=0x1.0,bus_nr=12 "
      "-device cxl-rp,id=p,bus=c",
      absl::StrJoin(arguments.begin() + 8, arguments.end(), " "));
}

// A machine of any type, with about half of what can be asked for.
class RandomMachine {
 public:
  explicit RandomMachine(uint32_t seed) : random_(seed) {}

  MachineOptions Make() {
    const QemuVersion qemu = Pick(
        std::vector<QemuVersion>(std::begin(kReleases), std::end(kReleases)));
    MachineOptions m;
    m.qemu_version = qemu;
    m.type = Pick(AllMachineTypes(qemu));
    m.cpu = DefaultCpu(m.type, qemu);
    if (m.type.family == MachineFamily::kNone) return m;
    m.acpi = !OneIn(4);
    m.hmat = OneIn(3);
    if (OneIn(3)) m.oem.id = {'A', ',', '=', '\0', '\0', '\0'};
    if (OneIn(3)) m.oem.table_id = {};
    if (OneIn(3) && m.type.family != MachineFamily::kMicrovm) {
      m.max_ram_below_4g_bytes = 1 + Below(4 * kGiB);
    }
    MakeCpu(m);
    MakeTopology(m);
    MakeMemory(m);
    MakeGenerics(m);
    MakeNuma(m);
    MakeHmat(m);
    MakePci(m);
    MakeMemoryDevices(m);
    return m;
  }

 private:
  // The library's distributions differ between implementations.
  uint64_t Below(uint64_t count) { return random_() % count; }
  bool OneIn(uint64_t count) { return Below(count) == 0; }
  template <typename T>
  T Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  uint64_t Size() { return (1 + Below(9999)) << Below(30); }

  void MakeCpu(MachineOptions& m) {
    std::string argument = Pick(AllCpuModels(m.qemu_version));
    if (OneIn(3)) argument += Pick<std::string>({",lm=on", ",lm=off"});
    if (OneIn(3)) argument += Pick<std::string>({",pse36=on", ",pse36=off"});
    if (OneIn(3)) argument += ",phys-bits=" + std::to_string(30 + Below(25));
    if (OneIn(3)) argument += ",vendor=HygonGenuine";
    const auto cpu = ParseCpu(argument, m.type, m.qemu_version);
    if (cpu.ok() && !cpu->refusal) m.cpu = *cpu;
  }

  void MakeTopology(MachineOptions& m) {
    const SmpLevels levels = SupportedSmpLevels(m.type, m.qemu_version);
    if (m.type.family == MachineFamily::kIsapc) return;
    const auto level = [this] { return static_cast<uint32_t>(1 + Below(3)); };
    m.smp.sockets = level();
    if (levels.dies) m.smp.dies = level();
    if (levels.modules) m.smp.modules = level();
    m.smp.cores = level();
    m.smp.threads = level();
    m.smp.maxcpus = m.smp.sockets * m.smp.dies * m.smp.modules * m.smp.cores *
                    m.smp.threads;
    m.smp.cpus = static_cast<uint32_t>(1 + Below(m.smp.maxcpus));
  }

  void MakeMemory(MachineOptions& m) {
    using Kind = MemoryBackend::Kind;
    for (uint64_t i = Below(4); i > 0; --i) {
      MemoryBackend backend;
      backend.id = "m-" + std::to_string(i) + "._";
      backend.kind = Pick<Kind>({Kind::kRam, Kind::kMemfd, Kind::kFile});
      backend.size_bytes = Size() * 4 * kKiB;
      backend.share = OneIn(2);
      backend.reserve = OneIn(2);
      if (backend.kind == Kind::kFile) backend.mem_path = "/a,b=c,";
      m.backends.push_back(backend);
    }
    m.memory.ram_size_bytes = OneIn(8) ? 0 : Size() << 13;
    m.memory.maxram_size_bytes = m.memory.ram_size_bytes;
    if (!m.backends.empty() && OneIn(3)) {
      m.memory_backend = m.backends[0].id;
      if (OneIn(2)) {
        m.memory.ram_size_from_backend = true;
        m.memory.ram_size_bytes = m.backends[0].size_bytes;
        m.memory.maxram_size_bytes = 128 * kMiB;
      }
    }
    if (OneIn(2)) {
      m.memory.maxram_size_bytes += Size();
      m.memory.slots = Below(300);
    }
  }

  void MakeNuma(MachineOptions& m) {
    const bool with_mem = m.type.version <= MachineVersion{5, 0} && OneIn(2);
    const uint32_t count = static_cast<uint32_t>(Below(4));
    for (uint32_t i = 0; i < count; ++i) {
      NumaNode node;
      // HMAT values want ids up to the number of nodes.
      node.id = m.hmat ? count - 1 - i : 7 * (count - i);
      if (with_mem) node.mem_bytes = OneIn(4) ? 0 : Size();
      if (!with_mem && !m.backends.empty() && OneIn(2)) {
        node.memdev = Pick(m.backends).id;
      }
      if (m.hmat && OneIn(2)) node.initiator = node.id;
      node.memmap_type = Pick<MemmapType>(
          {MemmapType::kNormal, MemmapType::kSpm, MemmapType::kReserved});
      m.numa_nodes.push_back(node);
      for (uint32_t to = 0; to <= i; ++to) {
        m.numa_distances.push_back(
            {.from = node.id,
             .to = m.numa_nodes[to].id,
             .value = static_cast<uint8_t>(to == i ? 10 : 10 + Below(246))});
      }
    }
    if (count == 0) return;
    // Bound by index, the first CPU; by ids, the threads of the last core.
    m.numa_nodes[0].cpus = {{0, 0}};
    if (m.smp.cores == 1) return;
    m.numa_cpus.push_back({.node_id = m.numa_nodes.back().id,
                           .socket_id = m.smp.sockets - 1,
                           .die_id = std::nullopt,
                           .module_id = std::nullopt,
                           .core_id = m.smp.cores - 1,
                           .thread_id = std::nullopt});
  }

  void MakeGenerics(MachineOptions& m) {
    using Kind = GenericAffinity::Kind;
    for (uint64_t i = Below(4); i > 0; --i) {
      const std::string id = "o" + std::to_string(i);
      m.other_object_ids.push_back(id);
      if (m.qemu_version == QemuVersion::k7_2 || OneIn(2)) continue;
      m.generic_affinities.push_back(
          {.kind = Pick<Kind>({Kind::kInitiator, Kind::kPort}),
           .id = id,
           .device = Pick<std::string>({"x", "", "a,b=c"}),
           .node = static_cast<uint32_t>(Below(kMaxNumaNodes))});
    }
  }

  void MakeHmat(MachineOptions& m) {
    if (!m.hmat || m.numa_nodes.empty() || OneIn(2)) return;
    // The first node has CPU 0, and the values have one unit.
    HmatValue value;
    value.initiator = m.numa_nodes[0].id;
    for (const NumaNode& node : m.numa_nodes) {
      value.target = node.id;
      for (int type = 0; type < 6; ++type) {
        value.hierarchy = static_cast<HmatValue::Hierarchy>(Below(4));
        value.data_type = static_cast<HmatValue::DataType>(type);
        value.value =
            (1 + Below(65000)) * (IsLatency(value.data_type) ? 1 : kMiB);
        m.hmat_values.push_back(value);
      }
      MakeCaches(m, node.id);
    }
  }

  void MakeCaches(MachineOptions& m, uint32_t node) {
    uint64_t size_bytes = Below(2) * 4 * kKiB;
    for (uint8_t level = 1; level <= Below(5) && level <= kMaxHmatCacheLevel;
         ++level) {
      m.hmat_caches.push_back(
          {.node = node,
           .size_bytes = size_bytes,
           .level = level,
           .associativity = static_cast<HmatCache::Associativity>(Below(3)),
           .write_policy = static_cast<HmatCache::WritePolicy>(Below(3)),
           .line_bytes = static_cast<uint16_t>(Below(65536))});
      size_bytes += Size();
    }
  }

  void MakePci(MachineOptions& m) {
    const bool is_q35 = m.type.family == MachineFamily::kQ35;
    if (!is_q35 && m.type.family != MachineFamily::kI440fx) return;
    if (OneIn(3)) m.pci_hole64_size_bytes = Size();
    m.nvdimm = OneIn(2);
    m.cxl = OneIn(2);
    for (uint64_t i = Below(3); i > 0; --i) {
      m.cxl_windows.push_back({.size_bytes = Below(9) * 256 * kMiB,
                               .targets = Pick<std::vector<std::string>>(
                                   {{"x"}, {"a,b", "=.", ""}, {"x", "x"}})});
    }
    // Slots without order, and none twice.
    uint64_t slot = 2 + Below(8);
    for (uint64_t i = Below(4); i > 0; --i) {
      Device device;
      device.driver = Pick<std::string>(
          {"e1000", "virtio-rng", is_q35 ? "pcie-root-port" : "pci-bridge",
           is_q35 ? "pxb-pcie" : "pxb"});
      if (is_q35 && OneIn(3)) {
        device.kind = Device::Kind::kPxbCxl;
        device.driver = "pxb-cxl";
      }
      device.id = "p" + std::to_string(i);
      device.devfn = static_cast<uint8_t>(slot * 8 + Below(8));
      if (device.driver.starts_with("pxb")) {
        device.bus_number = static_cast<uint8_t>(10 * i);
      }
      slot += 1 + Below(5);
      m.devices.push_back(device);
      // Behind a bridge.
      if (device.driver == "e1000" || device.driver == "virtio-rng") continue;
      m.devices.push_back({.driver = "virtio-net-pci"});
    }
  }

  void MakeMemoryDevices(MachineOptions& m) {
    using Kind = Device::Kind;
    for (uint64_t i = Below(4); i > 0; --i) {
      Device device;
      device.kind = Pick<Kind>({Kind::kPcDimm, Kind::kNvdimm, Kind::kSpMem});
      if (device.kind == Kind::kSpMem && m.qemu_version != QemuVersion::k11_1) {
        continue;
      }
      device.driver = device.kind == Kind::kPcDimm   ? "pc-dimm"
                      : device.kind == Kind::kNvdimm ? "nvdimm"
                                                     : "sp-mem";
      if (OneIn(2)) device.id = "d" + std::to_string(i);
      if (!m.backends.empty()) device.memdev = Pick(m.backends).id;
      if (OneIn(2)) device.address = Size();
      device.node = static_cast<uint32_t>(Below(4));
      if (device.kind != Kind::kSpMem && OneIn(2)) {
        device.slot = static_cast<int32_t>(Below(1000)) - 1000;
      }
      if (device.slot == -1) device.slot.reset();
      if (device.kind == Kind::kNvdimm && OneIn(2)) {
        device.label_size_bytes = 128 * kKiB + Below(1000);
      }
      m.devices.insert(m.devices.begin(), device);
    }
  }

  std::mt19937_64 random_;
};

TEST(FormatTest, ParsesBackToEqualOptions) {
  constexpr int kMachines = 2000;
  RandomMachine random(1);
  int parsed_machines = 0;
  for (int i = 0; i < kMachines; ++i) {
    const MachineOptions options = random.Make();
    if (!Validate(options).ok()) continue;
    const auto parsed =
        ParseCommandLine(Format(options), {.qemu_version = options.qemu_version,
                                           .dialect = Dialect::kMemmapType});
    ASSERT_TRUE(parsed.ok()) << parsed.status() << "\n" << Line(options);
    ASSERT_TRUE(parsed->accepted())
        << std::get<Rejection>(parsed->outcome).text << "\n"
        << Line(options);
    const auto& actual = std::get<MachineOptions>(parsed->outcome);
    ASSERT_TRUE(options == actual) << Line(options) << "\nbecame\n"
                                   << Line(actual);
    ++parsed_machines;
  }
  EXPECT_GT(parsed_machines, kMachines * 9 / 10);
}

}  // namespace
}  // namespace e820check
