#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kills `holdfast send` at random system calls while its queue is full and answers get lost: what was delivered is
what was created, less what the queue's ledger says was given up.

Usage: report_kills.py BUILD_DIR [KILLS]
Exit: 0 the figure holds, 1 not.
"""
import os
import pathlib
import re
import subprocess
import sys

from figure import Figure, conclude

TEST = pathlib.Path(__file__).resolve().parent.parent / "tests/system/send_test.py"
HOW = "`tests/system/send_test.py`: strace kills at a system call drawn from those of a run; a quarter of all answers is lost"


def figures(build, kills=100):
    run = subprocess.run([sys.executable, "-B", TEST, f"{build}/src/cmd", f"{build}/tests/support/session_traces", "kills"],
                         capture_output=True, text=True, check=False, env={**os.environ, "HF_SEND_KILLS": str(kills)})
    line = re.search(r"\d+ kills, .*", run.stdout)
    measured = line.group(0) if line else run.stdout.strip() or "no result"
    is_skipped = run.stdout.startswith("SKIP")
    yield Figure("reporter killed at random system calls", "delivered = created - given up and counted", measured,
                 None if is_skipped else run.returncode == 0 and line is not None, HOW)


if __name__ == "__main__":
    sys.exit(conclude(list(figures(sys.argv[1], *map(int, sys.argv[2:])))))
