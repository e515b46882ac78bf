// SPDX-License-Identifier: Apache-2.0

#include "model/reader/json.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "model/reader/answer.h"
#include "model/reader/cursor.h"
#include "model/reader/json_token.h"
#include "model/reader/release_rules.h"

namespace e820check::reader {
namespace {

using Kind = JsonValue::Kind;
using Type = JsonToken::Type;

// Open brackets of both kinds. QEMU also limits the size and number of tokens,
// but to more than an argument can hold.
constexpr int kMaxNesting = 1024;

// The parser makes its messages in a buffer of 1024 bytes.
absl::string_view Cut(absl::string_view message) {
  return message.substr(0, 1023);
}

// Fills a value from the tokens of one message, from left to right.
class JsonParser {
 public:
  explicit JsonParser(const ReleaseRules& rules)
      : is_old_(!rules.has_incremental_json_parser) {}

  absl::Status Take(const JsonToken& token) {
    if (open_.empty()) return TakeValue(token);
    switch (open_.back().expected) {
      case Expected::kFirstKey:
        if (token.type == Type::kRightBrace) return Close(token);
        [[fallthrough]];
      case Expected::kKey:
        return TakeKey(token);
      case Expected::kColon:
        if (token.type != Type::kColon) {
          return Error(token, "missing : in object pair", "expecting ':'");
        }
        open_.back().expected = Expected::kValue;
        return absl::OkStatus();
      case Expected::kFirstValue:
        if (token.type == Type::kRightBracket) return Close(token);
        [[fallthrough]];
      case Expected::kValue:
        return TakeValue(token);
      case Expected::kSeparator:
        return TakeSeparator(token);
    }
    return absl::OkStatus();
  }

  Json TakeJson() { return std::move(json_); }

  bool IsOld() const { return is_old_; }

  // Old releases say `old_text`, others `text` with the token's position.
  absl::Status Error(const JsonToken& token, absl::string_view old_text,
                     absl::string_view text) const {
    if (IsOld()) return Refuse("JSON parse error, ", old_text);
    return Refuse(token.line, ":", token.column, ": JSON parse error, ",
                  Cut(text));
  }

 private:
  enum class Expected {
    kFirstKey,  // or "}"
    kKey,
    kColon,
    kFirstValue,  // or "]"
    kValue,
    kSeparator,
  };
  // An object or array whose end has not come.
  struct Open {
    size_t value;
    Expected expected;
    std::string key;  // of the value to come
  };

  absl::Status TakeKey(const JsonToken& token) {
    // Old releases read any value, and then look whether it is a string.
    open_.back().expected = Expected::kKey;
    if (IsOld()) return TakeValue(token);
    if (token.type != Type::kString) return Error(token, "", "expecting key");
    return TakeValue(token);
  }

  absl::Status TakeValue(const JsonToken& token) {
    JsonValue value;
    switch (token.type) {
      case Type::kLeftBrace:
        value.kind = Kind::kObject;
        open_.push_back({Add(std::move(value)), Expected::kFirstKey, ""});
        return absl::OkStatus();
      case Type::kLeftBracket:
        value.kind = Kind::kArray;
        open_.push_back({Add(std::move(value)), Expected::kFirstValue, ""});
        return absl::OkStatus();
      case Type::kString: {
        absl::StatusOr<std::string> text = ReadString(token);
        if (!text.ok()) return text.status();
        value.kind = Kind::kString;
        value.text = *std::move(text);
        break;
      }
      case Type::kNumber:
        value = ReadNumber(token.text);
        break;
      case Type::kKeyword:
        if (token.text == "true" || token.text == "false") {
          value.kind = Kind::kBool;
          value.boolean = token.text == "true";
        } else if (token.text != "null") {
          const std::string text =
              absl::StrCat("invalid keyword '", token.text, "'");
          return Error(token, Cut(text), text);
        }
        break;
      default:
        return Error(token, "expecting value", "expecting value");
    }
    const size_t index = Add(std::move(value));
    return Complete(token, index);
  }

  absl::Status TakeSeparator(const JsonToken& token) {
    const bool is_object =
        json_.values[open_.back().value].kind == Kind::kObject;
    if (token.type == Type::kComma) {
      open_.back().expected = is_object ? Expected::kKey : Expected::kValue;
      return absl::OkStatus();
    }
    if (token.type == (is_object ? Type::kRightBrace : Type::kRightBracket)) {
      return Close(token);
    }
    if (is_object) {
      return Error(token, "expected separator in dict", "expected ',' or '}'");
    }
    return Error(token, "expected separator in list", "expected ',' or ']'");
  }

  absl::Status Close(const JsonToken& token) {
    const size_t value = open_.back().value;
    open_.pop_back();
    return Complete(token, value);
  }

  // The value's last token has come.
  absl::Status Complete(const JsonToken& token, size_t value) {
    if (open_.empty()) return absl::OkStatus();
    Open& open = open_.back();
    JsonValue& container = json_.values[open.value];
    if (open.expected == Expected::kKey) {
      if (json_.values[value].kind != Kind::kString) {
        return Error(token, "key is not a string in object", "expecting key");
      }
      open.key = json_.values[value].text;
      open.expected = Expected::kColon;
      return absl::OkStatus();
    }
    if (container.kind == Kind::kObject) {
      if (FindMember(json_, open.value, open.key)) {
        return Error(token, "duplicate key", "duplicate key");
      }
      container.keys.push_back(open.key);
    }
    container.children.push_back(value);
    open.expected = Expected::kSeparator;
    return absl::OkStatus();
  }

  size_t Add(JsonValue value) {
    json_.values.push_back(std::move(value));
    return json_.values.size() - 1;
  }

  static JsonValue ReadNumber(absl::string_view text);
  absl::StatusOr<std::string> ReadString(const JsonToken& token) const;
  absl::StatusOr<std::string> ReadUnicodeEscape(Cursor& at, size_t start,
                                                const JsonToken& token) const;

  const bool is_old_;
  Json json_;
  std::vector<Open> open_;
};

// integer := ["-"] digits, where it fits.
JsonValue JsonParser::ReadNumber(absl::string_view text) {
  JsonValue value;
  value.kind = Kind::kDouble;
  Cursor at(text);
  const bool is_negative = at.TakeIf('-');
  absl::uint128 number = 0;
  for (const char c : at.TakeWhile(absl::ascii_isdigit)) {
    number = std::min(number * 10 + static_cast<unsigned>(c - '0'),
                      absl::uint128(UINT64_MAX) + 1);
  }
  if (!at.AtEnd()) return value;
  const absl::uint128 limit =
      is_negative ? absl::uint128(1) << 63 : absl::uint128(UINT64_MAX);
  if (number > limit) return value;
  value.kind = is_negative && number != 0 ? Kind::kNegative : Kind::kUnsigned;
  value.number = absl::Uint128Low64(number);
  if (is_negative) value.number = 0 - value.number;
  return value;
}

// --- Strings ----------------------------------------------------------------

// Neither a surrogate, nor a noncharacter.
bool IsCharacter(uint32_t code) {
  return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) &&
         (code < 0xFDD0 || code > 0xFDEF) && (code & 0xFFFE) != 0xFFFE;
}

// UTF-8, but U+0000 in two bytes.
std::string Encode(uint32_t code) {
  const auto byte = [](uint32_t bits) {
    return std::string(1, static_cast<char>(bits));
  };
  const auto tail = [&](int shift) {
    return byte(0x80 | ((code >> shift) & 0x3F));
  };
  if (code != 0 && code < 0x80) return byte(code);
  if (code < 0x800) return byte(0xC0 | code >> 6) + tail(0);
  if (code < 0x10000) return byte(0xE0 | code >> 12) + tail(6) + tail(0);
  return byte(0xF0 | code >> 18) + tail(12) + tail(6) + tail(0);
}

// Takes one character in the shortest encoding, as Encode() has it.
bool TakeCharacter(Cursor& at) {
  const auto first = static_cast<unsigned char>(at.Peek());
  size_t size = 0;
  uint32_t code = 0;
  if (first < 0x80) {
    size = 1;
    code = first;
  } else if (first >= 0xC0 && first < 0xE0) {
    size = 2;
    code = first & 0x1F;
  } else if (first >= 0xE0 && first < 0xF0) {
    size = 3;
    code = first & 0x0F;
  } else if (first >= 0xF0 && first < 0xF8) {
    size = 4;
    code = first & 0x07;
  } else {
    return false;
  }
  for (size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(at.Peek(i));
    if ((next & 0xC0) != 0x80) return false;
    code = code << 6 | (next & 0x3F);
  }
  if (!IsCharacter(code) || Encode(code).size() != size) return false;
  at.GoTo(at.Place() + size);
  return true;
}

// The number of four hexadecimal digits; nullopt if there are not as many.
// Takes four characters, or what is left, in any case.
std::optional<uint32_t> TakeHex4(Cursor& at) {
  uint32_t code = 0;
  bool ok = true;
  for (int i = 0; i < 4; ++i) {
    if (at.AtEnd()) return std::nullopt;
    const char c = absl::ascii_tolower(at.Take());
    if (!absl::ascii_isxdigit(c)) ok = false;
    code = code * 16 + static_cast<uint32_t>(
                           absl::ascii_isdigit(c) ? c - '0' : c - 'a' + 10);
  }
  if (!ok) return std::nullopt;
  return code;
}

// After "\u"; `start` is the place of the "\".
absl::StatusOr<std::string> JsonParser::ReadUnicodeEscape(
    Cursor& at, size_t start, const JsonToken& token) const {
  std::optional<uint32_t> code = TakeHex4(at);
  // Two surrogates stand for one character.
  if (code && *code >= 0xD800 && *code <= 0xDBFF && at.Peek() == '\\' &&
      at.Peek(1) == 'u') {
    Cursor ahead = at;
    ahead.GoTo(at.Place() + 2);
    const std::optional<uint32_t> low = TakeHex4(ahead);
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      code = 0x10000 + ((*code & 0x3FF) << 10 | (*low & 0x3FF));
      at = ahead;
    }
  }
  if (code && IsCharacter(*code)) return Encode(*code);
  const std::string text =
      absl::StrCat(at.Since(start), " is not a valid Unicode character");
  return Error(token, text, text);
}

// string := quote { character | "\" escape } quote, with quotes of one kind.
absl::StatusOr<std::string> JsonParser::ReadString(
    const JsonToken& token) const {
  constexpr absl::string_view kEscapes = "\"'\\/bfnrt";
  constexpr absl::string_view kMeanings = "\"'\\/\b\f\n\r\t";
  Cursor at(token.text);
  const char quote = at.Take();
  std::string text;
  while (at.Peek() != quote) {
    const size_t start = at.Place();
    if (at.TakeIf('\\')) {
      const char c = at.Take();
      const size_t escape = kEscapes.find(c);
      if (escape != absl::string_view::npos) {
        text += kMeanings[escape];
      } else if (c == 'u') {
        absl::StatusOr<std::string> encoded =
            ReadUnicodeEscape(at, start, token);
        if (!encoded.ok()) return encoded;
        text += *encoded;
      } else {
        constexpr absl::string_view kText = "invalid escape sequence in string";
        return Error(token, kText, kText);
      }
    } else if (TakeCharacter(at)) {
      absl::StrAppend(&text, at.Since(start));
    } else {
      constexpr absl::string_view kText = "invalid UTF-8 sequence in string";
      return Error(token, kText, kText);
    }
  }
  return text;
}

// The tokens up to where as many brackets are closed as were opened, or more
// than were. Where there is no such place, `refusal` says why: the text ends,
// or QEMU refuses a token by itself.
struct Message {
  std::vector<JsonToken> tokens;
  absl::Status refusal;
  bool text_ends = false;
};

Message ReadMessage(JsonLexer& lexer, const JsonParser& parser) {
  Message message;
  int braces = 0;
  int brackets = 0;
  do {
    const JsonToken token = lexer.Next();
    if (token.type == Type::kLeftBrace) ++braces;
    if (token.type == Type::kRightBrace) --braces;
    if (token.type == Type::kLeftBracket) ++brackets;
    if (token.type == Type::kRightBracket) --brackets;
    if (token.type == Type::kStray) {
      const std::string text = absl::StrCat("stray '", token.text, "'");
      message.refusal = parser.Error(token, text, text);
    } else if (token.type == Type::kEnd) {
      message.text_ends = true;
      message.refusal =
          parser.Error(token, "premature EOI", "premature end of input");
    } else if (braces + brackets > kMaxNesting) {
      message.refusal = Refuse("JSON nesting depth limit exceeded");
    }
    if (!message.refusal.ok()) return message;
    message.tokens.push_back(token);
  } while (braces >= 0 && brackets >= 0 && braces + brackets > 0);
  return message;
}

}  // namespace

std::optional<size_t> FindMember(const Json& json, size_t object,
                                 absl::string_view key) {
  const JsonValue& value = json.values[object];
  for (size_t i = 0; i < value.keys.size(); ++i) {
    if (value.keys[i] == key) return value.children[i];
  }
  return std::nullopt;
}

absl::StatusOr<Json> ReadJson(absl::string_view text, QemuVersion qemu) {
  JsonLexer lexer(text);
  JsonParser parser(RulesOf(qemu));
  const Message message = ReadMessage(lexer, parser);
  // Old releases collect the tokens of a message before they parse them.
  if (parser.IsOld() && !message.text_ends) {
    if (!message.refusal.ok()) return message.refusal;
  }
  for (const JsonToken& token : message.tokens) {
    absl::Status status = parser.Take(token);
    if (!status.ok()) return status;
  }
  if (!message.refusal.ok()) return message.refusal;
  if (lexer.Next().type != Type::kEnd) {
    return Refuse("Expecting at most one JSON value");
  }
  return parser.TakeJson();
}

}  // namespace e820check::reader
