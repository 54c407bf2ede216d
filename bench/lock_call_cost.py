#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a traced lock call costs: pairs of mlock and munlock under `holdfast audit`, beside strace with call
stacks, and without anybody.

Whole processes, alternating; one pair's cost is what the pairs add to the same process without pairs. Both
tools write to /dev/null: neither waits for a terminal. Exit codes: 0 holds, 1 not, 77 without strace.

usage: lock_call_cost.py BUILD_DIR [ROUNDS [PAIRS]]     (default: 7 rounds of 500 pairs)
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

from figure import Figure, conclude, skipped

NAME = "a traced mlock/munlock pair with call stacks, beside `strace -k`"
ASKED = "less than strace -k"
HOW = ("`bench/lock_call_cost.py`: tests/system/audited makes pairs of mlock and munlock of one page; whole "
       "processes, arms alternating, medians of their wall times, less those of a run without pairs. holdfast: "
       "`audit --stack --output /dev/null`; strace: `-f -k -e trace=memory -o /dev/null`, and with "
       "`--seccomp-bpf` as well")
STRACE = ["strace", "-f", "-k", "-e", "trace=memory", "-o", "/dev/null"]


def arms(build):
    return {
        "bare": [],
        "audit": [f"{build}/src/cmd/holdfast", "audit", "--stack", "--output", "/dev/null", "--"],
        "strace": STRACE,
        "strace-bpf": [*STRACE, "--seccomp-bpf"],
    }


def time_of(command):
    begin = time.monotonic()
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, check=False, timeout=300)
    took = time.monotonic() - begin
    if result.returncode not in (0, 1):  # audit says 1: not everything was locked
        raise RuntimeError(f"{command}: {result.stderr}")
    return took


def pair_costs(seconds, pairs):
    """{arm: us per pair} from {arm: ([s without pairs], [s with pairs])}."""
    return {arm: (statistics.median(full) - statistics.median(empty)) / pairs * 1e6
            for arm, (empty, full) in seconds.items()}


def judge(costs, seconds, pairs, rounds):
    whole = {arm: statistics.median(full) for arm, (_, full) in seconds.items()}
    fastest = min(costs["strace"], costs["strace-bpf"])
    text = (f"{costs['audit']:.0f} us a pair; strace -k {costs['strace']:.0f} us, with --seccomp-bpf "
            f"{costs['strace-bpf']:.0f} us ({fastest / costs['audit']:.1f} times as much as audit); bare "
            f"{costs['bare']:.1f} us; whole processes with {pairs} pairs: audit {whole['audit']:.2f} s, strace -k "
            f"{whole['strace']:.2f} s, ratio {whole['strace'] / whole['audit']:.1f} ({rounds} rounds)")
    return Figure(NAME, ASKED, text, costs["audit"] < fastest, HOW)


def figures(build, rounds=7, pairs=500):
    if not shutil.which("strace"):
        return [skipped(NAME, ASKED, "no strace is installed")]
    program = f"{build}/tests/system/audited"
    seconds = {arm: ([], []) for arm in arms(build)}
    for number in range(rounds):
        order = list(arms(build).items())
        for arm, command in order if number % 2 == 0 else reversed(order):
            for kind, count in enumerate((0, pairs)):
                seconds[arm][kind].append(time_of([*command, program, "repeat", str(count)]))
    return [judge(pair_costs(seconds, pairs), seconds, pairs, rounds)]


def main():
    build = os.path.abspath(sys.argv[1])
    return conclude(figures(build, *(int(word) for word in sys.argv[2:4])))


if __name__ == "__main__":
    sys.exit(main())
