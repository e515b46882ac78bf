// SPDX-License-Identifier: Apache-2.0

#include "cli/printable_stream.h"

#include "machine/printable.h"

namespace e820check {
namespace {

constexpr size_t kMostBytes = 16 << 10;

}  // namespace

PrintableStream::PrintableStream(std::ostream& stream)
    : stream_(stream), to_(stream.rdbuf(this)) {}

PrintableStream::~PrintableStream() {
  Write(true);
  to_->pubsync();
  // Keeps what failed, which rdbuf() would forget.
  const std::ios_base::iostate state = stream_.rdstate();
  stream_.rdbuf(to_);
  stream_.setstate(state);
}

PrintableStream::int_type PrintableStream::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return 0;
  const char one = traits_type::to_char_type(c);
  return xsputn(&one, 1) == 1 ? c : traits_type::eof();
}

std::streamsize PrintableStream::xsputn(const char* text,
                                        std::streamsize size) {
  text_.append(text, static_cast<size_t>(size));
  if (text_.size() < kMostBytes) return size;
  return Write(false) ? size : 0;
}

int PrintableStream::sync() {
  return Write(false) && to_->pubsync() == 0 ? 0 : -1;
}

bool PrintableStream::Write(bool all) {
  const size_t rest = all ? 0 : UnfinishedCharacterBytes(text_);
  const std::string printable =
      Printable(absl::string_view(text_).substr(0, text_.size() - rest));
  text_.erase(0, text_.size() - rest);
  const auto size = static_cast<std::streamsize>(printable.size());
  return to_->sputn(printable.data(), size) == size;
}

}  // namespace e820check
