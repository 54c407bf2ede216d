#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The third real-time fence: what librt.a needs from outside is a short list of harmless functions.

Links the whole archive relocatable and reads its symbols. Any undefined one that the allowlist does
not name (malloc, a lock, an exception) fails, and so do vtables (_ZTV: virtual calls) and guard
variables (_ZGV: static locals that lock at first use).

usage: rt_symbols.py ARCHIVE ALLOWLIST
"""
import pathlib
import re
import subprocess
import sys
import tempfile

LINKER_OWN = {"_GLOBAL_OFFSET_TABLE_"}
FORBIDDEN = {"_ZTV": "virtual calls", "_ZGV": "a static local that locks at first use"}


def read_allowlist(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return {line.split("#")[0].strip() for line in lines} - {""}


def symbols_of(archive):
    """[(type letter, mangled name)] of the archive linked into one object."""
    with tempfile.TemporaryDirectory() as folder:
        whole = f"{folder}/whole.o"
        subprocess.run(["ld", "-r", "--whole-archive", str(archive), "-o", whole], check=True)
        listing = subprocess.run(["nm", whole], check=True, capture_output=True, text=True).stdout
    return re.findall(r"^[0-9a-f]* *([A-Za-z]) (\S+)$", listing, re.M)


def demangled(name):
    return subprocess.run(["c++filt", name], check=True, capture_output=True, text=True).stdout.strip()


def violations(archive, allowed):
    symbols = symbols_of(archive)
    if not symbols:
        yield f"{archive}: no symbols; the check saw nothing"
    for kind, name in symbols:
        if kind in "Uw" and name not in allowed | LINKER_OWN:
            yield f"{archive}: real-time code needs {demangled(name)} ({name})"
        for prefix, meaning in FORBIDDEN.items():
            if name.startswith(prefix):
                yield f"{archive}: {demangled(name)}: {meaning}"


if __name__ == "__main__":
    found = list(violations(sys.argv[1], read_allowlist(sys.argv[2])))
    print("\n".join(found) or "real-time code needs nothing beyond the allowlist")
    sys.exit(1 if found else 0)
