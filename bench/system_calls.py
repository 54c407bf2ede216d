#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The audio thread makes no system call beyond waiting, and reads its clock once per block.

Runs `holdfast count` for a second under strace and looks at what the thread named "audio" did from
its first wait to its last: one clock_nanosleep per block delivered and nothing else. The clock is
read through the vDSO, which strace does not see; where the kernel's clock source rules that out, one
clock_gettime per block is what was promised. Exit codes: 0 so it is, 1 not, 77 no strace here.

usage: system_calls.py PROGRAM_DIR
"""
import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile

from figure import Figure, conclude, skipped

NAME = "system calls of the audio thread per block"
ASKED = "the wait and one clock read, nothing else"
HOW = ("`bench/system_calls.py`: strace of the thread named \"audio\" over 1 s of 16-frame blocks, "
       "from its first wait to its last; a clock read through the vDSO is no system call")
WAIT = "clock_nanosleep"
CLOCK = "clock_gettime"
FRAMES = 16


def audio_thread(lines):
    """The id of the thread that called itself "audio"; None when there is none."""
    for line in lines:
        if named := re.match(r'(\d+)\s+prctl\(PR_SET_NAME, "audio"', line):
            return named.group(1)
    return None


def calls_between_waits(lines, thread):
    """Counts of what the thread did, first wait to last; a signal counts as a call "signal"."""
    events = []
    for line in lines:
        if found := re.match(rf"{thread}\s+(?:(\w+)\(|--- (SIG))", line):
            events.append(found.group(1) or "signal")
    waits = [i for i, event in enumerate(events) if event == WAIT]
    return collections.Counter(events[waits[0]:waits[-1] + 1] if waits else [])


def judge(calls, blocks):
    """None when the calls are as promised, else what is wrong."""
    others = {name: n for name, n in calls.items() if name not in (WAIT, CLOCK)}
    if others:
        return "also called " + ", ".join(f"{name} x{n}" for name, n in sorted(others.items()))
    if blocks == 0 or calls[WAIT] != blocks:
        return f"{calls[WAIT]} waits for {blocks} blocks"
    if calls[CLOCK] > blocks:
        return f"{calls[CLOCK]} clock reads for {blocks} blocks"
    return None


def traced_run(programs):
    """One second of `count` under strace: its trace as lines, its summary, and what strace said."""
    with tempfile.NamedTemporaryFile("r", prefix="holdfast-strace-") as out:
        run = subprocess.run(["strace", "-f", "-o", out.name, f"{programs}/holdfast", "count", "--for",
                              "1s", "--frames", str(FRAMES), "--json"],
                             capture_output=True, text=True, check=False)
        lines = out.read().splitlines()
    summary = json.loads(run.stdout.splitlines()[-1]) if run.stdout else None
    return lines, summary, run.stderr.strip()


def figures(programs):
    if shutil.which("strace") is None:
        return [skipped(NAME, ASKED, "strace is not installed")]
    lines, summary, said = traced_run(programs)
    if summary is None and not lines:
        return [skipped(NAME, ASKED, f"strace may not trace here: {said}")]
    thread = audio_thread(lines)
    if summary is None or thread is None:
        return [Figure(NAME, ASKED, f"no audio thread was seen: {said}", False, HOW)]
    calls = calls_between_waits(lines, thread)
    blocks = summary["received_frames"] // FRAMES
    wrong = judge(calls, blocks)
    clock_reads = f"{calls[CLOCK]} clock system calls" if calls[CLOCK] else "clock through the vDSO"
    return [Figure(NAME, ASKED, wrong or f"{calls[WAIT]} waits for {blocks} blocks, {clock_reads}, "
                   "no other", wrong is None, HOW)]


if __name__ == "__main__":
    sys.exit(conclude(figures(sys.argv[1])))
