#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How late an idle audio thread of Holdfast wakes, beside cyclictest at the same period and priority.

The two take turns, and which of them begins changes from round to round, so that both see the same
machine. Both wait with clock_nanosleep until an absolute time, as SCHED_FIFO 70, every 333 us, in
locked memory, on one processor, the same for both: cyclictest always stays on one, and a thread that
may move away is not held up by what its processor is busy with (99 % of its wake-ups came 7 times
earlier on a machine that compiled). Neither touches power management: cyclictest by default keeps
processors from idling, so it runs with --default-system, or, with --no-idle, both run while this
script keeps them awake. Every single wake-up of both is known to the nanosecond: cyclictest's from
its histogram, ours from the trace; where it took longer than 1 ms, both count 1 ms, for cyclictest
keeps no longer ones. Judged is the median of the rounds' ratios, because one disturbed round can move
the tail of all rounds pooled, which stands beside it. --control puts cyclictest in both places: what
comes out then is what noise alone does.

Usage: lateness_vs_cyclictest.py BUILD_DIR [--rounds N] [--seconds N] [--cpu N] [--no-idle] [--control]
Exit: 0 no percentile is more than 10 % above cyclictest's (or --report), 1 one is, 77 cannot be done.
"""
import argparse
import contextlib
import json
import math
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile

from figure import Figure, conclude, skipped

PRIORITY = 70
FRAMES = 16
RATE = 48000
PERIOD_US = FRAMES * 1_000_000 // RATE
LONGEST_NS = 1_000_000  # the longest histogram that cyclictest makes
PERCENTILES = {"median": 0.5, "99 %": 0.99, "99.9 %": 0.999}
MOST_RATIO = 1.1
ASKED = f"<= {MOST_RATIO} x cyclictest"


def percentile(latencies, fraction):
    """Nearest rank. `latencies` is sorted."""
    return latencies[max(0, math.ceil(fraction * len(latencies)) - 1)]


def latencies_of_histogram(thread):
    """cyclictest's JSON of one thread as sorted latencies; what the histogram cannot hold is longest."""
    latencies = [int(ns) for ns, count in thread["histogram"].items() for _ in range(count)]
    overflows = thread["cycles"] - len(latencies)
    return sorted(latencies) + [LONGEST_NS] * max(0, overflows)


class Arms:
    """Runs either program for a while; what comes back are its sorted latencies in ns."""

    def __init__(self, build, seconds, cpu, folder):
        self.build, self.seconds, self.cpu, self.folder = build, seconds, cpu, folder

    def run(self, *command):
        done = subprocess.run(["taskset", "--cpu-list", str(self.cpu), *command], capture_output=True,
                              text=True, check=False)
        return done, f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}"

    def holdfast(self):
        trace = f"{self.folder}/idle.hft"
        done, ended = self.run(f"{self.build}/src/cmd/holdfast", "count", "--device", "virtual",
                               "--frames", str(FRAMES), "--rate", str(RATE), "--for",
                               f"{self.seconds}s", "--trace", trace, "--overwrite", "--json")
        if done.returncode not in (0, 1):  # 1: glitches; this machine was that late
            sys.exit(ended)
        decoded = subprocess.run([f"{self.build}/bench/wake_latencies", trace], capture_output=True,
                                 text=True, check=True)
        return sorted(min(int(line), LONGEST_NS) for line in decoded.stdout.split())

    def cyclictest(self):
        result = f"{self.folder}/cyclictest.json"
        done, ended = self.run("cyclictest", "--mlockall", f"--priority={PRIORITY}", "--threads=1",
                               f"--affinity={self.cpu}", f"--interval={PERIOD_US}", "--quiet", "--nsecs",
                               "--default-system", f"--histogram={LONGEST_NS}",
                               f"--duration={self.seconds}", f"--json={result}")
        if done.returncode != 0:
            sys.exit(ended)
        with open(result, encoding="utf-8") as file:
            return latencies_of_histogram(json.load(file)["thread"]["0"])


def alternate(first, second, rounds, is_verbose):
    """[(latencies of first, latencies of second)] per round; they swap places every round."""
    results = []
    for number in range(rounds):
        if number % 2 == 0:
            pair = (first(), second())
        else:
            pair = tuple(reversed((second(), first())))
        results.append(pair)
        if is_verbose:
            texts = [" ".join(f"{percentile(arm, f) / 1000:8.1f}" for f in PERCENTILES.values())
                     for arm in pair]
            print(f"round {number + 1:2}  us: {texts[0]}  beside {texts[1]}", file=sys.stderr)
    return results


def pooled(results, arm):
    return sorted(ns for pair in results for ns in pair[arm])


def ratios_of_rounds(results, fraction):
    return [percentile(ours, fraction) / percentile(theirs, fraction) for ours, theirs in results]


def interval_of_median(values, draws=2000):
    """95 % of the medians that the same rounds, drawn anew with replacement, would have given."""
    dice = random.Random(1)
    medians = sorted(statistics.median(dice.choices(values, k=len(values))) for _ in range(draws))
    return medians[int(draws * 0.025)], medians[int(draws * 0.975) - 1]


def figure_of(results, name, fraction, how):
    ours, theirs = (percentile(pooled(results, arm), fraction) / 1000 for arm in (0, 1))
    rounds = ratios_of_rounds(results, fraction)
    ratio = statistics.median(rounds)
    low, high = interval_of_median(rounds)
    doubt = ", so noise leaves it open" if low <= MOST_RATIO < high else ""
    holds = ratio <= MOST_RATIO if ours * 1000 < LONGEST_NS or theirs * 1000 < LONGEST_NS else None
    return Figure(f"lateness of an idle audio thread, {name}", ASKED,
                  f"{ratio:.2f} x (95 % interval {low:.2f} to {high:.2f}{doubt}); all rounds pooled: "
                  f"{ours / theirs:.2f} x, {ours:.1f} us beside {theirs:.1f} us", holds, how)


@contextlib.contextmanager
def processors_kept_awake(is_wanted):
    """Processors poll instead of halting while the file is open (kernel: PM QoS)."""
    if not is_wanted:
        yield
        return
    with open("/dev/cpu_dma_latency", "wb", buffering=0) as file:
        file.write(struct.pack("i", 0))
        yield


def reason_against():
    if shutil.which("cyclictest") is None:
        return "cyclictest (package rt-tests) is not installed"
    if subprocess.run(["chrt", "-f", str(PRIORITY), "true"], capture_output=True, check=False).returncode:
        return f"SCHED_FIFO {PRIORITY} is not allowed here"
    return None


def figures(build, rounds=20, seconds=5, cpu=None, is_awake=False, is_control=False, is_verbose=True):
    if why := reason_against():
        return [skipped("lateness of an idle audio thread", ASKED, why)]
    if cpu is None:
        cpu = max(os.sched_getaffinity(0))  # the first one often serves the interrupts
    with tempfile.TemporaryDirectory(prefix="holdfast-lateness-") as folder, \
            processors_kept_awake(is_awake):
        arms = Arms(build, seconds, cpu, folder)
        ours = arms.cyclictest if is_control else arms.holdfast
        results = alternate(ours, arms.cyclictest, rounds, is_verbose)
    wakes = sum(len(latencies) for pair in results for latencies in pair)
    how = (f"`bench/lateness_vs_cyclictest.py`: {rounds} rounds of {seconds} s each, taking turns on one processor; "
           f"{wakes} wake-ups, every one known to the nanosecond; the "
           "median of the rounds' ratios is judged; processors "
           + ("kept from idling" if is_awake else "free to idle"))
    return [figure_of(results, name, fraction, how) for name, fraction in PERCENTILES.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=5, help="per arm and round")
    parser.add_argument("--cpu", type=int, help="the processor for both; without it the last one")
    parser.add_argument("--no-idle", action="store_true", help="keep processors awake for both (root)")
    parser.add_argument("--control", action="store_true", help="cyclictest against itself")
    parser.add_argument("--report", action="store_true", help="exit with 0 whatever was measured")
    options = parser.parse_args()
    code = conclude(figures(os.path.abspath(options.build), options.rounds, options.seconds, options.cpu,
                            options.no_idle, options.control))
    return 0 if options.report and code == 1 else code


if __name__ == "__main__":
    sys.exit(main())
