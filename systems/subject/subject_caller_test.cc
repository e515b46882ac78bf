// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/subject_caller.h"

#include <cstring>
#include <string>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

Reply AnswerOf(SubjectCaller::AnswerFunction function) {
  SubjectCaller caller(function);
  return caller.Ask({.args = {"-m", "1G"},
                     .dialect = Dialect::kMemmapType,
                     .qemu_version = QemuVersion::k10_0});
}

void Write(const char* text, size_t size, e820_subject_bytes& bytes) {
  std::memcpy(bytes.bytes, text, size);
  bytes.size = size;
}

TEST(SubjectCaller, AsksAsTheHeaderSays) {
  const auto answer =
      AnswerOf([](const e820_subject_request* q, e820_subject_response* r) {
        const bool as_said =
            q->dialect == E820_DIALECT_MEMMAP_TYPE && q->qemu_major == 10 &&
            q->qemu_minor == 0 && q->argc == 2 &&
            std::strcmp(q->argv[0], "-m") == 0 &&
            std::strcmp(q->argv[1], "1G") == 0 && q->argv[2] == nullptr &&
            r->e820.count == 0 && r->e820.capacity >= 512 &&
            r->hmat.capacity >= 1 << 20 && r->text.size == 0;
        return as_said ? E820_SUBJECT_ACCEPTED : E820_SUBJECT_FAILED;
      });
  ASSERT_TRUE(answer.ok()) << Describe(answer.none());
  EXPECT_EQ(std::get<GuestLayout>(answer->outcome), GuestLayout());
}

TEST(SubjectCaller, ReadsLayoutsAndRefusals) {
  const auto layout =
      AnswerOf([](const e820_subject_request*, e820_subject_response* r) {
        r->e820.rows[0] = {.address = 1, .length = 2, .type = 3, .unused = 0};
        r->e820.count = 1;
        Write("\0x", 2, r->slit);
        Write("a\0\0b\n\0", 6, r->warnings);
        return E820_SUBJECT_ACCEPTED;
      });
  ASSERT_TRUE(layout.ok()) << Describe(layout.none());
  EXPECT_THAT(layout->warnings, ElementsAre("a", "", "b\n"));
  const auto& tables = std::get<GuestLayout>(layout->outcome);
  EXPECT_THAT(tables.e820,
              ElementsAre(E820Row{1, 2, MemoryType::kAcpiReclaimable}));
  EXPECT_EQ(tables.slit, std::string("\0x", 2));
  EXPECT_EQ(tables.srat, "");

  const auto refusal =
      AnswerOf([](const e820_subject_request*, e820_subject_response* r) {
        Write("no", 2, r->text);
        return E820_SUBJECT_REFUSED;
      });
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(std::get<Rejection>(refusal->outcome).text, "no");
  const auto help =
      AnswerOf([](const e820_subject_request*, e820_subject_response* r) {
        r->help_exit_status = 1;
        return E820_SUBJECT_HELP;
      });
  ASSERT_TRUE(help.ok());
  EXPECT_EQ(std::get<Rejection>(help->outcome).help_exit_status, 1);
}

TEST(SubjectCaller, AnOldAnswerIsForgotten) {
  SubjectCaller caller(
      [](const e820_subject_request* q, e820_subject_response* r) {
        r->text.size = 2;
        if (q->argc == 1) std::memcpy(r->text.bytes, "no", 2);
        return E820_SUBJECT_REFUSED;
      });
  const auto text_of = [&](std::vector<std::string> args) {
    const auto answer = caller.Ask({.args = std::move(args)});
    return answer.ok() ? std::get<Rejection>(answer->outcome).text : "failed";
  };
  EXPECT_EQ(text_of({"-S"}), "no");
  EXPECT_EQ(text_of({}), "\xA5\xA5");
}

TEST(SubjectCaller, TellsMisconductApart) {
  using Response = e820_subject_response;
  using Request = e820_subject_request;
  const auto kind_of = [](SubjectCaller::AnswerFunction function) {
    return AnswerOf(function).none().kind;
  };
  EXPECT_EQ(kind_of([](const Request*, Response*) { return -1; }),
            NoAnswer::Kind::kGarbage);
  EXPECT_EQ(
      kind_of([](const Request*, Response*) { return E820_SUBJECT_FAILED; }),
      NoAnswer::Kind::kFailed);
  EXPECT_EQ(kind_of([](const Request*, Response*) {
              return E820_SUBJECT_NOT_COVERED;
            }),
            NoAnswer::Kind::kNotCovered);
  EXPECT_EQ(
      kind_of([](const Request*, Response*) { return E820_SUBJECT_TOO_SMALL; }),
      NoAnswer::Kind::kLimit);
  EXPECT_EQ(kind_of([](const Request*, Response* r) {
              r->e820.count = r->e820.capacity + 1;
              return E820_SUBJECT_ACCEPTED;
            }),
            NoAnswer::Kind::kGarbage);
  EXPECT_EQ(kind_of([](const Request*, Response* r) {
              ++r->hmat.capacity;
              return E820_SUBJECT_ACCEPTED;
            }),
            NoAnswer::Kind::kOverrun);
}

// Where the guards are; that they hold is process_subject_test's.
TEST(SubjectCaller, KnowsWhatLiesBesideABuffer) {
  static e820_subject_response seen;
  SubjectCaller caller(
      [](const e820_subject_request*, e820_subject_response* r) {
        seen = *r;
        return E820_SUBJECT_NOT_COVERED;
      });
  ASSERT_FALSE(caller.Ask({}).ok());
  const auto start = reinterpret_cast<uintptr_t>(seen.srat.bytes);
  EXPECT_EQ(caller.GuardedBufferAt(start), nullptr);
  EXPECT_EQ(caller.GuardedBufferAt(start + seen.srat.capacity - 1), nullptr);
  EXPECT_STREQ(caller.GuardedBufferAt(start - 1), "srat");
  EXPECT_STREQ(caller.GuardedBufferAt(start + seen.srat.capacity), "srat");
  EXPECT_STREQ(
      caller.GuardedBufferAt(reinterpret_cast<uintptr_t>(seen.e820.rows) - 1),
      "e820");
  EXPECT_EQ(caller.GuardedBufferAt(0), nullptr);
}

}  // namespace
}  // namespace e820check
