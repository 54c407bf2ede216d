#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Layers hold: compares every #include under src/ with the layer table of ARCHITECTURE.md.

The table is written once, there. Also checked: no include cycle, read-only commands do not reach
act, no command includes another command's file, and CMake links mirror the table.

usage: layers.py SOURCE_ROOT
"""
import pathlib
import re
import sys

READ_ONLY_COMMANDS = ("watch", "audit", "explain", "report", "stats")
GENERATED = ("version.h",)


def read_table(architecture_text):
    """{layer: set of layers it may include}, from the rows `src/x` | holds | may include."""
    table = {}
    for row in re.findall(r"^\|\s*`src/(\w+)`\s*\|.*\|([^|]*)\|\s*$", architecture_text, re.M):
        table[row[0]] = row[1].split()
    for layer, may_include in table.items():
        if may_include == ["nothing"]:
            table[layer] = set()
        elif may_include == ["everything"]:
            table[layer] = set(table) - {layer}
        else:
            table[layer] = set(may_include)
    return table


def read_includes(source):
    """{file: [included file, as written]} for all C++ files, paths relative to src/."""
    includes = {}
    for path in sorted([*source.rglob("*.cc"), *source.rglob("*.h")]):
        text = path.read_text(encoding="utf-8")
        quoted = re.findall(r'^\s*#\s*include\s*"([^"]+)"', text, re.M)
        angled = re.findall(r"^\s*#\s*include\s*<([^>]+)>", text, re.M)
        ours = [name for name in angled if (source / name).exists()]
        includes[path.relative_to(source).as_posix()] = quoted + ours
    return includes


def layer_of(name):
    return name.split("/")[0] if "/" in name else ""


def check_layers(table, includes):
    for file, names in includes.items():
        layer = layer_of(file)
        if layer not in table:
            yield f"src/{file}: folder src/{layer} has no row in the layer table"
            continue
        for name in names:
            if name in GENERATED or name in (file, ""):
                continue
            other = layer_of(name)
            if other not in table:
                yield f'src/{file}: write "{name}" with its folder, as in "base/result.h"'
            elif other not in table[layer] | {layer}:
                yield f"src/{file}: {layer} may not include {name}"


def check_cycles(includes):
    """Depth-first; reports each cycle once, at the include that closes it."""
    done, path = set(), []

    def visit(file):
        if file in path:
            yield "include cycle: " + " -> ".join([*path[path.index(file):], file])
            return
        if file in done:
            return
        path.append(file)
        for name in includes.get(file, ()):
            yield from visit(name)
        path.pop()
        done.add(file)

    for file in includes:
        yield from visit(file)


def reached_from(file, includes):
    reached, waiting = set(), [file]
    while waiting:
        for name in includes.get(waiting.pop(), ()):
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    return reached


def check_read_only_commands(includes):
    for command in READ_ONLY_COMMANDS:
        for name in sorted(reached_from(f"cmd/{command}.cc", includes)):
            if layer_of(name) == "act":
                yield f"src/cmd/{command}.cc: a read-only command, but it reaches {name}"


def check_commands(source, includes):
    """A command is what command.h declares as add_<name>()."""
    header = source / "cmd/command.h"
    declared = re.findall(r"\badd_(\w+)\(", header.read_text(encoding="utf-8")) if header.exists() else []
    for file, names in includes.items():
        for name in names:
            folder, stem = layer_of(name), pathlib.PurePath(name).stem
            if folder == "cmd" and stem in declared and pathlib.PurePath(file).stem != stem:
                yield f"src/{file}: includes the command file {name}; share through a file of its own"


def check_links(source, table):
    """holdfast_layer(name ... USES a b c) names exactly the layers of the table's row."""
    for path in sorted(source.glob("*/CMakeLists.txt")):
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        for name, arguments in re.findall(r"holdfast_layer\(\s*(\w+)([^)]*)\)", text):
            uses = re.search(r"\bUSES\b([^)]*?)(?:\bLIBRARIES\b|\bSOURCES\b|$)", arguments, re.S)
            linked = set(uses.group(1).split()) if uses else set()
            if linked != table.get(name, set()):
                yield (f"src/{path.parent.name}/CMakeLists.txt: {name} links "
                       f"{sorted(linked)}, the table says {sorted(table.get(name, set()))}")


def violations(root):
    source = root / "src"
    table = read_table((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    if not table:
        return ["ARCHITECTURE.md: no layer table found"]
    includes = read_includes(source)
    return [*check_layers(table, includes), *check_cycles(includes),
            *check_read_only_commands(includes), *check_commands(source, includes),
            *check_links(source, table)]


if __name__ == "__main__":
    found = violations(pathlib.Path(sys.argv[1]))
    print("\n".join(found) or "layers hold")
    sys.exit(1 if found else 0)
