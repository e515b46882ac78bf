// SPDX-License-Identifier: Apache-2.0

#include "options/cpu_model.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "options/integer.h"
#include "options/refusal.h"
#include "options/size.h"

namespace e820check {
namespace {

// ---------------------------------------------------------------------------
// Models.

constexpr absl::string_view kAmd = "AuthenticAMD";
constexpr absl::string_view kHygon = "HygonGenuine";
constexpr absl::string_view kIntel = "GenuineIntel";
constexpr absl::string_view kZhaoxin = "CentaurHauls";

constexpr int kAbsent = -1;  // the release has no such model

struct Model {
  absl::string_view name;
  absl::string_view vendor;
  // N of the newest name-vN in QEMU 7.2, 10.0 and 11.1; 0: only the name alone.
  std::array<int, 3> newest;
  bool long_mode = true;
  bool pse36 = true;
};

// Vendor, long mode and PSE36 are those 7.2 shows through QOM; no machine type
// changes them. Of 10.0 and 11.1, only the names known from their release notes
// are here, to be completed with those binaries at hand.
constexpr Model kModels[] = {
    {"486", kIntel, {1, 1, 1}, false, false},
    {"Broadwell", kIntel, {4, 4, 4}},
    {"Broadwell-IBRS", kIntel, {0, 0, 0}},
    {"Broadwell-noTSX", kIntel, {0, 0, 0}},
    {"Broadwell-noTSX-IBRS", kIntel, {0, 0, 0}},
    {"Cascadelake-Server", kIntel, {5, 5, 5}},
    {"Cascadelake-Server-noTSX", kIntel, {0, 0, 0}},
    {"ClearwaterForest", kIntel, {kAbsent, 1, 1}},
    {"Conroe", kIntel, {1, 1, 1}},
    {"Cooperlake", kIntel, {2, 2, 2}},
    {"Denverton", kIntel, {3, 3, 3}},
    {"Dhyana", kHygon, {2, 2, 2}},
    {"EPYC", kAmd, {3, 4, 5}},
    {"EPYC-Genoa", kAmd, {kAbsent, 1, 2}},
    {"EPYC-IBPB", kAmd, {0, 0, 0}},
    {"EPYC-Milan", kAmd, {1, 2, 3}},
    {"EPYC-Rome", kAmd, {2, 4, 5}},
    {"EPYC-Turin", kAmd, {kAbsent, kAbsent, 1}},
    {"GraniteRapids", kIntel, {kAbsent, 2, 3}},
    {"Haswell", kIntel, {4, 4, 4}},
    {"Haswell-IBRS", kIntel, {0, 0, 0}},
    {"Haswell-noTSX", kIntel, {0, 0, 0}},
    {"Haswell-noTSX-IBRS", kIntel, {0, 0, 0}},
    {"Icelake-Server", kIntel, {6, 7, 7}},
    {"Icelake-Server-noTSX", kIntel, {0, 0, 0}},
    {"IvyBridge", kIntel, {2, 2, 2}},
    {"IvyBridge-IBRS", kIntel, {0, 0, 0}},
    {"KnightsMill", kIntel, {1, 1, 1}},
    {"Nehalem", kIntel, {2, 2, 2}},
    {"Nehalem-IBRS", kIntel, {0, 0, 0}},
    {"Opteron_G1", kAmd, {1, 1, 1}},
    {"Opteron_G2", kAmd, {1, 1, 1}},
    {"Opteron_G3", kAmd, {1, 1, 1}},
    {"Opteron_G4", kAmd, {1, 1, 1}},
    {"Opteron_G5", kAmd, {1, 1, 1}},
    {"Penryn", kIntel, {1, 1, 1}},
    {"SandyBridge", kIntel, {2, 2, 2}},
    {"SandyBridge-IBRS", kIntel, {0, 0, 0}},
    {"SapphireRapids", kIntel, {kAbsent, 3, 4}},
    {"SierraForest", kIntel, {kAbsent, 2, 3}},
    {"Skylake-Client", kIntel, {4, 4, 4}},
    {"Skylake-Client-IBRS", kIntel, {0, 0, 0}},
    {"Skylake-Client-noTSX-IBRS", kIntel, {0, 0, 0}},
    {"Skylake-Server", kIntel, {5, 5, 5}},
    {"Skylake-Server-IBRS", kIntel, {0, 0, 0}},
    {"Skylake-Server-noTSX-IBRS", kIntel, {0, 0, 0}},
    {"Snowridge", kIntel, {4, 4, 4}},
    {"Westmere", kIntel, {2, 2, 2}},
    {"Westmere-IBRS", kIntel, {0, 0, 0}},
    {"YongFeng", kZhaoxin, {kAbsent, 1, 3}},
    {"athlon", kAmd, {1, 1, 1}, false, true},
    {"base", "", {0, 0, 0}, false, false},
    {"core2duo", kIntel, {1, 1, 1}},
    {"coreduo", kIntel, {1, 1, 1}, false, false},
    {"host", kAmd, {0, 0, 0}},  // never gets as far as showing a vendor
    {"kvm32", kIntel, {1, 1, 1}, false, true},
    {"kvm64", kIntel, {1, 1, 1}},
    {"max", kAmd, {0, 0, 0}},
    {"n270", kIntel, {1, 1, 1}, false, false},
    {"pentium", kIntel, {1, 1, 1}, false, false},
    {"pentium2", kIntel, {1, 1, 1}, false, true},
    {"pentium3", kIntel, {1, 1, 1}, false, true},
    {"phenom", kAmd, {1, 1, 1}},
    // spec/qemu-layout.md 2.3 gives it PSE36; 7.2 has 32 address bits here.
    {"qemu32", kIntel, {1, 1, 1}, false, false},
    {"qemu64", kAmd, {1, 1, 1}},
};

int NewestVersion(const Model& model, QemuVersion qemu) {
  return model.newest[static_cast<size_t>(qemu)];
}

const Model* FindModel(absl::string_view name, QemuVersion qemu) {
  for (const Model& model : kModels) {
    const int newest = NewestVersion(model, qemu);
    absl::string_view rest = name;
    if (newest == kAbsent || !absl::ConsumePrefix(&rest, model.name)) continue;
    if (rest.empty()) return &model;
    for (int version = 1; version <= newest; ++version) {
      if (rest == absl::StrCat("-v", version)) return &model;
    }
  }
  return nullptr;
}

uint32_t DefaultPhysBits(const CpuOptions& cpu) {
  if (cpu.long_mode) return 40;  // TCG's
  return cpu.pse36 ? 36 : 32;
}

CpuOptions WithoutFeatures(const Model& model, absl::string_view name) {
  CpuOptions cpu{.model = std::string(name),
                 .vendor = std::string(model.vendor),
                 .long_mode = model.long_mode,
                 .pse36 = model.pse36};
  cpu.phys_bits = DefaultPhysBits(cpu);
  return cpu;
}

// ---------------------------------------------------------------------------
// Properties.

enum class Kind {
  kFlag,       // boolean, of no effect on a memory map
  kLongMode,   // boolean
  kPse36,      // boolean
  kVpIndex,    // boolean; needs KVM, yet that is noticed only in name=on
  kEnforce,    // boolean; refuses what TCG lacks of the model's features
  kOnOffAuto,  // of no effect
  kText,       // of no effect
  kVendor,
  kPhysBits,
  kUnsigned,    // of the C type that ends at max; of no effect
  kBounded,     // 0..max; of no effect
  kInt32,       // of no effect
  kTopologyId,  // int32; other than -1 it must be that of every vCPU
  kReadOnly,
  kUnmodelled,
};

struct Property {
  absl::string_view name;
  Kind kind;
  uint64_t max = 0;
};

constexpr Property kProperties[] = {
    {"apic-id", Kind::kUnsigned, UINT32_MAX},  // the board sets it again
    {"core-id", Kind::kTopologyId},
    {"crash-information", Kind::kReadOnly},
    {"die-id", Kind::kTopologyId},
    {"enforce", Kind::kEnforce},
    {"family", Kind::kBounded, 0xFF + 0xF},
    {"feature-words", Kind::kReadOnly},
    {"filtered-features", Kind::kReadOnly},
    {"host-phys-bits-limit", Kind::kUnsigned, UINT8_MAX},
    {"hotpluggable", Kind::kReadOnly},
    {"hotplugged", Kind::kReadOnly},
    {"hv-no-nonarch-coresharing", Kind::kOnOffAuto},
    {"hv-spinlocks", Kind::kUnsigned, UINT32_MAX},
    {"hv-vendor-id", Kind::kText},
    {"hv-version-id-build", Kind::kUnsigned, UINT32_MAX},
    {"hv-version-id-major", Kind::kUnsigned, UINT16_MAX},
    {"hv-version-id-minor", Kind::kUnsigned, UINT16_MAX},
    {"hv-version-id-sbranch", Kind::kUnsigned, UINT8_MAX},
    {"hv-version-id-snumber", Kind::kUnsigned, UINT32_MAX},
    {"hv-version-id-spack", Kind::kUnsigned, UINT32_MAX},
    {"hv-vpindex", Kind::kVpIndex},
    {"i64", Kind::kLongMode},
    {"lbr-fmt", Kind::kUnmodelled},  // 7.2 aborts on text that is no number
    {"lbr_fmt", Kind::kUnmodelled},
    {"legacy-cache", Kind::kUnmodelled},  // off needs a model with cache data
    {"legacy-memory", Kind::kReadOnly},
    {"level", Kind::kUnsigned, UINT32_MAX},
    {"level-func7", Kind::kUnsigned, UINT32_MAX},
    {"lm", Kind::kLongMode},
    {"memory", Kind::kUnmodelled},  // a QOM path
    {"min-level", Kind::kUnsigned, UINT32_MAX},
    {"min-xlevel", Kind::kUnsigned, UINT32_MAX},
    {"min-xlevel2", Kind::kUnsigned, UINT32_MAX},
    {"model", Kind::kBounded, 0xFF},
    {"model-id", Kind::kText},
    {"node-id", Kind::kTopologyId},
    {"parent_bus", Kind::kReadOnly},
    {"phys-bits", Kind::kPhysBits, UINT32_MAX},
    {"pse36", Kind::kPse36},
    {"realized", Kind::kUnmodelled},  // 7.2 dies on a signal on +realized
    {"socket-id", Kind::kTopologyId},
    {"stepping", Kind::kBounded, 0xF},
    {"thread-id", Kind::kTopologyId},
    {"tsc-frequency", Kind::kBounded, INT64_MAX},
    {"type", Kind::kReadOnly},
    {"ucode-rev", Kind::kUnsigned, UINT64_MAX},
    {"unavailable-features", Kind::kReadOnly},
    {"vendor", Kind::kVendor},
    {"x-hv-max-vps", Kind::kInt32},
    {"xlevel", Kind::kUnsigned, UINT32_MAX},
    {"xlevel2", Kind::kUnsigned, UINT32_MAX},
};

// The other boolean properties of 7.2's CPUs, underscored aliases included.
constexpr absl::string_view kFlags = R"(
    3dnow 3dnowext 3dnowprefetch abm ace2 ace2-en acpi adx aes amd-no-ssb
    amd-ssbd amd-stibp amx-bf16 amx-int8 amx-tile apic arat arch-capabilities
    arch-lbr avic avx avx-vnni avx2 avx512-4fmaps avx512-4vnniw avx512-bf16
    avx512-fp16 avx512-vp2intersect avx512-vpopcntdq avx512bitalg avx512bw
    avx512cd avx512dq avx512er avx512f avx512ifma avx512pf avx512vbmi
    avx512vbmi2 avx512vl avx512vnni bmi1 bmi2 bus-lock-detect check cid
    cldemote clflush clflushopt clwb clzero cmov cmp-legacy cmp_legacy
    core-capability cpuid-0xb cr8legacy cx16 cx8 dca de decodeassists ds
    ds-cpl ds_cpl dtes64 erms est extapic f16c ffxsr fill-mtrr-mask
    flushbyasid fma fma4 fpu fsgsbase fsrm full-cpuid-auto-level
    full-width-write fxsr fxsr-opt fxsr_opt gfni hle host-phys-bits ht
    hv-apicv hv-avic hv-crash hv-emsr-bitmap hv-enforce-cpuid hv-evmcs
    hv-frequencies hv-ipi hv-passthrough hv-reenlightenment hv-relaxed
    hv-reset hv-runtime hv-stimer hv-stimer-direct hv-syndbg hv-synic hv-time
    hv-tlbflush hv-tlbflush-direct hv-tlbflush-ext hv-vapic hv-xmm-input
    hypervisor ia64 ibpb ibrs ibrs-all ibs intel-pt intel-pt-lip invpcid
    invtsc kvm kvm-asyncpf kvm-asyncpf-int kvm-hint-dedicated kvm-mmu
    kvm-msi-ext-dest-id kvm-no-smi-migration kvm-nopiodelay kvm-poll-control
    kvm-pv-enforce-cpuid kvm-pv-eoi kvm-pv-ipi kvm-pv-sched-yield
    kvm-pv-tlb-flush kvm-pv-unhalt kvm-steal-time kvm_asyncpf kvm_asyncpf_int
    kvm_mmu kvm_nopiodelay kvm_poll_control kvm_pv_eoi kvm_pv_unhalt
    kvm_steal_time kvmclock kvmclock-stable-bit l3-cache la57 lahf-lm lahf_lm
    lbrv lmce lwp mca mce md-clear mds-no misalignsse mmx mmxext monitor movbe
    movdir64b movdiri mpx msr mtrr nodeid-msr nodeid_msr npt nrip-save
    nrip_save nx osvw pae pat pause-filter pause_filter pbe pcid pclmuldq
    pclmulqdq pcommit pdcm pdpe1gb perfctr-core perfctr-nb perfctr_core
    perfctr_nb pfthreshold pge phe phe-en pks pku pmm pmm-en pmu pn pni popcnt
    pschange-mc-no pse rdctl-no rdpid rdrand rdseed rdtscp rsba rtm sep
    serialize sgx sgx-debug sgx-exinfo sgx-kss sgx-mode64 sgx-provisionkey
    sgx-tokenkey sgx1 sgx2 sgxlc sha-ni skinit skip-l1dfl-vmentry smap smep
    smx spec-ctrl split-lock-detect ss ssb-no ssbd sse sse2 sse3 sse4-1 sse4-2
    sse4.1 sse4.2 sse4_1 sse4_2 sse4a ssse3 start-powered-off stibp svm
    svm-lock svm_lock svme-addr-chk syscall taa-no tbm tce tcg-cpuid tm tm2
    topoext tsc tsc-adjust tsc-deadline tsc-scale tsc_adjust tsc_scale
    tsx-ctrl tsx-ldtrk umip v-vmsave-vmload vaes vgif virt-ssbd vmcb-clean
    vmcb_clean vme vmware-cpuid-freq vmx vmx-activity-hlt
    vmx-activity-shutdown vmx-activity-wait-sipi vmx-apicv-register
    vmx-apicv-vid vmx-apicv-x2apic vmx-apicv-xapic vmx-cr3-load-noexit
    vmx-cr3-store-noexit vmx-cr8-load-exit vmx-cr8-store-exit vmx-desc-exit
    vmx-encls-exit vmx-entry-ia32e-mode vmx-entry-load-bndcfgs
    vmx-entry-load-efer vmx-entry-load-pat vmx-entry-load-perf-global-ctrl
    vmx-entry-load-pkrs vmx-entry-load-rtit-ctl vmx-entry-noload-debugctl
    vmx-ept vmx-ept-1gb vmx-ept-2mb vmx-ept-advanced-exitinfo vmx-ept-execonly
    vmx-eptad vmx-eptp-switching vmx-exit-ack-intr vmx-exit-clear-bndcfgs
    vmx-exit-clear-rtit-ctl vmx-exit-load-efer vmx-exit-load-pat
    vmx-exit-load-perf-global-ctrl vmx-exit-load-pkrs vmx-exit-nosave-debugctl
    vmx-exit-save-efer vmx-exit-save-pat vmx-exit-save-preemption-timer
    vmx-flexpriority vmx-hlt-exit vmx-ins-outs vmx-intr-exit vmx-invept
    vmx-invept-all-context vmx-invept-single-context
    vmx-invept-single-context-noglobals vmx-invlpg-exit vmx-invpcid-exit
    vmx-invvpid vmx-invvpid-all-context vmx-invvpid-single-addr vmx-io-bitmap
    vmx-io-exit vmx-monitor-exit vmx-movdr-exit vmx-msr-bitmap vmx-mtf
    vmx-mwait-exit vmx-nmi-exit vmx-page-walk-4 vmx-page-walk-5 vmx-pause-exit
    vmx-ple vmx-pml vmx-posted-intr vmx-preemption-timer vmx-rdpmc-exit
    vmx-rdrand-exit vmx-rdseed-exit vmx-rdtsc-exit vmx-rdtscp-exit
    vmx-secondary-ctls vmx-shadow-vmcs vmx-store-lma vmx-true-ctls
    vmx-tsc-offset vmx-tsc-scaling vmx-unrestricted-guest vmx-vintr-pending
    vmx-vmfunc vmx-vmwrite-vmexit-fields vmx-vnmi vmx-vnmi-pending vmx-vpid
    vmx-wbinvd-exit vmx-xsaves vmx-zero-len-inject vpclmulqdq waitpkg wbnoinvd
    wdt x-force-features x-hv-synic-kvm-only x-intel-pt-auto-level
    x-migrate-smi-count x-vendor-cpuid-only x2apic xcrypt xcrypt-en xd xfd
    xgetbv1 xop xsave xsavec xsaveerptr xsaveopt xsaves xstore xstore-en xtpr
)";

// Those that only "host" and "max" have.
constexpr absl::string_view kHostFlags[] = {"host-cache-info", "migratable"};

const absl::flat_hash_set<absl::string_view>& Flags() {
  static const auto& flags = *new absl::flat_hash_set<absl::string_view>(
      absl::StrSplit(kFlags, absl::ByAnyChar(" \n"), absl::SkipEmpty()));
  return flags;
}

std::optional<Property> FindProperty(absl::string_view name,
                                     const Model& model) {
  const auto* const found = std::find_if(
      std::begin(kProperties), std::end(kProperties),
      [&](const Property& property) { return property.name == name; });
  if (found != std::end(kProperties)) return *found;
  const bool is_flag = Flags().contains(name) ||
                       ((model.name == "host" || model.name == "max") &&
                        absl::c_linear_search(kHostFlags, name));
  if (is_flag) return Property{name, Kind::kFlag};
  return std::nullopt;
}

// ---------------------------------------------------------------------------
// The feature list.

struct Features {
  struct Setting {
    std::string name;
    std::string value;
  };
  std::vector<Setting> settings;  // name=value, or name for name=on
  std::vector<absl::string_view> plus;
  std::vector<absl::string_view> minus;
};

// tsc-freq=1.5G is tsc-frequency=1500000000. QEMU's unit is 1000 there, so what
// fits with 1024 fits.
absl::Status CheckTscFreq(absl::string_view value, QemuVersion qemu) {
  std::vector<std::string> unused_warnings;
  const SizeReading size =
      ReadSize(value, DefaultUnit::kByte, qemu, unused_warnings);
  if (size.reading == Reading::kInvalid) {
    return Refuse("bad numerical value ", value);
  }
  if (size.reading == Reading::kOk && size.bytes <= INT64_MAX) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError("-cpu: a huge tsc-freq is not modelled");
}

absl::StatusOr<Features> SplitFeatures(absl::string_view text,
                                       QemuVersion qemu) {
  Features features;
  for (absl::string_view item : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&item, "+")) {
      features.plus.push_back(item);
    } else if (absl::ConsumePrefix(&item, "-")) {
      features.minus.push_back(item);
    } else {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(item, absl::MaxSplits('=', 1));
      const bool has_value = absl::StrContains(item, '=');
      Features::Setting setting{
          .name = absl::StrReplaceAll(parts.first, {{"_", "-"}}),
          .value = std::string(has_value ? parts.second : "on")};
      if (setting.name == "tsc-freq") {
        if (absl::Status s = CheckTscFreq(setting.value, qemu); !s.ok()) {
          return s;
        }
        continue;
      }
      features.settings.push_back(std::move(setting));
    }
  }
  return features;
}

// ---------------------------------------------------------------------------
// A vCPU as the board makes it. InvalidArgument is the board's refusal.

class VirtualCpu {
 public:
  VirtualCpu(const Model& model, CpuOptions options, QemuVersion qemu)
      : model_(model),
        type_name_(absl::StrCat(options.model, "-x86_64-cpu")),
        options_(std::move(options)),
        qemu_(qemu) {}

  // In the order of 7.2: name=value as the object is made, then what the board
  // checks, then +name and -name, then the rest. So +lm beats lm=off wherever
  // it stands, and -lm beats both.
  absl::Status Realize(const Features& features, const MachineType& type) {
    for (const Features::Setting& setting : features.settings) {
      const absl::Status status = SetText(setting.name, setting.value);
      if (absl::IsInvalidArgument(status)) {
        return Refuse("can't apply global ", type_name_, ".", setting.name, "=",
                      setting.value, ": ", status.message());
      }
      if (!status.ok()) return status;
    }
    if (type.family == MachineFamily::kNone) {
      return Refuse("apic-id property was not initialized properly");
    }
    if (vp_index_) {
      return Refuse("kernel doesn't allow setting HyperV VP_INDEX");
    }
    for (const absl::string_view name : features.plus) {
      if (absl::Status s = SetBool(name, true); !s.ok()) return s;
    }
    for (const absl::string_view name : features.minus) {
      if (absl::Status s = SetBool(name, false); !s.ok()) return s;
    }
    if (enforce_) return NotModelled("enforce");
    if (model_.name == "host") {
      return Refuse("CPU model 'host' requires KVM or HVF");
    }
    return FixPhysBits();
  }

  const CpuOptions& options() const { return options_; }

 private:
  static absl::Status NotModelled(absl::string_view name) {
    return absl::UnimplementedError(
        absl::StrCat("-cpu: property '", name, "' is not modelled"));
  }

  absl::Status NotFound(absl::string_view name) const {
    if (qemu_ != QemuVersion::k7_2) return NotModelled(name);
    return Refuse("Property '", type_name_, ".", name, "' not found");
  }

  absl::Status ReadOnly(absl::string_view name) const {
    return Refuse("Property '", type_name_, ".", name, "' is not writable");
  }

  absl::StatusOr<uint64_t> ReadUint(const Property& property,
                                    absl::string_view value) const {
    const UnsignedReading number = ReadWrappingUnsigned(value, qemu_);
    if (number.reading == Reading::kOk) return number.value;
    return Refuse("Parameter '", property.name, "' expects uint64");
  }

  absl::StatusOr<uint64_t> ReadNarrowUint(const Property& property,
                                          absl::string_view value) const {
    const absl::StatusOr<uint64_t> number = ReadUint(property, value);
    if (!number.ok() || *number <= property.max) return number;
    return Refuse("Parameter '", property.name, "' expects ",
                  property.max == UINT8_MAX    ? "uint8_t"
                  : property.max == UINT16_MAX ? "uint16_t"
                                               : "uint32_t");
  }

  absl::StatusOr<int64_t> ReadInt(const Property& property,
                                  absl::string_view value) const {
    const std::optional<int64_t> number = ReadSigned(value, qemu_);
    if (number) return *number;
    return Refuse("Parameter '", property.name, "' expects int64");
  }

  absl::StatusOr<int64_t> ReadInt32(const Property& property,
                                    absl::string_view value) const {
    const absl::StatusOr<int64_t> number = ReadInt(property, value);
    if (!number.ok() || (*number >= INT32_MIN && *number <= INT32_MAX)) {
      return number;
    }
    return Refuse("Parameter '", property.name, "' expects int32_t");
  }

  absl::Status CheckBounded(const Property& property,
                            absl::string_view value) const {
    if (qemu_ != QemuVersion::k7_2) {
      const absl::StatusOr<uint64_t> number = ReadUint(property, value);
      if (!number.ok()) return number.status();
      if (*number <= property.max) return absl::OkStatus();
      return Refuse("parameter '", property.name, "' can be at most ",
                    property.max);
    }
    const absl::StatusOr<int64_t> number = ReadInt(property, value);
    if (!number.ok()) return number.status();
    if (*number >= 0 && static_cast<uint64_t>(*number) <= property.max) {
      return absl::OkStatus();
    }
    return Refuse("Property .", property.name, " doesn't take value ", *number,
                  " (minimum: 0, maximum: ", property.max, ")");
  }

  absl::Status SetVendor(absl::string_view value) {
    constexpr size_t kVendorSizeBytes = 12;
    if (value.size() == kVendorSizeBytes) {
      options_.vendor = std::string(value);
      return absl::OkStatus();
    }
    if (qemu_ == QemuVersion::k7_2) {
      return Refuse("Property '.vendor' doesn't take value '", value, "'");
    }
    return Refuse(
        "value of property 'vendor' must consist of exactly 12 characters");
  }

  void SetFlag(Kind kind, bool on) {
    if (kind == Kind::kLongMode) options_.long_mode = on;
    if (kind == Kind::kPse36) options_.pse36 = on;
    if (kind == Kind::kEnforce) enforce_ = on;
  }

  // name=value.
  absl::Status SetText(absl::string_view name, absl::string_view value) {
    const std::optional<Property> property = FindProperty(name, model_);
    if (!property) return NotFound(name);
    switch (property->kind) {
      case Kind::kFlag:
      case Kind::kLongMode:
      case Kind::kPse36:
      case Kind::kVpIndex:
      case Kind::kEnforce: {
        const std::optional<bool> on = ReadBool(value);
        if (!on) return Refuse("Parameter '", name, "' expects 'on' or 'off'");
        SetFlag(property->kind, *on);
        if (property->kind == Kind::kVpIndex) vp_index_ = *on;
        return absl::OkStatus();
      }
      case Kind::kOnOffAuto:
        if (value == "on" || value == "off" || value == "auto") {
          return absl::OkStatus();
        }
        return Refuse("Parameter '", name, "' does not accept value '", value,
                      "'");
      case Kind::kText:
        return absl::OkStatus();
      case Kind::kVendor:
        return SetVendor(value);
      case Kind::kPhysBits: {
        const absl::StatusOr<uint64_t> bits = ReadNarrowUint(*property, value);
        if (bits.ok()) phys_bits_ = static_cast<uint32_t>(*bits);
        return bits.status();
      }
      case Kind::kUnsigned:
        return ReadNarrowUint(*property, value).status();
      case Kind::kBounded:
        return CheckBounded(*property, value);
      case Kind::kInt32:
        return ReadInt32(*property, value).status();
      case Kind::kTopologyId: {
        const absl::StatusOr<int64_t> id = ReadInt32(*property, value);
        if (!id.ok()) return id.status();
        return *id == -1 ? absl::OkStatus() : NotModelled(name);
      }
      case Kind::kReadOnly:
        return ReadOnly(name);
      case Kind::kUnmodelled:
        return NotModelled(name);
    }
    return NotModelled(name);
  }

  // +name and -name. Unlike in name=value, '_' and '-' are different here.
  absl::Status SetBool(absl::string_view name, bool on) {
    const std::optional<Property> property = FindProperty(name, model_);
    if (!property) return NotFound(name);
    absl::string_view expected;
    switch (property->kind) {
      case Kind::kFlag:
      case Kind::kLongMode:
      case Kind::kPse36:
      case Kind::kVpIndex:
      case Kind::kEnforce:
        SetFlag(property->kind, on);
        return absl::OkStatus();
      case Kind::kOnOffAuto:
      case Kind::kText:
      case Kind::kVendor:
        expected = "string";
        break;
      case Kind::kPhysBits:
      case Kind::kUnsigned:
        return Refuse("Parameter '", name, "' expects uint64");
      case Kind::kBounded:
        if (qemu_ != QemuVersion::k7_2) {
          return Refuse("Parameter '", name, "' expects uint64");
        }
        expected = "integer";
        break;
      case Kind::kInt32:
      case Kind::kTopologyId:
        expected = "integer";
        break;
      case Kind::kReadOnly:
        return ReadOnly(name);
      case Kind::kUnmodelled:
        return NotModelled(name);
    }
    return Refuse("Invalid parameter type for '", name,
                  "', expected: ", expected);
  }

  absl::Status FixPhysBits() {
    constexpr uint32_t kMin = 32;
    constexpr uint32_t kMax = 52;
    if (phys_bits_ != 0 && !options_.long_mode) {
      return Refuse("phys-bits is not user-configurable in 32 bit");
    }
    if (phys_bits_ != 0 && (phys_bits_ < kMin || phys_bits_ > kMax)) {
      return Refuse("phys-bits should be between ", kMin, " and ", kMax,
                    "  (but is ", phys_bits_, ")");
    }
    options_.phys_bits =
        phys_bits_ != 0 ? phys_bits_ : DefaultPhysBits(options_);
    return absl::OkStatus();
  }

  const Model& model_;
  const std::string type_name_;
  CpuOptions options_;
  const QemuVersion qemu_;
  uint32_t phys_bits_ = 0;  // as typed; 0: the default
  bool vp_index_ = false;
  bool enforce_ = false;
};

}  // namespace

CpuOptions DefaultCpu(const MachineType& type, QemuVersion qemu) {
  const absl::string_view name =
      type.family == MachineFamily::kIsapc ? "486" : "qemu64";
  return WithoutFeatures(*FindModel(name, qemu), name);
}

std::vector<std::string> AllCpuModels(QemuVersion qemu) {
  std::vector<std::string> names;
  for (const Model& model : kModels) {
    if (NewestVersion(model, qemu) == kAbsent) continue;
    names.emplace_back(model.name);
    for (int version = 1; version <= NewestVersion(model, qemu); ++version) {
      names.push_back(absl::StrCat(model.name, "-v", version));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<CpuOptions> ParseCpu(absl::string_view argument,
                                    const MachineType& type, QemuVersion qemu) {
  if (argument.empty()) return Refuse("-cpu option cannot be empty");
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(argument, absl::MaxSplits(',', 1));
  const auto& [name, feature_text] = parts;
  const Model* const model = FindModel(name, qemu);
  if (model == nullptr) {
    return Refuse("unable to find CPU model '", name, "'");
  }
  const absl::StatusOr<Features> features = SplitFeatures(feature_text, qemu);
  if (!features.ok()) return features.status();
  const CpuOptions plain = WithoutFeatures(*model, name);
  VirtualCpu cpu(*model, plain, qemu);
  const absl::Status status = cpu.Realize(*features, type);
  if (status.ok()) return cpu.options();
  if (!absl::IsInvalidArgument(status)) return status;
  CpuOptions refused = plain;
  refused.refusal = std::string(status.message());
  return refused;
}

}  // namespace e820check
