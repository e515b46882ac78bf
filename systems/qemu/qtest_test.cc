// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/qtest.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

// Gives the replies it was made with, whatever is asked.
class ScriptedChannel final : public QtestChannel {
 public:
  explicit ScriptedChannel(std::vector<std::string> replies)
      : replies_(std::move(replies)) {}

  absl::StatusOr<std::vector<std::string>> Exchange(
      const std::vector<std::string>& commands) override {
    commands_ = commands;
    return replies_;
  }
  const std::vector<std::string>& commands() const { return commands_; }

 private:
  std::vector<std::string> replies_;
  std::vector<std::string> commands_;
};

TEST(QtestBatchTest, SpeaksTheProtocol) {
  QtestBatch batch;
  batch.WritePort16({.port = 0x510, .value = 0x19});
  batch.WritePort32({.port = 0x518, .value = 0x00100000});
  batch.ReadPort8(0x511);
  batch.WriteMemory(
      {.address = 0x1000, .bytes = absl::string_view("\0\xff", 2)});
  batch.ReadMemory({.address = 0, .size_bytes = 3});
  ScriptedChannel channel({"OK", "OK", "OK 0x0051", "OK", "OK AAH/"});
  const auto bytes = batch.Run(channel);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, std::string("\x51\0\x01\xff", 4));
  EXPECT_THAT(channel.commands(),
              ElementsAre("outw 0x510 0x19", "outl 0x518 0x100000", "inb 0x511",
                          "write 0x1000 0x2 0x00ff", "b64read 0x0 0x3"));
}

TEST(QtestBatchTest, RefusesEveryDamagedReply) {
  QtestBatch write;
  write.WritePort16({.port = 1, .value = 2});
  QtestBatch port;
  port.ReadPort8(0x511);
  QtestBatch memory;
  memory.ReadMemory({.address = 0, .size_bytes = 3});
  struct Case {
    const QtestBatch& batch;
    std::vector<std::string> replies;
  };
  const Case cases[] = {
      {write, {}},
      {write, {"OK", "OK"}},
      {write, {""}},
      {write, {"OK 0x0000"}},
      {write, {"FAIL Unknown command 'outw'"}},
      {write, {std::string("\0\xff\n", 3)}},
      {port, {"OK"}},
      {port, {"OK 0x"}},
      {port, {"OK 51"}},
      {port, {"OK 0x0100"}},
      {port, {"OK -0x1"}},
      {port, {"OK 0x51 0x52"}},
      {port, {"OK 0xfffffffffffffffffffff"}},
      {memory, {"OK"}},
      {memory, {"OK AAH"}},       // two bytes
      {memory, {"OK AAH/AAH/"}},  // six
      {memory, {"OK 0x000102"}},  // hexadecimal, which is also base64
      {memory, {"OK %%%%"}},
      // One spelling each: what a lenient reader would take is damage.
      {write, {"OK "}},
      {port, {"OK0x51"}},
      {port, {"OK 0x0x51"}},
      {port, {"OK 0x+51"}},
      {port, {"OK 0x 51"}},
      {memory, {"OKAAH/"}},
      {memory, {"OK AA H/"}},
  };
  for (const Case& c : cases) {
    ScriptedChannel channel(c.replies);
    EXPECT_EQ(c.batch.Run(channel).status().code(), absl::StatusCode::kDataLoss)
        << ::testing::PrintToString(c.replies);
  }
  ScriptedChannel channel({std::string(1 << 20, '\xff')});
  EXPECT_LT(port.Run(channel).status().message().size(), 1000u);
}

ChildProcess Shell(const std::string& script) {
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({.path = "/bin/sh", .arguments = {"-c", script}});
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

absl::Status Exchange(const std::string& script,
                      absl::Duration limit = absl::Seconds(20)) {
  ChildProcess child = Shell(script);
  return QtestProcess(child, DeadlineAfter(limit))
      .Exchange({"one", "two", "three"})
      .status();
}

TEST(QtestProcessTest, ExchangesLines) {
  ChildProcess child = Shell("while read x; do echo OK $x; done");
  QtestProcess channel(child, DeadlineAfter(absl::Seconds(20)));
  EXPECT_THAT(*channel.Exchange({"one", "two"}),
              ElementsAre("OK one", "OK two"));
  EXPECT_THAT(*channel.Exchange({}), ElementsAre());
  EXPECT_THAT(*channel.Exchange({"three"}), ElementsAre("OK three"));
}

TEST(QtestProcessTest, ALargeBatchDoesNotBlock) {
  // Commands and replies are each several times what a pipe holds.
  ChildProcess child = Shell("exec sed -u 's/^/OK /'");
  QtestProcess channel(child, DeadlineAfter(absl::Seconds(20)));
  const std::vector<std::string> commands(20'000, std::string(20, 'x'));
  const auto replies = channel.Exchange(commands);
  ASSERT_TRUE(replies.ok()) << replies.status();
  EXPECT_EQ(replies->size(), commands.size());
  EXPECT_EQ(replies->back(), "OK " + commands.back());
}

TEST(QtestProcessTest, TellsHowItEnded) {
  EXPECT_EQ(Exchange("exit 1").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Exchange("echo OK; echo OK").code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Exchange("echo OK; printf O").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Exchange("echo machines:").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Exchange("cat /dev/zero").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Exchange("sleep 1000", absl::Milliseconds(50)).code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace e820check
