#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a field report costs the program that makes one through libholdfast, with 16-frame blocks: runs with and
without it, alternating.

Judged: the report's own thread (processor time), what memory of its own the process has more, and the audio
thread: its page faults (none, in either arm), and by how much its wakes are later at the median, by pairs of
runs. Told besides: what a block costs it.

usage: field_report_cost.py BUILD_DIR [ROUNDS [SECONDS]]     (default: 6 rounds of 5 s)
"""
import json
import statistics
import subprocess
import sys

from figure import Figure, conclude, skipped

MOST_PERCENT, MOST_KIB, MOST_LATER_US = 0.5, 1024, 1.0
MOST_WIDTH_US = 3.0  # a wider interval decides nothing: the machine was busy
FRAMES = 16
NAMES = ("the thread of a field report", "memory of a field report", "a field report and the audio thread")
ASKED = (f"< {MOST_PERCENT} % of one processor", f"< {MOST_KIB} KiB",
         f"no page fault, wakes not later by {MOST_LATER_US:.0f} us")


def run(build, arm, seconds):
    result = subprocess.run([f"{build}/bench/field_report_cost", arm, str(FRAMES), str(seconds)], capture_output=True,
                            text=True, check=True)
    return json.loads(result.stdout)


def interval(differences):
    """Mean and half-width of its 95 % interval (Student's t, up to 10 pairs; the normal's beyond)."""
    quantiles = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
    count = len(differences)
    spread = statistics.stdev(differences) if count > 1 else float("inf")
    return statistics.mean(differences), (quantiles[count - 2] if 2 <= count <= 10 else 1.96) * spread / count ** 0.5


def judge(pairs, how):
    """`pairs`: (with, without) of each round."""
    percent = statistics.median(each["thread_percent"] for each, _ in pairs)
    yield Figure(NAMES[0], ASKED[0], f"{percent:.2f} %", percent < MOST_PERCENT, how)
    kib = statistics.median(each["anonymous_kib"] - other["anonymous_kib"] for each, other in pairs)
    yield Figure(NAMES[1], ASKED[1], f"{kib:.0f} KiB", kib < MOST_KIB, how)
    faults = [sum(each[arm]["faults"] for each in pairs) for arm in (0, 1)]
    later, width = interval([(each["p50_ns"] - other["p50_ns"]) / 1000 for each, other in pairs])
    block_ns = statistics.median(each["block_cpu_ns"] - other["block_cpu_ns"] for each, other in pairs)
    is_decided = faults[0] > 0 or later - width >= MOST_LATER_US or width <= MOST_WIDTH_US
    holds = faults[0] == 0 and later - width < MOST_LATER_US
    yield Figure(NAMES[2], ASKED[2],
                 f"{faults[0]} page faults ({faults[1]} without), wakes later by {later:+.2f} us (95 %: +- {width:.2f}); "
                 f"{block_ns:.0f} ns more a block", holds if is_decided else None, how)


def figures(build, rounds=6, seconds=5):
    pairs = []
    for number in range(rounds):
        arms = ("with", "without") if number % 2 == 0 else ("without", "with")
        results = {arm: run(build, arm, seconds) for arm in arms}
        pairs.append((results["with"], results["without"]))
    if not all(each["is_realtime"] for pair in pairs for each in pair):
        yield from (skipped(name, asked, "real-time priority is refused") for name, asked in zip(NAMES, ASKED))
        return
    yield from judge(pairs, f"`bench/field_report_cost.py`: {rounds} pairs of {seconds} s with {FRAMES}-frame blocks, "
                     "alternating; memory: anonymous pages, code apart")


if __name__ == "__main__":
    ARGUMENTS = list(map(int, sys.argv[2:]))
    sys.exit(conclude(list(figures(sys.argv[1], *ARGUMENTS))))
