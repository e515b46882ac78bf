# SPDX-License-Identifier: Apache-2.0
"""Which option words a binary has, by asking it about each one. No machine is
started: QEMU looks up all words before it acts on any.

A word a line, sorted by bytes: the word without its dash, whether it has an
`argument` or stands `alone`, and `not-supported` if this QEMU only says that the
target or the build does not support it.
"""

import concurrent.futures
import glob
import os
import re

from recording.binary import RecordError

# Of no QEMU.
NO_OPTION = "-e820check-no-such-option"


def record(binary, recorded, more, jobs):
    """The text of the file. Asks about the words of QEMU's own help, those of the
    recordings in the folder `recorded`, and `more`, as the help is silent about some."""
    words = {*more, *re.findall(r"(?:^|[ /])--?([A-Za-z][A-Za-z0-9_-]*)",
                                binary.run("-help").stdout, re.MULTILINE)}
    for path in glob.glob(os.path.join(recorded, "*/option-words.txt")):
        with open(path, encoding="utf-8") as file:
            words.update(line.split()[0] for line in file)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        lines = pool.map(lambda word: _line(binary, word), sorted(words))
    return "".join(lines)


def _line(binary, word):
    """Empty for a word that there is not."""
    # The last word is reached only if the first one has no argument.
    said = binary.run(f"-{word}", NO_OPTION, f"-{word}").stderr
    argument = []
    if f"-{word}: invalid option" in said:
        return ""
    if f"-{word}: requires an argument" in said:
        kind, argument = "argument", [""]
    elif f"{NO_OPTION}: invalid option" in said:
        kind = "alone"
    else:
        raise RecordError(f"{binary.path} says of -{word}, which it should refuse: {said}")
    # -version ends QEMU when all before it has been acted on.
    said = binary.run(f"-{word}", *argument, "-version")
    if "Option not supported for this target" in said.stdout + said.stderr:
        kind += " not-supported"
    return f"{word} {kind}\n"
