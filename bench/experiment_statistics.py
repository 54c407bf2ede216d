#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Simulated experiments whose truth is known: how often intervals hold it, equal arms are called different, and a
halving is found. The short form is in the unit tests.

Usage: experiment_statistics.py BUILD_DIR
Exit: 0 all figures hold, 1 not.
"""
import subprocess
import sys

from figure import Figure, conclude

HOW = "`bench/experiment_statistics`: simulated blocks judged as `holdfast prove` does, after every round; fixed seeds"


def figures(build):
    run = subprocess.run([f"{build}/bench/experiment_statistics"], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        name, asked, measured, holds = line.split("\t")
        yield Figure(name, asked, measured, holds == "1", HOW)


if __name__ == "__main__":
    sys.exit(conclude(list(figures(sys.argv[1]))))
