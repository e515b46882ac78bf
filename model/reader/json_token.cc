// SPDX-License-Identifier: Apache-2.0

#include "model/reader/json_token.h"

#include "absl/strings/ascii.h"

namespace e820check::reader {

using Type = JsonToken::Type;

void JsonLexer::SkipBlanks() {
  while (at_.Peek() == ' ' || at_.Peek() == '\t' || at_.Peek() == '\r' ||
         at_.Peek() == '\n') {
    looked_ahead_ = false;
    if (at_.Take() == '\n') {
      ++line_;
      line_start_ = at_.Place();
    }
  }
}

JsonToken JsonLexer::Next() {
  SkipBlanks();
  const size_t start = at_.Place();
  JsonToken token;
  token.line = line_;
  token.column = start - line_start_ + (looked_ahead_ ? 2 : 1);
  token.type = Read();
  token.text = at_.Since(start);
  looked_ahead_ = token.type == Type::kNumber || token.type == Type::kKeyword;
  return token;
}

Type JsonLexer::Read() {
  if (at_.AtEnd()) return Type::kEnd;
  if (at_.TakeIf('{')) return Type::kLeftBrace;
  if (at_.TakeIf('}')) return Type::kRightBrace;
  if (at_.TakeIf('[')) return Type::kLeftBracket;
  if (at_.TakeIf(']')) return Type::kRightBracket;
  if (at_.TakeIf(':')) return Type::kColon;
  if (at_.TakeIf(',')) return Type::kComma;
  if (at_.TakeIf('"')) return ReadString('"');
  if (at_.TakeIf('\'')) return ReadString('\'');
  if (at_.Peek() == '-' || absl::ascii_isdigit(at_.Peek())) return ReadNumber();
  if (!at_.TakeWhile(absl::ascii_islower).empty()) return Type::kKeyword;
  return Stray();
}

// The character that cannot be is part of the token.
Type JsonLexer::Stray() {
  if (!at_.AtEnd()) at_.Take();
  return Type::kStray;
}

// string := quote { character | "\" character } quote
Type JsonLexer::ReadString(char quote) {
  bool is_escaped = false;
  while (!at_.AtEnd()) {
    const auto c = static_cast<unsigned char>(at_.Peek());
    if (c < 0x20 || c > 0xFD) return Stray();
    if (!is_escaped && at_.TakeIf(quote)) return Type::kString;
    is_escaped = !is_escaped && c == '\\';
    at_.Take();
  }
  return Stray();
}

bool JsonLexer::TakeDigits() {
  return !at_.TakeWhile(absl::ascii_isdigit).empty();
}

// number := ["-"] ( "0" | "1".."9" digit* ) ["." digits] [exponent]
// But no exponent follows the 0 of a number without fraction.
Type JsonLexer::ReadNumber() {
  at_.TakeIf('-');
  const bool is_0 = at_.TakeIf('0');
  if (is_0 && absl::ascii_isdigit(at_.Peek())) return Stray();
  if (!is_0 && !TakeDigits()) return Stray();
  bool may_have_exponent = !is_0;
  if (at_.TakeIf('.')) {
    if (!TakeDigits()) return Stray();
    may_have_exponent = true;
  }
  if (may_have_exponent && (at_.TakeIf('e') || at_.TakeIf('E'))) {
    if (!at_.TakeIf('+')) at_.TakeIf('-');
    if (!TakeDigits()) return Stray();
  }
  return Type::kNumber;
}

}  // namespace e820check::reader
