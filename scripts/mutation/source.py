# SPDX-License-Identifier: Apache-2.0
"""C++ source as tokens, as far as planting faults needs it.

It relies on the formatting of this project (.clang-format): a binary operator
has white space on both sides, a bracket of template arguments on neither.
"""

import bisect
import re

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<raw>R"(?P<mark>[^()\s"\\]*)\(.*?\)(?P=mark)")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<number>\.?\d(?:[eEpP][+-]|'?[\w.])*)
  | (?P<char>'(?:[^'\\\n]|\\.)+')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark_>\.\.\.|<<=|>>=|<=>|->|::|\+\+|--|<<|>>|[<>=!+\-*/%&|^]=|&&|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)

_OPENERS = {"(": ")", "[": "]", "{": "}"}
_CLOSERS = {closer: opener for opener, closer in _OPENERS.items()}

# What a brace opens.
BLOCK, RECORD, VALUE, OUTSIDE = "block", "record", "value", "outside"
_BLOCK_WORDS = {"else", "do", "try", "const", "noexcept", "override", "mutable"}
_RECORD_WORDS = {"struct", "class", "union", "enum"}


class Token:
    """A token with its place; `scope` is what the innermost brace opened."""

    __slots__ = ("kind", "text", "start", "end", "scope", "partner", "spaced")

    def __init__(self, kind, text, start):
        self.kind = kind  # string, number, char, word or mark
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.scope = OUTSIDE
        self.partner = None  # index of the matching bracket
        self.spaced = False  # white space on both sides


class Source:
    """The text of a file, its tokens, and where its lines begin."""

    def __init__(self, text):
        self.text = text
        self.tokens = _tokenize(text)
        _pair_brackets(self.tokens)
        _mark_scopes(self.tokens)
        self._skipped = _skipped_ranges(self.tokens)
        self._line_starts = [0] + [m.end() for m in re.finditer("\n", text)]

    def line_of(self, offset):
        """The number, from 1, of the line that `offset` is on."""
        return bisect.bisect_right(self._line_starts, offset)

    def lines_around(self, start, end):
        """The bounds of the whole lines that [start, end) touches."""
        first = self._line_starts[self.line_of(start) - 1]
        last = self.text.find("\n", max(start, end - 1))
        return first, len(self.text) if last < 0 else last

    def is_skipped(self, index):
        """Whether the token belongs to what is checked at compile time only."""
        return any(first <= index <= last for first, last in self._skipped)

    def between(self, first, last):
        """The text of the tokens from index `first` to `last`."""
        return self.text[self.tokens[first].start : self.tokens[last].end]


def _tokenize(text):
    # A directive says nothing at run time; blanks keep every offset.
    text = _DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    tokens = []
    blank_before = True
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        at = match.end()
        kind = match.lastgroup
        if kind in ("blank", "comment"):
            if tokens:
                tokens[-1].spaced &= True
            blank_before = True
            continue
        kind = {"raw": "string", "mark": "string", "mark_": "mark"}.get(kind, kind)
        token = Token(kind, match.group(), match.start())
        token.spaced = blank_before and text[at : at + 1].isspace()
        tokens.append(token)
        blank_before = False
    return tokens


def _pair_brackets(tokens):
    stack = []
    for index, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        if token.text in _OPENERS:
            stack.append(index)
        elif token.text in _CLOSERS:
            opener = stack.pop()
            token.partner = opener
            tokens[opener].partner = index


def _mark_scopes(tokens):
    stack = [OUTSIDE]
    for index, token in enumerate(tokens):
        if token.text == "}" and token.kind == "mark":
            stack.pop()
        token.scope = stack[-1]
        if token.text == "{" and token.kind == "mark":
            stack.append(_opened_by(tokens, index))


def _opened_by(tokens, brace):
    """What the brace opens, by what stands before it."""
    if brace == 0:
        return OUTSIDE
    before = tokens[brace - 1]
    if before.text in (")", "{", "}", ";", ":") or before.text in _BLOCK_WORDS:
        return BLOCK
    for token in reversed(tokens[max(0, brace - 40) : brace]):
        if token.text in _RECORD_WORDS:
            return RECORD
        if token.text == "namespace":
            return OUTSIDE
        if token.text == "->":  # the type that a function returns
            return BLOCK
        if token.text in (";", "{", "}", "(", ")", "=", "return", ","):
            break
    if before.text == "]" and before.partner is None:
        return VALUE
    if before.text == "]":  # a lambda without parameters
        opener = tokens[before.partner - 1]
        return VALUE if opener.kind == "word" and opener.text != "return" else BLOCK
    return VALUE


def _skipped_ranges(tokens):
    ranges = []
    for index, token in enumerate(tokens):
        if token.text == "static_assert":
            ranges.append((index, tokens[index + 1].partner))
        elif token.text == "[" and tokens[index + 1].text == "[":
            ranges.append((index, token.partner))
        elif token.text == "operator":
            ranges.append((index, index + 2))
    return ranges
