#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast explain` needs the same memory for a long trace as for a short one.

Records traces of 16-frame blocks in simulated time and compares the peak resident memory that GNU
time sees while each is explained. Peaks, not times, are judged, except that the one-hour trace, where
it is among the lengths, is to be explained within 5 s. Exit codes: 0 holds, 1 not, 77 no GNU time.

usage: explain_memory.py PROGRAM_DIR [LENGTH...]      (default: 1min 10min)
"""
import os
import re
import subprocess
import sys
import tempfile

from figure import Figure, conclude, skipped

GNU_TIME = "/usr/bin/time"
DEVICE = "virtual:clock=fake,jitter=30us,lose=187@1s,lose=5000@2.5s"
MOST_GROWTH_KIB = 512
ONE_HOUR = "1h"
MOST_SECONDS = 5
MEMORY = "peak memory of `explain`, whatever the length of the trace"
MEMORY_ASKED = f"does not grow (within {MOST_GROWTH_KIB} KiB)"
HOW = ("`bench/explain_memory.py`: traces of 16-frame blocks made in simulated time "
       "(`count --device virtual:clock=fake,jitter=30us,...`); GNU time measures `explain`")


def record(programs, length, trace):
    """Makes the trace; the glitches in it are scripted, so exit code 1 is the right one."""
    done = subprocess.run([f"{programs}/holdfast", "count", "--device", DEVICE, "--frames", "16", "--for",
                           length, "--trace", trace], capture_output=True, text=True, check=False)
    if done.returncode != 1:
        sys.exit(f"no trace of {length}: {done.stderr}")


def explain(programs, trace):
    """(peak KiB, seconds) of explaining it, from outside: GNU time's last line."""
    done = subprocess.run([GNU_TIME, "--format", "used %M %e", f"{programs}/holdfast", "explain", trace],
                          capture_output=True, text=True, check=False)
    used = re.search(r"used (\d+) ([\d.]+)\n$", done.stderr)
    if done.returncode != 1 or not used:
        sys.exit(f"explain failed: {done.stderr}")
    return int(used.group(1)), float(used.group(2))


def measure(programs, lengths):
    """{length: (peak KiB, seconds, size of the trace in MB)}; one trace exists at a time."""
    results = {}
    for length in lengths:
        with tempfile.TemporaryDirectory(prefix="holdfast-explain-") as folder:
            trace = f"{folder}/take.hft"
            record(programs, length, trace)
            results[length] = (*explain(programs, trace), os.path.getsize(trace) / 1e6)
    return results


def memory_figure(results):
    peaks = [peak for peak, _, _ in results.values()]
    text = ", ".join(f"{length} ({size:.0f} MB): {peak} KiB" for length, (peak, _, size) in results.items())
    return Figure(MEMORY, MEMORY_ASKED, text, max(peaks) - min(peaks) <= MOST_GROWTH_KIB, HOW)


def time_figure(result):
    _, seconds, size = result
    return Figure("`explain` of one hour of 16-frame blocks (10.8 million)", f"<= {MOST_SECONDS} s",
                  f"{seconds:.1f} s for {size:.0f} MB", seconds <= MOST_SECONDS, HOW)


def figures(programs, lengths):
    if not os.access(GNU_TIME, os.X_OK):
        return [skipped(MEMORY, MEMORY_ASKED, f"{GNU_TIME} (package time) is not installed")]
    results = measure(programs, lengths)
    timed = [time_figure(results[ONE_HOUR])] if ONE_HOUR in results else []
    return [*timed, memory_figure(results)]


if __name__ == "__main__":
    sys.exit(conclude(figures(sys.argv[1], sys.argv[2:] or ["1min", "10min"])))
