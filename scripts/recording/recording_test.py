# SPDX-License-Identifier: Apache-2.0
"""Verify what scripts/record makes of a binary's words, and that it says what is
wrong with one that is no QEMU."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True

from recording import catalogue  # noqa: E402
from recording.binary import Binary, Monitor, RecordError  # noqa: E402

RECORD = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                      "record")

# Speaks QMP, and dies whenever it is asked for `bad`.
FAKE = """#!/usr/bin/env python3
import json, sys
if sys.argv[1:] == ["--version"]:
    print("QEMU emulator version 9.9.1 (fake)")
    sys.exit()
print(json.dumps({"QMP": {}}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    if question["arguments"].get("typename") == "bad":
        sys.exit(1)
    print(json.dumps({"event": "NOISE"}))
    print(json.dumps({"return": question["execute"]}), flush=True)
"""


class Folder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.path = self._folder.name

    def program(self, text):
        path = os.path.join(self.path, "qemu")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path


class FormatTest(unittest.TestCase):
    def test_a_line_has_what_the_type_above_lacks(self):
        types = {}
        for name, parent, abstract, properties in (
                ("base", "outside", True, ()),
                ("middle", "base", True, ()),
                ("leaf-b", "middle", False, ("a=int", "b=bool")),
                ("leaf-a", "middle", False, ("a=int", "c=str")),
                ("other", "base", False, ("a=int", "d=str"))):
            types[name] = catalogue.Type(name, parent, abstract)
            types[name].properties = set(properties)
        types["other"].marks.append("bus=PCI")
        self.assertEqual(catalogue._format(types), (
            "base < outside abstract: a=int\n"
            "leaf-a < middle: c=str\n"
            "leaf-b < middle: b=bool\n"
            "middle < base abstract:\n"
            "other < base bus=PCI: d=str\n"))

    def test_a_type_that_could_not_be_asked_takes_nothing_from_others(self):
        types = {"base": catalogue.Type("base", "outside", True),
                 "good": catalogue.Type("good", "base", False),
                 "gone": catalogue.Type("gone", "base", False)}
        types["good"].properties = {"a=int"}
        types["gone"].marks.append("dies")
        self.assertEqual(catalogue._format(types), (
            "base < outside abstract: a=int\n"
            "gone < base dies:\n"
            "good < base:\n"))


class BinaryTest(Folder):
    def test_asks_a_new_one_when_it_died(self):
        binary = Binary(self.program(FAKE), self.path)
        self.assertEqual(binary.release, "9.9")
        with Monitor(binary) as monitor:
            self.assertEqual(monitor.ask("x"), "x")
            with self.assertRaisesRegex(RecordError, "dies of x"):
                monitor.ask("x", typename="bad")
            self.assertEqual(monitor.ask("y", typename="good"), "y")

    def test_says_what_is_no_qemu(self):
        with self.assertRaisesRegex(RecordError, "there is no such program"):
            Binary(os.path.join(self.path, "nothing"), self.path)
        with self.assertRaisesRegex(RecordError, "is no QEMU: .* 'hello'"):
            Binary(self.program("#!/bin/sh\necho hello\n"), self.path)


class RecordTest(Folder):
    def test_statuses(self):
        no_qemu = self.program("#!/bin/sh\necho hello\n")
        for words, status, said in (
                (["--help"], 0, ""), ([], 2, "QEMU"), ([no_qemu], 2, "no QEMU"),
                ([no_qemu, "--jobs", "0"], 2, "--jobs: at least 1"),
                ([no_qemu, "--only", "all"], 2, "invalid choice")):
            run = subprocess.run([RECORD, *words], capture_output=True, text=True)
            self.assertEqual(run.returncode, status, words)
            self.assertIn(said, run.stderr)


if __name__ == "__main__":
    unittest.main()
