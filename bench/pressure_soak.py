#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CountGlitches under the demonstration's memory pressure, for as long as asked.

Starts `holdfast demo`, waits for its memory cgroup, and runs a private copy of CountGlitches inside
it, so that every page of the program is charged to, and taken by, that cgroup. Prints what the
counter used and what its audio thread had to wait for. All that the kernel holds belongs to the
demo, which gives it back whatever happens; this script owns a temporary folder.

Usage: pressure_soak.py PROGRAM_DIR [SECONDS]     (root, memory cgroups v1 or v2)
Exit: 0 no page fault of the audio thread and as small as promised, 1 not, 77 cannot be done here.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from figure import Figure, conclude, skipped

MOST_RESIDENT_KIB = 3 * 1024
MOST_LOCKED_KIB = 1024
FAULTS = "page faults of CountGlitches' audio thread under memory pressure, 16-frame blocks"
ASKED_SECONDS = 600
FAULTS_ASKED = f"0 major, 0 minor in {ASKED_SECONDS} s"


def demo_cgroup(demo_pid):
    """The cgroup that this demo made: its name carries the process id."""
    for root in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        found = glob.glob(f"{root}/**/holdfast-cgroup-{demo_pid}-*", recursive=True)
        if found:
            return found[0]
    return None


def wait_for_cgroup(demo):
    for _ in range(200):
        cgroup = demo_cgroup(demo.pid)
        if cgroup or demo.poll() is not None:
            return cgroup
        time.sleep(0.05)
    return None


def status_kib(pid):
    text = open(f"/proc/{pid}/status").read()
    return {name: int(re.search(rf"{name}:\s+(\d+) kB", text).group(1)) for name in ("VmHWM", "VmLck")}


def run_inside(cgroup, program, seconds):
    """CountGlitches in the cgroup from its first page on; its summary line and its memory."""
    def enter():
        with open(f"{cgroup}/cgroup.procs", "w") as procs:
            procs.write("0")
    counter = subprocess.Popen([program, "--for", f"{seconds}s"], preexec_fn=enter,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(min(3, seconds / 2))
    memory = status_kib(counter.pid)
    lines, summary = counter.communicate()
    faults = re.search(r"own faults: (\d+) major, (\d+) minor", summary)
    if not faults:
        sys.exit(f"CountGlitches gave no summary (exit {counter.returncode}): {summary}")
    return {"seconds": seconds, "glitch_lines": len(lines.splitlines()),
            "peak_resident_kib": memory["VmHWM"], "locked_kib": memory["VmLck"],
            "major_faults": int(faults.group(1)), "minor_faults": int(faults.group(2)),
            "summary": summary.strip().splitlines()[-1]}


def soak(programs, seconds):
    """(what the counter did, what the demo reports), or why it cannot be done here."""
    demo = subprocess.Popen([f"{programs}/holdfast", "demo", "--for", f"{seconds + 6}s", "--json"],
                            stdout=subprocess.PIPE, text=True)
    cgroup = wait_for_cgroup(demo)
    if not cgroup:
        demo.communicate()
        return "the demo made no memory cgroup here"
    with tempfile.TemporaryDirectory(prefix="holdfast-soak-", dir="/var/tmp") as folder:
        program = shutil.copy(f"{programs}/CountGlitches", folder)
        counter = run_inside(cgroup, program, seconds)
    return counter, json.loads(demo.communicate()[0].splitlines()[-1])


def faults_figure(counter, demo):
    """One fault falls short. None holds only over the whole time asked for, and when the demo's
    unlocked counter, beside it, did fault: else nothing pressed."""
    how = (f"`bench/pressure_soak.py`: CountGlitches for {counter['seconds']} s inside the cgroup that "
           "`holdfast demo` presses; the kernel's own count for the thread")
    faults = counter["major_faults"] + counter["minor_faults"]
    beside = demo["unlocked"]["own_major_faults"]
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
        print(json.dumps(dict(zip(("CountGlitches", "demo"), result)), indent=2))
    return [faults_figure(*result), *size_figures(result[0])]


if __name__ == "__main__":
    sys.exit(conclude(figures(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10)))
