// SPDX-License-Identifier: Apache-2.0

// The device types that the x86 builds of Debian's QEMU have, by what -device
// makes of them, as QMP's qom-list-types and -device help list them. CPUs are
// left out, and so are those that device.cc knows.

#ifndef E820CHECK_OPTIONS_DEVICE_TABLES_H_
#define E820CHECK_OPTIONS_DEVICE_TABLES_H_

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check {

enum class DriverGroup {
  kPci,        // a PCI device that changes no memory table
  kIsa,        // such an ISA device
  kNoBus,      // such a device without a bus
  kUncovered,  // on a bus that is not modelled, or dependent on the host
  kInternal,   // QEMU alone makes such
  kAbstract,
};

struct DriverTable {
  DriverGroup group;
  absl::string_view names;  // with a blank between them
  Lifetime releases = {};
};

inline constexpr DriverTable kDriverTables[] = {
    {DriverGroup::kPci,
     "AMDVI-PCI VGA am53c974 ati-vga bochs-display cirrus-vga "
     "cxl-downstream cxl-rp cxl-type3 cxl-upstream dc390 e1000 "
     "e1000-82544gc e1000-82545em e1000e edu i6300esb i82550 i82551 i82557a "
     "i82557b i82557c i82558a i82558b i82559a i82559b i82559c i82559er "
     "i82562 i82801 i82801b11-bridge ich9-ahci ich9-intel-hda "
     "ich9-usb-ehci1 ich9-usb-ehci2 ich9-usb-uhci1 ich9-usb-uhci2 "
     "ich9-usb-uhci3 ich9-usb-uhci4 ich9-usb-uhci5 ich9-usb-uhci6 intel-hda "
     "ioh3420 lsi53c810 lsi53c895a megasas megasas-gen2 mptsas1068 ne2k_pci "
     "nec-usb-xhci nvme pci-bridge pci-bridge-seat pci-ipmi-bt pci-ipmi-kcs "
     "pci-ohci pci-serial pci-serial-2x pci-serial-4x pci-testdev "
     "pcie-pci-bridge pcie-root-port pcnet piix3-ide piix3-usb-uhci "
     "piix4-ide piix4-usb-uhci pvpanic-pci pvscsi pxb pxb-pcie qemu-xhci "
     "qxl qxl-vga rocker rtl8139 sdhci-pci secondary-vga tpci200 tulip "
     "usb-ehci virtio-9p-pci virtio-9p-pci-non-transitional "
     "virtio-9p-pci-transitional virtio-balloon-pci "
     "virtio-balloon-pci-non-transitional virtio-balloon-pci-transitional "
     "virtio-blk-pci virtio-blk-pci-non-transitional "
     "virtio-blk-pci-transitional virtio-gpu-pci virtio-iommu-pci "
     "virtio-keyboard-pci virtio-mouse-pci virtio-net-pci "
     "virtio-net-pci-non-transitional virtio-net-pci-transitional "
     "virtio-rng-pci virtio-rng-pci-non-transitional "
     "virtio-rng-pci-transitional virtio-scsi-pci "
     "virtio-scsi-pci-non-transitional virtio-scsi-pci-transitional "
     "virtio-serial-pci virtio-serial-pci-non-transitional "
     "virtio-serial-pci-transitional virtio-tablet-pci virtio-vga "
     "vmware-svga vmxnet3 x3130-upstream xio3130-downstream"},
    {DriverGroup::kPci,
     "cxl-switch-mailbox-cci igb ufs virtio-multitouch-pci",
     {.since = QemuVersion::k10_0}},
    {DriverGroup::kPci,
     "iommu-testdev virtio-rtc-pci",
     {.since = QemuVersion::k11_1}},
    {DriverGroup::kIsa,
     "hyperv-testdev i8042 ib700 isa-applesmc isa-cirrus-vga isa-debug-exit "
     "isa-debugcon isa-fdc isa-ide isa-ipmi-bt isa-ipmi-kcs isa-parallel "
     "isa-serial isa-vga mc146818rtc ne2k_isa pc-testdev pvpanic vmmouse"},
    {DriverGroup::kIsa, "sga", {.until = QemuVersion::k7_2}},
    {DriverGroup::kNoBus,
     "ipmi-bmc-extern ipmi-bmc-sim loader nvme-subsys vmcoreinfo vmgenid"},
    {DriverGroup::kNoBus, "vmclock", {.since = QemuVersion::k10_0}},
    {DriverGroup::kUncovered,
     "AC97 ES1370 acpi-erst adlib amd-iommu ccid-card-emulated "
     "ccid-card-passthru cs4231a ctucan_pci floppy guest-loader gus "
     "hda-duplex hda-micro hda-output hv-syndbg i2c-ddc ide-cd ide-hd "
     "ipoctal232 ivshmem-doorbell ivshmem-plain kvaser_pci mioe3680_pci "
     "nvme-ns pcm3680_pci ramfb sb16 scsi-block scsi-cd scsi-generic "
     "scsi-hd sd-card smbus-ipmi tpm-crb tpm-tis u2f-passthru usb-audio "
     "usb-bot usb-braille usb-ccid usb-host usb-hub usb-kbd usb-mouse "
     "usb-mtp usb-net usb-redir usb-serial usb-storage usb-tablet usb-uas "
     "usb-wacom-tablet vfio-pci vfio-pci-igd-lpc-bridge vfio-pci-nohotplug "
     "vhost-scsi vhost-scsi-pci vhost-scsi-pci-non-transitional "
     "vhost-scsi-pci-transitional vhost-user-blk vhost-user-blk-pci "
     "vhost-user-blk-pci-non-transitional vhost-user-blk-pci-transitional "
     "vhost-user-fs-device vhost-user-fs-pci vhost-user-gpio-device "
     "vhost-user-gpio-pci vhost-user-gpu vhost-user-gpu-pci "
     "vhost-user-i2c-device vhost-user-i2c-pci vhost-user-input "
     "vhost-user-input-pci vhost-user-rng vhost-user-rng-pci "
     "vhost-user-scsi vhost-user-scsi-pci "
     "vhost-user-scsi-pci-non-transitional vhost-user-scsi-pci-transitional "
     "vhost-user-vga vhost-user-vsock-device vhost-user-vsock-pci "
     "vhost-user-vsock-pci-non-transitional vhost-vsock-device "
     "vhost-vsock-pci vhost-vsock-pci-non-transitional virtconsole "
     "virtio-9p-device virtio-balloon-device virtio-blk-device "
     "virtio-crypto-device virtio-crypto-pci virtio-gpu-device "
     "virtio-gpu-gl-pci virtio-input-host-device virtio-input-host-pci "
     "virtio-iommu-device virtio-keyboard-device virtio-mem "
     "virtio-mouse-device virtio-net-device virtio-pmem virtio-rng-device "
     "virtio-scsi-device virtio-serial-device virtio-tablet-device "
     "virtio-vga-gl virtserialport vmbus-bridge x-pci-proxy-dev"},
    {DriverGroup::kUncovered, "pvrdma", {.until = QemuVersion::k7_2}},
    {DriverGroup::kUncovered,
     "hv-balloon i2c-echo ide-cf sd-card-spi uefi-vars-sysbus uefi-vars-x64 "
     "ufs-lu vhost-user-snd vhost-user-snd-pci vhost-vdpa-device "
     "vhost-vdpa-device-pci vhost-vdpa-device-pci-non-transitional "
     "vhost-vdpa-device-pci-transitional virtio-gpu-gl-device "
     "virtio-multitouch-device virtio-sound-device virtio-sound-pci "
     "xen-backend xen-cdrom "
     "xen-console xen-disk xen-net-device xen-platform",
     {.since = QemuVersion::k10_0}},
    {DriverGroup::kUncovered,
     "emmc nitro-heartbeat nitro-serial-vsock vfio-user-pci vhost-user-rtc "
     "vhost-user-rtc-pci vhost-user-spi-device vhost-user-spi-pci "
     "vhost-user-test-device vhost-user-test-device-pci virtio-rtc-device",
     {.since = QemuVersion::k11_1}},
    {DriverGroup::kInternal,
     "ICH9-LPC ICH9-SMB PIIX3 PIIX4_PM acpi-ged apic base-xhci cfi.pflash01 "
     "esp fw_cfg_io fw_cfg_mem generic-sdhci gpex-pcihost gpex-root "
     "gpio_i2c hpet hyperv-synic i440FX i440FX-pcihost i8042-mmio i8257 "
     "imx-usdhc ioapic isa-i8259 isa-pcspk isa-pit isabus-bridge kvm-apic "
     "kvm-i8259 kvm-ioapic kvm-pit kvmclock kvmvapic mch migration port92 "
     "ps2-kbd ps2-mouse pxb-cxl-host pxb-host q35-pcihost remote-pcihost "
     "s3c-sdhci serial sgx-epc smbus-eeprom sysbus-esp sysbus-xhci "
     "virtio-mmio vmport"},
    {DriverGroup::kInternal, "imx.usbphy", {.until = QemuVersion::k10_0}},
    {DriverGroup::kInternal,
     "PIIX3-xen acpi-ged-x86 cpu-cluster serial-mm sysbus-ahci sysbus-ohci",
     {.until = QemuVersion::k7_2}},
    {DriverGroup::kInternal,
     "igbvf ivshmem-flat piix4-isa xen-bridge xen-evtchn xen-gnttab "
     "xen-overlay xen-primary-console xen-sysdev xen-xenstore",
     {.since = QemuVersion::k10_0}},
    {DriverGroup::kInternal,
     "emmc vhost-user-device vhost-user-device-pci",
     {QemuVersion::k10_0, QemuVersion::k10_0}},
    {DriverGroup::kInternal,
     "cxl-fmw fsl-esdhc-be fsl-esdhc-le nitro-vsock-bridge",
     {.since = QemuVersion::k11_1}},
    {DriverGroup::kAbstract,
     "apic-common base-pci-bridge ccid-card cpu cpu-core device e1000-base "
     "fw_cfg hda-audio hda-codec i2c-slave ide-device intel-hda-generic "
     "ioapic-common ipack-device ipmi-bmc isa-device ivshmem-common "
     "megasas-base pci-device pci-ehci-usb pci-host-bridge pci-ide pci-qxl "
     "pci-uhci-usb pci-vga pci-xhci pcie-host-bridge pcie-port "
     "pcie-root-port-base pcie-slot pic-common pit-common ps2-device "
     "scsi-device scsi-disk-base smbus-device sys-bus-device u2f-key "
     "usb-device usb-hid usb-serial-dev usb-storage-dev vhost-scsi-common "
     "vhost-scsi-pci-base vhost-user-blk-pci-base vhost-user-fs-pci-base "
     "vhost-user-gpio-pci-base vhost-user-gpu-pci-base-type "
     "vhost-user-i2c-pci-base vhost-user-input-pci-base-type "
     "vhost-user-rng-pci-base vhost-user-scsi-pci-base "
     "vhost-user-vga-base-type vhost-user-vsock-pci-base vhost-vsock-common "
     "vhost-vsock-pci-base virtio-9p-pci-base virtio-balloon-pci-base "
     "virtio-blk-pci-base virtio-crypto-pci-base-type virtio-device "
     "virtio-gpu-base virtio-gpu-gl-pci-base-type virtio-gpu-pci-base "
     "virtio-gpu-pci-base-type virtio-input-device virtio-input-hid-device "
     "virtio-input-hid-pci virtio-input-host-pci-base-type virtio-input-pci "
     "virtio-iommu-pci-base-type virtio-keyboard-pci-base-type "
     "virtio-mem-pci-base virtio-mouse-pci-base-type virtio-net-pci-base "
     "virtio-pci virtio-pmem-pci-base virtio-rng-pci-base "
     "virtio-scsi-common virtio-scsi-pci-base virtio-serial-pci-base "
     "virtio-serial-port virtio-tablet-pci-base-type virtio-vga-base "
     "virtio-vga-base-type virtio-vga-gl-base-type vmbus-dev x86-iommu"},
    {DriverGroup::kAbstract, "pci-piix3", {.until = QemuVersion::k7_2}},
    {DriverGroup::kAbstract,
     "dynamic-sysbus-device pci-piix sdmmc-common vhost-user-base "
     "vhost-user-snd-pci-base vhost-vdpa-device-pci-base virtio-md-pci "
     "virtio-multitouch-pci-base-type virtio-sound-pci-base-type xen-block "
     "xen-device",
     {.since = QemuVersion::k10_0}},
    {DriverGroup::kAbstract,
     "vhost-user-device-pci-base",
     {QemuVersion::k10_0, QemuVersion::k10_0}},
    {DriverGroup::kAbstract,
     "nitro-vsock-device vfio-pci-device vhost-user-rtc-pci-base "
     "vhost-user-spi-pci-base vhost-user-test-device-pci-base "
     "virtio-rtc-pci-base",
     {.since = QemuVersion::k11_1}},
};

// Other names of drivers.
struct DriverAlias {
  absl::string_view alias;
  absl::string_view driver;
  QemuVersion since = kSinceEver;
};

inline constexpr DriverAlias kDriverAliases[] = {
    {"ac97", "AC97"},
    {"ahci", "ich9-ahci"},
    {"e1000-82540em", "e1000"},
    {"es1370", "ES1370"},
    {"lsi", "lsi53c895a"},
    {"virtio-9p", "virtio-9p-pci"},
    {"virtio-balloon", "virtio-balloon-pci"},
    {"virtio-blk", "virtio-blk-pci"},
    {"virtio-gpu-gl", "virtio-gpu-gl-pci"},
    {"virtio-gpu", "virtio-gpu-pci"},
    {"virtio-input-host", "virtio-input-host-pci"},
    {"virtio-iommu", "virtio-iommu-pci"},
    {"virtio-keyboard", "virtio-keyboard-pci"},
    {"virtio-mouse", "virtio-mouse-pci"},
    {"virtio-net", "virtio-net-pci"},
    {"virtio-rng", "virtio-rng-pci"},
    {"virtio-scsi", "virtio-scsi-pci"},
    {"virtio-serial", "virtio-serial-pci"},
    {"virtio-sound", "virtio-sound-pci", QemuVersion::k10_0},
    {"virtio-tablet", "virtio-tablet-pci"},
};

// PCI devices with a bus of their own, which bears the device's id.
inline constexpr absl::string_view kBridges =
    "cxl-downstream cxl-rp cxl-upstream i82801b11-bridge ioh3420 pci-bridge "
    "pci-bridge-seat pcie-pci-bridge pcie-root-port x3130-upstream "
    "xio3130-downstream";

// Those among them that are host bridges: from then on, devices for which no
// bus is typed go to the newest one's bus.
inline constexpr absl::string_view kHostBridges = "pxb pxb-cxl pxb-pcie";

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_DEVICE_TABLES_H_
