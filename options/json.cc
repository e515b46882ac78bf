// SPDX-License-Identifier: Apache-2.0

#include "options/json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "options/refusal.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

constexpr int kDepthLimit = 1024;

struct Token {
  enum class Kind {
    kOpenDict,
    kCloseDict,
    kOpenList,
    kCloseList,
    kColon,
    kComma,
    kInteger,
    kFloat,
    kKeyword,
    kString,  // with its quotes
    kEnd,
  };
  Kind kind = Kind::kEnd;
  absl::string_view text;
};

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// QEMU's parser makes its messages in a buffer of 1024 bytes.
constexpr size_t kMessageLimit = 1023;

// Makes refusals, which from 11.0 on begin with the token's position.
class Complaint {
 public:
  Complaint(absl::string_view text, QemuVersion qemu)
      : text_(text), is_by_token_(OptionRulesOf(qemu).json_is_read_by_token) {}

  // By the parser of 11.0, which takes tokens as they come.
  bool is_by_token() const { return is_by_token_; }

  template <typename... Parts>
  absl::Status About(absl::string_view token, const Parts&... parts) const {
    return Refuse(
        Position(token), "JSON parse error, ",
        absl::string_view(absl::StrCat(parts...)).substr(0, kMessageLimit));
  }

  absl::Status Stray(absl::string_view token) const {
    if (is_by_token()) return About(token, "stray '", token, "'");
    return Refuse("JSON parse error, stray '", token, "'");
  }

 private:
  // A number or keyword ends with the character after it, and QEMU takes the
  // next token, which that character starts, to start behind it.
  std::string Position(absl::string_view token) const {
    if (!is_by_token()) return "";
    const absl::string_view before =
        text_.substr(0, static_cast<size_t>(token.data() - text_.data()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    const bool looked_ahead =
        !before.empty() &&
        (IsDigit(before.back()) ||
         absl::ascii_islower(static_cast<unsigned char>(before.back())));
    return absl::StrCat(
        line, ":", before.size() - line_start + (looked_ahead ? 2 : 1), ": ");
  }

  absl::string_view text_;
  bool is_by_token_;
};

class Lexer {
 public:
  Lexer(absl::string_view text, const Complaint& complaint)
      : text_(text), complaint_(complaint) {}

  // kEnd once the text is used up.
  absl::StatusOr<Token> Next();

 private:
  bool At(bool (*predicate)(char)) const {
    return at_ < text_.size() && predicate(text_[at_]);
  }
  bool AtAnyOf(absl::string_view chars) const {
    return at_ < text_.size() &&
           chars.find(text_[at_]) != absl::string_view::npos;
  }
  Token Take(Token::Kind kind) const {
    return {kind, text_.substr(start_, at_ - start_)};
  }
  // The token so far with the character that cannot follow.
  absl::Status Stray() const {
    const absl::string_view token = text_.substr(start_, at_ + 1 - start_);
    return complaint_.Stray(token);
  }
  absl::StatusOr<Token> Number();
  absl::StatusOr<Token> String();

  absl::string_view text_;
  const Complaint& complaint_;
  size_t start_ = 0;
  size_t at_ = 0;
};

absl::StatusOr<Token> Lexer::Next() {
  while (AtAnyOf(" \t\r\n")) ++at_;
  start_ = at_;
  if (at_ == text_.size()) return Take(Token::Kind::kEnd);
  constexpr absl::string_view kPunctuation = "{}[]:,";
  const char c = text_[at_];
  if (const size_t kind = kPunctuation.find(c);
      kind != absl::string_view::npos) {
    ++at_;
    return Take(static_cast<Token::Kind>(kind));
  }
  if (c == '"' || c == '\'') return String();
  if (c == '-' || IsDigit(c)) return Number();
  const auto is_keyword_letter = [](char letter) {
    return letter >= 'a' && letter <= 'z';
  };
  if (!is_keyword_letter(c)) return Stray();
  while (At(is_keyword_letter)) ++at_;
  return Take(Token::Kind::kKeyword);
}

absl::StatusOr<Token> Lexer::Number() {
  if (AtAnyOf("-")) ++at_;
  if (!At(IsDigit)) return Stray();
  bool may_have_exponent = true;
  if (AtAnyOf("0")) {
    ++at_;
    if (At(IsDigit)) return Stray();
    may_have_exponent = false;  // "0e1" is a number and a keyword to QEMU
  }
  while (At(IsDigit)) ++at_;
  Token::Kind kind = Token::Kind::kInteger;
  if (AtAnyOf(".")) {
    kind = Token::Kind::kFloat;
    may_have_exponent = true;
    ++at_;
    if (!At(IsDigit)) return Stray();
    while (At(IsDigit)) ++at_;
  }
  if (may_have_exponent && AtAnyOf("eE")) {
    kind = Token::Kind::kFloat;
    ++at_;
    if (AtAnyOf("+-")) ++at_;
    if (!At(IsDigit)) return Stray();
    while (At(IsDigit)) ++at_;
  }
  return Take(kind);
}

absl::StatusOr<Token> Lexer::String() {
  const char quote = text_[at_++];
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == quote) {
      ++at_;
      return Take(Token::Kind::kString);
    }
    if (text_[at_] == '\\') ++at_;
    if (at_ == text_.size()) break;
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte < 0x20 || byte > 0xFD) break;
  }
  return Stray();
}

bool IsCharacter(uint32_t code) {
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool is_noncharacter =
      (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
  return code <= 0x10FFFF && !is_surrogate && !is_noncharacter;
}

// Modified UTF-8: U+0000 is the two bytes C0 80.
std::string EncodeUtf8(uint32_t code) {
  const auto tail = [code](int shift) {
    return static_cast<char>(0x80 | ((code >> shift) & 0x3F));
  };
  if (code > 0 && code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  if (code < 0x10000) {
    return {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

// The length of the character at the start of `text`; 0 if it is none.
size_t Utf8Length(absl::string_view text) {
  const auto byte = [text](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first < 0xC0   ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF8 ? 4
                                       : 0;
  if (length == 0) return 0;
  uint32_t code = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  // Comparing with the encoding refuses overlong forms.
  return IsCharacter(code) && EncodeUtf8(code).size() == length ? length : 0;
}

// Four hexadecimal digits; above any character if they are not there.
uint32_t FourHexDigits(absl::string_view text) {
  uint32_t value = 0;
  if (text.size() < 4 ||
      !std::all_of(text.begin(), text.begin() + 4, [](char c) {
        return absl::ascii_isxdigit(static_cast<unsigned char>(c));
      })) {
    return UINT32_MAX;
  }
  for (const char c : text.substr(0, 4)) {
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    value = value << 4 |
            static_cast<uint32_t>(IsDigit(c) ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

// What a string token means.
absl::StatusOr<std::string> Unescape(absl::string_view token,
                                     const Complaint& complaint) {
  std::string value;
  const size_t end = token.size() - 1;
  for (size_t at = 1; at < end;) {
    if (token[at] != '\\') {
      const size_t length = Utf8Length(token.substr(at, end - at));
      if (length == 0) {
        return complaint.About(token, "invalid UTF-8 sequence in string");
      }
      value.append(token.data() + at, length);
      at += length;
      continue;
    }
    constexpr absl::string_view kEscapes = "bfnrt\"'\\/";
    constexpr absl::string_view kMeanings = "\b\f\n\r\t\"'\\/";
    const char escape = token[at + 1];
    if (const size_t i = kEscapes.find(escape); i != absl::string_view::npos) {
      value.push_back(kMeanings[i]);
      at += 2;
      continue;
    }
    if (escape != 'u') {
      return complaint.About(token, "invalid escape sequence in string");
    }
    const absl::string_view typed = token.substr(at, 6);
    uint32_t code = FourHexDigits(token.substr(at + 2));
    at += 6;
    if (code >= 0xD800 && code < 0xDC00 && token.substr(at, 2) == "\\u") {
      const uint32_t low = FourHexDigits(token.substr(at + 2));
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
        at += 6;
      }
    }
    if (!IsCharacter(code)) {
      return complaint.About(token, typed, " is not a valid Unicode character");
    }
    value += EncodeUtf8(code);
  }
  return value;
}

// Builds a tree of the tokens of one value, which it takes one by one.
class Builder {
 public:
  explicit Builder(const Complaint& complaint) : complaint_(complaint) {}

  absl::Status Take(const Token& token);
  ValueTree TakeTree() { return std::move(tree_); }

 private:
  // A dict or list that is still open, and what it waits for.
  struct Open {
    enum class Wants {
      kKeyOrClose,
      kKey,
      kColon,
      kValue,
      kElementOrClose,
      kSeparator
    };
    uint32_t index;
    Wants wants;
    std::string key;
  };
  using Wants = Open::Wants;

  absl::Status TakeSeparator(const Token& token);
  absl::Status TakeValue(const Token& token);
  absl::Status Complete(const Token& token, uint32_t index);
  absl::Status Close(const Token& token);
  absl::Status Premature(const Token& token) const {
    return complaint_.About(token.text, !complaint_.is_by_token()
                                            ? "premature EOI"
                                            : "premature end of input");
  }
  bool IsDict(const Open& open) const {
    return tree_[open.index].kind == Value::Kind::kDict;
  }

  const Complaint& complaint_;
  ValueTree tree_;
  bool started_ = false;
  std::vector<Open> open_;
};

absl::Status Builder::Take(const Token& token) {
  if (!started_) {  // the root's '{'
    started_ = true;
    open_.push_back({ValueTree::kRoot, Wants::kKeyOrClose, ""});
    return absl::OkStatus();
  }
  Open& open = open_.back();
  const bool closes = token.kind == (IsDict(open) ? Token::Kind::kCloseDict
                                                  : Token::Kind::kCloseList);
  switch (open.wants) {
    case Wants::kKeyOrClose:
      if (closes) return Close(token);
      open.wants = Wants::kKey;
      return TakeValue(token);
    case Wants::kElementOrClose:
      if (closes) return Close(token);
      open.wants = Wants::kValue;
      return TakeValue(token);
    case Wants::kKey:
    case Wants::kValue:
      return TakeValue(token);
    case Wants::kColon:
      if (token.kind == Token::Kind::kEnd) return Premature(token);
      if (token.kind != Token::Kind::kColon) {
        return complaint_.About(token.text, !complaint_.is_by_token()
                                                ? "missing : in object pair"
                                                : "expecting ':'");
      }
      open.wants = Wants::kValue;
      return absl::OkStatus();
    case Wants::kSeparator:
      if (closes) return Close(token);
      return TakeSeparator(token);
  }
  return absl::OkStatus();
}

absl::Status Builder::TakeSeparator(const Token& token) {
  Open& open = open_.back();
  if (token.kind == Token::Kind::kEnd) return Premature(token);
  if (token.kind != Token::Kind::kComma) {
    const char* expected = !complaint_.is_by_token()
                               ? (IsDict(open) ? "expected separator in dict"
                                               : "expected separator in list")
                           // The text for a list has not been seen.
                           : IsDict(open) ? "expected ',' or '}'"
                                          : "expected ',' or ']'";
    return complaint_.About(token.text, expected);
  }
  open.wants = IsDict(open) ? Wants::kKey : Wants::kValue;
  return absl::OkStatus();
}

absl::Status Builder::TakeValue(const Token& token) {
  // Older releases read any value and then ask whether it is a string.
  const bool wants_key = open_.back().wants == Wants::kKey;
  if (wants_key && complaint_.is_by_token() &&
      token.kind != Token::Kind::kEnd && token.kind != Token::Kind::kString) {
    return complaint_.About(token.text, "expecting key");
  }
  Value value;
  switch (token.kind) {
    case Token::Kind::kOpenDict:
    case Token::Kind::kOpenList: {
      const bool is_dict = token.kind == Token::Kind::kOpenDict;
      value.kind = is_dict ? Value::Kind::kDict : Value::Kind::kList;
      open_.push_back({tree_.Add(std::move(value)),
                       is_dict ? Wants::kKeyOrClose : Wants::kElementOrClose,
                       ""});
      return absl::OkStatus();
    }
    case Token::Kind::kInteger:
      value.kind = absl::SimpleAtoi(token.text, &value.signed_integer)
                       ? Value::Kind::kSigned
                   : absl::SimpleAtoi(token.text, &value.unsigned_integer)
                       ? Value::Kind::kUnsigned
                       : Value::Kind::kDouble;
      break;
    case Token::Kind::kFloat:
      value.kind = Value::Kind::kDouble;
      break;
    case Token::Kind::kKeyword:
      value.kind =
          token.text == "null" ? Value::Kind::kNull : Value::Kind::kBool;
      value.boolean = token.text == "true";
      if (token.text != "null" && token.text != "true" &&
          token.text != "false") {
        return complaint_.About(token.text, "invalid keyword '", token.text,
                                "'");
      }
      break;
    case Token::Kind::kString: {
      absl::StatusOr<std::string> text = Unescape(token.text, complaint_);
      if (!text.ok()) return text.status();
      value.kind = Value::Kind::kString;
      value.text = *std::move(text);
      break;
    }
    case Token::Kind::kEnd:
      return Premature(token);
    case Token::Kind::kCloseDict:
    case Token::Kind::kCloseList:
    case Token::Kind::kColon:
    case Token::Kind::kComma:
      return complaint_.About(token.text, "expecting value");
  }
  return Complete(token, tree_.Add(std::move(value)));
}

absl::Status Builder::Close(const Token& token) {
  const uint32_t index = open_.back().index;
  open_.pop_back();
  return open_.empty() ? absl::OkStatus() : Complete(token, index);
}

absl::Status Builder::Complete(const Token& token, uint32_t index) {
  Open& open = open_.back();
  if (open.wants == Wants::kKey) {
    if (tree_[index].kind != Value::Kind::kString) {
      return complaint_.About(token.text, "key is not a string in object");
    }
    open.key = tree_[index].text;
    open.wants = Wants::kColon;
    return absl::OkStatus();
  }
  Value& holder = tree_[open.index];
  if (IsDict(open)) {
    if (!holder.members.emplace(std::move(open.key), index).second) {
      return complaint_.About(token.text, "duplicate key");
    }
  } else {
    holder.elements.push_back(index);
  }
  open.wants = Wants::kSeparator;
  return absl::OkStatus();
}

}  // namespace

// QEMU splits text into tokens until all brackets are closed, or one too many
// is. Before 11.0 it looks at their order only then, so that a bad token is
// refused before a bad order in front of it.
absl::StatusOr<ValueTree> ParseJsonObject(absl::string_view text,
                                          QemuVersion qemu) {
  const Complaint complaint(text, qemu);
  Lexer lexer(text, complaint);
  std::vector<Token> tokens;
  absl::Status bad_token;
  int dicts = 0;
  int lists = 0;
  do {
    absl::StatusOr<Token> token = lexer.Next();
    if (!token.ok()) {
      bad_token = token.status();
      break;
    }
    dicts += token->kind == Token::Kind::kOpenDict;
    dicts -= token->kind == Token::Kind::kCloseDict;
    lists += token->kind == Token::Kind::kOpenList;
    lists -= token->kind == Token::Kind::kCloseList;
    if (dicts + lists > kDepthLimit) {
      bad_token = Refuse("JSON nesting depth limit exceeded");
      break;
    }
    tokens.push_back(*token);
  } while (tokens.back().kind != Token::Kind::kEnd && dicts >= 0 &&
           lists >= 0 && dicts + lists > 0);
  if (!complaint.is_by_token() && !bad_token.ok()) return bad_token;

  Builder builder(complaint);
  for (const Token& token : tokens) {
    absl::Status taken = builder.Take(token);
    if (!taken.ok()) return taken;
  }
  if (!bad_token.ok()) return bad_token;
  // Whatever follows, be it a token or none, is a second value to QEMU.
  absl::StatusOr<Token> next = lexer.Next();
  if (!next.ok() || next->kind != Token::Kind::kEnd) {
    return Refuse("Expecting at most one JSON value");
  }
  return builder.TakeTree();
}

}  // namespace e820check
