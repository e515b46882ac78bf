// SPDX-License-Identifier: Apache-2.0

#include "search/known_refusals.h"

#include <set>
#include <string>
#include <variant>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "search/case_files.h"

namespace e820check {
namespace {

// The model's refusal; "" if it accepts.
std::string Refusal(const PreparedCase& prepared, QemuVersion qemu) {
  const auto parsed = ParseCommandLine(
      prepared.args, {.qemu_version = qemu, .read_file = ReaderOf(prepared)});
  if (!parsed.ok()) return parsed.status().ToString();
  if (const auto* refusal = std::get_if<Rejection>(&parsed->outcome)) {
    return refusal->text;
  }
  const Answer answer =
      ReferenceLayout(std::get<MachineOptions>(parsed->outcome));
  const auto* refusal = std::get_if<Rejection>(&answer.outcome);
  return refusal == nullptr
             ? ""
             : WithLocation(*parsed, refusal->device, refusal->text);
}

TEST(KnownRefusalsTest, EachExampleIsRefusedWithItsText) {
  for (const QemuVersion qemu : kReleases) {
    std::set<std::string> shapes;
    for (const KnownRefusal& known : KnownRefusals()) {
      if (!Has(known.releases, qemu)) continue;
      const PreparedCase prepared = PrepareFiles(ExampleOf(known));
      const std::string shape = KnownShape(known.text, {});
      EXPECT_EQ(KnownShape(Refusal(prepared, qemu), prepared.args), shape)
          << ToString(qemu) << ": " << absl::StrJoin(prepared.args, " ");
      EXPECT_TRUE(shapes.insert(shape).second) << "twice: " << known.text;
    }
  }
}

}  // namespace
}  // namespace e820check
