#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a block costs in the module of a sound system, before anything is done with it, beside the virtual
device: instructions, counted by callgrind over whole runs of N and of 2 N blocks. What the system's own
library spends is not in it: a stub stands in its place.

usage: module_instructions.py BUILD_DIR/bench
"""
import pathlib
import re
import shutil
import subprocess
import sys

from figure import Figure, conclude, skipped

ASKED = "stated beside the virtual device's"
BLOCKS = 5000
# name, arm of its program, program, package without which that is not built, most beyond the virtual device
SYSTEMS = (("JACK", "jack", "module_work", "libjack-jackd2-dev", 250),
           ("ALSA", "alsa", "alsa_module_work", "libasound2-dev", 1500))  # takes apart what JACK has apart


def count(program, arm, blocks):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, arm, str(blocks)],
                         capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"module_instructions.py: {arm} arm failed ({run.returncode}):\n{run.stderr}")
    return int(found.group(1))


def per_block(program, arm):
    return (count(program, arm, 2 * BLOCKS) - count(program, arm, BLOCKS)) / BLOCKS


def figures(folder):
    for name, arm, program, package, most in SYSTEMS:
        title = f"work of the {name} module per block of 64 stereo frames"
        path = pathlib.Path(folder, program)
        if shutil.which("valgrind") is None or not path.exists():
            yield skipped(title, ASKED, f"no valgrind, or built without {package}")
            continue
        module, virtual = per_block(path, arm), per_block(path, "virtual")
        yield Figure(title, ASKED, f"{module:.0f} instructions; virtual device: {virtual:.0f} without its wait",
                     module <= virtual + most, "`bench/module_instructions.py`: callgrind, an empty handler, the "
                     "system's library replaced by a stub; the wait of the virtual device is left out by simulated "
                     "time")


if __name__ == "__main__":
    sys.exit(conclude(list(figures(sys.argv[1]))))
