// SPDX-License-Identifier: Apache-2.0

// For tests: command lines that a hunt must not run, of each kind that there
// is.

#ifndef E820CHECK_SEARCH_HOSTILE_LINES_H_
#define E820CHECK_SEARCH_HOSTILE_LINES_H_

#include <string>
#include <vector>

#include "search/mutation.h"

namespace e820check {

// Those that read a file, write one, or list a folder. `file` exists, as does
// `folder`, and both have absolute paths without blanks.
inline std::vector<CommandLineArgs> LinesThatOpen(const std::string& file,
                                                  const std::string& folder) {
  const std::string made = folder + "/made";
  std::string escaped;  // for JSON
  for (const char c : file) {
    escaped += c == '/' ? std::string("\\u002f") : std::string(1, c);
  }
  const std::string backend_file =
      "memory-backend-file,id=m,size=1M,share=on,mem-path=";
  return {
      // Machine properties.
      {"-machine", "kernel=" + file},
      {"-machine", "q35,initrd=" + file + ",kernel=" + file},
      {"-M", "pc,dtb=" + file},
      {"-machine", "firmware=" + file},
      {"-machine", "dumpdtb=" + made},
      {"-machine", "shim=" + file},
      {"-machine", "boot.splash=" + file},
      {"-machine", "q35,pflash0=x"},
      {"--machine", "q35,kernel=" + file},
      {"-readconfig", "data:[machine]\nkernel = \"" + file + "\"\n"},
      {"--readconfig", "data:[machine]\nfirmware = \"" + file + "\"\n"},
      // Properties of devices.
      {"-device", "virtio-rng-pci,romfile=" + file},
      {"-device", "pxb,romfile=" + file},
      {"-device", "virtio-mem-pci,romfile=" + file},
      {"-device", "e1000,romfile=" + file},
      {"-device", R"({"driver":"virtio-rng-pci","romfile":")" + file + "\"}"},
      {"-device",
       R"({"driver":"virtio-rng-pci","rom\u0066ile":")" + escaped + "\"}"},
      {"-device", R"({"driver":"virtio-rng-pci","romfile":")" + escaped +
                      R"(","id":"r"})"},
      {"-device", "virtio-rng-pci", "-global",
       "virtio-rng-pci.romfile=" + file},
      {"-global", "VGA.romfile=" + file},
      {"-global", "driver=virtio-rng-pci,property=romfile,value=" + file,
       "-device", "virtio-rng-pci"},
      {"-global", "value=" + file + ",driver=virtio-rng-pci,property=romfile",
       "-device", "virtio-rng-pci"},
      {"-device", "virtio-rng-pci,id=r", "-set", "device.r.romfile=" + file},
      {"-device", "pxb-pcie,id=r", "--set", "device.r.romfile=" + file},
      {"-readconfig",
       "data:[device \"r\"]\ndriver = \"virtio-rng-pci\"\nromfile = \"" + file +
           "\"\n"},
      {"-readconfig", "data:[device \"r\"]\ndriver = \"virtio-rng-pci\"\n",
       "-set", "device.r.romfile=" + file},
      {"-readconfig",
       "data:[global]\ndriver = \"virtio-rng-pci\"\nproperty = "
       "\"romfile\"\nvalue = \"" +
           file + "\"\n",
       "-device", "virtio-rng-pci"},
      {"-device", "loader,file=" + file + ",addr=0"},
      {"-device", "loader,addr=0,id=l", "-set", "device.l.file=" + file},
      {"-device", "guest-loader,addr=0,kernel=" + file},
      {"-device", "vmgenid", "-device", "ipmi-bmc-sim,sdrfile=" + file},
      {"-device", "vfio-pci,sysfsdev=" + folder},
      {"-device", "virtio-input-host-pci,evdev=" + file},
      {"-device", "usb-mtp,rootdir=" + folder},
      {"-device", "acpi-erst"},
      {"-device", "vhost-vsock-pci,guest-cid=3"},
      // Objects.
      {"-object", backend_file + file},
      {"-object", backend_file + made},
      {"-object", backend_file + folder},
      {"-object", backend_file + "../../../../made"},
      {"-object", backend_file + ".."},
      {"-object", backend_file + "."},
      {"--object", backend_file + file},
      {"-object", R"({"qom-type":"memory-backend-file","id":"m",)"
                  R"("size":1048576,"mem-path":")" +
                      escaped + "\"}"},
      {"-object", R"({"qom-type":"memory-backend-f\u0069le","id":"m",)"
                  R"("size":1048576,"mem-p\u0061th":")" +
                      made + "\"}"},
      {"-readconfig",
       "data:[object \"m\"]\nqom-type = \"memory-backend-file\"\nsize = "
       "\"1M\"\nmem-path = \"" +
           made + "\"\n"},
      {"-object", "memory-backend-shm,id=m,size=1M"},
      {"-object", "memory-backend-epc,id=m,size=1M"},
      {"-object", "secret,id=s,file=" + file},
      {"-object", "rng-random,id=r,filename=" + file},
      {"-object", "authz-list-file,id=a,filename=" + file},
      {"-object", "tls-creds-x509,id=t,endpoint=server,dir=" + folder},
      {"-object", "input-linux,id=i,evdev=" + file},
      {"-object", "can-bus,id=c", "-object",
       "can-host-socketcan,id=s,canbus=c,if=lo"},
      {"-object", "igvm-cfg,id=i,file=" + file},
      {"-object", "pr-manager-helper,id=p,path=" + made},
      {"-object", "filter-dump,id=f,netdev=n,file=" + made},
      // Options.
      {"-mem-path", file},
      {"-mem-path", folder},
      {"--mem-path", made},
      {"-readconfig", file},
      {"--readconfig", "../../../../" + file},
      {"-accel", "kvm,device=" + file},
      {"-accel", "xen"},
      {"-M", "pc,accel=xen:tcg"},
      {"-display", "egl-headless,rendernode=" + file},
      {"-kernel", file},
      {"-initrd", file},
      {"-bios", file},
      {"-L", folder},
      {"-pflash", file},
      {"-option-rom", file},
      {"-drive", "file=" + file},
      {"-hda", file},
      {"-cdrom", file},
      {"-snapshot", file},
      {file},
      {"-m", "64M", file},
      {"-blockdev", "file,node-name=f,filename=" + file},
      {"-acpitable", "file=" + file},
      {"-smbios", "file=" + file},
      {"-fw_cfg", "name=opt/x,file=" + file},
      {"-k", file},
      {"-boot", "splash=" + file},
      {"-incoming", "file:" + file},
      {"-loadvm", "x"},
      {"-chroot", folder},
      {"-fsdev", "local,id=f,security_model=none,path=" + folder},
      {"-virtfs", "local,mount_tag=t,security_model=none,path=" + folder},
      {"-tpmdev", "passthrough,id=t,path=" + file},
      {"-add-fd", "fd=0,set=1"},
      // Those that write.
      {"-D", made},
      {"--D", made, "-d", "int"},
      {"-pidfile", made},
      {"-perfmap"},
      {"-jitdump"},
      {"--perfmap", "-S"},
      {"-writeconfig", made},
      {"-dump-vmstate", made},
      {"-trace", "file=" + made},
      {"-qtest-log", made},
      {"-qmp", "unix:" + made + ",server=on,wait=off"},
      {"-monitor", "tcp:127.0.0.1:0,server=on,wait=off"},
      {"-serial", "file:" + made},
      {"-debugcon", "file:" + made},
      {"-chardev", "file,id=c,path=" + made},
      {"-readconfig",
       "data:[chardev \"c\"]\nbackend = \"file\"\npath = \"" + made + "\"\n"},
      {"-s"},
      {"-gdb", "tcp:127.0.0.1:0"},
      {"-vnc", "127.0.0.1:99"},
      {"-netdev", "socket,id=n,listen=127.0.0.1:0"},
      {"-plugin", file},
      {"-daemonize"},
      {"-runas", "nobody"},
      {"-sandbox", "off"},
      // Behind what other readers stop at.
      {"-numa", "node", "-numa", "cpu,node-id=65535", "-object",
       "secret,id=s,file=" + file},
      {"-m", "x", "-machine", "kernel=" + file},
      {"-machine", "kernel=" + file, "-numa", "node,nodeid=300"},
      {"-object", backend_file + made, "-numa", "node,nodeid=300"},
      {"-machine", "kernel=" + file + ",kernel="},
      {"-readconfig", "data:[numa]\ntype = \"node\"\n[machine]\nkernel = \"" +
                          file + "\"\nx\n"},
  };
}

// Those that touch much memory or make large files.
inline std::vector<CommandLineArgs> LinesThatTakeMuch() {
  const CommandLineArgs shared = {
      "-object", "memory-backend-file,id=m,size=50G,share=on,mem-path=x"};
  return {
      {"-object", "memory-backend-ram,id=m,size=3G,prealloc=on", "-numa",
       "node,nodeid=300"},
      {"-object", "memory-backend-ram,id=m,size=3G,prealloc=y"},
      {"-object", "memory-backend-ram,id=m,size=3072M,prealloc"},
      {"-object", "memory-backend-memfd,id=m,size=3G,prealloc=on"},
      {"-object", "memory-backend-file,id=m,size=900M,prealloc=on,mem-path=x",
       "-object", "memory-backend-file,id=n,size=900M,prealloc=on,mem-path=y"},
      {"-object", R"({"qom-type":"memory-backend-ram","id":"m",)"
                  R"("size":3221225472,"prealloc":true})"},
      {"-object", R"({"qom-type":"memory-backend-ram","id":"m",)"
                  R"("size":3221225472,"pre\u0061lloc":true})"},
      {"-readconfig",
       "data:[object \"m\"]\nqom-type = \"memory-backend-ram\"\nsize = "
       "\"3G\"\nprealloc = \"on\"\n"},
      {"-m", "2G", "-mem-prealloc"},
      {"-mem-prealloc", "-m", "2G", "-mem-path", "x"},
      {"-overcommit", "mem-lock=on", "-m", "4G"},
      shared,
      {shared[0], shared[1], "-numa", "node,nodeid=300"},
      {"-m", "50G", "-mem-path", "x"},
      {"-readconfig", "data:[memory]\nsize = \"50G\"\n", "-mem-path", "x"},
      {"-object", "memory-backend-ram,id=m,reserve=off,size=16T"},
      {"-object", "memory-backend-ram,id=m,reserve=off,size=8T", "-object",
       "memory-backend-ram,id=n,reserve=off,size=8T"},
      {"-m", "16T"},
      {"-machine", "memory.size=16T"},
      {"-object", "memory-backend-ram,id=m,size=4G", "-m", "1G,maxmem=8G",
       "-device", "virtio-mem-pci,memdev=m,id=v,requested-size=4G,prealloc=on"},
      {"-object", "memory-backend-ram,id=m,size=4G", "-m", "1G,maxmem=8G",
       "-device", "virtio-mem-pci,memdev=m,id=v,requested-size=4G", "-set",
       "device.v.prealloc=on"},
      {"-object", "memory-backend-ram,id=m,size=4G", "-m", "1G,maxmem=8G",
       "-global", "virtio-mem-pci.prealloc=on", "-device",
       "virtio-mem-pci,memdev=m,id=v,requested-size=4G"},
  };
}

}  // namespace e820check

#endif  // E820CHECK_SEARCH_HOSTILE_LINES_H_
