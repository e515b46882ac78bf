# SPDX-License-Identifier: Apache-2.0
"""What is known of mutants: results of earlier runs, and equivalents."""

import json
import os


class LedgerError(Exception):
    """An entry that is of no use."""


def read_equivalents(path, mutants):
    """The keys, with reasons, of the mutants that change nothing that anybody
    could see. Each entry of the file has to be of at least one mutant."""
    by_place = {}
    for mutant in mutants:
        place = (mutant.file, mutant.original, mutant.mutated)
        by_place.setdefault(place, []).append(mutant.key)
    with open(path, encoding="utf-8") as file:
        entries = json.load(file)
    reasons = {}
    for entry in entries:
        place = (entry["file"], entry["original"], entry["mutated"])
        if place not in by_place:
            raise LedgerError(f"{path}: no mutant is\n  {place[0]}\n"
                              f"  {place[1]}\n  {place[2]}")
        if not entry["reason"]:
            raise LedgerError(f"{path}: without a reason: {place}")
        reasons.update(dict.fromkeys(by_place[place], entry["reason"]))
    return reasons


class Results:
    """A file with one line of JSON for each mutant that was judged; of several
    for one mutant the last holds."""

    def __init__(self, path, keep):
        self._path = path
        self.by_key = {}
        if keep and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                # An interrupted run may have left half a line at the end.
                for line in file:
                    if line.endswith("\n"):
                        record = json.loads(line)
                        self.by_key[record["key"]] = record
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self._rewrite()

    def add(self, record):
        self.by_key[record["key"]] = record
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def _rewrite(self):
        with open(self._path + ".new", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(r) + "\n" for r in self.by_key.values())
        os.replace(self._path + ".new", self._path)
