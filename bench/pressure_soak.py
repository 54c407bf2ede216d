#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CountGlitches under the demonstration's memory pressure, for as long as asked.

Starts `holdfast demo`, waits for its memory cgroup, and runs a private copy of CountGlitches inside
it, so that every page of the program is charged to, and taken by, that cgroup. Prints what the
counter used and what its audio thread had to wait for. All that the kernel holds belongs to the
demo, which gives it back whatever happens; this script owns a temporary folder.

Usage: pressure_soak.py PROGRAM_DIR [SECONDS]     (root, memory cgroups v1 or v2)
Exit: 0 no page fault of the audio thread, 1 there were some, 77 cannot be done here.
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

SKIP = 77


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


def main():
    programs = os.path.abspath(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    if os.geteuid() != 0:
        print("SKIP: needs root, to press memory in a cgroup")
        return SKIP
    demo = subprocess.Popen([f"{programs}/holdfast", "demo", "--for", f"{seconds + 6}s", "--json"],
                            stdout=subprocess.PIPE, text=True)
    cgroup = wait_for_cgroup(demo)
    if not cgroup:
        demo.communicate()
        print("SKIP: the demo made no memory cgroup here")
        return SKIP
    with tempfile.TemporaryDirectory(prefix="holdfast-soak-", dir="/var/tmp") as folder:
        program = shutil.copy(f"{programs}/CountGlitches", folder)
        result = run_inside(cgroup, program, seconds)
    pressure = json.loads(demo.communicate()[0].splitlines()[-1])
    print(json.dumps({"CountGlitches": result, "demo": pressure}, indent=2))
    return 1 if result["major_faults"] + result["minor_faults"] > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
