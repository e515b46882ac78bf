# SPDX-License-Identifier: Apache-2.0
"""How a binary answers command lines, a JSON object a line.

layouts.jsonl  "name" and "args" of the question, and what `e820check predict
               --batch` says: "failed" where the answer depends on the host
options.jsonl  "args", "exit" (negative for a signal), and "stderr" without paths.
               In front of the words stands SILENT, and QEMU is told to quit.
"""

import concurrent.futures
import json
import os
import re
import resource
import subprocess
import sys

from recording.binary import RecordError

PROGRAM = "qemu-system-x86_64"
SILENT = ["-display", "none", "-nodefaults", "-S", "-accel", "tcg",
          "-monitor", "stdio"]
TIMEOUT_S = 60
# Neither a core file nor more than a little disk for a line that asks for it.
FILE_LIMIT_BYTES = 64 << 20


def record_layouts(binary, e820check, path, jobs):
    if not os.access(e820check, os.X_OK):
        raise RecordError(f"{e820check} is not built; see --e820check")
    questions = [{"name": q["name"], "args": q["args"]} for q in _read(path)]

    def ask(part):
        run = subprocess.run(
            [os.path.realpath(e820check), "predict", "--system",
             f"qemu:{binary.path}", "--batch", "-"],
            input="".join(map(_line, part)), capture_output=True, text=True,
            cwd=binary.scratch)
        lines = run.stdout.split("\n")[:-1]
        if len(lines) != len(part):
            raise RecordError(f"e820check predict: {run.stderr.strip()}")
        return [{**question, **json.loads(line)}
                for question, line in zip(part, lines)]

    # Small parts, so that none waits long for another.
    parts = [questions[i:i + 8] for i in range(0, len(questions), 8)]
    answers = _map("layouts", ask, parts, jobs)
    return "".join(_line(answer) for part in answers for answer in part)


def record_options(binary, path, jobs):
    # QEMU begins each message with its name, which a wrapper may change.
    found = re.match(r"([^\n]*): -no-such-option: invalid option",
                     binary.run("-no-such-option").stderr)
    if not found:
        raise RecordError(f"{binary.path} does not refuse -no-such-option")
    prefix = re.compile("^" + re.escape(found[1]) + ":", re.MULTILINE)

    def ask(question):
        words = SILENT + question["args"]
        try:
            run = subprocess.run(
                [binary.path, *words], input="quit\n", cwd=binary.scratch,
                capture_output=True, text=True, errors="replace",
                timeout=TIMEOUT_S, preexec_fn=_limit)
        except subprocess.TimeoutExpired:
            raise RecordError(
                f"no end after {TIMEOUT_S} s: {' '.join(words)}") from None
        return {**question, "exit": run.returncode,
                "stderr": prefix.sub(PROGRAM + ":", run.stderr)}

    questions = [{"args": q["args"]} for q in _read(path)]
    return "".join(map(_line, _map("options", ask, questions, jobs)))


def _limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, FILE_LIMIT_BYTES))


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except ValueError as error:
        raise RecordError(f"{path}: {error}") from None


def _line(value):
    return json.dumps(value, separators=(",", ":")) + "\n"


def _map(what, function, questions, jobs):
    """The answers in the order of the questions, with progress on stderr."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pending = [pool.submit(function, question) for question in questions]
        try:
            for done, _ in enumerate(concurrent.futures.as_completed(pending), 1):
                if sys.stderr.isatty() or done == len(pending):
                    end = "\n" if done == len(pending) else ""
                    print(f"\rrecord: {what} {done}/{len(pending)}", end=end,
                          file=sys.stderr, flush=True)
            return [answer.result() for answer in pending]
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
