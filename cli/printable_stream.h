// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_PRINTABLE_STREAM_H_
#define E820CHECK_CLI_PRINTABLE_STREAM_H_

#include <ostream>
#include <streambuf>
#include <string>

namespace e820check {

// While this lives, all that goes to the stream is made printable
// (machine/printable.h): what QEMU, a subject or a file says must not speak to
// the terminal. In one place, so that no command can forget it.
class PrintableStream : private std::streambuf {
 public:
  explicit PrintableStream(std::ostream& stream);
  PrintableStream(const PrintableStream&) = delete;
  PrintableStream& operator=(const PrintableStream&) = delete;
  ~PrintableStream() override;

 private:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

  // Hands on what is complete; false if the stream does not take it.
  bool Write(bool all);

  std::ostream& stream_;
  std::streambuf* const to_;
  std::string text_;  // not yet handed on
};

}  // namespace e820check

#endif  // E820CHECK_CLI_PRINTABLE_STREAM_H_
