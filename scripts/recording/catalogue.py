# SPDX-License-Identifier: Apache-2.0
"""What a binary has: types and their properties, CPU models, options.

A type a line, sorted by name:

  NAME < PARENT [MARK...]: [PROPERTY=TYPE...]

A line has only those properties that the type above it in the file lacks; an
abstract type, of which QEMU tells nothing, those that all types below it share.
A parent that has no line is none of the file's types. Marks are `abstract`;
`internal`, for a device that QEMU alone makes; `dies`, where QEMU does at the
question for properties; and KEY=VALUE.
"""

import re

from recording.binary import Died, Monitor

# Of each file: the type above its types, and the question for properties.
FILES = (("devices.txt", "device", "device-list-properties"),
         ("objects.txt", "user-creatable", "qom-list-properties"),
         ("machines.txt", "machine", "qom-list-properties"),
         ("accelerators.txt", "accel", "qom-list-properties"))


class Type:
    def __init__(self, name, parent, abstract):
        self.name = name
        self.parent = parent
        self.marks = ["abstract"] if abstract else []
        self.is_abstract = abstract
        self.properties = set()  # of "name=type"
        self.children = []


def record(binary):
    """Yields the name and the text of each file."""
    with Monitor(binary) as monitor:
        marks = {**_device_marks(binary), **_machine_marks(monitor)}
        for file, root, question in FILES:
            types = _types_below(monitor, root)
            for type_ in types.values():
                _read_properties(monitor, question, type_)
                type_.marks += marks.get(type_.name, [])
                if root == "device" and not type_.is_abstract and \
                        type_.name not in marks:
                    type_.marks.append("internal")
            yield file, _format(types)
        yield "cpus.txt", _cpus(monitor)
        yield "option-groups.txt", _option_groups(monitor)


def _types_below(monitor, root):
    """Those that are or implement `root`, by name."""
    parents = {t["name"]: t.get("parent", "-") for t in monitor.ask(
        "qom-list-types", abstract=True)}
    concrete = {t["name"] for t in monitor.ask("qom-list-types", implements=root)}
    everything = monitor.ask("qom-list-types", implements=root, abstract=True)
    return {t["name"]: Type(t["name"], parents[t["name"]], t["name"] not in concrete)
            for t in everything}


def _read_properties(monitor, question, type_):
    if type_.is_abstract:
        return
    try:
        answer = monitor.ask(question, typename=type_.name)
    except Died:
        type_.marks.append("dies")
        return
    # Spaces are in the names of types that hold a choice of words.
    type_.properties = {f"{p['name']}={p['type'].replace(' ', '_')}" for p in answer}


def _format(types):
    roots = []
    for name in sorted(types):
        type_ = types[name]
        if type_.parent in types:
            types[type_.parent].children.append(type_)
        else:
            roots.append(type_)
    for root in roots:
        _share(root)
    lines = []
    for name in sorted(types):
        type_ = types[name]
        above = types[type_.parent].properties if type_.parent in types else set()
        head = " ".join([name, "<", type_.parent, *type_.marks])
        own = sorted(type_.properties - above)
        lines.append(f"{head}: {' '.join(own)}".rstrip() + "\n")
    return "".join(lines)


def _share(type_):
    """Gives abstract types what all below them have."""
    told = []
    for child in type_.children:
        _share(child)
        if child.properties and "dies" not in child.marks:
            told.append(child.properties)
    if type_.is_abstract and told:
        type_.properties = set.intersection(*told)


def _device_marks(binary):
    """What -device help says of each device that a user can make."""
    marks = {}
    for line in binary.run("-device", "help").stdout.split("\n"):
        found = re.match(r'name "([^"]+)"(?:, bus ([^,]+))?(?:, alias "([^"]+)")?', line)
        if found:
            name, bus, alias = found.groups()
            marks[name] = [f"bus={bus}"] if bus else []
            marks[name] += [f"alias={alias}"] if alias else []
    return marks


def _machine_marks(monitor):
    marks = {}
    for machine in monitor.ask("query-machines"):
        mark = [f"cpus={machine['cpu-max']}"]
        if "default-cpu-type" in machine:
            mark.append(f"cpu={machine['default-cpu-type']}")
        if "alias" in machine:
            mark.append(f"alias={machine['alias']}")
        mark += [word for word in ("deprecated", "hotpluggable-cpus",
                                   "numa-mem-supported", "is-default")
                 if machine.get(word)]
        marks[machine["name"] + "-machine"] = mark
    return marks


def _cpus(monitor):
    """NAME [alias=NAME] [MARK...], sorted. What the host lacks is left out."""
    lines = []
    for cpu in monitor.ask("query-cpu-definitions"):
        words = [cpu["name"]]
        words += [f"alias={cpu['alias-of']}"] if "alias-of" in cpu else []
        words += [mark for mark in ("deprecated", "static", "migration-safe")
                  if cpu.get(mark)]
        lines.append(" ".join(words) + "\n")
    return "".join(sorted(lines))


def _option_groups(monitor):
    """NAME: [PARAMETER=TYPE...], in QEMU's order."""
    lines = []
    for group in monitor.ask("query-command-line-options"):
        parameters = [f"{p['name']}={p['type']}" for p in group["parameters"]]
        lines.append(f"{group['option']}: {' '.join(parameters)}".rstrip() + "\n")
    return "".join(sorted(lines))
