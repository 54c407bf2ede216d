#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A file of src/ or include/ has at most 400 lines, or says in its first comment why it has more.

usage: file_sizes.py SOURCE_ROOT
"""
import pathlib
import sys

MOST_LINES = 400
REASON = "longer than 400 lines because"


def first_comment(lines):
    """The comment block at the top, as one line of text."""
    words = []
    for line in lines:
        if not line.startswith(("//", "/*", " *")):
            break
        words.append(line.strip("/* "))
    return " ".join(words)


def violations(root):
    folders = (root / "src", root / "include")
    for path in sorted(path for folder in folders for form in ("*.cc", "*.h", "*.hpp") for path in folder.rglob(form)):
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MOST_LINES and REASON not in first_comment(lines).lower():
            yield (f"{path.relative_to(root)}: {len(lines)} lines; split it, or let the first "
                   f"comment say '{REASON} ...'")


if __name__ == "__main__":
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or f"no file of src/ and include/ is over {MOST_LINES} lines without a reason")
    sys.exit(1 if found else 0)
