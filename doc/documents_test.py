#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What documents and comments point at is there: sections and rules of doc/spec/,
links, and paths of this repository; and tables and lines fit a reader's screen.

documents_test.py [--self-test]: status 1 after a line for each mistake.
"""

import glob
import os
import re
import sys
import tempfile
import unicodedata

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAX_CELL = 100  # characters
MAX_LINE = 160

# Builds, and inputs of fuzz targets, hold other people's words.
SKIPPED_FOLDERS = {".git", "build", "__pycache__"}
WORDS_OF_CORPORA = ("corpus/recorded/README.md",)
SOURCES = (".cc", ".h", ".c", ".py", ".sh", ".cmake", ".txt", ".dict", ".md",
           ".yml", ".yaml", ".json")

# ---- What a page of doc/spec/ has ----

HEADING = re.compile(r"#+ (\d+(?:\.\d+)*)\.? ")
NAMED_HEADING = re.compile(r"#+ ([A-Z]\d\d)\b")
LIST_ITEM = re.compile(r"(\d+)\. ")
TABLE_ROW = re.compile(r"\| (\d+) \|")
NAMED_ITEM = re.compile(r"- \*\*([A-Z]\d\d)\*\*")
LETTERED_STEP = re.compile(r"([A-Z])\. ")


def labels_of(text):
    """All that can be cited: "6.4", "6.4.1" for item 1 there, "6.3 A", "E05"."""
    labels = set()
    section = ""
    for line in text.split("\n"):
        if match := HEADING.match(line):
            section = match[1]
            labels.add(section)
        elif match := NAMED_HEADING.match(line) or NAMED_ITEM.match(line):
            labels.add(match[1])
        elif match := LIST_ITEM.match(line) or TABLE_ROW.match(line):
            labels.add(f"{section}.{match[1]}")
        elif match := LETTERED_STEP.match(line):
            labels.add(f"{section} {match[1]}")
    return labels


LINK = re.compile(r"\]\(([^)\s]+)\)")

# ---- Citations ----

NUMBER = r"\d+(?:\.\d+)*(?: [A-C]\b)?"
PART = r"(?:items?|rows?|steps?) \d+(?: to \d+)?"
PLACE = rf"(?:(?:sections? )?(?:{NUMBER}|[A-Z]\d\d)(?:,? {PART})?)"
PLACES = rf"{PLACE}(?:(?:,| and|, and| to) {PLACE})*"
CITATION = re.compile(rf"doc/spec/([a-z-]+\.md)(?: ({PLACES}))?")
# The model's rules name their page by a word.
RULE_SECTION = re.compile(rf'"(layout|options) ({PLACES})"')
PAGE_OF_WORD = {"layout": "qemu-layout.md", "options": "qemu-options.md"}
# Numbers that only one page can mean.
RULE_NUMBER = re.compile(r"\b(?:rule |\")?([ESLHX]\d\d)\b")
ZOO_NUMBER = re.compile(r"\b(Z\d\d)\b")


def places_of(text):
    """The labels that "4, steps 0 to 2 and 6.3 A" asks for."""
    labels = []
    for match in re.finditer(rf"({NUMBER}|[A-Z]\d\d)(?:,? ({PART}))?", text):
        if match[2] is None:
            labels.append(match[1])
            continue
        numbers = [int(number) for number in re.findall(r"\d+", match[2])]
        for number in range(numbers[0], numbers[-1] + 1):
            labels.append(f"{match[1]}.{number}")
    return labels


def without_links(text):
    return LINK.sub("]", text)


def joined(text):
    """Lines as one, without what begins a comment."""
    return re.sub(r"\s*\n\s*(?://|#|\*|;)?\s*", " ", text)


def check_citations(path, text, pages):
    asked = [(match[1], match[2] or "") for match in CITATION.finditer(joined(text))]
    if path == "model/rules.cc":
        asked += [(PAGE_OF_WORD[match[1]], match[2])
                  for match in RULE_SECTION.finditer(joined(text))]
    for folder, number, page in (("properties/laws/", RULE_NUMBER, "audit-rules.md"),
                                 ("properties/zoo/", ZOO_NUMBER, "bug-zoo.md")):
        if path.startswith(folder):
            asked += [(page, match[1]) for match in number.finditer(text)]
    for page, places in asked:
        if page not in pages:
            yield f"cites doc/spec/{page}, which does not exist"
            continue
        for label in places_of(places):
            if label not in pages[page]:
                yield f"cites doc/spec/{page} {label}, which does not exist"
    # A page that is named without its folder cannot be found.
    for match in re.finditer(r"(?<![\w/-])spec/[a-z-]+\.md", without_links(joined(text))):
        yield f"cites {match[0]} instead of doc/{match[0]}"


# ---- Documents ----

PATH = re.compile(r"(?<![\w./<>$:-])((?:[\w.{},*-]+/)+[\w.{},*-]*)")


def anchors_of(text):
    """The names by which headings can be linked to, as GitHub makes them."""
    anchors = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchors.add("".join("-" if c == " " else c for c in words
                            if c in " -_" or unicodedata.category(c)[0] in "LN"))
    return anchors


def alternatives(path):
    """"a/{b,c}/d" is two paths."""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    return [other for choice in match[1].split(",")
            for other in alternatives(path[:match.start()] + choice + path[match.end():])]


def paths_named(root, text):
    """What looks like a path below a folder of the root; capitals are to be filled
    in by the reader, and build/ is there after a build only."""
    folders = {name for name in os.listdir(root)
               if os.path.isdir(os.path.join(root, name))} - {"build", ".git"}
    for match in PATH.finditer(text):
        for path in alternatives(match[1].rstrip(".,")):
            first = path.split("/")[0]
            if first not in folders or re.search(r"\b[A-Z]{3,}\b", path):
                continue
            yield path


def cells_of(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def check_document(root, path, text):
    folder = os.path.dirname(path)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = os.path.normpath(os.path.join(folder, target)) if target else path
        if not os.path.exists(os.path.join(root, file)):
            yield f"links to {link}, which does not exist"
        elif anchor and anchor not in anchors_of(read(root, file)):
            yield f"links to {link}, which has no such heading"
    for named in paths_named(root, without_links(text)):
        if not glob.glob(os.path.join(root, named)):
            yield f"names {named}, which does not exist"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            yield f"line {number} has {len(line)} characters, {MAX_LINE} at most"
        if line.startswith("|"):
            widest = max(len(cell) for cell in cells_of(line))
            if widest > MAX_CELL:
                yield f"line {number} has a cell of {widest} characters, {MAX_CELL} at most"


# ---- All of a tree ----

def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def check_targets(root):
    """The table of doc/fuzzing.md is the list of fuzz/CMakeLists.txt."""
    built = re.findall(r"^add_fuzz_target\((\w+)", read(root, "fuzz/CMakeLists.txt"), re.M)
    table = read(root, "doc/fuzzing.md").split("\n## Targets\n")[1].split("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \|", table, re.M)
    for name in sorted(set(built) ^ set(told)):
        yield (f"doc/fuzzing.md has no row of the target {name}" if name in built
               else f"doc/fuzzing.md has a row of {name}, which is no target")


def texts(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if path.startswith("corpus/") and path not in WORDS_OF_CORPORA:
                continue
            if name.endswith(SOURCES) or path.startswith("scripts/"):
                yield path, read(root, path)


def mistakes(root):
    spec = os.path.join(root, "doc/spec")
    pages = {name: labels_of(read(spec, name)) for name in os.listdir(spec)}
    for path, text in texts(root):
        if path != "doc/documents_test.py":
            for mistake in check_citations(path, text, pages):
                yield f"{path} {mistake}"
        if path.endswith(".md"):
            for mistake in check_document(root, path, text):
                yield f"{path} {mistake}"


# ---- The test itself notices ----

SPEC = "## 6. SRAT\n\n### 6.3 Rows\nA. first\n\n1. one\n2. two\n\n- **E05** (error): x\n"

# A file, its text, and the mistake that must be told; None: there is none.
CASES = [
    ("a.cc", "// doc/spec/p.md 6.3 and\n// 6.", None),
    ("a.cc", "// (doc/spec/p.md 6.3, items 1 to 2)", None),
    ("a.cc", "// doc/spec/p.md 6.3 A", None),
    ("a.cc", "// doc/spec/p.md E05", None),
    ("a.cc", "// doc/spec/p.md 6.4", "6.4, which does not exist"),
    ("a.cc", "// doc/spec/p.md\n// 7", "p.md 7, which does not exist"),
    ("a.cc", "// doc/spec/p.md 6.3 items 1 to 3", "6.3.3, which does not exist"),
    ("a.cc", "// doc/spec/p.md 6 and E06", "E06, which does not exist"),
    ("a.cc", "// doc/spec/q.md", "doc/spec/q.md, which does not exist"),
    ("a.cc", "// spec/p.md 6", "instead of doc/spec/p.md"),
    ("a.md", "[x](doc/spec/p.md#63-rows)", None),
    ("a.md", "[x](q.md)", "links to q.md"),
    ("a.md", "[x](doc/spec/p.md#64-rows)", "no such heading"),
    ("a.md", "see `doc/spec/p.md` and doc/spec/*.md", None),
    ("a.md", "see `doc/spec/{p,r}.md`", "names doc/spec/r.md"),
    ("a.md", "see doc/NAME.md", None),
    ("a.md", "| " + "x" * 100 + " |", None),
    ("a.md", "| " + "x" * 101 + " |", "a cell of 101 characters"),
    ("a.md", "y" * 161, "161 characters"),
]


def self_test():
    for name, text, expected in CASES:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "doc/spec"))
            for path, content in (("doc/spec/p.md", SPEC), (name, text)):
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(content)
            found = [mistake for mistake in mistakes(root) if mistake.startswith(name)]
        right = not found if expected is None else len(found) == 1 and expected in found[0]
        if not right:
            yield f"self test: of {text!r} expected {expected!r}, found {found}"


def main():
    found = (list(self_test()) if "--self-test" in sys.argv[1:]
             else [*mistakes(ROOT), *check_targets(ROOT)])
    for mistake in found:
        print(mistake)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
