#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions the audio thread spends per block, with and without Holdfast.

Each arm of on_block_work runs under callgrind with N and with 2N blocks; the difference over N is
the steady cost of one block, free of start-up. The count does not depend on the machine's load, so
it can be a test. Exit codes: 0 within the limit, 1 above it, 77 no valgrind.

usage: instructions.py PATH/on_block_work [--limit N] [--annotate]
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile

from figure import Figure, conclude, skipped

NAME = "work per block of 16 stereo frames, beyond an empty callback"
BLOCKS = 2000
LIMIT = 250


def count(program, arm, blocks, out_file):
    """Instructions inside deliver_block() over a whole run."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=deliver_block",
         f"--callgrind-out-file={out_file}", program, arm, str(blocks)],
        capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"instructions.py: {arm} arm failed ({run.returncode}):\n{run.stderr}")
    return int(found.group(1))


def per_block(program, arm, out_file):
    return (count(program, arm, 2 * BLOCKS, out_file) - count(program, arm, BLOCKS, out_file)) / BLOCKS


def figures(program, limit=LIMIT, is_annotating=False):
    asked = f"<= {limit:.0f} instructions"
    if shutil.which("valgrind") is None:
        return [skipped(NAME, asked, "valgrind is not installed, so instructions cannot be counted")]
    with tempfile.NamedTemporaryFile(prefix="callgrind.") as out:
        empty = per_block(program, "empty", out.name)
        capture = per_block(program, "capture", out.name)
        extra = capture - empty
        if is_annotating or extra > limit:
            subprocess.run(["callgrind_annotate", "--threshold=99", out.name], check=False)
    return [Figure(NAME, asked, f"{extra:.1f} ({capture:.1f} with Holdfast, {empty:.1f} empty)",
                   extra <= limit, "`bench/instructions.py`: callgrind counts 2000 blocks of an "
                   "empty callback that copies, and of one that also does all that Holdfast does")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--limit", type=float, default=LIMIT, help="extra instructions per block")
    parser.add_argument("--annotate", action="store_true", help="say where they are spent")
    options = parser.parse_args()
    return conclude(figures(options.program, options.limit, options.annotate))


if __name__ == "__main__":
    sys.exit(main())
