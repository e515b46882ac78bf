// SPDX-License-Identifier: Apache-2.0

// QEMU's test protocol: one command a line, one reply line each, in order.
// "OK", "OK 0x0051" (a port's value) and "OK <base64>" (memory) are the replies
// to the commands used here; "FAIL ..." and everything else is damage.

#ifndef E820CHECK_SYSTEMS_QEMU_QTEST_H_
#define E820CHECK_SYSTEMS_QEMU_QTEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "systems/process/process.h"

namespace e820check {

// Moves whole lines from the front of `text` to the end of `replies`, until
// there are `count` of them or no line is whole. FailedPrecondition for a line
// that no reply starts like, such as a help text; Internal for the words of a
// failed assertion.
absl::Status TakeQtestReplies(std::string& text, size_t count,
                              std::vector<std::string>& replies);

class QtestChannel {
 public:
  virtual ~QtestChannel() = default;

  // Sends each command as a line and returns the reply lines without line
  // ends, as many as there are commands. Unavailable if the other side closed
  // before the last one; DeadlineExceeded; DataLoss for what is no reply,
  // FailedPrecondition for a whole line of such.
  virtual absl::StatusOr<std::vector<std::string>> Exchange(
      const std::vector<std::string>& commands) = 0;
};

// Commands that travel together: a batch costs one round trip.
class QtestBatch {
 public:
  struct PortWrite {
    uint16_t port;
    uint32_t value;
  };
  struct MemoryWrite {
    uint64_t address;
    absl::string_view bytes;  // not empty
  };
  struct MemoryRead {
    uint64_t address;
    size_t size_bytes;  // not 0
  };

  void WritePort16(PortWrite write);
  void WritePort32(PortWrite write);
  void ReadPort8(uint16_t port);
  // Guest memory as the first CPU sees it. QEMU crashes where there is none.
  void WriteMemory(MemoryWrite write);
  void ReadMemory(MemoryRead read);

  // The bytes that the reads gave, in the order of the reads, each exactly as
  // long as asked. DataLoss names the command and its reply.
  absl::StatusOr<std::string> Run(QtestChannel& channel) const;

 private:
  enum class Reply { kNothing, kPortByte, kMemory };
  struct Expectation {
    Reply reply;
    size_t size_bytes;
  };

  void Add(std::string command, Expectation expectation);

  std::vector<std::string> commands_;
  std::vector<Expectation> expectations_;
};

// The protocol over the standard streams of a child ("-qtest stdio").
class QtestProcess final : public QtestChannel {
 public:
  // Both outlive this object.
  QtestProcess(ChildProcess& child, Deadline deadline)
      : child_(child), deadline_(deadline) {}

  absl::StatusOr<std::vector<std::string>> Exchange(
      const std::vector<std::string>& commands) override;

 private:
  ChildProcess& child_;
  Deadline deadline_;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_QTEST_H_
