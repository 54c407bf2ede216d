#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CountGlitches under memory pressure, for as long as asked.

`holdfast load` loops the two passes of MemLoad in a small memory cgroup and runs two private copies
inside it, so that every page of them is charged to, and taken by, that cgroup: CountGlitches, which
locks what its audio thread touches, and beside it the same counter with nothing locked, which shows
that it was pressed. Prints what the counter used and what its audio thread had to wait for. All that
the kernel holds belongs to `load`, which gives it back whatever happens; this script owns a
temporary folder.

Usage: pressure_soak.py PROGRAM_DIR [SECONDS]     (root, memory cgroups v1 or v2)
Exit: 0 no page fault of the audio thread and as small as promised, 1 not, 77 cannot be done here.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from figure import Figure, conclude, skipped

LIMIT = "48M"
MOST_RESIDENT_KIB = 3 * 1024
MOST_LOCKED_KIB = 1024
FAULTS = "page faults of CountGlitches' audio thread under memory pressure, 16-frame blocks"
ASKED_SECONDS = 600
FAULTS_ASKED = f"0 major, 0 minor in {ASKED_SECONDS} s"


def status_kib(pid):
    text = open(f"/proc/{pid}/status").read()
    return {name: int(re.search(rf"{name}:\s+(\d+) kB", text).group(1)) for name in ("VmHWM", "VmLck")}


def wait_for_pid(path, load):
    for _ in range(200):
        if os.path.exists(path) and (text := open(path).read().strip()):
            return int(text)
        if load.poll() is not None:
            break
        time.sleep(0.05)
    return None


def command_inside(folder, programs, seconds):
    """What a shell in the cgroup does; it waits for both, and nothing of them outlives it."""
    count = f"{programs}/holdfast count --no-lock --device virtual --frames 16 --for {seconds}s --json"
    return (f"{count} > {folder}/unlocked & "
            f"{folder}/CountGlitches --for {seconds}s > {folder}/lines 2> {folder}/summary & "
            f"echo $! > {folder}/pid; wait")


def soak(programs, seconds):
    """(what CountGlitches did, the summary of the unlocked counter), or why it cannot be done."""
    with tempfile.TemporaryDirectory(prefix="holdfast-soak-", dir="/var/tmp") as folder:
        shutil.copy(f"{programs}/CountGlitches", folder)
        load = subprocess.Popen([f"{programs}/holdfast", "load", "--limit", LIMIT, "--", "sh", "-c",
                                 command_inside(folder, programs, seconds)], stderr=subprocess.PIPE, text=True)
        pid = wait_for_pid(f"{folder}/pid", load)
        if pid is None:
            return "no memory cgroup could be pressed here: " + load.communicate()[1].strip()
        time.sleep(min(3, seconds / 2))
        memory = status_kib(pid)
        load.communicate()
        summary = open(f"{folder}/summary").read()
        faults = re.search(r"own faults: (\d+) major, (\d+) minor", summary)
        if not faults:
            sys.exit(f"CountGlitches gave no summary: {summary}")
        counter = {"seconds": seconds, "glitch_lines": len(open(f"{folder}/lines").readlines()),
                   "peak_resident_kib": memory["VmHWM"], "locked_kib": memory["VmLck"],
                   "major_faults": int(faults.group(1)), "minor_faults": int(faults.group(2)),
                   "summary": summary.strip().splitlines()[-1]}
        return counter, json.loads(open(f"{folder}/unlocked").readlines()[-1])


def faults_figure(counter, unlocked):
    """One fault falls short. None holds only over the whole time asked for, and when the unlocked
    counter, beside it, did fault: else nothing pressed."""
    how = (f"`bench/pressure_soak.py`: CountGlitches for {counter['seconds']} s inside the cgroup that "
           "`holdfast load` presses; the kernel's own count for the thread")
    faults = counter["major_faults"] + counter["minor_faults"]
    beside = unlocked["own_major_faults"]
    text = (f"{counter['major_faults']} major, {counter['minor_faults']} minor in {counter['seconds']} s "
            f"(an unlocked thread beside it: {beside} major)")
    is_proof = beside > 0 and counter["seconds"] >= ASKED_SECONDS
    holds = False if faults > 0 else True if is_proof else None
    return Figure(FAULTS, FAULTS_ASKED, text, holds, how)


def size_figures(counter):
    how = "the same run: VmHWM and VmLck of its /proc/PID/status"
    for name, key, most in (("peak resident memory", "peak_resident_kib", MOST_RESIDENT_KIB),
                            ("locked memory", "locked_kib", MOST_LOCKED_KIB)):
        yield Figure(f"{name} of CountGlitches", f"<= {most // 1024} MiB",
                     f"{counter[key] / 1024:.2f} MiB", counter[key] <= most, how)


def figures(programs, seconds, is_verbose=True):
    if os.geteuid() != 0:
        return [skipped(FAULTS, FAULTS_ASKED, "needs root, to press memory in a cgroup")]
    result = soak(os.path.abspath(programs), seconds)
    if isinstance(result, str):
        return [skipped(FAULTS, FAULTS_ASKED, result)]
    if is_verbose:
        print(json.dumps(dict(zip(("CountGlitches", "unlocked"), result)), indent=2))
    return [faults_figure(*result), *size_figures(result[0])]


if __name__ == "__main__":
    sys.exit(conclude(figures(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10)))
