// SPDX-License-Identifier: Apache-2.0

#include "options/option_words.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/strip.h"

namespace e820check {
namespace {

constexpr bool kArgument = true;
constexpr bool kAlone = false;

// Sorted by name. corpus/recorded/<release>/option-words.txt is what binaries
// say of each word.
constexpr OptionWord kWords[] = {
    {"D", kArgument},
    {"L", kArgument},
    {"M", kArgument, OptionMeaning::kMachine},
    {"S", kAlone, OptionMeaning::kHarness},
    {"accel", kArgument, OptionMeaning::kAccel},
    {"acpitable", kArgument, OptionMeaning::kNotCovered},
    {"action", kArgument},
    {"add-fd", kArgument},
    {"append", kArgument},
    {"async-teardown", kAlone, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"audio", kArgument},
    {"audio-help", kAlone, OptionMeaning::kHelp, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"audiodev", kArgument},
    {"bios", kArgument},
    {"blockdev", kArgument},
    {"boot", kArgument},
    {"cdrom", kArgument},
    {"chardev", kArgument},
    {"chroot", kArgument, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"compat", kArgument},
    {"cpu", kArgument, OptionMeaning::kCpu},
    {"d", kArgument},
    {"daemonize"},
    {"debugcon", kArgument},
    {"device", kArgument, OptionMeaning::kDevice},
    {"dfilter", kArgument},
    {"display", kArgument},
    {"drive", kArgument},
    {"dtb", kArgument},
    {"dump-vmstate", kArgument, OptionMeaning::kNotCovered},
    {"echr", kArgument},
    {"enable-kvm", kAlone, OptionMeaning::kEnableKvm},
    {"enable-sync-profile"},
    {"fda", kArgument},
    {"fdb", kArgument},
    {"fsdev", kArgument},
    {"full-screen"},
    {"fw_cfg", kArgument},
    {"g", kArgument, OptionMeaning::kOtherTarget},
    {"gdb", kArgument},
    {"global", kArgument, OptionMeaning::kGlobal},
    {"h", kAlone, OptionMeaning::kHelp},
    {"hda", kArgument},
    {"hdb", kArgument},
    {"hdc", kArgument},
    {"hdd", kArgument},
    {"help", kAlone, OptionMeaning::kHelp},
    {"icount", kArgument},
    {"incoming", kArgument},
    {"initrd", kArgument},
    {"iscsi", kArgument},
    {"jitdump", kAlone, OptionMeaning::kIgnored, QemuVersion::k10_0},
    {"k", kArgument},
    {"kernel", kArgument},
    {"loadvm", kArgument},
    {"m", kArgument, OptionMeaning::kMemory},
    {"machine", kArgument, OptionMeaning::kMachine},
    {"mem-path", kArgument, OptionMeaning::kMemPath},
    {"mem-prealloc"},
    {"mon", kArgument},
    {"monitor", kArgument, OptionMeaning::kHarness},
    {"msg", kArgument},
    {"mtdblock", kArgument},
    {"name", kArgument},
    {"net", kArgument},
    {"netdev", kArgument},
    {"nic", kArgument},
    {"no-acpi", kAlone, OptionMeaning::kNoAcpi, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"no-fd-bootchk"},
    {"no-hpet", kAlone, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"no-reboot"},
    {"no-shutdown"},
    {"no-user-config", kAlone, OptionMeaning::kHarness},
    {"nodefaults", kAlone, OptionMeaning::kHarness},
    {"nographic"},
    {"numa", kArgument, OptionMeaning::kNuma},
    {"object", kArgument, OptionMeaning::kObject},
    {"old-param", kAlone, OptionMeaning::kOtherTarget, QemuVersion::k7_2,
     QemuVersion::k10_0},
    {"only-migratable"},
    {"option-rom", kArgument},
    {"overcommit", kArgument},
    {"parallel", kArgument},
    {"perfmap", kAlone, OptionMeaning::kIgnored, QemuVersion::k10_0},
    {"pflash", kArgument},
    {"pidfile", kArgument},
    {"plugin", kArgument},
    {"portrait", kAlone, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"preconfig", kAlone, OptionMeaning::kPreconfig},
    {"prom-env", kArgument, OptionMeaning::kOtherTarget},
    {"qmp", kArgument},
    {"qmp-pretty", kArgument},
    {"qtest", kArgument, OptionMeaning::kHarness},
    {"qtest-log", kArgument, OptionMeaning::kHarness},
    {"readconfig", kArgument, OptionMeaning::kReadConfig},
    {"rotate", kArgument, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"rtc", kArgument},
    {"run-with", kArgument, OptionMeaning::kIgnored, QemuVersion::k10_0},
    {"runas", kArgument, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"s"},
    {"sandbox", kArgument},
    {"sd", kArgument},
    {"seed", kArgument},
    {"semihosting", kAlone, OptionMeaning::kOtherTarget},
    {"semihosting-config", kArgument, OptionMeaning::kOtherTarget},
    {"serial", kArgument},
    {"set", kArgument, OptionMeaning::kSet},
    {"shim", kArgument, OptionMeaning::kIgnored, QemuVersion::k10_0},
    {"singlestep", kAlone, OptionMeaning::kIgnored, QemuVersion::k7_2,
     QemuVersion::k7_2},
    {"smbios", kArgument},
    {"smp", kArgument, OptionMeaning::kSmp},
    {"snapshot"},
    {"spice", kArgument},
    {"tpmdev", kArgument},
    {"trace", kArgument},
    {"usb"},
    {"usbdevice", kArgument},
    {"uuid", kArgument},
    {"version", kAlone, OptionMeaning::kHelp},
    {"vga", kArgument},
    {"virtfs", kArgument},
    {"vnc", kArgument},
    {"watchdog-action", kArgument},
    {"win2k-hack"},
    {"xen-attach", kAlone, OptionMeaning::kNotCovered},
    {"xen-domid", kArgument, OptionMeaning::kNotCovered},
    {"xen-domid-restrict", kAlone, OptionMeaning::kNotCovered},
};

}  // namespace

absl::Span<const OptionWord> AllOptionWords() { return kWords; }

const OptionWord* FindOptionWord(absl::string_view word, QemuVersion qemu) {
  if (!absl::ConsumePrefix(&word, "-")) return nullptr;
  absl::ConsumePrefix(&word, "-");
  const auto found =
      std::lower_bound(std::begin(kWords), std::end(kWords), word,
                       [](const OptionWord& w, absl::string_view name) {
                         return w.name < name;
                       });
  if (found == std::end(kWords) || found->name != word) return nullptr;
  return Has({found->since, found->until}, qemu) ? found : nullptr;
}

}  // namespace e820check
