#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What looking at the audio thread costs: `holdfast count` with 16-frame blocks, unobserved and observed,
alternating.

Judged is the processor time of all threads but the audio thread, observed less unobserved, as a share of
one processor. Told besides: the audio thread's own share (the kernel's part of every switch), and the
glitches of both arms with the 95 % interval of their ratio. Exit codes: 0 holds, 1 not, 77 not root.

usage: observer_share.py BUILD_DIR [ROUNDS [SECONDS]]     (default: 4 rounds of 5 s)
"""
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import time

from figure import Figure, conclude, skipped

MOST_PERCENT = 1.0
NAME = "the observer's own threads, 16-frame blocks"
ASKED = f"< {MOST_PERCENT:.0f} % of one processor"
LEVELS = ("none", "user_events", "all_events")


def thread_times(pid):
    """{thread id: (name, processor time in ns)}"""
    times = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm", encoding="utf-8") as name:
                with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="utf-8") as stat:
                    times[thread] = (name.read().strip(), int(stat.read().split()[0]))
        except OSError:
            continue  # it has ended
    return times


def run(build, level, seconds):
    """(percent of the audio thread, percent of all others, glitches) of one run."""
    process = subprocess.Popen([f"{build}/src/cmd/holdfast", "count", "--frames", "16", "--observe", level, "--json"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    time.sleep(0.5)
    begin, before = time.monotonic(), thread_times(process.pid)
    time.sleep(seconds)
    after, elapsed = thread_times(process.pid), time.monotonic() - begin
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    audio = others = 0.0
    for thread, (name, used) in after.items():
        share = (used - before.get(thread, (name, 0))[1]) / elapsed / 1e7
        if name == "audio":
            audio += share
        else:
            others += share
    return audio, others, json.loads(output.splitlines()[-1])["episodes"]


def ratio_text(observed, unobserved):
    """Rate ratio of two Poisson counts of equal time, by the log-normal approximation."""
    a, b = observed + 0.5, unobserved + 0.5
    width = 1.96 * math.sqrt(1 / a + 1 / b)
    return (f"{observed} episodes of glitches observed, {unobserved} not: ratio {a / b:.2f} "
            f"(95 %: {a / b * math.exp(-width):.2f} to {a / b * math.exp(width):.2f})")


def measure(build, rounds=4, seconds=5.0):
    if os.geteuid() != 0:
        yield skipped(NAME, ASKED, "needs root")
        return
    results = {level: [] for level in LEVELS}
    for number in range(rounds):
        for level in LEVELS if number % 2 == 0 else reversed(LEVELS):
            results[level].append(run(build, level, seconds))
    base = {part: statistics.median(result[part] for result in results["none"]) for part in (0, 1)}
    how = f"`bench/observer_share.py`: {rounds} x {seconds:.0f} s per level, alternating; medians"
    for level in LEVELS[1:]:
        audio, others = (statistics.median(result[part] for result in results[level]) - base[part] for part in (0, 1))
        yield Figure(f"{NAME}, `--observe {level}`", ASKED,
                     f"{others:.2f} % (and {audio:+.2f} % of the audio thread's processor, of {base[0]:.1f} %)",
                     others < MOST_PERCENT, how)
    counts = {level: sum(result[2] for result in results[level]) for level in LEVELS}
    yield Figure("glitches with and without observer", "no difference (1 inside the interval)",
                 ratio_text(counts["all_events"], counts["none"]), None, how)


if __name__ == "__main__":
    ARGUMENTS = sys.argv[2:]
    sys.exit(conclude(list(measure(sys.argv[1], int(ARGUMENTS[0]) if ARGUMENTS else 4,
                                   float(ARGUMENTS[1]) if len(ARGUMENTS) > 1 else 5.0))))
