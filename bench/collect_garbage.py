#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mutated bodies for a collector that was built with the sanitizers for addresses and undefined behaviour: each must be
answered report by report, and nothing else may be stored.

usage: collect_garbage.py BUILD_DIR [BODIES]     (BUILD_DIR/asan is what its tests have built)
"""
import os
import pathlib
import subprocess
import sys

from figure import Figure, conclude, skipped

ASKED_BODIES = 100_000
NAME = "garbage for a collector under sanitizers"
ASKED = f"{ASKED_BODIES} bodies: no finding, a good report is taken afterwards, sums equal raw sums"
TEST = pathlib.Path(__file__).resolve().parents[1] / "tests/system/collect_test.py"


def one_line(run):
    """The end of what a failed run said, fit for a cell of a table."""
    return " ".join((run.stdout + run.stderr).replace("|", "/").split())[-300:]


def figures(build, bodies):
    sanitized = pathlib.Path(build) / "asan"
    if not (sanitized / "build.ninja").exists():
        yield skipped(NAME, ASKED, f"there is no {sanitized}: make test builds it")
        return
    subprocess.run(["cmake", "--build", sanitized, "--target", "holdfast", "module_fleet"], check=True, stdout=subprocess.DEVNULL)
    run = subprocess.run([sys.executable, TEST, sanitized / "src/cmd", "garbage"], capture_output=True, text=True, check=False,
                         env=dict(os.environ, HF_COLLECT_GARBAGE=str(bodies),
                                  ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1"))
    is_right = run.returncode == 0 and run.stdout.startswith("ok")
    enough = bodies >= ASKED_BODIES or not is_right
    yield Figure(NAME, ASKED, f"{bodies} bodies of 1 to 5 reports: {'none, it is, they do' if is_right else one_line(run)}",
                 is_right if enough else None, "`bench/collect_garbage.py`: address and undefined-behaviour sanitizers, which end "
                 "the collector at their first finding")


if __name__ == "__main__":
    sys.exit(conclude(list(figures(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ASKED_BODIES))))
