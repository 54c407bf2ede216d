#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `holdfast run` does for unmodified programs of Debian: whether they start, run and end as they do
without it, how much is locked by plan and by mlockall, and which faults their real-time threads take when all
their pages are pushed out, before and after.

usage: run_programs.py BUILD_DIR [PROGRAM...]          as root; needs jackd2 and, of the section [programs] of
                                                       packaging/debian-packages.txt, whatever is to be measured
Prints a table in Markdown. Each program runs against a JACK server of its own with the dummy driver.
"""
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

SECONDS = 1.5  # of eviction, every 300 ms
START_SECONDS = 20
SOUNDS = "/usr/share/sounds/sf2/TimGM6mb.sf2"


def silent_midi(path):
    """One note a second for ten minutes."""
    events = b"".join(b"\x00\x90\x3c\x40\x8b\x20\x80\x3c\x40" for _ in range(600)) + b"\x00\xff\x2f\x00"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(events)) + events)
    return str(path)


def wave(path):
    """A minute of silence."""
    data = bytes(48000 * 2 * 2 * 60)
    head = struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16)
    path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + head + b"data" +
                     struct.pack("<I", len(data)) + data)
    return str(path)


@dataclasses.dataclass
class Program:
    name: str
    command: list
    ends_with: int = signal.SIGTERM


def programs(folder):
    midi, sound = silent_midi(folder / "notes.mid"), wave(folder / "silence.wav")
    return [
        Program("jackd", ["jackd", "-n", "hf-own", "-R", "-P70", "-d", "dummy", "-r", "48000", "-p", "64"]),
        Program("jack_capture", ["jack_capture", "--hide-buffer-usage", "--no-stdin", "-c", "2", "--manual-connections",
                                 str(folder / "capture.wav")], signal.SIGINT),
        Program("fluidsynth", ["fluidsynth", "-i", "-n", "-a", "jack", SOUNDS, midi]),
        Program("yoshimi", ["yoshimi", "-i", "-c", "-J"]),
        Program("zynaddsubfx", ["zynaddsubfx", "-U", "-O", "JACK", "-I", "NULL"]),
        Program("puredata", ["pd", "-nogui", "-rt", "-jack", "-nomidi"]),
        Program("mpv", ["mpv", "--no-config", "--no-video", "--no-terminal", "--ao=jack", "--loop", sound]),
        Program("sox", ["sox", "-n", "-t", "wav", str(folder / "sox.wav"), "synth", "20", "sine", "440"]),
        Program("jack_metro", ["jack_metro", "--bpm", "120"]),
        Program("jack_simdtests", ["jack_simdtests"]),
        Program("arecord", ["arecord", "-q", "-D", "null", "-d", "5", str(folder / "arecord.wav")]),
        Program("holdfast count", [str(folder / "holdfast"), "count", "--for", "20s", "--page-out", "--observe", "none"]),
    ]


def realtime_threads(pid):
    """{thread: (major, minor)} of SCHED_FIFO and SCHED_RR threads of the process."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"):
        try:
            fields = task.read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(fields[38]) & 0xFF in (1, 2):
            found[int(task.parent.name)] = (int(fields[9]), int(fields[7]))
    return found


def descendants(pid):
    pids = [pid]
    for each in pids:
        for path in pathlib.Path(f"/proc/{each}/task").glob("*/children"):
            try:
                pids += [int(word) for word in path.read_text(encoding="utf-8").split()]
            except OSError:
                pass
    return pids


def find_process(pid):
    """The descendant with the most real-time threads that is not `holdfast` itself."""
    best = (0, None)
    for each in descendants(pid):
        try:
            if pathlib.Path(f"/proc/{each}/comm").read_text(encoding="utf-8").strip() == "holdfast":
                continue
        except OSError:
            continue
        best = max(best, (len(realtime_threads(each)), each), key=lambda pair: pair[0])
    return best[1] if best[0] else None


def kib(pid, key):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(text.split(f"{key}:")[1].split()[0])


class Server:
    def __init__(self):
        command = ["setpriv", "--pdeathsig", "TERM",  # it must not outlive us
                   "jackd", "-n", "hf-bench", "-R", "-P70", "-d", "dummy", "-r", "48000", "-p", "256"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)


@dataclasses.dataclass
class Outcome:
    started: bool = False
    code: int | None = None
    majors: int = 0
    locked_kib: int = 0
    size_kib: int = 0
    protected: dict | None = None


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    return None


def protected_event(path):
    if not path.exists():
        return None
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if '"protected"' in line]
    return next((each for each in found if each["event"] == "protected"), None)


def run_arm(holdfast, program, plan, folder):
    """Once: started, pushed out, ended."""
    report = folder / "report.jsonl"
    report.unlink(missing_ok=True)
    prefix = [] if plan is None else [holdfast, "run", "--plan", plan, "--json", "--report", str(report), "--"]
    process = subprocess.Popen([*prefix, *program.command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env={**os.environ, "JACK_DEFAULT_SERVER": "hf-bench",
                                                               "HOME": str(folder)}, start_new_session=True)
    outcome = Outcome()
    pid = wait_until(lambda: find_process(process.pid), START_SECONDS / 4)
    outcome.started = pid is not None
    if pid is not None:
        if plan is not None:
            outcome.protected = wait_until(lambda: protected_event(report), START_SECONDS)
        else:
            time.sleep(3)
        before = sum(major for major, _ in realtime_threads(pid).values())
        subprocess.run([holdfast, "evict", "--pid", str(pid), "--what", "all", "--every", "300ms", "--for", f"{SECONDS}s"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=60)
        outcome.majors = sum(major for major, _ in realtime_threads(pid).values()) - before
        outcome.locked_kib, outcome.size_kib = kib(pid, "VmLck"), kib(pid, "VmSize")
    if pid is not None or plan is None:
        target = pid if pid is not None else process.pid
        if process.poll() is None and pid is not None:
            os.kill(target, program.ends_with)
    try:
        outcome.code = process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    finally:
        process.stdin.close()
    return outcome


def shown_code(code):
    return "none" if code is None else str(128 - code if code < 0 else code)


def measure(holdfast, program, folder):
    plain = run_arm(holdfast, program, None, folder)
    auto = run_arm(holdfast, program, "auto", folder)
    whole = run_arm(holdfast, program, "all", folder)
    codes = {shown_code(each.code) for each in (plain, auto, whole)}
    same = "same" if len(codes) == 1 and plain.started == auto.started == whole.started else "differs"
    if not plain.started:
        return f"| {program.name} | {same} ({', '.join(sorted(codes))}) | no real-time thread | | | | |"
    event = auto.protected or {}
    own = event.get("locked_bytes", 0) // 1024
    share = 100 * own / whole.size_kib if whole.size_kib else 0
    return (f"| {program.name} | {same} ({', '.join(sorted(codes))}) | {own} | {whole.size_kib} | {share:.1f} % | "
            f"{plain.majors} | {auto.majors}, {whole.majors} |")


def main():
    build = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:]
    if os.geteuid() != 0 or shutil.which("jackd") is None:
        print("SKIP: needs root and jackd2")
        return 77
    holdfast = str(build / "src/cmd/holdfast")
    stage = subprocess.Popen([build / "tests/blind/blind_stage"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stage.stdout.readline()
    try:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as name, Server():
            folder = pathlib.Path(name)
            (folder / "holdfast").symlink_to(holdfast)
            print("| program | start, run, exit | KiB by plan | KiB by mlockall | share | major faults when pushed out: "
                  "unprotected | plan, mlockall |\n|---|---|---|---|---|---|---|", flush=True)
            for program in programs(folder):
                if wanted and program.name not in wanted:
                    continue
                if shutil.which(program.command[0]) is None:
                    print(f"| {program.name} | not installed | | | | | |", flush=True)
                    continue
                print(measure(holdfast, program, folder), flush=True)
    finally:
        stage.stdin.close()
        stage.wait(timeout=60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
