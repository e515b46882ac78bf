// SPDX-License-Identifier: Apache-2.0

#include "options/long_arguments.h"

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

using Args = std::vector<std::string>;

std::string Repeat(absl::string_view part, size_t size_bytes) {
  std::string text;
  while (text.size() < size_bytes) absl::StrAppend(&text, part);
  return text;
}

// `make(0)`, `make(1)`, ... joined.
template <typename Make>
std::string Number(size_t size_bytes, const Make& make) {
  std::string text;
  for (size_t i = 0; text.size() < size_bytes; ++i) {
    absl::StrAppend(&text, make(i));
  }
  return text;
}

// A key of 48 letters; all of them have one hash in GLib, as "ab" and "bA"
// have.
std::string CollidingKey(size_t index) {
  std::string key;
  for (int bit = 0; bit < 24; ++bit) {
    key += (index >> bit & 1) != 0 ? "bA" : "ab";
  }
  return key;
}

Args Options(absl::string_view option, absl::string_view argument,
             size_t size_bytes) {
  Args args;
  for (size_t used = 0; used < size_bytes;
       used += option.size() + argument.size()) {
    args.emplace_back(option);
    args.emplace_back(argument);
  }
  return args;
}

Args NumaFlags(size_t n) { return {"-numa", "node," + Repeat("f,", n)}; }
Args NumaKeys(size_t n) {
  return {"-numa",
          Number(n, [](size_t i) { return absl::StrCat("k", i, "=,"); })};
}
Args NumaCollidingKeys(size_t n) {
  return {"-numa", "node," + Number(n, [](size_t i) {
                     return absl::StrCat(CollidingKey(i), "=,");
                   })};
}
Args NumaOneKey(size_t n) {
  return {"-numa", "node," + Repeat("nodeid=0,", n)};
}
Args NumaCpus(size_t n) {
  return {"-M",   "pc-q35-11.1", "-smp",
          "4096", "-numa",       "node," + Repeat("cpus=0-4095,", n)};
}
Args NumaCpusOutOfRange(size_t n) {
  return {"-numa", "node," + Repeat("cpus=0-65535,", n)};
}
Args NumaRecords(size_t n) { return Options("-numa", "node,nodeid=0", n); }
Args NumaCpuRecords(size_t n) {
  Args args = {"-M", "pc-q35-11.1", "-smp", "4096", "-numa", "node"};
  for (std::string& arg : Options("-numa", "cpu,node-id=0", n)) {
    args.push_back(std::move(arg));
  }
  return args;
}
Args LongValue(size_t n) {
  return {"-object", "memory-backend-ram,size=1M,id=" + Repeat("a", n)};
}
Args LongNumber(size_t n) { return {"-m", Repeat("1", n)}; }
Args LongFraction(size_t n) { return {"-m", "1." + Repeat("9", n) + "G"}; }
Args Commas(size_t n) { return {"-numa", Repeat(",", n)}; }
Args MemoryKeys(size_t n) { return {"-m", Repeat("slots=1,", n)}; }
Args MachineKeys(size_t n) {
  return {"-M", Number(n, [](size_t i) { return absl::StrCat("k", i, "=,"); })};
}
Args MachineDeepKey(size_t n) { return {"-M", Repeat("a.", n) + "a=1"}; }
Args MachineDeepClash(size_t n) {
  const std::string key = Repeat("a.", n / 2) + "a";
  return {"-smp", key + "=1", "-smp", key + ".b=1"};
}
Args MachineList(size_t n) {
  return {"-M", Number(n, [](size_t i) {
            return absl::StrCat("sgx-epc.", i, ".node=0,");
          })};
}
Args SmpOptions(size_t n) { return Options("-smp", "cpus=1", n); }
Args JsonKeys(size_t n) {
  return {
      "-object",
      "{" +
          Number(n, [](size_t i) { return absl::StrCat("\"k", i, "\":0,"); }) +
          "\"qom-type\":\"memory-backend-ram\",\"id\":\"m\","
          "\"size\":1}"};
}
Args JsonList(size_t n) {
  return {"-object",
          "{\"qom-type\":\"memory-backend-ram\",\"id\":\"m\","
          "\"size\":1,\"host-nodes\":[" +
              Repeat("0,", n) + "0]}"};
}
Args JsonDepth(size_t n) { return {"-object", Repeat("{\"a\":", n)}; }
Args JsonLines(size_t n) { return {"-object", "{" + Repeat("\n", n) + "x"}; }
Args JsonString(size_t n) { return {"-object", "{\"" + Repeat("\\n", n)}; }
Args Objects(size_t n) {
  Args args;
  for (size_t i = 0; i * 48 < n; ++i) {
    args.emplace_back("-object");
    args.push_back(absl::StrCat("memory-backend-ram,size=1M,id=m", i));
  }
  return args;
}
Args Devices(size_t n) { return Options("-device", "virtio-rng-pci", n); }
Args DeviceFlags(size_t n) {
  return {"-device", "virtio-rng-pci," + Repeat("f,", n)};
}
Args Globals(size_t n) { return Options("-global", "a.b=c", n); }
Args Sets(size_t n) {
  Args args = {"-device", "virtio-rng-pci,id=d"};
  for (std::string& arg : Options("-set", "device.d.a=b", n)) {
    args.push_back(std::move(arg));
  }
  return args;
}
Args SetDevices(size_t n) {
  Args args;
  Args sets;
  for (size_t i = 0; i * 64 < n; ++i) {
    args.insert(args.end(), {"-device", absl::StrCat("pc-dimm,id=d", i)});
    sets.insert(sets.end(), {"-set", absl::StrCat("device.d", i, ".slot=1")});
  }
  args.insert(args.end(), sets.begin(), sets.end());
  return args;
}
Args CpuFeatures(size_t n) { return {"-cpu", "EPYC," + Repeat("+avx,", n)}; }
Args Accelerators(size_t n) { return {"-M", "accel=" + Repeat("x:", n)}; }
Args Words(size_t n) { return Args(n / 4, "-S"); }

constexpr LongArguments kAll[] = {
    {"numa_flags", NumaFlags},
    {"numa_keys", NumaKeys},
    {"numa_colliding_keys", NumaCollidingKeys},
    {"numa_one_key", NumaOneKey},
    {"numa_cpus", NumaCpus},
    {"numa_cpus_out_of_range", NumaCpusOutOfRange},
    {"numa_records", NumaRecords},
    {"numa_cpu_records", NumaCpuRecords},
    {"long_value", LongValue},
    {"long_number", LongNumber},
    {"long_fraction", LongFraction},
    {"commas", Commas},
    {"memory_keys", MemoryKeys},
    {"machine_keys", MachineKeys},
    {"machine_deep_key", MachineDeepKey},
    {"machine_deep_clash", MachineDeepClash},
    {"machine_list", MachineList},
    {"smp_options", SmpOptions},
    {"json_keys", JsonKeys},
    {"json_list", JsonList},
    {"json_depth", JsonDepth},
    {"json_lines", JsonLines},
    {"json_string", JsonString},
    {"objects", Objects},
    {"devices", Devices},
    {"device_flags", DeviceFlags},
    {"globals", Globals},
    {"sets", Sets},
    {"set_devices", SetDevices},
    {"cpu_features", CpuFeatures},
    {"accelerators", Accelerators},
    {"words", Words},
};

}  // namespace

absl::Span<const LongArguments> AllLongArguments() { return kAll; }

}  // namespace e820check
