# SPDX-License-Identifier: Apache-2.0
"""A copy of the sources with a build of its own, where mutants live and die.

The libraries are built shared, so that a mutant costs the compilation of what
includes it and the linking of one library. After each mutant the files of the
build that changed are put back from a second copy, not built again.
"""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, replace

# What a test of a mutant may take, in terms of the same test without one:
# processor time, which stops a loop however busy the machine is, and time, which
# stops a wait.
_CPU_FACTOR, _CPU_MORE_SECONDS = 4, 3
_WALL_FACTOR, _WALL_MORE_SECONDS = 20, 60
_UNMEASURED_SECONDS = 600
# The slow cases of a program that takes long are a test of their own, so that
# the quick ones can kill first.
_LONG_PROGRAM_CPU_SECONDS = 0.5
_SLOW_CASE_CPU_SECONDS = 0.05
_MEMORY_BYTES = 4 << 30
_OUTPUT_BYTES = 64 << 20

_NINJA_FILE = "mutants.ninja"
_TEST_LABELS = {"unit", "property", "corpus"}
_LIBRARY_SUFFIXES = (".so", ".a")


class SetupError(Exception):
    """Why nothing can be measured."""


@dataclass
class Test:
    """A ctest entry, or some cases of one."""

    name: str
    target: str  # for ninja
    command: list
    environment: dict
    directory: str
    libraries: frozenset  # of this project, that it is linked with
    cpu_seconds: float = _UNMEASURED_SECONDS
    wall_seconds: float = _UNMEASURED_SECONDS


@dataclass
class Outcome:
    """How a test ended: passed, failed or timeout, and which case failed."""

    verdict: str
    case: str
    cpu_seconds: float
    wall_seconds: float


class Workspace:
    def __init__(self, checkout, root):
        self.root = root
        self._checkout = checkout
        self.source = os.path.join(root, "source")
        self.build = os.path.join(root, "build")
        self._pristine = os.path.join(root, "pristine")
        self._output = os.path.join(root, "output")
        self._running = None
        self._stamps = {}
        self.tests = []
        os.makedirs(root, exist_ok=True)

    # ---- Before the first mutant ----

    def prepare(self, folders, slow_cases, quick):
        """Builds what sees `folders` and runs it, but for the slow cases if
        `quick`."""
        self._configure()
        wanted = {f"e820check_{folder}" for folder in folders}
        libraries = {target: self._libraries_of(target)
                     for target in self._test_programs()}
        seeing = [target for target in libraries if libraries[target] & wanted]
        built, text = self.make(seeing, jobs=2, ccache=True)
        if not built:
            raise SetupError(f"the sources do not build:\n{text[-3000:]}")
        self.tests = [test for test in self._read_tests(libraries)
                      if test.target in seeing]
        self.tests = [part for test in self.tests
                      for part in self._measured(test, slow_cases, quick)]
        self._keep_pristine()

    def copy_sources(self):
        """Brings the copy up to date."""
        wanted = set()
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self._checkout, check=True, capture_output=True).stdout
        for name in listed.decode().split("\0"):
            origin = os.path.join(self._checkout, name)
            if not name or not os.path.isfile(origin):
                continue
            wanted.add(name)
            _copy_if_different(origin, os.path.join(self.source, name))
        for folder, _, names in os.walk(self.source):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.source) not in wanted:
                    os.remove(path)

    def _configure(self):
        command = [
            "cmake", "-G", "Ninja", "-S", self.source, "-B", self.build,
            "-DCMAKE_C_COMPILER=clang", "-DCMAKE_CXX_COMPILER=clang++",
            "-DCMAKE_BUILD_TYPE=", "-DCMAKE_CXX_FLAGS=-O2 -DNDEBUG -w",
            "-DBUILD_SHARED_LIBS=ON", "-DCMAKE_POSITION_INDEPENDENT_CODE=ON",
            "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON",
        ]
        if shutil.which("ccache"):
            command.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        if shutil.which("ld.lld"):
            command += [f"-DCMAKE_{kind}_LINKER_FLAGS=-fuse-ld=lld"
                        for kind in ("EXE", "SHARED", "MODULE")]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SetupError(f"cmake failed:\n{done.stdout}{done.stderr}")
        # Without the statement by which ninja asks cmake whether anything changed.
        with open(os.path.join(self.build, "build.ninja"), encoding="utf-8") as file:
            statements = re.sub(r"^build build\.ninja:.*\n", "build cmake: RERUN_CMAKE\n",
                                file.read(), flags=re.MULTILINE)
        with open(os.path.join(self.build, _NINJA_FILE), "w", encoding="utf-8") as file:
            file.write(statements)

    def _ninja(self):
        return ["ninja", "-C", self.build, "-f", _NINJA_FILE]

    def _test_programs(self):
        """The targets that tests run. ctest itself is silent of what is not built."""
        programs = set()
        for path in glob.glob(f"{self.build}/**/CTestTestfile.cmake", recursive=True):
            programs.update(re.findall(r'add_test\(\S+ "(/[^"]+)"',
                                       _bytes_of(path).decode()))
        inside = self.build + "/"
        return sorted(p.removeprefix(inside) for p in programs if p.startswith(inside))

    def _read_tests(self, libraries):
        listed = subprocess.run(
            ["ctest", "--test-dir", self.build, "--show-only=json-v1"],
            check=True, capture_output=True, text=True).stdout
        tests = []
        for entry in json.loads(listed)["tests"]:
            properties = {p["name"]: p["value"] for p in entry.get("properties", [])}
            command = entry.get("command", [""])
            target = command[0].removeprefix(self.build + "/")
            if target not in libraries or not _TEST_LABELS & set(properties["LABELS"]):
                continue
            environment = dict(line.split("=", 1)
                               for line in properties.get("ENVIRONMENT", []))
            tests.append(Test(entry["name"], target, command, environment,
                              properties["WORKING_DIRECTORY"], libraries[target]))
        return tests

    def _libraries_of(self, target):
        listed = subprocess.run([*self._ninja(), "-t", "inputs", target],
                                check=True, capture_output=True, text=True).stdout
        return frozenset(
            os.path.splitext(os.path.basename(line))[0].removeprefix("lib")
            for line in listed.split("\n") if line.endswith(_LIBRARY_SUFFIXES))

    def _measured(self, test, slow_cases, quick):
        """The test with its times; its quick and its slow cases apart. Which are
        slow is known from `slow_cases`, or put there."""
        if test.name not in slow_cases:
            whole = self._passing(test)
            slow_cases[test.name] = self._slow_cases(whole)
            if not slow_cases[test.name]:
                return [whole]
        slow = ":".join(slow_cases[test.name])
        if not slow:
            return [self._passing(test)]
        parts = [replace(test, command=[*test.command, f"--gtest_filter=-{slow}"])]
        if not quick:
            parts.append(replace(test, name=test.name + ", slow cases",
                                 command=[*test.command, f"--gtest_filter={slow}"]))
        return [self._passing(part) for part in parts]

    def _passing(self, test):
        """The test with its times, once it has passed without a mutant."""
        outcome = self.run(test)
        if outcome.verdict != "passed":
            raise SetupError(f"{test.name} fails without a mutant, in "
                             f"'{outcome.case}'; see {self._output}")
        return replace(test, cpu_seconds=outcome.cpu_seconds,
                       wall_seconds=outcome.wall_seconds)

    def _slow_cases(self, test):
        """Of the program that ran last; none but of one of GoogleTest."""
        if test.cpu_seconds < _LONG_PROGRAM_CPU_SECONDS:
            return []
        load = test.wall_seconds / test.cpu_seconds
        with open(self._output, errors="replace") as file:
            timed = re.findall(r"\[       OK \] ([^\s,]+).* \((\d+) ms\)", file.read())
        return [case for case, milliseconds in timed
                if int(milliseconds) / 1000 / load >= _SLOW_CASE_CPU_SECONDS]

    def _keep_pristine(self):
        shutil.rmtree(self._pristine, ignore_errors=True)
        shutil.copytree(self.build, self._pristine, symlinks=True)
        self._stamps = dict(_stamps_of(self.build))

    # ---- A mutant ----

    def plant(self, mutant):
        """Writes the file of the mutant with its fault, and returns its text
        and times before that, for restore()."""
        path = os.path.join(self.source, mutant.file)
        with open(path, encoding="utf-8") as file:
            before = file.read()
        times = os.stat(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(before[:mutant.start] + mutant.replacement + before[mutant.end:])
        return path, before, times

    def restore(self, planted):
        """Undoes plant() and all that was built since. The sources come last:
        if this is interrupted, the next run sees that they differ."""
        for path, stamp in _stamps_of(self.build):
            if self._stamps.get(path) == stamp:
                continue
            kept = os.path.join(self._pristine, os.path.relpath(path, self.build))
            if os.path.exists(kept):
                shutil.copy2(kept, path + ".restored")
                os.replace(path + ".restored", path)
            else:
                os.remove(path)
        self._stamps = dict(_stamps_of(self.build))
        path, before, times = planted
        with open(path, "w", encoding="utf-8") as file:
            file.write(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    def makes_same_code(self):
        """Whether all that was compiled since is what it was before."""
        for path, stamp in _stamps_of(self.build):
            if not path.endswith(".o") or self._stamps.get(path) == stamp:
                continue
            kept = os.path.join(self._pristine, os.path.relpath(path, self.build))
            if _bytes_of(path) != _bytes_of(kept):
                return False
        return True

    def make(self, targets, jobs=1, ccache=False):
        """Builds `targets`; returns whether that went well, and what was said."""
        environment = dict(os.environ, CCACHE_BASEDIR=os.path.dirname(self.source),
                           CCACHE_NOHASHDIR="1")
        if not ccache:
            environment["CCACHE_DISABLE"] = "1"
        process = subprocess.Popen(
            [*self._ninja(), f"-j{jobs}", *targets], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True)
        self._running = process
        text, _ = process.communicate()
        return process.returncode == 0, text

    def steps_to_make(self, target):
        """How many commands make() would run."""
        listed = subprocess.run([*self._ninja(), "-n", target],
                                capture_output=True, text=True).stdout
        return listed.count("\n")

    def run(self, test):
        """Runs a test up to its first failure."""
        cpu_limit = int(_CPU_FACTOR * test.cpu_seconds + _CPU_MORE_SECONDS)
        deadline = _WALL_FACTOR * test.wall_seconds + _WALL_MORE_SECONDS
        command = [
            "prlimit", f"--cpu={cpu_limit}:{cpu_limit + 5}", f"--as={_MEMORY_BYTES}",
            f"--fsize={_OUTPUT_BYTES}", "--core=0", "--", *test.command]
        environment = dict(os.environ, GTEST_FAIL_FAST="1", **test.environment)
        begin = time.monotonic()
        with open(self._output, "w") as output:
            process = subprocess.Popen(
                command, cwd=test.directory, env=environment, stdout=output,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True)
        self._running = process
        status, usage = _wait(process, begin + deadline)
        self._running = None
        wall = time.monotonic() - begin
        cpu = usage.ru_utime + usage.ru_stime
        if status == 0:
            return Outcome("passed", "", cpu, wall)
        late = wall > deadline or status in (-signal.SIGXCPU, -signal.SIGKILL)
        return Outcome("timeout" if late else "failed", self._failed_case(), cpu, wall)

    def stop(self):
        """Ends what runs now."""
        process = self._running
        if process is not None:
            _kill_group(process.pid)

    def _failed_case(self):
        with open(self._output, errors="replace") as file:
            for line in file:
                if match := re.match(r"\[  FAILED  \] ([\w./]+)", line):
                    return match.group(1)
        return ""


def _wait(process, deadline):
    """The exit status, negative for a signal, and the resources used."""
    pause = 0.002
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid != 0:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage
        if time.monotonic() > deadline:
            _kill_group(process.pid)
            deadline = float("inf")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def _kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _copy_if_different(origin, copy):
    if os.path.exists(copy) and _bytes_of(origin) == _bytes_of(copy):
        return
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    # Not with the times of the original, which may be older than what was built.
    shutil.copyfile(origin, copy)
    shutil.copymode(origin, copy)


def _bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def _stamps_of(folder):
    """(path, (time, size)) of each file below `folder`."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            status = os.stat(path, follow_symlinks=False)
            yield path, (status.st_mtime_ns, status.st_size)
