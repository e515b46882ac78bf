// SPDX-License-Identifier: Apache-2.0

// What QEMU knows of CPUs: models and their properties, as read from the
// binaries. Of use to cpu_model.cc only.

#ifndef E820CHECK_OPTIONS_CPU_TABLES_H_
#define E820CHECK_OPTIONS_CPU_TABLES_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check::cpu_tables {

inline constexpr absl::string_view kAmd = "AuthenticAMD";
inline constexpr absl::string_view kHygon = "HygonGenuine";
inline constexpr absl::string_view kIntel = "GenuineIntel";
inline constexpr absl::string_view kZhaoxin = "CentaurHauls";

struct Model {
  absl::string_view name;
  absl::string_view vendor;
  // N of the newest name-vN in the first release that has the model; 0: only
  // the name alone.
  int newest;
  bool long_mode = true;
  bool pse36 = true;
  bool pae = true;
  QemuVersion since = kSinceEver;
};

// As each release answers query-cpu-model-expansion under TCG; no machine type
// changes what is here.
inline constexpr Model kModels[] = {
    {"486", kIntel, 1, false, false, false},
    {"Broadwell", kIntel, 4},
    {"Broadwell-IBRS", kIntel, 0},
    {"Broadwell-noTSX", kIntel, 0},
    {"Broadwell-noTSX-IBRS", kIntel, 0},
    {"Cascadelake-Server", kIntel, 5},
    {"Cascadelake-Server-noTSX", kIntel, 0},
    {.name = "ClearwaterForest",
     .vendor = kIntel,
     .newest = 1,
     .since = QemuVersion::k10_0},
    {"Conroe", kIntel, 1},
    {"Cooperlake", kIntel, 2},
    {"Denverton", kIntel, 3},
    {"Dhyana", kHygon, 2},
    {.name = "DiamondRapids",
     .vendor = kIntel,
     .newest = 2,
     .since = QemuVersion::k11_1},
    {"EPYC", kAmd, 3},
    {.name = "EPYC-Genoa",
     .vendor = kAmd,
     .newest = 1,
     .since = QemuVersion::k10_0},
    {"EPYC-IBPB", kAmd, 0},
    {"EPYC-Milan", kAmd, 1},
    {"EPYC-Rome", kAmd, 2},
    {.name = "EPYC-Turin",
     .vendor = kAmd,
     .newest = 2,
     .since = QemuVersion::k11_1},
    {.name = "GraniteRapids",
     .vendor = kIntel,
     .newest = 2,
     .since = QemuVersion::k10_0},
    {"Haswell", kIntel, 4},
    {"Haswell-IBRS", kIntel, 0},
    {"Haswell-noTSX", kIntel, 0},
    {"Haswell-noTSX-IBRS", kIntel, 0},
    {"Icelake-Server", kIntel, 6},
    {"Icelake-Server-noTSX", kIntel, 0},
    {"IvyBridge", kIntel, 2},
    {"IvyBridge-IBRS", kIntel, 0},
    {"KnightsMill", kIntel, 1},
    {"Nehalem", kIntel, 2},
    {"Nehalem-IBRS", kIntel, 0},
    {"Opteron_G1", kAmd, 1},
    {"Opteron_G2", kAmd, 1},
    {"Opteron_G3", kAmd, 1},
    {"Opteron_G4", kAmd, 1},
    {"Opteron_G5", kAmd, 1},
    {"Penryn", kIntel, 1},
    {"SandyBridge", kIntel, 2},
    {"SandyBridge-IBRS", kIntel, 0},
    {.name = "SapphireRapids",
     .vendor = kIntel,
     .newest = 3,
     .since = QemuVersion::k10_0},
    {.name = "SierraForest",
     .vendor = kIntel,
     .newest = 2,
     .since = QemuVersion::k10_0},
    {"Skylake-Client", kIntel, 4},
    {"Skylake-Client-IBRS", kIntel, 0},
    {"Skylake-Client-noTSX-IBRS", kIntel, 0},
    {"Skylake-Server", kIntel, 5},
    {"Skylake-Server-IBRS", kIntel, 0},
    {"Skylake-Server-noTSX-IBRS", kIntel, 0},
    {"Snowridge", kIntel, 4},
    {"Westmere", kIntel, 2},
    {"Westmere-IBRS", kIntel, 0},
    {.name = "YongFeng",
     .vendor = kZhaoxin,
     .newest = 2,
     .since = QemuVersion::k10_0},
    {"athlon", kAmd, 1, false, true},
    {"base", "", 0, false, false, false},
    {"core2duo", kIntel, 1},
    {"coreduo", kIntel, 1, false, false},
    {"host", kAmd, 0},  // never gets as far as showing a vendor
    {"kvm32", kIntel, 1, false, true},
    {"kvm64", kIntel, 1},
    {"max", kAmd, 0},
    {"n270", kIntel, 1, false, false},
    {"pentium", kIntel, 1, false, false, false},
    {"pentium2", kIntel, 1, false, true},
    {"pentium3", kIntel, 1, false, true},
    {"phenom", kAmd, 1},
    // Without PSE36 (doc/spec/qemu-layout.md 2.3).
    {"qemu32", kIntel, 1, false, false},
    {"qemu64", kAmd, 1},
};

// What releases added to models that were there before, in order of age.
struct NewerVersion {
  QemuVersion since;
  absl::string_view model;
  int newest;  // as Model::newest
};

inline constexpr NewerVersion kNewerVersions[] = {
    {QemuVersion::k10_0, "EPYC", 4},
    {QemuVersion::k10_0, "EPYC-Milan", 2},
    {QemuVersion::k10_0, "EPYC-Rome", 4},
    {QemuVersion::k10_0, "Icelake-Server", 7},
    {QemuVersion::k11_1, "Cascadelake-Server", 7},
    {QemuVersion::k11_1, "ClearwaterForest", 4},
    {QemuVersion::k11_1, "EPYC", 5},
    {QemuVersion::k11_1, "EPYC-Genoa", 3},
    {QemuVersion::k11_1, "EPYC-Milan", 4},
    {QemuVersion::k11_1, "EPYC-Rome", 5},
    {QemuVersion::k11_1, "GraniteRapids", 7},
    {QemuVersion::k11_1, "Icelake-Server", 9},
    {QemuVersion::k11_1, "SapphireRapids", 8},
    {QemuVersion::k11_1, "SierraForest", 6},
    {QemuVersion::k11_1, "Skylake-Server", 6},
    {QemuVersion::k11_1, "YongFeng", 3},
};

// Those that have x2APIC under TCG from 10.0 on, in every version.
inline constexpr absl::string_view kModelsWithX2Apic[] = {
    "Broadwell",
    "Broadwell-IBRS",
    "Broadwell-noTSX",
    "Broadwell-noTSX-IBRS",
    "Cascadelake-Server",
    "Cascadelake-Server-noTSX",
    "ClearwaterForest",
    "Cooperlake",
    "Denverton",
    "DiamondRapids",
    "GraniteRapids",
    "Haswell",
    "Haswell-IBRS",
    "Haswell-noTSX",
    "Haswell-noTSX-IBRS",
    "Icelake-Server",
    "Icelake-Server-noTSX",
    "IvyBridge",
    "IvyBridge-IBRS",
    "KnightsMill",
    "SandyBridge",
    "SandyBridge-IBRS",
    "SapphireRapids",
    "SierraForest",
    "Skylake-Client",
    "Skylake-Client-IBRS",
    "Skylake-Client-noTSX-IBRS",
    "Skylake-Server",
    "Skylake-Server-IBRS",
    "Skylake-Server-noTSX-IBRS",
    "Snowridge",
    "YongFeng",
    "host",
    "max"};

enum class Kind {
  kFlag,       // boolean, of no effect on a memory map
  kLongMode,   // boolean
  kPse36,      // boolean
  kPae,        // boolean
  kX2Apic,     // boolean
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
  QemuVersion since = kSinceEver;
};

inline constexpr Property kProperties[] = {
    {"apic-id", Kind::kUnsigned, UINT32_MAX},  // the board sets it again
    {"avx10-version", Kind::kUnsigned, UINT8_MAX, QemuVersion::k10_0},
    {"core-id", Kind::kTopologyId},
    {"crash-information", Kind::kReadOnly},
    {"die-id", Kind::kTopologyId},
    {"enforce", Kind::kEnforce},
    {"family", Kind::kBounded, 0xFF + 0xF},
    {"feature-words", Kind::kReadOnly},
    {"filtered-features", Kind::kReadOnly},
    {"guest-phys-bits", Kind::kUnmodelled, 0, QemuVersion::k10_0},
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
    {"module-id", Kind::kTopologyId, 0, QemuVersion::k10_0},
    {"node-id", Kind::kTopologyId},
    {"pae", Kind::kPae},
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
    {"x2apic", Kind::kX2Apic},
    {"xlevel", Kind::kUnsigned, UINT32_MAX},
    {"xlevel2", Kind::kUnsigned, UINT32_MAX},
};

// The other boolean properties of CPUs, underscored aliases included, with a
// blank between them.
struct FlagTable {
  absl::string_view names;
  Lifetime releases;
};

inline constexpr FlagTable kFlags[] = {
    {"3dnow 3dnowext 3dnowprefetch abm ace2 ace2-en acpi adx aes amd-no-ssb "
     "amd-ssbd amd-stibp amx-bf16 amx-int8 amx-tile apic arat "
     "arch-capabilities arch-lbr avic avx avx-vnni avx2 avx512-4fmaps "
     "avx512-4vnniw avx512-bf16 avx512-fp16 avx512-vp2intersect "
     "avx512-vpopcntdq avx512bitalg avx512bw avx512cd avx512dq avx512er "
     "avx512f avx512ifma avx512pf avx512vbmi avx512vbmi2 avx512vl avx512vnni "
     "bmi1 bmi2 bus-lock-detect check cid cldemote clflush clflushopt clwb "
     "clzero cmov cmp-legacy cmp_legacy core-capability cpuid-0xb cr8legacy "
     "cx16 cx8 dca de decodeassists ds ds-cpl ds_cpl dtes64 erms est extapic "
     "f16c ffxsr fill-mtrr-mask flushbyasid fma fma4 fpu fsgsbase fsrm "
     "full-width-write fxsr fxsr-opt fxsr_opt gfni hle host-phys-bits ht "
     "hv-apicv hv-avic hv-crash hv-emsr-bitmap hv-enforce-cpuid hv-evmcs "
     "hv-frequencies hv-ipi hv-passthrough hv-reenlightenment hv-relaxed "
     "hv-reset hv-runtime hv-stimer hv-stimer-direct hv-syndbg hv-synic "
     "hv-time hv-tlbflush hv-tlbflush-direct hv-tlbflush-ext hv-vapic "
     "hv-xmm-input hypervisor ia64 ibpb ibrs ibrs-all ibs intel-pt "
     "intel-pt-lip invpcid invtsc kvm kvm-asyncpf kvm-asyncpf-int "
     "kvm-hint-dedicated kvm-mmu kvm-msi-ext-dest-id kvm-nopiodelay "
     "kvm-poll-control kvm-pv-enforce-cpuid kvm-pv-eoi kvm-pv-ipi "
     "kvm-pv-sched-yield kvm-pv-tlb-flush kvm-pv-unhalt kvm-steal-time "
     "kvm_asyncpf kvm_asyncpf_int kvm_mmu kvm_nopiodelay kvm_poll_control "
     "kvm_pv_eoi kvm_pv_unhalt kvm_steal_time kvmclock kvmclock-stable-bit "
     "l3-cache la57 lahf-lm lahf_lm lbrv lmce lwp mca mce md-clear mds-no "
     "misalignsse mmx mmxext monitor movbe movdir64b movdiri mpx msr mtrr "
     "nodeid-msr nodeid_msr npt nrip-save nrip_save nx osvw pat pause-filter "
     "pause_filter pbe pcid pclmuldq pclmulqdq pcommit pdcm pdpe1gb "
     "perfctr-core perfctr-nb perfctr_core perfctr_nb pfthreshold pge phe "
     "phe-en pks pku pmm pmm-en pmu pn pni popcnt pschange-mc-no pse "
     "rdctl-no rdpid rdrand rdseed rdtscp rsba rtm sep serialize sgx "
     "sgx-debug sgx-exinfo sgx-kss sgx-mode64 sgx-provisionkey sgx-tokenkey "
     "sgx1 sgx2 sgxlc sha-ni skinit skip-l1dfl-vmentry smap smep smx "
     "spec-ctrl split-lock-detect ss ssb-no ssbd sse sse2 sse3 sse4-1 sse4-2 "
     "sse4.1 sse4.2 sse4_1 sse4_2 sse4a ssse3 start-powered-off stibp svm "
     "svm-lock svm_lock svme-addr-chk syscall taa-no tbm tce tcg-cpuid tm "
     "tm2 topoext tsc tsc-adjust tsc-deadline tsc-scale tsc_adjust tsc_scale "
     "tsx-ctrl tsx-ldtrk umip v-vmsave-vmload vaes vgif virt-ssbd vmcb-clean "
     "vmcb_clean vme vmware-cpuid-freq vmx vmx-activity-hlt "
     "vmx-activity-shutdown vmx-activity-wait-sipi vmx-apicv-register "
     "vmx-apicv-vid vmx-apicv-x2apic vmx-apicv-xapic vmx-cr3-load-noexit "
     "vmx-cr3-store-noexit vmx-cr8-load-exit vmx-cr8-store-exit "
     "vmx-desc-exit vmx-encls-exit vmx-entry-ia32e-mode "
     "vmx-entry-load-bndcfgs vmx-entry-load-efer vmx-entry-load-pat "
     "vmx-entry-load-perf-global-ctrl vmx-entry-load-pkrs "
     "vmx-entry-load-rtit-ctl vmx-entry-noload-debugctl vmx-ept vmx-ept-1gb "
     "vmx-ept-2mb vmx-ept-advanced-exitinfo vmx-ept-execonly vmx-eptad "
     "vmx-eptp-switching vmx-exit-ack-intr vmx-exit-clear-bndcfgs "
     "vmx-exit-clear-rtit-ctl vmx-exit-load-efer vmx-exit-load-pat "
     "vmx-exit-load-perf-global-ctrl vmx-exit-load-pkrs "
     "vmx-exit-nosave-debugctl vmx-exit-save-efer vmx-exit-save-pat "
     "vmx-exit-save-preemption-timer vmx-flexpriority vmx-hlt-exit "
     "vmx-ins-outs vmx-intr-exit vmx-invept vmx-invept-all-context "
     "vmx-invept-single-context vmx-invept-single-context-noglobals "
     "vmx-invlpg-exit vmx-invpcid-exit vmx-invvpid vmx-invvpid-all-context "
     "vmx-invvpid-single-addr vmx-io-bitmap vmx-io-exit vmx-monitor-exit "
     "vmx-movdr-exit vmx-msr-bitmap vmx-mtf vmx-mwait-exit vmx-nmi-exit "
     "vmx-page-walk-4 vmx-page-walk-5 vmx-pause-exit vmx-ple vmx-pml "
     "vmx-posted-intr vmx-preemption-timer vmx-rdpmc-exit vmx-rdrand-exit "
     "vmx-rdseed-exit vmx-rdtsc-exit vmx-rdtscp-exit vmx-secondary-ctls "
     "vmx-shadow-vmcs vmx-store-lma vmx-true-ctls vmx-tsc-offset "
     "vmx-tsc-scaling vmx-unrestricted-guest vmx-vintr-pending vmx-vmfunc "
     "vmx-vmwrite-vmexit-fields vmx-vnmi vmx-vnmi-pending vmx-vpid "
     "vmx-wbinvd-exit vmx-xsaves vmx-zero-len-inject vpclmulqdq waitpkg "
     "wbnoinvd wdt x-force-features x-migrate-smi-count x-vendor-cpuid-only "
     "xcrypt xcrypt-en xd xfd xgetbv1 xop xsave xsavec xsaveerptr xsaveopt "
     "xsaves xstore xstore-en xtpr",
     {}},
    {"kvm-no-smi-migration", {.until = QemuVersion::k7_2}},
    {"full-cpuid-auto-level x-hv-synic-kvm-only x-intel-pt-auto-level",
     {.until = QemuVersion::k10_0}},
    {"amd-psfd amx-complex amx-fp16 auto-ibrs avx-ifma avx-ne-convert "
     "avx-vnni-int16 avx-vnni-int8 avx10 avx10-128 avx10-256 avx10-512 "
     "bhi-ctrl bhi-no cmpccxadd ddpd-u eraps fb-clear fbsdp-no "
     "fdp-excptn-only flush-l1d fred fsrc fsrs fzrm gds-no ibpb-brtype "
     "intel-psfd ipred-ctrl kvm-asyncpf-vmexit lam lfence-always-serializing "
     "lkgs mcdt-no no-nested-data-bp null-sel-clr-base overflow-recov "
     "pbrsb-no perfmon-v2 prefetchiti psdp-no rfds-clear rfds-no rrsba-ctrl "
     "sbdr-ssdp-no sbpb sgx-aex-notify sgx-edeccssa sha512 sm3 sm4 srso-no "
     "srso-user-kernel-no stibp-always-on succor vmx-any-errcode "
     "vmx-enable-user-wait-pause vmx-entry-load-fred vmx-exit-secondary-ctls "
     "vmx-nested-exception vnmi wrmsrns x-amd-topoext-features-only "
     "x-l1-cache-per-thread xen-vapic zero-fcs-fds",
     {.since = QemuVersion::k10_0}},
    {"amx-avx512 amx-bf16-alias amx-complex-alias amx-fp16-alias amx-fp8 "
     "amx-int8-alias amx-movrs amx-tf32 apx-nci-ndd-nf apxf avx10-vnni-int "
     "cet-ibt cet-ss fs-gs-base-ns gmet its-no legacy-multi-node movrs "
     "msr-imm prefetchi tsa-l1-no tsa-sq-no verw-clear vmx-entry-load-cet "
     "vmx-exit-save-cet vmx-mbec x-arch-cap-always-on x-consistent-cache "
     "x-force-cpuid-0x1f x-pdcm-on-even-without-pmu x-vendor-cpuid-only-v2",
     {.since = QemuVersion::k11_1}},
};

// Those that only the models "host" and "max" have.
inline constexpr absl::string_view kHostFlags[] = {"host-cache-info",
                                                   "migratable"};

}  // namespace e820check::cpu_tables

#endif  // E820CHECK_OPTIONS_CPU_TABLES_H_
