// SPDX-License-Identifier: Apache-2.0

#include "options/memory_backend.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace e820check {
namespace {

// The refusal of the last of these -object options, "" if all are accepted.
std::string Create(const std::vector<std::string>& texts,
                   QemuVersion qemu = QemuVersion::k7_2,
                   std::vector<MemoryBackend>* made = nullptr) {
  QemuOptsList list("object", "qom-type");
  ObjectTree tree;
  std::vector<MemoryBackend> backends;
  std::vector<std::string> warnings;
  for (const std::string& text : texts) {
    const auto request = ParseObject(text, {.qemu = qemu}, list, warnings);
    if (!request.ok()) return std::string(request.status().message());
    const absl::Status created = tree.Create(*request, qemu, backends);
    if (!created.ok()) return std::string(created.message());
  }
  if (made != nullptr) *made = backends;
  return "";
}

std::string Ram(const std::string& rest) {
  return Create({"memory-backend-ram,id=m,size=1M," + rest});
}

TEST(MemoryBackendTest, BothSyntaxesMakeBackends) {
  std::vector<MemoryBackend> made;
  EXPECT_EQ(Create({"memory-backend-ram,id=m0,size=4095,reserve=off",
                    "{'qom-type':'memory-backend-memfd','id':'m1','size':4096}",
                    "memory-backend-file,id=m2,size=1M,mem-path=/x,,y,share=on",
                    "iothread,id=t"},
                   QemuVersion::k7_2, &made),
            "");
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].size_bytes, 4095u);
  EXPECT_FALSE(made[0].reserve);
  EXPECT_FALSE(made[0].share);
  EXPECT_EQ(made[1].kind, MemoryBackend::Kind::kMemfd);
  EXPECT_TRUE(made[1].share);
  EXPECT_EQ(made[2].mem_path, "/x,y");
  EXPECT_TRUE(made[2].share);
}

TEST(MemoryBackendTest, RefusesTypes) {
  EXPECT_EQ(Create({""}), "Parameter 'qom-type' is missing");
  EXPECT_EQ(Create({"foo,help"}),
            "Parameter 'qom-type' does not accept value 'foo'");
  EXPECT_EQ(Create({"memory-backend-ram,size=x"}), "Parameter 'id' is missing");
  EXPECT_EQ(Create({"memory-backend-ram,id=m"}), "Parameter 'size' is missing");
  EXPECT_EQ(Ram("policy=x,dump=x"), "Parameter 'dump' expects 'on' or 'off'");
  EXPECT_EQ(Ram("foo=1"), "Invalid parameter 'foo'");
  EXPECT_EQ(Ram("rom=on"), "Invalid parameter 'rom'");
  EXPECT_EQ(Create({"memory-backend-file,id=m,size=1M"}),
            "Parameter 'mem-path' is missing");
}

// In the order in which QEMU sets the properties.
TEST(MemoryBackendTest, RefusesValues) {
  EXPECT_EQ(Ram("size=0,prealloc-context=x"), "Device 'x' not found");
  EXPECT_EQ(Ram("reserve=off,prealloc=on,host-nodes=128"),
            "'prealloc=on' and 'reserve=off' are incompatible");
  EXPECT_EQ(Ram("host-nodes=0-65535,prealloc-threads=0"),
            "Invalid host-nodes value: 128");
  EXPECT_EQ(Ram("size=0,prealloc-threads=0"),
            "property 'prealloc-threads' of memory-backend-ram doesn't take "
            "value '0'");
  EXPECT_EQ(Ram("size=0"),
            "property 'size' of memory-backend-ram doesn't take value '0'");
  EXPECT_EQ(Ram("policy=bind"), "host-nodes must be set for policy bind");
  EXPECT_EQ(Ram("policy=bind,host-nodes=0"), "");
  EXPECT_EQ(Create({"memory-backend-ram,id=m0,size=1",
                    "memory-backend-ram,id=m,size=1,prealloc-context=m0"}),
            "Invalid parameter type for 'prealloc-context', expected: "
            "thread-context");
}

TEST(MemoryBackendTest, RefusesIds) {
  const std::string ram = "memory-backend-ram,size=1,id=";
  const std::string json = "{'qom-type':'memory-backend-ram','size':1,'id':";
  EXPECT_EQ(Create({ram + "m", ram + "m"}), "Duplicate ID 'm' for object");
  EXPECT_EQ(Create({ram + "m", json + "'m'}"}),
            "attempt to add duplicate property 'm' to object (type "
            "'container')");
  EXPECT_EQ(Create({json + "'1m'}"}), RefuseId().message());
}

TEST(MemoryBackendTest, SizesOfFilesAndMemfds) {
  const std::string memfd = "memory-backend-memfd,id=m,size=1000";
  EXPECT_EQ(Create({memfd}),
            "backing store size 0x3e8 does not match 'size' option 0x1000");
  EXPECT_EQ(Create({memfd}, QemuVersion::k11_1),
            "m backing store size 0x3e8 is too small for 'size' option 0x1000 "
            "plus 'offset' option 0x0");
  EXPECT_EQ(Create({"memory-backend-memfd,id=m,size=9223372036854775808"}),
            "failed to resize memfd to 9223372036854775808: Invalid argument");
  EXPECT_EQ(Create({memfd + ",hugetlbsize=0"}),
            "Property 'memory-backend-memfd.hugetlbsize' doesn't take value "
            "'0'");
  EXPECT_EQ(Create({memfd + ",hugetlbsize=3M"}),
            "Hugepage size must be a power of 2");
  EXPECT_EQ(Create({"memory-backend-memfd,id=m,size=1M,hugetlbsize=3"}), "");
  const std::string file = "memory-backend-file,id=m,mem-path=x,size=";
  EXPECT_EQ(Create({file + "1000"}), "");
  EXPECT_EQ(Create({file + "1000"}, QemuVersion::k11_1),
            "backend 'memory-backend-file' memory size must be multiple of 4 "
            "KiB");
  EXPECT_EQ(Create({file + "1M,align=3"}),
            "alignment 0x3 must be multiples of page size 0x1000");
  EXPECT_EQ(Create({file + "1M,align=12288"}),
            "alignment 0x3000 must be a power of two");
  EXPECT_EQ(Create({file + "1M,rom=on"}, QemuVersion::k11_1),
            "property 'rom' = 'on' is not supported with 'readonly' = 'off'");
}

TEST(ResolveBackendTest, TakesQomPaths) {
  std::vector<MemoryBackend> backends(2);
  backends[0].id = "m0";
  backends[1].id = "objects";
  const auto id = [&](absl::string_view path) {
    const MemoryBackend* backend = ResolveBackend(backends, path);
    return backend == nullptr ? std::string("none") : backend->id;
  };
  for (const char* path :
       {"m0", "m0/", "objects/m0", "/objects/m0", "//objects//m0"}) {
    EXPECT_EQ(id(path), "m0") << path;
  }
  EXPECT_EQ(id("objects"), "objects");
  for (const char* path : {"/m0", "m1", "/objects", "", "/", "/machine/m0"}) {
    EXPECT_EQ(id(path), "none") << path;
  }
  backends.pop_back();
  EXPECT_EQ(id(""), "m0");
  EXPECT_EQ(id("/"), "none");
}

}  // namespace
}  // namespace e820check
