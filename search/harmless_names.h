// SPDX-License-Identifier: Apache-2.0

// What a harmless command line is made of (harmless.h). All names are recorded
// from the binaries of 5.2, 7.2, 10.0 and 11.1: from help texts, and from what
// QMP lists of types and properties. One list for all releases, as one that
// lacks a name refuses it.
//
// kHarmless...: neither names a file or a port nor touches memory, but for what
// harmless.cc looks into. kOther...: all else that any of the releases has. A
// name in neither is none of QEMU's, which so refuses the option.

#ifndef E820CHECK_SEARCH_HARMLESS_NAMES_H_
#define E820CHECK_SEARCH_HARMLESS_NAMES_H_

#include "absl/strings/string_view.h"

namespace e820check {

// In each list, names with a blank between them.

// Options whose arguments are looked into, or are harmless whatever they are.
inline constexpr absl::string_view kHarmlessWords =
    "M S accel cpu device display enable-kvm g global h help m machine "
    "mem-path name no-acpi no-hpet no-reboot no-shutdown no-user-config "
    "nodefaults numa object old-param prom-env readconfig semihosting "
    "semihosting-config set smp uuid version";

// QEMU looks for words it does not know before it acts on those that it does.
inline constexpr absl::string_view kOtherWords =
    "D L acpitable action add-fd alt-grab append async-teardown audio "
    "audio-help audiodev bios blockdev boot cdrom chardev chroot compat "
    "ctrl-grab curses d daemonize debugcon dfilter drive dtb dump-vmstate "
    "echr enable-fips enable-sync-profile fda fdb fsdev full-screen fw_cfg "
    "gdb hda hdb hdc hdd icount incoming initrd iscsi jitdump k kernel loadvm "
    "mem-prealloc mon monitor msg mtdblock net netdev nic no-fd-bootchk "
    "no-quit nographic only-migratable option-rom overcommit parallel perfmap "
    "pflash pidfile plugin portrait preconfig qmp qmp-pretty qtest qtest-log "
    "realtime rotate rtc run-with runas s sandbox sd sdl seed serial shim "
    "show-cursor singlestep smbios snapshot soundhw spice tb-size tpmdev trace "
    "usb usbdevice vga virtfs vnc watchdog watchdog-action win2k-hack "
    "writeconfig xen-attach xen-domid xen-domid-restrict";

// Of -machine, up to the first dot, with dashes.
inline constexpr absl::string_view kHarmlessMachineProperties =
    "accel acpi auto-kernel-cmdline auto-shutdown bus-lock-ratelimit cxl "
    "cxl-fmw default-bus-bypass-iommu dt-compatible dump-guest-core fd-bootchk "
    "graphics hmat hpet i8042 ioapic2 isa-serial kernel-irqchip max-fw-size "
    "max-ram-below-4g mem-merge memory memory-backend nvdimm "
    "nvdimm-persistence pcie phandle-start pic pit rtc sata sgx-epc "
    "smbios-entry-point-type smbus smm smp smp-cache suppress-vmdesc type usb "
    "vmport wdat x-oem-id x-oem-table-id x-option-roms x-south-bridge";

inline constexpr absl::string_view kOtherMachineProperties =
    "append aux-ram-share boot confidential-guest-support device-memory- "
    "region-size dtb dumpdtb firmware igd-passthru initrd kernel kvm-shadow- "
    "mem memory-encryption pcspk-audiodev peripheral peripheral-anon pflash0 "
    "pflash1 shim spcr system.flash0 system.flash1 vfio-user x-change-vmfd- "
    "on-reset";

inline constexpr absl::string_view kHarmlessAccelerators = "tcg kvm";
inline constexpr absl::string_view kOtherAccelerators =
    "hax hvf mshv nitro nvmm qtest whpx xen";
inline constexpr absl::string_view kHarmlessAcceleratorProperties =
    "accel one-insn-per-tb split-wx tb-size thread";

inline constexpr absl::string_view kOtherAcceleratorProperties =
    "debug-mode device dirty-ring-size eager-split-size enclave-cid honor- "
    "guest-pat igd-passthru kernel-irqchip kvm-shadow-mem notify-vmexit "
    "notify-window rapl rapl-helper-socket type xen-evtchn-max-pirq xen- "
    "gnttab-max-frames xen-version";

inline constexpr absl::string_view kHarmlessObjects =
    "acpi-generic-initiator acpi-generic-port iothread memory-backend-file "
    "memory-backend-memfd memory-backend-ram rng-builtin thread-context";
inline constexpr absl::string_view kOtherObjects =
    "authz-list authz-list-file authz-pam authz-simple can-bus can-host- "
    "socketcan colo-compare cryptodev-backend cryptodev-backend-builtin "
    "cryptodev-backend-lkcf cryptodev-vhost-user dbus-display dbus-vmstate "
    "filter-buffer filter-dump filter-mirror filter-redirector filter-replay "
    "filter-rewriter igvm-cfg input-barrier input-linux iommufd main-loop "
    "memory-backend-epc memory-backend-shm monitor-hmp monitor-qmp pef-guest "
    "pr-manager-helper qtest rng-egd rng-random s390-pv-guest secret "
    "secret_keyring sev-guest sev-snp-guest tdx-guest throttle-group tls- "
    "cipher-suites tls-creds-anon tls-creds-psk tls-creds-x509 vfio-user- "
    "server x-remote-object x-vfio-user-server";
inline constexpr absl::string_view kHarmlessObjectProperties =
    "aio-max-batch align cpu-affinity discard-data dump host-nodes hugetlb "
    "hugetlbsize id merge node node-affinity offset pci-bus pci-dev pmem "
    "policy poll-grow poll-max-ns poll-shrink prealloc prealloc-context "
    "prealloc-threads qom-type readonly reserve rom seal share size "
    "thread-pool-max thread-pool-min x-use-canonical-path-for-ramblock-id";

inline constexpr absl::string_view kOtherObjectProperties =
    "addr attributes audiodev author-key-enabled canbus cbitpos chardev "
    "close-action compare_timeout data devid dh-cert-file dir endpoint evdev "
    "expired_scan_cycle fd file filename format gl-mode grab-toggle grab_all "
    "guest-visible-workarounds handle height host-data id-auth id-block id- "
    "list identity if indev insert interval iothread iv kernel-hashes keyid "
    "legacy-vm-type limits loaded log max_queue_size maxlen mem-path "
    "mrconfigid mrowner mrownerconfig name netdev notify_dev opened outdev "
    "p2p passwordid path poll-weight port position pretty primary_in priority "
    "queue queues quote-generation-socket readline reduced-phys-bits refresh "
    "repeat rules sanity-check secondary_in sept-ve-disable serial server "
    "service session-file sev-device socket status thread-id throttle-bps "
    "throttle-ops type username vcek-disabled verify-peer vnet_hdr_support "
    "width x-bps-read x-bps-read-max x-bps-read-max-length x-bps-total x-bps- "
    "total-max x-bps-total-max-length x-bps-write x-bps-write-max x-bps- "
    "write-max-length x-iops-read x-iops-read-max x-iops-read-max-length "
    "x-iops-size x-iops-total x-iops-total-max x-iops-total-max-length "
    "x-iops-write x-iops-write-max x-iops-write-max-length x-origin y-origin";

// Any other driver is harmful: there are too many.
inline constexpr absl::string_view kHarmlessDrivers =
    "cxl-rp nvdimm pc-dimm pci-bridge pcie-root-port pxb pxb-cxl pxb-pcie "
    "sp-mem virtio-mem-pci virtio-pmem-pci virtio-rng virtio-rng-pci";
// Of these drivers, and as defaults (-global) of any.
inline constexpr absl::string_view kHarmlessDeviceProperties =
    "above-4g-mem-size acpi-index addr aer aer_log_max any_layout ats "
    "below-4g-mem-size block-size bus bus-reserve bus_nr busnr bypass-iommu "
    "bypass_iommu chassis chassis_nr disable-acs disable-legacy disable-modern "
    "driver dynamic-memslots event_idx failover_pair_id hdm_for_passthrough "
    "hotplug hotpluggable hotplugged id in_order indirect_desc io-reserve "
    "ioeventfd iommu_platform label-size max-bytes mem-reserve memaddr memdev "
    "migrate-extra modern-pio-notify msi multifunction node notify_on_empty "
    "numa_node packed page-per-vq parent_bus pci-hole64-size period port "
    "power_controller_present prealloc pref32-reserve pref64-reserve "
    "queue_reset realized requested-size rng rombar romsize shpc size slot "
    "sriov-pf type unarmed unplugged-inaccessible use-disabled-flag "
    "use-started uuid vectors virtio-backend "
    "virtio-pci-bus-master-bug-migration x-ats-page-aligned "
    "x-disable-legacy-check x-disable-pcie x-do-not-expose-native-hotplug-cap "
    "x-early-migration x-ignore-backend-features x-max-bounce-buffer-size "
    "x-migrate-msix x-native-hotplug x-pci-express-writeable-slt-bug "
    "x-pci-hole64-fix x-pcie-ari-nextfn-1 x-pcie-deverr-init "
    "x-pcie-err-unc-mask x-pcie-ext-tag x-pcie-extcap-init x-pcie-flr-init "
    "x-pcie-lnkctl-init x-pcie-lnksta-dllla x-pcie-pm-init "
    "x-pcie-pm-no-soft-reset x-speed x-width";
// Of these drivers only.
inline constexpr absl::string_view kOtherDeviceProperties =
    "legacy-addr legacy-memdev legacy-rng romfile x-256b-flit";

}  // namespace e820check

#endif  // E820CHECK_SEARCH_HARMLESS_NAMES_H_
