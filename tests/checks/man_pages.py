#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every man page in docs/man tells the same as the --help of its program.

Compared, both ways: the options, the exit codes, the commands of `holdfast`. Options of other
programs may be mentioned, invented ones may not. The exit codes of holdfast(1) are those of the
contract in src/cmd/exit.h.

usage: man_pages.py SOURCE_ROOT BINARY_DIR
"""
import pathlib
import re
import subprocess
import sys

PROGRAMS = ("holdfast", "MemLoad", "CountGlitches", "RTThreadSwapped")
OPTION = r"(?<![\w-])-{1,2}[A-Za-z][\w-]*"


def options_of_help(text):
    """Options are what stands at the beginning of an indented line, before two blanks."""
    heads = re.findall(r"^[ \t]+(-.*?)(?:[ \t]{2}|$)", text, re.M)
    return {option for head in heads for option in re.findall(OPTION, head)}


def exit_codes_of_help(text):
    """The numbers of "Exit codes: 0 done, 2 usage"; empty when it says nothing."""
    line = re.search(r"Exit codes:(.*)", text)
    return set(re.findall(r"(?:^|,)\s*(\d+)\s", line.group(1))) if line else set()


def commands_of_help(text):
    listing = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    return set(re.findall(r"^  ([a-z]+) ", listing.group(1), re.M)) if listing else set()


def codes_of_contract(header):
    body = re.search(r"enum ExitCode[^{]*{(.*?)}", header, re.S)
    return set(re.findall(r"=\s*(\d+)", body.group(1))) if body else set()


def section_of_page(page, title):
    found = re.search(rf"^# {title}\n(.*?)(?=^# |\Z)", page, re.M | re.S)
    return found.group(1) if found else ""


def terms(text):
    """What the entries of a section explain: its lines without indentation that begin bold."""
    return [line for line in text.splitlines() if line.startswith("*")]


def options_of_page(page):
    lines = terms(section_of_page(page, "OPTIONS"))
    return {option for line in lines for option in re.findall(OPTION, line.replace("*", " "))}


def exit_codes_of_page(page):
    return set(re.findall(r"^\*(\d+)\*$", section_of_page(page, "EXIT STATUS"), re.M))


def commands_of_page(page):
    return set(re.findall(r"^\*([a-z]+)\*$", section_of_page(page, "COMMANDS"), re.M))


def long_options_mentioned(page):
    return {option for option in re.findall(OPTION, page) if option.startswith("--")}


def differences(name, what, page_says, help_says):
    for word in sorted(help_says - page_says):
        yield f"{name}: {what} {word} is missing in the man page"
    for word in sorted(page_says - help_says):
        yield f"{name}: {what} {word} is in the man page only"


def violations(pages, helps, contract):
    """`pages` and `helps`: {"holdfast-count": text}; `contract`: the exit codes of the project."""
    known = set().union(*map(options_of_help, helps.values()))
    for name, text in helps.items():
        if name not in pages:
            yield f"{name}: has no man page"
            continue
        page = pages[name]
        if not options_of_help(text):
            yield f"{name}: its --help names no option; the check saw nothing"
        yield from differences(name, "option", options_of_page(page), options_of_help(text))
        yield from differences(name, "command", commands_of_page(page), commands_of_help(text))
        codes = contract if name == "holdfast" else exit_codes_of_help(text)
        if codes:
            yield from differences(name, "exit code", exit_codes_of_page(page), codes)
        elif "0" not in exit_codes_of_page(page):
            yield f"{name}: exit code 0 is missing in the man page"
    for name, page in pages.items():
        for option in sorted(long_options_mentioned(page) - known):
            yield f"{name}: mentions {option}, which no program has"


def read_helps(binaries):
    """{"holdfast-count": text of `holdfast count --help`} for every program and command."""
    def ask(*command):
        return subprocess.run([binaries / command[0], *command[1:], "--help"], check=True,
                              capture_output=True, text=True).stdout

    helps = {program: ask(program) for program in PROGRAMS}
    for command in commands_of_help(helps["holdfast"]):
        helps[f"holdfast-{command}"] = ask("holdfast", command)
    return helps


def read_pages(root):
    """{"holdfast-count": text}; hft(5) and other sections too."""
    return {path.name.split(".")[0]: path.read_text(encoding="utf-8")
            for path in sorted((root / "docs/man").glob("*.scd"))}


def unbuilt_pages(root):
    """Pages that docs/man/CMakeLists.txt does not name would never be installed."""
    listed = (root / "docs/man/CMakeLists.txt").read_text(encoding="utf-8").replace(")", " ").split()
    for path in sorted((root / "docs/man").glob("*.scd")):
        if path.stem not in listed:
            yield f"{path.stem}: is not listed in docs/man/CMakeLists.txt"


def main():
    root, binaries = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    contract = codes_of_contract((root / "src/cmd/exit.h").read_text(encoding="utf-8"))
    found = [*violations(read_pages(root), read_helps(binaries), contract), *unbuilt_pages(root)]
    print("\n".join(found) or "man pages match --help")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
