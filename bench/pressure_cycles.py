#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Starts and ends `holdfast load` again and again, in mixed modes, by SIGKILL, Ctrl-C or in order, at random moments.

After each cycle nothing of it may be left (cgroups, swap, files, processes), a bystander outside must
live on undisturbed, and the memory that was available before must be back to within 5 % in 2 s.

Usage: pressure_cycles.py PROGRAMS [CYCLES [SEED]]     (root)
Exit: 0 all of it holds, 1 not, 77 cannot be done here.
"""
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

from figure import Figure, conclude, skipped

ASKED_CYCLES = 1000
MOST_SECONDS = 2.0
WITHIN = 0.05
NAME = "`holdfast load` started and ended in mixed modes, by SIGKILL, Ctrl-C or in order"
ASKED = (f"{ASKED_CYCLES} cycles: 0 processes outside killed, 0 left-overs, memory back to within "
         f"{100 * WITHIN:.0f} % in < {MOST_SECONDS:.0f} s")
MODES = (["--psi", "60%"], ["--psi", "40%", "--kind", "file"], ["--swap-out", "50MB/s"], ["--left", "20MB"],
         ["--refaults", "5000/s", "--kind", "anon"], [], ["--psi", "30%", "--steps", "3"],
         ["--psi", "60%", "--", "sleep", "60"])


def available_bytes():
    text = pathlib.Path("/proc/meminfo").read_text()
    return int(re.search(r"MemAvailable:\s+(\d+)", text).group(1)) * 1024


def processes():
    """Ours, by name: what presses, what cleans up, the program itself. Not those that have ended and only
    wait for init to notice, which takes some inits seconds."""
    listing = subprocess.run(["ps", "-eo", "pid=,stat=,comm="], capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 2) for line in listing.splitlines()]
    return [f"{pid} {name}" for pid, state, name in lines if name.startswith("holdfast") and "Z" not in state]


def left_overs():
    found = [line for line in pathlib.Path("/proc/swaps").read_text().splitlines() if "holdfast" in line]
    for directory, children, _ in os.walk("/sys/fs/cgroup"):
        found += [f"{directory}/{child}" for child in children if child.startswith("holdfast-")]
    for top in ("/var/lib/holdfast", "/var/tmp", "/tmp"):  # the first goes away with its last file
        found += [str(path) for path in pathlib.Path(top).glob("holdfast-*")]
    mounts = pathlib.Path("/proc/self/mounts").read_text()
    return found + [line for line in mounts.splitlines() if "holdfast-" in line]


def one_cycle(program, mode, how, delay):
    """Starts it, lets it press for a while, ends it. What is left after 2 s, how long it took to be clean."""
    before, known_files, known = available_bytes(), set(left_overs()), set(processes())
    options = mode[:mode.index("--")] if "--" in mode else mode
    inside = mode[len(options):]
    load = subprocess.Popen([program, "load", "--limit", "64M", *options, *inside], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    time.sleep(delay)
    load.send_signal(how)
    began = time.monotonic()
    while True:
        load.poll()
        rest = [*(set(left_overs()) - known_files), *(set(processes()) - known)]
        is_back = available_bytes() >= before * (1 - WITHIN)
        took = time.monotonic() - began
        if (not rest and is_back and load.returncode is not None) or took > 5 * MOST_SECONDS:
            break
        time.sleep(0.01)
    load.kill()
    load.wait()
    return rest, took


def run_cycles(program, cycles, seed):
    chance = random.Random(seed)
    result = {"cycles": 0, "left": [], "slowest_s": 0.0, "slow": 0, "bystander_died": 0}
    bystander = subprocess.Popen(["sleep", "infinity"])
    try:
        for _ in range(cycles):
            how = chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM))
            rest, took = one_cycle(program, chance.choice(MODES), how, chance.choice((0.0, 0.01, 0.05, 0.2, 0.8)))
            result["cycles"] += 1
            result["left"] += rest
            result["slowest_s"] = max(result["slowest_s"], took)
            result["slow"] += took > MOST_SECONDS
            if bystander.poll() is not None:
                result["bystander_died"] += 1
                bystander = subprocess.Popen(["sleep", "infinity"])
    finally:
        bystander.kill()
        bystander.wait()
    return result


def figures(programs, cycles, seed=1):
    if os.geteuid() != 0:
        return [skipped(NAME, ASKED, "needs root, for a cgroup")]
    result = run_cycles(f"{programs}/holdfast", cycles, seed)
    text = (f"{result['cycles']} cycles: {result['bystander_died']} processes outside killed, {len(result['left'])} "
            f"left-overs, all clean and memory back after {result['slowest_s']:.2f} s at most")
    is_clean = not result["left"] and result["bystander_died"] == 0 and result["slow"] == 0
    verdict = (True if cycles >= ASKED_CYCLES else None) if is_clean else False
    return [Figure(NAME, ASKED, text, verdict, "`bench/pressure_cycles.py`: eight modes, ended at a random moment of "
                   "the first 0.8 s; cgroups, swap, files, mounts and processes are listed before and after")]


if __name__ == "__main__":
    sys.exit(conclude(figures(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40,
                              int(sys.argv[3]) if len(sys.argv) > 3 else 1)))
