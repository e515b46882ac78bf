#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""coverage_table.py COVERAGE.json UNREACHED.txt

Prints lines and branches reached, by folder, of what llvm-cov export wrote, and
then the functions with lines that nothing reached. Exit status 1: a folder is
below its bar, or such a function has no reason in UNREACHED.txt, or a reason
there is of no such function.

UNREACHED.txt has blocks: a reason, indented by two blanks, then what it is the
reason of, one a line: "FILE: FUNCTION", as in "options/size.cc: ReadSize".
"""

import json
import os
import re
import subprocess
import sys

BARS = {"machine", "options", "model", "rangetree", "properties"}
# Rooms that are counted apart from the folder around them.
ROOMS = ("model/reader", "properties/zoo")
LEAST_LINES = 95.0
LEAST_BRANCHES = 90.0


def line_counts(entry):
    """How often each line ran that has code, by its number."""
    counts = {}
    segments = entry["segments"]
    # A segment (line, column, count, has count, is entry, is gap) lasts until
    # the next one.
    for this, following in zip(segments, segments[1:] + [None]):
        line, _, count, has_count, _, is_gap = this[:6]
        if not has_count or is_gap:
            continue
        last = following[0] if following else line
        if following and following[1] == 1 and last > line:
            last -= 1
        for number in range(line, last + 1):
            counts[number] = max(counts.get(number, 0), count)
    return counts


def unreached_lines(entry, text):
    """The numbers of lines, but for closing ones and defaults, that never ran."""
    return sorted(number for number, count in line_counts(entry).items()
                  if count == 0 and text[number - 1].strip("});, ")
                  and "= default;" not in text[number - 1])


def without_defaults(entry, text):
    """Lines reached and there, and branches, but for those of `= default`.

    Nobody wrote what such a function does. clang counts each comparison of a
    member in it as a branch, but has no counter for the outcome "differs",
    which so is never reached.
    """
    summary = entry["summary"]
    row = [summary["lines"]["covered"], summary["lines"]["count"],
           summary["branches"]["covered"], summary["branches"]["count"]]
    for number, count in line_counts(entry).items():
        if "= default;" in text[number - 1]:
            row[0] -= count > 0
            row[1] -= 1
    for branch in entry["branches"]:
        first, last, if_true, if_false = (branch[i] for i in (0, 2, 4, 5))
        if any("= default;" in line for line in text[first - 1:last]):
            row[2] -= (if_true > 0) + (if_false > 0)
            row[3] -= 2
    return row


def plain_name(demangled):
    """"Parser::Read" of "e820check::(anonymous namespace)::Parser::Read(int)".

    A lambda goes by the function that it is in.
    """
    name = demangled.replace("(anonymous namespace)::", "")
    name = re.sub(r"operator\(\)", "operator_call", name)
    name = name.replace("[abi:cxx11]", "")
    while (shorter := re.sub(r"(?<!operator)<[^<>]*>", "", name)) != name:
        name = shorter
    name = name.split("(")[0].split(" ")[-1]
    name = name.replace("e820check::", "").replace("operator_call", "operator()")
    return re.split(r"(?:^|::)(?:\$_|\{lambda|'lambda)", name)[0] or "a table"


def functions_by_file(functions):
    """Of each file, (first line, last line, name), the narrowest first."""
    mangled = [f["name"].split(":")[-1] for f in functions]
    names = subprocess.run(["c++filt"], input="\n".join(mangled), text=True,
                           capture_output=True, check=True).stdout.split("\n")
    extents = {}
    for function, name in zip(functions, names):
        first, _, last = function["regions"][0][:3]
        extents.setdefault(function["filenames"][0], set()).add(
            (first, last, plain_name(name)))
    return {name: sorted(spans, key=lambda span: (span[1] - span[0], span))
            for name, spans in extents.items()}


def function_at(spans, line):
    return next((name for first, last, name in spans if first <= line <= last),
                "")


def read_reasons(path):
    reasons = {}
    reason = ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if line.startswith("  "):
                reason = line.strip()
            else:
                name, function = line.split(": ", 1)
                reasons[name, function.strip()] = reason
    return reasons


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def main(coverage_path, unreached_path):
    root = os.getcwd() + "/"
    with open(coverage_path, encoding="utf-8") as file:
        data = json.load(file)["data"][0]
    functions = functions_by_file(data["functions"])
    files = [f for f in data["files"] if f["filename"].startswith(root)]
    table = {}
    unreached = {}
    for entry in files:
        name = entry["filename"][len(root):]
        folder = next((room for room in ROOMS if name.startswith(room + "/")),
                      name.split("/")[0])
        row = table.setdefault(folder, [0, 0, 0, 0])
        with open(entry["filename"], encoding="utf-8") as source:
            text = [line.strip() for line in source]
        for column, count in enumerate(without_defaults(entry, text)):
            row[column] += count
        if folder in BARS:
            spans = functions.get(entry["filename"], [])
            for number in unreached_lines(entry, text):
                unreached.setdefault((name, function_at(spans, number)),
                                     []).append(number)

    failed = False
    print(f"{'folder':<12} {'lines':>14} {'%':>6} {'branches':>14} {'%':>6}")
    for folder, (lines, all_lines, branches, all_branches) in sorted(
            table.items()):
        of_lines = percent(lines, all_lines)
        of_branches = percent(branches, all_branches)
        below = folder in BARS and (of_lines < LEAST_LINES
                                    or of_branches < LEAST_BRANCHES)
        failed |= below
        print(f"{folder:<12} {lines:>6} / {all_lines:<5} {of_lines:>6.2f} "
              f"{branches:>6} / {all_branches:<5} {of_branches:>6.2f}"
              + ("  below its bar" if below else ""))

    known = {f["filename"][len(root):] for f in files}
    sources = subprocess.run(["git", "ls-files", *(f"{b}/*.cc" for b in BARS)],
                             capture_output=True, text=True, check=True)
    apart = [s for s in sources.stdout.split()
             if s not in known and not s.endswith("_test.cc")
             and not s.startswith(ROOMS)]
    print("in no target, so not counted:", " ".join(sorted(apart)))

    reasons = read_reasons(unreached_path)
    without = sorted(set(unreached) - set(reasons))
    for name, function in without:
        lines = ", ".join(map(str, unreached[name, function]))
        print(f"never reached, and without a reason: {name}: {function}: "
              f"lines {lines}")
    stale = sorted(set(reasons) - set(unreached))
    for name, function in stale:
        print(f"a reason for what is reached or not there: {name}: {function}")
    print(f"{sum(map(len, unreached.values()))} lines of {len(unreached)} "
          f"functions never reached, {len(without)} functions without a "
          f"reason, {len(stale)} reasons without a function")
    return 1 if failed or without or stale else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
