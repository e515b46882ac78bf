# SPDX-License-Identifier: Apache-2.0
"""A QEMU binary: its version, and a conversation with it over QMP."""

import json
import os
import re
import shutil
import subprocess

TIMEOUT_S = 60


class RecordError(Exception):
    """Why nothing can be recorded."""


class Died(RecordError):
    """QEMU ended where an answer was due, three times."""


class Binary:
    """`path` is a file or a name in PATH; QEMU runs in the folder `scratch`."""

    def __init__(self, path, scratch):
        self.path = shutil.which(path) and os.path.abspath(shutil.which(path))
        self.scratch = scratch
        if self.path is None:
            raise RecordError(f"{path}: there is no such program")
        self.version = self.run("--version").stdout.split("\n")[0]
        found = re.match(r"QEMU emulator version (\d+\.\d+)\.", self.version)
        if not found:
            raise RecordError(f"{path} is no QEMU: --version says '{self.version}'")
        self.release = found[1]

    def run(self, *words, stdin=""):
        """A run that ends by itself."""
        try:
            return subprocess.run([self.path, *words], input=stdin, cwd=self.scratch,
                                  capture_output=True, text=True, errors="replace",
                                  timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise RecordError(
                f"{self.path} {' '.join(words)}: no end after {TIMEOUT_S} s") from None


class Monitor:
    """QMP with a QEMU that has no machine. Starts it anew when it died."""

    def __init__(self, binary):
        self._binary = binary
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop()

    def ask(self, command, **arguments):
        """What QEMU returns; None if it refuses. Raises Died."""
        # An earlier question may be what it dies of: asking for the properties
        # of main-loop makes one, and unmakes it.
        for _ in range(3):
            if self._process is None:
                self._start()
            try:
                return self._send(command, arguments).get("return")
            except (ValueError, BrokenPipeError):
                self._stop()
        raise Died(f"{self._binary.path} dies of {command} {arguments}")

    def _start(self):
        self._process = subprocess.Popen(
            [self._binary.path, "-machine", "none", "-accel", "tcg", "-display", "none",
             "-nodefaults", "-no-user-config", "-S", "-qmp", "stdio"],
            cwd=self._binary.scratch, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        try:
            if "QMP" not in json.loads(self._process.stdout.readline()):
                raise ValueError
            self._send("qmp_capabilities", {})
        except (ValueError, BrokenPipeError):
            raise RecordError(f"{self._binary.path} does not speak QMP") from None

    def _send(self, command, arguments):
        self._process.stdin.write(
            json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        while True:
            answer = json.loads(self._process.stdout.readline())
            if "event" not in answer:
                return answer

    def _stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
