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

BLOCKS = 2000
SKIPPED = 77


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--limit", type=float, default=250, help="extra instructions per block")
    parser.add_argument("--annotate", action="store_true", help="say where they are spent")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("SKIP: valgrind is not installed, so instructions cannot be counted")
        return SKIPPED
    with tempfile.NamedTemporaryFile(prefix="callgrind.") as out:
        empty = per_block(options.program, "empty", out.name)
        capture = per_block(options.program, "capture", out.name)
        extra = capture - empty
        print(f"instructions per block of 16 stereo frames: empty callback {empty:.1f}, "
              f"with Holdfast {capture:.1f}, extra {extra:.1f} (limit {options.limit:.0f})")
        if options.annotate or extra > options.limit:
            subprocess.run(["callgrind_annotate", "--threshold=99", out.name], check=False)
    return 0 if extra <= options.limit else 1


if __name__ == "__main__":
    sys.exit(main())
