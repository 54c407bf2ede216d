#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does looking at the audio thread make it glitch more often while memory is short?

Pairs of short runs of `holdfast count` with 16-frame blocks and locked memory, one observed and one not, in random
order, inside the memory cgroup that `holdfast load` presses. Glitches come in bursts, and what else the
machine does changes from minute to minute: so the figure is the geometric mean of the pairs' ratios, with
the interval that resampling the pairs gives. Exit codes: 0 holds, 1 not, 77 cannot be done here.

usage: observer_pressure.py BUILD_DIR [PAIRS [SECONDS]]     (default: 20 pairs of 2 x 3 s)
"""
import glob
import json
import math
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from figure import Figure, conclude, skipped
from pressure_soak import LIMIT

NAME = "glitches of a locked audio thread under memory pressure, observed / not observed"
ASKED = "no difference (1 inside the 95 % interval)"
RESAMPLES = 10_000


def wait_for_cgroup(load):
    """The cgroup that this load made: its name carries the process id."""
    for _ in range(200):
        for root in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
            for found in glob.glob(f"{root}/**/holdfast-cgroup-{load.pid}-*", recursive=True):
                return found
        if load.poll() is not None:
            break
        time.sleep(0.05)
    return None


def run_inside(cgroup, program, level, seconds):
    """(glitches, page faults of the audio thread) of one run."""
    def enter():
        with open(f"{cgroup}/cgroup.procs", "w", encoding="utf-8") as procs:
            procs.write("0")
    result = subprocess.run([program, "count", "--frames", "16", "--for", f"{seconds}s", "--observe", level, "--json"],
                            preexec_fn=enter, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    summary = json.loads(result.stdout.splitlines()[-1])
    if "glitches" not in summary:
        sys.exit(f"holdfast count ended without a summary (exit {result.returncode}): {result.stderr}")
    return summary["glitches"], summary["own_major_faults"] + summary["own_minor_faults"]


def interval(logarithms):
    """95 % of the means of as many pairs, drawn again and again from those that were measured."""
    draw = random.Random(1)
    means = sorted(statistics.fmean(draw.choices(logarithms, k=len(logarithms))) for _ in range(RESAMPLES))
    return means[RESAMPLES * 25 // 1000], means[RESAMPLES * 975 // 1000]


def measure(build, pairs=20, seconds=3):
    if os.geteuid() != 0:
        return skipped(NAME, ASKED, "needs root, to press memory in a cgroup")
    programs = os.path.join(os.path.abspath(build), "src/cmd")
    load = subprocess.Popen([f"{programs}/holdfast", "load", "--limit", LIMIT], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    counts = {"none": [], "all_events": []}
    faults = 0
    try:
        cgroup = wait_for_cgroup(load)  # whoever is in it when the load ends is killed
        if not cgroup:
            return skipped(NAME, ASKED, "the load made no memory cgroup here")
        with tempfile.TemporaryDirectory(prefix="holdfast-observer-", dir="/var/tmp") as folder:
            program = shutil.copy(f"{programs}/holdfast", folder)
            for _ in range(pairs):
                for level in random.sample(sorted(counts), 2):
                    glitches, own_faults = run_inside(cgroup, program, level, seconds)
                    counts[level].append(glitches)
                    faults += own_faults
    finally:
        load.send_signal(signal.SIGINT)
        load.wait()
    logarithms = [math.log((seen + 0.5) / (unseen + 0.5)) for seen, unseen in zip(counts["all_events"], counts["none"])]
    low, high = interval(logarithms)
    text = (f"ratio {math.exp(statistics.fmean(logarithms)):.2f} (95 %: {math.exp(low):.2f} to {math.exp(high):.2f}); "
            f"{sum(counts['all_events'])} glitches observed, {sum(counts['none'])} not, in {pairs} pairs of {seconds} s; "
            f"{faults} page faults of the audio threads")
    return Figure(NAME, ASKED, text, low <= 0 <= high, "`bench/observer_pressure.py`: see its first lines")


if __name__ == "__main__":
    ARGUMENTS = [int(argument) for argument in sys.argv[2:]]
    sys.exit(conclude([measure(sys.argv[1], *ARGUMENTS)]))
