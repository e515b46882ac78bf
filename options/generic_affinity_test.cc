// SPDX-License-Identifier: Apache-2.0

#include "options/generic_affinity.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/memory_backend.h"

namespace e820check {
namespace {

absl::StatusOr<GenericAffinity> Parse(absl::string_view text,
                                      QemuVersion qemu = QemuVersion::k10_0) {
  QemuOptsList list("object", "qom-type");
  std::vector<std::string> warnings;
  const absl::StatusOr<ObjectRequest> request =
      ParseObject(text, {.qemu = qemu}, list, warnings);
  if (!request.ok()) return request.status();
  if (!request->generic) return absl::NotFoundError("another object");
  return *request->generic;
}

TEST(GenericAffinityTest, KnowsItsObjects) {
  constexpr absl::string_view kRest = ",id=g,pci-bus=b,node=1";
  EXPECT_TRUE(Parse(absl::StrCat("acpi-generic-port", kRest)).ok());
  EXPECT_TRUE(Parse(absl::StrCat("x,qom-type=acpi-generic-port", kRest)).ok());
  EXPECT_EQ(Parse(absl::StrCat("acpi-generic-port", kRest), QemuVersion::k7_2)
                .status()
                .message(),
            "Parameter 'qom-type' does not accept value 'acpi-generic-port'");
  EXPECT_TRUE(
      absl::IsNotFound(Parse("iothread,id=acpi-generic-port").status()));
}

TEST(GenericAffinityTest, ReadsBothSyntaxes) {
  const GenericAffinity initiator = {.id = "g", .device = "d", .node = 3};
  EXPECT_EQ(*Parse("acpi-generic-initiator,id=g,pci-dev=d,node=0x3"),
            initiator);
  const GenericAffinity port = {
      .kind = GenericAffinity::Kind::kPort, .id = "g", .device = "", .node = 3};
  EXPECT_EQ(*Parse("{'qom-type':'acpi-generic-port','id':'g','pci-bus':'',"
                   "'node':3}"),
            port);
}

// Seen alike with 10.0 and 11.1.
TEST(GenericAffinityTest, RefusesInQemusWords) {
  const struct {
    const char* text;
    const char* refusal;
  } kCases[] = {
      {"acpi-generic-initiator", "Parameter 'id' is missing"},
      {"acpi-generic-initiator,id=g", "Parameter 'pci-dev' is missing"},
      {"acpi-generic-port,id=g", "Parameter 'pci-bus' is missing"},
      {"acpi-generic-initiator,id=g,pci-dev=d", "Parameter 'node' is missing"},
      {"acpi-generic-initiator,id=g,pci-dev=d,node=x",
       "Parameter 'node' expects a uint64 value"},
      {"acpi-generic-initiator,id=g,pci-dev=d,node=4294967296",
       "Parameter 'node' expects uint32_t"},
      {"acpi-generic-port,id=g,pci-bus=d,node=200,foo=1",
       "Invalid parameter 'foo'"},
      {R"({"qom-type":"acpi-generic-initiator","id":"g","pci-dev":"d",)"
       R"("node":"1"})",
       "Parameter 'node' expects uint64"},
      {R"({"qom-type":"acpi-generic-initiator","id":"g","pci-dev":"d",)"
       R"("node":1,"x":1})",
       "Parameter 'x' is unexpected"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Parse(c.text).status().message(), c.refusal) << c.text;
  }
}

TEST(GenericAffinityTest, RefusesWhatItCannotMake) {
  const auto refusal = [](const GenericAffinity& generic) {
    return std::string(CheckGenericAffinity(generic).message());
  };
  EXPECT_EQ(refusal({.id = "g", .node = 127}), "");
  EXPECT_EQ(refusal({.id = "g", .node = 128}),
            "acpi-generic-initiator: Invalid NUMA node specified");
  EXPECT_EQ(refusal({.kind = GenericAffinity::Kind::kPort,
                     .id = "g",
                     .device = "d",
                     .node = 200}),
            "acpi-generic-initiator: Invalid NUMA node specified");
  EXPECT_THAT(refusal({.id = "1", .node = 200}),
              testing::HasSubstr("Parameter 'id' expects an identifier"));
}

}  // namespace
}  // namespace e820check
