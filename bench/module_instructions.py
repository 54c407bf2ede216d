#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a block costs in the module of a sound system, before anything is done with it, beside the virtual
device: instructions, counted by callgrind over whole runs of N and of 2 N blocks. What the system's own
library spends is not in it: a stub stands in its place.

usage: module_instructions.py PATH/module_work
"""
import pathlib
import re
import shutil
import subprocess
import sys

from figure import Figure, conclude, skipped

NAME = "work of the JACK module per block of 64 stereo frames"
ASKED = "stated beside the virtual device's"
BLOCKS = 5000


def count(program, arm, blocks):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, arm, str(blocks)],
                         capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"module_instructions.py: {arm} arm failed ({run.returncode}):\n{run.stderr}")
    return int(found.group(1))


def per_block(program, arm):
    return (count(program, arm, 2 * BLOCKS) - count(program, arm, BLOCKS)) / BLOCKS


def figures(program):
    if shutil.which("valgrind") is None or not pathlib.Path(program).exists():
        return [skipped(NAME, ASKED, "no valgrind, or built without libjack-jackd2-dev")]
    jack, virtual = per_block(program, "jack"), per_block(program, "virtual")
    return [Figure(NAME, ASKED, f"{jack:.0f} instructions; virtual device: {virtual:.0f} without its wait",
                   jack <= virtual + 250, "`bench/module_instructions.py`: callgrind, an empty handler, libjack "
                   "replaced by a stub; the wait of the virtual device is left out by simulated time")]


if __name__ == "__main__":
    sys.exit(conclude(figures(sys.argv[1])))
