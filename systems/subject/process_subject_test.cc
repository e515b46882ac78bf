// SPDX-License-Identifier: Apache-2.0

// That no subject can do to the harness what the misbehaving examples do.

#include "systems/subject/process_subject.h"

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

std::string Example(const std::string& file) {
  return std::string(E820CHECK_SOURCE_DIR) + "/systems/subject/examples/" +
         file;
}

std::string SharedExample(const std::string& name) {
  return std::string(E820CHECK_BINARY_DIR) + "/" + name + ".so";
}

// Enough for a busy machine where an answer comes, little where none does.
SubjectLimits LimitsFor(const std::string& way) {
  return {.deadline = way == "hang" ? absl::Seconds(2) : absl::Seconds(60),
          .output_cap_bytes = 1 << 20};
}

// The kind of failure, and what is said about it.
struct Finding {
  std::string kind;
  std::string text;
};

Finding FindingOf(const ProcessSubject& subject) {
  const Reply reply = subject.Ask({.args = {"-m", "1G"}});
  if (reply.ok()) return {"none", "an answer"};
  return {std::string(ToString(reply.none().kind)), Describe(reply.none())};
}

Finding FindingOfSharedObject(const std::string& way) {
  setenv("E820_MISBEHAVE", way.c_str(), 1);
  const auto subject = ProcessSubject::FromSharedObject(
      SharedExample("misbehave"), LimitsFor(way));
  if (!subject.ok()) return {"none", subject.status().ToString()};
  Finding first = FindingOf(*subject);
  // It is loaded again, and fails again.
  EXPECT_EQ(FindingOf(*subject).kind, first.kind) << way;
  return first;
}

Finding FindingOfProcess(const std::string& way) {
  const auto subject = ProcessSubject::FromCommand(
      absl::StrCat("python3 -S ", Example("misbehave.py"), " ", way),
      LimitsFor(way));
  if (!subject.ok()) return {"none", subject.status().ToString()};
  Finding first = FindingOf(*subject);
  EXPECT_EQ(FindingOf(*subject).kind, first.kind) << way;
  return first;
}

TEST(ProcessSubject, EachMisconductOfASharedObjectIsAFinding) {
  const Finding crash = FindingOfSharedObject("crash");
  EXPECT_EQ(crash.kind, "crash");
  EXPECT_THAT(crash.text, HasSubstr("SIGSEGV"));
  EXPECT_THAT(crash.text, HasSubstr("about to crash"));
  EXPECT_EQ(FindingOfSharedObject("exit").kind, "exit");
  EXPECT_EQ(FindingOfSharedObject("hang").kind, "hang");
  EXPECT_EQ(FindingOfSharedObject("garbage-code").kind, "garbage");
  EXPECT_EQ(FindingOfSharedObject("garbage-size").kind, "garbage");
  EXPECT_EQ(FindingOfSharedObject("garbage-warnings").kind, "garbage");
  EXPECT_EQ(FindingOfSharedObject("flood-and-answer").kind, "flood");
  EXPECT_EQ(FindingOfSharedObject("flood-stdout").kind, "flood");
  EXPECT_EQ(FindingOfSharedObject("flood-stderr").kind, "flood");
  EXPECT_EQ(FindingOfSharedObject("failed").kind, "failed");
}

TEST(ProcessSubject, TheFirstByteBesideABufferIsAFinding) {
  const Finding rows = FindingOfSharedObject("overrun-rows");
  EXPECT_EQ(rows.kind, "overrun");
  EXPECT_THAT(rows.text, HasSubstr("buffer e820"));
  const Finding one_byte = FindingOfSharedObject("overrun-one-byte");
  EXPECT_EQ(one_byte.kind, "overrun");
  EXPECT_THAT(one_byte.text, HasSubstr("buffer text"));
  const Finding before = FindingOfSharedObject("underrun");
  EXPECT_EQ(before.kind, "overrun");
  EXPECT_THAT(before.text, HasSubstr("buffer hmat"));
  EXPECT_EQ(FindingOfSharedObject("moved-buffer").kind, "overrun");
}

TEST(ProcessSubject, EachMisconductOfAProcessIsAFinding) {
  const Finding crash = FindingOfProcess("crash");
  EXPECT_EQ(crash.kind, "crash");
  EXPECT_THAT(crash.text, HasSubstr("SIGABRT"));
  EXPECT_THAT(crash.text, HasSubstr("about to crash"));
  EXPECT_EQ(FindingOfProcess("exit").kind, "exit");
  EXPECT_EQ(FindingOfProcess("exit-at-once").kind, "exit");
  EXPECT_EQ(FindingOfProcess("half-a-line").kind, "exit");
  EXPECT_EQ(FindingOfProcess("hang").kind, "hang");
  // What is killed here for that is not killed by the host.
  EXPECT_EQ(FindingOfProcess("close-output").kind, "garbage");
  EXPECT_EQ(FindingOfProcess("close-output-and-exit").kind, "exit");
  EXPECT_EQ(FindingOfProcess("kill-itself").kind, "host");
  EXPECT_EQ(FindingOfProcess("flood-stdout").kind, "flood");
  EXPECT_EQ(FindingOfProcess("flood-stderr").kind, "flood");
  for (const char* way :
       {"no-json", "bytes", "other-name", "no-answer", "number-too-large",
        "negative", "type-too-large", "too-many-rows", "odd-hex", "deep",
        "unknown-kind", "two-lines"}) {
    EXPECT_EQ(FindingOfProcess(way).kind, "garbage") << way;
  }
}

TEST(ProcessSubject, WhatIsNotThereIsSaidSo) {
  EXPECT_TRUE(absl::IsNotFound(
      ProcessSubject::FromCommand("e820check-no-such-program x").status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ProcessSubject::FromCommand(" ").status()));
  EXPECT_TRUE(absl::IsNotFound(
      ProcessSubject::FromSharedObject("/no/such/file.so").status()));
  const absl::Status status =
      ProcessSubject::FromSharedObject(Example("ram_only.c")).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("ram_only.c"));
}

// The two small examples say the same, out of processes of any number.
TEST(ProcessSubject, TheExamplesAnswer) {
  const auto c = ProcessSubject::FromSharedObject(SharedExample("ram_only"));
  ASSERT_TRUE(c.ok()) << c.status();
  const auto python =
      ProcessSubject::FromCommand("python3 -S " + Example("ram_only.py"));
  ASSERT_TRUE(python.ok()) << python.status();
  const std::vector<std::vector<std::string>> covered = {
      {},
      {"-machine", "q35", "-m", "4G"},
      {"-machine", "pc-i440fx-7.0", "-m", "size=3670016K"},
      {"-machine", "pc-q35-5.2", "-m", "2816M", "-cpu", "qemu64"},
      {"-smp", "cpus=1,sockets=2,dies=1,cores=3,threads=1,maxcpus=6"}};
  const std::vector<std::vector<std::string>> not_covered = {
      {"-m"},
      {"-m", "1T"},
      {"-m", "4"},
      {"-machine", "pc-q35-3.2"},
      {"-numa", "node"},
      {"-smp", "cpus=2,threads=2"},
      {"-m", "1G", "-m", "1G"}};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (const auto& args : covered) {
        const auto a = c->Ask({.args = args});
        const auto b = python->Ask({.args = args});
        ASSERT_TRUE(a.ok()) << Describe(a.none());
        ASSERT_TRUE(b.ok()) << Describe(b.none());
        EXPECT_TRUE(a->accepted());
        EXPECT_EQ(*a, *b);
      }
      for (const auto& args : not_covered) {
        EXPECT_EQ(c->Ask({.args = args}).none().kind,
                  NoAnswer::Kind::kNotCovered);
        EXPECT_EQ(python->Ask({.args = args}).none().kind,
                  NoAnswer::Kind::kNotCovered);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace e820check
