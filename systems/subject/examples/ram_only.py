#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A complete subject for a small part of the question, as a process.

    e820check diff --right "exec:python3 ram_only.py"

One question a line on standard input, one answer a line on standard output, as
systems/subject/answer_json.h describes. Covers RAM of i440fx and q35 machines from 3.0
on, without NUMA, so e820 is all that they publish; the rest is answered with
"failed", never with a guess, and so counts for nothing.
"""
import json
import re
import sys

GIB = 1 << 30
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": GIB}
MAX_RAM = 256 * GIB
MAX_CPUS = 128  # no APIC id beyond 254, however they are arranged


class NotCovered(Exception):
    pass


def require(condition, word):
    if not condition:
        raise NotCovered(word[:60])


def parse_machine(value, newest):
    """(is q35, (major, minor)) of a machine type without properties."""
    if value in ("pc", "q35"):
        return value == "q35", newest
    match = re.fullmatch(r"pc-(q35|i440fx)-([0-9]{1,2})\.([0-9])", value)
    require(match, "-machine")
    version = int(match[2]), int(match[3])
    exists = version[0] >= 3 and version[1] <= (1 if version[0] == 3 else 2)
    oldest = (5, 2) if newest >= (11, 0) else (3, 0)
    require(exists and oldest <= version <= newest, "-machine")
    return match[1] == "q35", version


def check_smp(value, newest):
    """Each of five numbers once, so that nothing is left for QEMU to choose;
    levels between socket and core that have one of a kind may be there."""
    items = [item.partition("=") for item in value.split(",")]
    n = {key: int(number) for key, _, number in items
         if re.fullmatch("[0-9]{1,9}", number)}
    needed = {"cpus", "sockets", "cores", "threads", "maxcpus"}
    extra = {"dies", "modules"} if newest >= (10, 0) else {"dies"}
    require(len(n) == len(items) and needed <= set(n) <= needed | extra, "-smp")
    require(all(n[key] == 1 for key in (extra & set(n)) | {"threads"}), "-smp")
    require(1 <= n["cpus"] <= n["maxcpus"] <= MAX_CPUS
            and n["sockets"] * n["cores"] == n["maxcpus"], "-smp")


def parse_ram(value):
    match = re.fullmatch(r"(?:size=)?([0-9]{1,15})([KMG])", value)
    require(match, "-m")
    ram = int(match[1]) * UNITS[match[2]]
    require(0 < ram <= MAX_RAM, "-m")
    return -(-ram // 8192) * 8192  # QEMU rounds up


def warnings_of(is_q35, version, newest):
    """Newer releases warn of types that they mean to drop."""
    oldest_kept = {7: (0, 0), 10: (7, 1), 11: (8, 2)}[newest[0]]
    if version >= oldest_kept:
        return []
    name = f"pc-{'q35' if is_q35 else 'i440fx'}-{version[0]}.{version[1]}"
    return [f"warning: Machine type '{name}' is deprecated: machines more than "
            "3 years old are subject to deletion after 6 years"]


def lay_out(args, newest):
    is_q35, version, ram = False, newest, 128 << 20
    seen = set()
    for option, value in zip(args[::2], args[1::2] + [None]):
        require(value is not None and option not in seen, option)
        seen.add(option)
        if option == "-machine":
            is_q35, version = parse_machine(value, newest)
        elif option == "-cpu":
            require(value == "qemu64", option)
        elif option == "-smp":
            check_smp(value, newest)
        elif option == "-m":
            ram = parse_ram(value)
        else:
            raise NotCovered(option[:60])
    low = ram
    if is_q35 and ram >= 0xB0000000:
        low = 2 * GIB
    elif not is_q35 and ram >= 0xE0000000:
        low = 3 * GIB
    # qemu64 is an AMD CPU of 40 address bits.
    rows = [[0xFD00000000, 12 * GIB, 2]] if version >= (7, 1) else []
    rows.append([0, low, 1])
    if ram > low:
        rows.append([4 * GIB, ram - low, 1])
    return {"accepted": True, "e820": rows, "srat": "", "slit": "", "hmat": "",
            "warnings": warnings_of(is_q35, version, newest)}


def answer(question):
    newest = tuple(int(n) for n in question["qemu_version"].split("."))
    try:
        return lay_out(question["args"], newest)
    except NotCovered as word:
        return {"failed": str(word)}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps({"name": question["name"], **answer(question)}),
              flush=True)


if __name__ == "__main__":
    main()
