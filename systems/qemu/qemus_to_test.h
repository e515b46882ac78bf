// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_QEMU_QEMUS_TO_TEST_H_
#define E820CHECK_SYSTEMS_QEMU_QEMUS_TO_TEST_H_

#include <stdlib.h>

#include <map>
#include <string>

#include "absl/strings/str_split.h"
#include "machine/machine_type.h"
#include "systems/qemu/qemu.h"

namespace e820check {

// For tests: the binaries that E820CHECK_QEMU names, separated by colons, and
// the one in PATH, by release. Of two of one release, the first.
inline std::map<QemuVersion, Qemu> QemusToTest() {
  const char* named = getenv("E820CHECK_QEMU");
  std::vector<std::string> paths =
      absl::StrSplit(named == nullptr ? "" : named, ':', absl::SkipEmpty());
  paths.emplace_back();  // in PATH
  std::map<QemuVersion, Qemu> qemus;
  for (const std::string& path : paths) {
    absl::StatusOr<Qemu> qemu = Qemu::Find(path);
    if (!qemu.ok()) continue;
    const QemuVersion version = qemu->version();
    qemus.emplace(version, *std::move(qemu));
  }
  return qemus;
}

// Why a test of this release is skipped.
inline std::string NoQemuToTest(QemuVersion release) {
  return "no QEMU " + ToString(release) +
         ", neither in PATH nor in E820CHECK_QEMU; see scripts/qemu-releases";
}

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_QEMUS_TO_TEST_H_
