# SPDX-License-Identifier: Apache-2.0
"""The faults that can be planted in a source, one at a time.

Each operator is a generator over a Source that yields (start, end, replacement):
what of the text to replace, and by what. A fault that the compiler refuses does
no harm; it is not counted.
"""

import re
from dataclasses import dataclass

from mutation.source import BLOCK, VALUE, Source

_OTHER_COMPARISONS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}
_OTHER_ARITHMETIC = {
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<",
    "&": "|", "|": "&", "^": "&", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=",
    "%=": "*=", "<<=": ">>=", ">>=": "<<=", "|=": "&=", "&=": "|=", "^=": "&=",
}
_ASSIGNMENTS = {"=", *(op for op in _OTHER_ARITHMETIC if op.endswith("="))}
_NOT_COMMUTATIVE = {"-", "/", "%", "<<", ">>"}
_INTEGER = re.compile(r"(0[xXbB])?[0-9a-fA-F']+[uUlL]*$")
_KEYWORDS = {
    "return", "if", "else", "for", "while", "do", "switch", "case", "default",
    "using", "delete", "new", "throw", "goto", "template", "typename", "const",
    "constexpr", "static", "auto", "struct", "class", "enum", "union", "co_return",
    "sizeof", "break", "continue", "public", "private", "protected", "friend",
    "operator", "namespace", "typedef", "extern", "inline", "constinit",
}
# The order of their arguments makes no difference.
_SYMMETRIC_CALLS = {"min", "max", "swap", "minmax"}
# What a function that returns such a value returns already.
_EMPTY_VALUES = {
    "{}", "0", "false", "nullptr", "std::nullopt", '""', "absl::OkStatus()",
}


@dataclass(frozen=True)
class Mutant:
    """One fault. `original` and `mutated` are the lines it touches, before and
    after, with single blanks; `ordinal` tells equal ones of a file apart."""

    file: str
    line: int
    operator: str
    start: int
    end: int
    replacement: str
    original: str
    mutated: str
    ordinal: int

    @property
    def key(self):
        return "\n".join((self.file, self.original, self.mutated, str(self.ordinal)))


def comparison_changed(source):
    for token in _binary(source, _OTHER_COMPARISONS):
        for other in _OTHER_COMPARISONS[token.text]:
            yield token.start, token.end, other


def arithmetic_changed(source):
    for token in _binary(source, _OTHER_ARITHMETIC):
        yield token.start, token.end, _OTHER_ARITHMETIC[token.text]
    for token in source.tokens:
        if token.text in ("++", "--"):
            yield token.start, token.end, "--" if token.text == "++" else "++"


def logic_changed(source):
    for token in _binary(source, {"&&", "||"}):
        yield token.start, token.end, "||" if token.text == "&&" else "&&"


def condition_negated(source):
    tokens = source.tokens
    for index, token in enumerate(tokens):
        if token.text not in ("if", "while") or tokens[index + 1].text != "(":
            continue
        first, last = index + 2, tokens[index + 1].partner - 1
        semicolons = [i for i in _at_depth_zero(source, first, last)
                      if tokens[i].text == ";"]
        if semicolons:  # what stands before it declares
            first = semicolons[-1] + 1
        marks = [tokens[i].text for i in _at_depth_zero(source, first, last)
                 if tokens[i].kind == "mark"]
        comparisons = sum(mark in _OTHER_COMPARISONS for mark in marks)
        joined = "&&" in marks or "||" in marks
        if "=" in marks or (comparisons == 1 and not joined):
            continue  # a declaration; or a comparison, which has its own faults
        if marks[:1] == ["!"] and not joined:
            continue  # so has a negation
        yield tokens[first].start, tokens[last].end, f"!({source.between(first, last)})"
    for index, token in enumerate(tokens):
        if token.text == "!" and not source.is_skipped(index):
            yield token.start, token.end, ""


def statement_dropped(source):
    tokens = source.tokens
    for index in range(1, len(tokens)):
        token = tokens[index]
        if token.scope != BLOCK or not _begins_statement(source, index):
            continue
        if token.text in ("break", "continue") and tokens[index + 1].text == ";":
            yield token.start, token.end, ""
            continue
        last = _end_of_expression_statement(source, index)
        if last is not None:
            yield token.start, tokens[last - 1].end, ""


def operands_swapped(source):
    tokens = source.tokens
    for index, token in enumerate(tokens):
        if not token.spaced or token.text not in _NOT_COMMUTATIVE:
            continue
        first = _begin_of_operand(tokens, index - 1)
        last = _end_of_operand(tokens, index + 1)
        if first is None or last is None:
            continue
        left = source.between(first, index - 1)
        right = source.between(index + 1, last)
        if left != right:
            yield tokens[first].start, tokens[last].end, f"{right} {token.text} {left}"
    for index, token in enumerate(tokens):
        if token.text == "?":
            yield from _choices_swapped(source, index)


def arguments_swapped(source):
    tokens = source.tokens
    for index, token in enumerate(tokens):
        if token.text != "(" or token.scope not in (BLOCK, VALUE):
            continue
        called = tokens[index - 1]
        if called.kind != "word" or called.text in _KEYWORDS | _SYMMETRIC_CALLS:
            continue
        arguments = _split_arguments(source, index)
        for (a, b), (c, d) in zip(arguments, arguments[1:]):
            left, right = source.between(a, b), source.between(c, d)
            if left != right and len(left) + len(right) < 120:
                yield tokens[a].start, tokens[d].end, f"{right}, {left}"


def constant_changed(source):
    tokens = source.tokens
    for index, token in enumerate(tokens):
        if source.is_skipped(index):
            continue
        if token.kind == "number" and _INTEGER.match(token.text):
            if tokens[index - 1].text == "=" and tokens[index - 2].text in (")", "const"):
                continue  # a pure virtual function
            yield token.start, token.end, f"({token.text} + 1)"
            if int(token.text.rstrip("uUlL").replace("'", ""), 0) != 0:
                yield token.start, token.end, f"({token.text} - 1)"
        elif token.text in ("true", "false"):
            yield token.start, token.end, "false" if token.text == "true" else "true"
        elif token.kind == "char" and len(token.text) == 3:
            yield token.start, token.end, f"({token.text} + 1)"


def return_changed(source):
    tokens = source.tokens
    for index, token in enumerate(tokens):
        if token.text != "return" or tokens[index + 1].text == ";":
            continue
        last = index + 1
        while tokens[last].text != ";":
            last = (tokens[last].partner or last) + 1
        value = source.between(index + 1, last - 1)
        if value in ("true", "false") or _INTEGER.match(value):
            continue  # a constant, which has its own faults
        if value not in _EMPTY_VALUES:
            yield tokens[index + 1].start, tokens[last - 1].end, "{}"


OPERATORS = {
    function.__name__.replace("_", " "): function
    for function in (
        comparison_changed, arithmetic_changed, logic_changed, condition_negated,
        statement_dropped, operands_swapped, arguments_swapped, constant_changed,
        return_changed,
    )
}


def mutants_of(file, text):
    """All mutants of a file, in the order of the text."""
    source = Source(text)
    found = {}
    for name, operator in OPERATORS.items():
        for start, end, replacement in operator(source):
            found.setdefault((start, end, replacement), name)
    mutants = []
    seen = {}
    for (start, end, replacement), name in sorted(found.items()):
        first, last = source.lines_around(start, end)
        original = _joined(text[first:last])
        mutated = _joined(text[first:start] + replacement + text[end:last])
        ordinal = seen.get((original, mutated), 0)
        seen[(original, mutated)] = ordinal + 1
        mutants.append(Mutant(file, source.line_of(start), name, start, end,
                              replacement, original, mutated, ordinal))
    return mutants


def _joined(lines):
    return " ".join(lines.split())


def _binary(source, texts):
    """The binary operators among `texts`."""
    for index, token in enumerate(source.tokens):
        if token.kind == "mark" and token.spaced and token.text in texts:
            if not source.is_skipped(index):
                yield token


def _at_depth_zero(source, first, last):
    """Indices of the tokens from `first` to `last` that no bracket encloses."""
    index = first
    while index <= last:
        yield index
        partner = source.tokens[index].partner
        index = partner + 1 if partner is not None and partner > index else index + 1


def _begins_statement(source, index):
    before = source.tokens[index - 1]
    if before.text in ("{", "}", ";", "else"):
        return True
    if before.text == ":":
        return source.tokens[index - 2].kind in ("word", "char", "number")
    if before.text != ")":
        return False
    head = source.tokens[before.partner - 1].text
    return head in ("if", "for", "while")


def _end_of_expression_statement(source, index):
    """The `;` of a call or an assignment that begins at `index`, else None."""
    tokens = source.tokens
    if tokens[index].text in ("++", "--", "*"):
        at = index + 1
        prefix = tokens[index].text
    else:
        at, prefix = index, ""
    if tokens[at].kind != "word" or tokens[at].text in _KEYWORDS:
        return None
    at = _end_of_operand(tokens, at) + 1
    last = tokens[at - 1]
    if tokens[at].text == ";":
        is_call = last.text == ")" or prefix in ("++", "--")
        return at if is_call else None
    if tokens[at].text in ("++", "--"):
        return at + 1 if tokens[at + 1].text == ";" else None
    if tokens[at].text not in _ASSIGNMENTS:
        return None
    while tokens[at].text != ";":
        at = (tokens[at].partner or at) + 1
    return at


def _end_of_operand(tokens, index):
    """The last token of the name, number or call that begins at `index`."""
    if tokens[index].kind not in ("word", "number"):
        return None
    while True:
        following = tokens[index + 1]
        if following.text in ("(", "["):
            index = following.partner
        elif following.text in (".", "->", "::"):
            if tokens[index + 2].kind != "word":
                return index
            index += 2
        else:
            return index


def _begin_of_operand(tokens, index):
    """The first token of the name, number or call that ends at `index`."""
    while True:
        if tokens[index].text in (")", "]"):
            index = tokens[index].partner - 1
            continue
        if tokens[index].kind not in ("word", "number"):
            return None
        if tokens[index].text in _KEYWORDS:
            return None
        if tokens[index - 1].text not in (".", "->", "::"):
            return index
        if tokens[index - 2].kind != "word" and tokens[index - 2].text not in (")", "]"):
            return None
        index -= 2


def _choices_swapped(source, question):
    tokens = source.tokens
    colon = question + 1
    depth = 0
    while tokens[colon].text != ":" or depth:
        depth += {"?": 1, ":": -1}.get(tokens[colon].text, 0)
        partner = tokens[colon].partner
        colon = partner + 1 if partner is not None and partner > colon else colon + 1
    last = colon + 1
    while tokens[last].text not in (";", ",", ")", "}", "]", ":"):
        partner = tokens[last].partner
        last = partner + 1 if partner is not None and partner > last else last + 1
    yes = source.between(question + 1, colon - 1)
    no = source.between(colon + 1, last - 1)
    if yes != no:
        yield tokens[question + 1].start, tokens[last - 1].end, f"{no} : {yes}"


def _split_arguments(source, opener):
    """Index pairs of the arguments of a call; none if it is not clear."""
    tokens = source.tokens
    closer = tokens[opener].partner
    parts = []
    first = opener + 1
    for index in _at_depth_zero(source, opener + 1, closer):
        if tokens[index].text not in (",", ")") or index < first:
            continue
        if tokens[index].text == ")" and index != closer:
            continue
        if index > first:
            parts.append((first, index - 1))
        first = index + 1
    for a, b in parts:
        text = source.between(a, b)
        if text.count("<") != text.count(">") - text.count("->"):
            return []
    return parts
