// SPDX-License-Identifier: Apache-2.0

// The tokens of QEMU's dialect of JSON (doc/spec/qemu-options.md 2.3).

#ifndef E820CHECK_MODEL_READER_JSON_TOKEN_H_
#define E820CHECK_MODEL_READER_JSON_TOKEN_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "model/reader/cursor.h"

namespace e820check::reader {

struct JsonToken {
  enum class Type {
    kLeftBrace,
    kRightBrace,
    kLeftBracket,
    kRightBracket,
    kColon,
    kComma,
    kNumber,
    kKeyword,
    kString,  // `text` has its quotes
    kStray,   // up to the character that cannot be, or to the end of the text
    kEnd,
  };

  Type type = Type::kEnd;
  absl::string_view text;
  // Where QEMU says that it starts, from 1. See JsonLexer::Next().
  size_t line = 1;
  size_t column = 1;
};

// The text must outlive this and its tokens.
class JsonLexer {
 public:
  explicit JsonLexer(absl::string_view text) : at_(text) {}

  // QEMU knows that a number or keyword has ended when it sees what follows,
  // and takes that character's end for the start of the next token.
  JsonToken Next();

 private:
  void SkipBlanks();
  JsonToken::Type Read();
  JsonToken::Type ReadString(char quote);
  JsonToken::Type ReadNumber();
  bool TakeDigits();
  JsonToken::Type Stray();

  Cursor at_;
  size_t line_ = 1;
  size_t line_start_ = 0;  // the place of its first character
  bool looked_ahead_ = false;
};

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_JSON_TOKEN_H_
