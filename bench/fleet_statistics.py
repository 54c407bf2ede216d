#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Simulated fleets whose truth is known: how often the statistics of field reports are right.

Usage: fleet_statistics.py BUILD_DIR [FLEETS]
Exit: 0 all figures hold, 1 not.
"""
import subprocess
import sys

from figure import Figure, conclude

HOW = ("`bench/fleet_statistics`: 2,000 installs with 25 sessions each, one of 400 glitches, few users have most; judged "
       "from the sums of 64 install buckets; fixed seeds")


def figures(build, fleets=1000):
    run = subprocess.run([f"{build}/bench/fleet_statistics", str(fleets)], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        name, asked, measured, holds = line.split("\t")
        yield Figure(name, asked, measured, holds == "1", HOW)


if __name__ == "__main__":
    sys.exit(conclude(list(figures(sys.argv[1], *map(int, sys.argv[2:])))))
