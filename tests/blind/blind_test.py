#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The blind test: glitches whose cause is known, and whether `holdfast explain` finds it.

usage: blind_test.py HOLDFAST VICTIM_DIRECTORY [--glitches N] [--rungs kernel,user,counters,polls]
                     [--classes NAME,...] [--write FILE] [--seed S]

Each class of glitch is made by `blind_victim`, which writes a trace and the truth. Rungs: how closely the
audio thread is observed. kernel: as root; user: as a normal user who may have real-time priority and
locked memory; counters: the same without perf events; polls: as somebody who looks at another's process.
Page classes need root (swap, cgroup). Exit code 77 where nothing at all can be tested.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import blind_score

SWAP_CLASSES = ["stack", "tls", "data", "zeroes", "heap", "library_data", "shared_memory"]
FILE_CLASSES = ["text", "library_text", "constants", "file"]
OTHER_CLASSES = ["first_touch", "run_queue", "callback", "blocked_lock", "blocked_io", "stopped",
                 "late_wake", "device", "host_pause", "server"]
CLASSES = SWAP_CLASSES + FILE_CLASSES + OTHER_CLASSES
SYNTHETIC_CLASSES = ("host_pause", "server")
RUNGS = ["kernel", "user", "counters", "polls"]
NOBODY = 65534
NORMAL_USER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
               "--inh-caps=-all,+sys_nice,+ipc_lock", "--ambient-caps=-all,+sys_nice,+ipc_lock"]
SECONDS_PER_GLITCH = 0.25
REPEAT_FACTOR = 3
NOT_DONE_HERE = 3


class Skipped(Exception):
    """Why something cannot be tested here."""


class Stage:
    """What the victims need; `blind_stage` takes it away when this process ends, however it ends."""

    def __init__(self, victim_directory, holdfast):
        self.process = subprocess.Popen([victim_directory / "blind_stage"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise Skipped("no stage for the test")
        self.made = json.loads(line)
        self.directory = pathlib.Path(self.made["directory"])
        self.copy_programs([victim_directory / "blind_victim", victim_directory / "libblind_library.so",
                            holdfast])

    def copy_programs(self, files):
        """Private copies: code that nobody else runs can leave memory."""
        for file in files:
            copy = self.directory / file.name
            shutil.copy(file, copy)
            with open(copy, "rb") as file:
                os.fsync(file.fileno())  # dirty pages stay
        if os.geteuid() == 0:
            for path in (self.directory, *self.directory.iterdir(), self.made["shared"]):
                os.chown(path, NOBODY, NOBODY)  # only an owner may ask for its pages to leave

    def reclaim_file(self):
        """What takes the cgroup's pages out of memory, open for writing; None where there is none."""
        for name in ("memory.reclaim", "memory.force_empty"):
            path = pathlib.Path(self.made["cgroup"] or "/nonexistent") / name
            if path.exists():
                return open(path, "wb", buffering=0)
        return None

    def enter_cgroup(self):
        if self.made["cgroup"]:
            pathlib.Path(self.made["cgroup"], "cgroup.procs").write_text("0")

    def close(self):
        self.process.stdin.close()
        if self.process.wait(60) != 0:
            print("the stage was not cleaned up", file=sys.stderr)


def reason_against(stage, rung, class_name):
    if class_name in SYNTHETIC_CLASSES:
        return None
    if os.geteuid() != 0:
        return "needs root"
    if class_name in SWAP_CLASSES and not stage.made["swap"]:
        return "needs swap: " + "; ".join(stage.made["missing"])
    if class_name == "shared_memory" and not stage.made["cgroup"]:
        return "needs a memory cgroup: " + "; ".join(stage.made["missing"])
    if rung != "kernel" and not shutil.which("setpriv"):
        return "needs setpriv"
    return None


def run_victim(stage, rung, class_name, options):
    """(what the victim says, path of the trace, truths)."""
    trace = stage.directory / f"{rung}-{class_name}.hft"
    truth = stage.directory / f"{rung}-{class_name}.truth"
    command = [] if rung == "kernel" or os.geteuid() != 0 else NORMAL_USER.copy()
    command += [stage.directory / "blind_victim", "--class", class_name, "--glitches", options.glitches,
                "--trace", trace, "--truth", truth, "--directory", stage.directory, "--shared",
                stage.made["shared"], "--observe", rung, "--seed", options.seed]
    is_shared = class_name == "shared_memory"
    reclaim = stage.reclaim_file() if is_shared else None
    if reclaim:
        command += ["--reclaim", reclaim.fileno()]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                            timeout=20 + options.glitches * SECONDS_PER_GLITCH,
                            pass_fds=[reclaim.fileno()] if reclaim else [],
                            preexec_fn=stage.enter_cgroup if is_shared else None)
    if reclaim:
        reclaim.close()
    if result.returncode == NOT_DONE_HERE:
        raise Skipped(result.stderr.strip())
    if result.returncode != 0:
        raise RuntimeError(f"victim of {class_name}: exit {result.returncode} {result.stderr.strip()}")
    said = json.loads(result.stdout)
    if not said["is_as_asked"]:
        raise Skipped(f"the rung {rung} cannot be reached here")
    return said, trace, [json.loads(line) for line in truth.read_text().splitlines()]


def explain(holdfast, trace):
    result = subprocess.run([holdfast, "explain", trace, "--json"], capture_output=True, text=True,
                            check=False, timeout=60)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    glitches = [line for line in lines if line["schema"].startswith("holdfast.glitch/")]
    if not lines or lines[-1]["dropped_records"] > 0:
        raise RuntimeError(f"no whole account of {trace}: {result.stderr.strip()}")
    return glitches


def score_class(stage, rung, class_name, options):
    """A machine that stood still at the wrong moment proves nothing: a class that falls short is tried
    again, longer, and that decides."""
    score = score_once(stage, rung, class_name, options)
    if not score.failures(rung):
        return score
    print(f"AGAIN {rung} {class_name} -- {'; '.join(score.failures(rung))}", flush=True)
    longer = argparse.Namespace(**vars(options))
    longer.glitches, longer.seed = options.glitches * REPEAT_FACTOR, options.seed + 1
    return score_once(stage, rung, class_name, longer)


def score_once(stage, rung, class_name, options):
    reason = reason_against(stage, rung, class_name)
    if reason:
        raise Skipped(reason)
    said, trace, truths = run_victim(stage, rung, class_name, options)
    if said["accepted"] < options.glitches:
        raise Skipped(f"only {said['accepted']} injections worked, {said['discarded']} did not")
    score = blind_score.ClassScore(class_name, truths, explain(options.holdfast, trace))
    if options.keep:
        shutil.copy(trace, options.keep)
        shutil.copy(trace.with_suffix(".truth"), options.keep)
    trace.unlink()
    if len(score.injected) < options.glitches * 0.9:
        raise Skipped(f"{score.without_glitch} of {options.glitches} injections made no glitch here")
    return score


def run_rung(stage, rung, options):
    """(scores, {class: why it was skipped}, {class: failures})."""
    scores, skipped, failures = [], {}, {}
    for class_name in options.classes:
        try:
            score = score_class(stage, rung, class_name, options)
        except Skipped as reason:
            skipped[class_name] = str(reason)
            continue
        except (RuntimeError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
            failures[class_name] = [str(error)]
        else:
            scores.append(score)
            if score.failures(rung):
                failures[class_name] = score.failures(rung)
        if class_name in failures:  # said before the tables, which are long
            print(f"FAIL {rung} {class_name} -- {'; '.join(failures[class_name])}", flush=True)
    return scores, skipped, failures


def rung_text(rung, scores, skipped, failures):
    text = f"## Rung: {rung}\n\n"
    if scores:
        text += f"{blind_score.matrix_text(scores)}\n\n{blind_score.details_text(scores)}\n\n"
    for class_name, reason in skipped.items():
        text += f"SKIP {class_name} -- {reason}\n"
    for class_name, sentences in failures.items():
        text += f"FAIL {class_name} -- {'; '.join(sentences)}\n"
    return text


def page_text(texts, options):
    today = datetime.date.today().isoformat()
    return f"""# Blind test of cause attribution

Made by `tests/blind/blind_test.py --glitches {options.glitches}` on {today}, {platform.system()} {platform.release()}
{platform.machine()}, {os.cpu_count()} processors. `blind_victim` makes glitches in a known way and writes
down what it did; `holdfast explain` sees only the trace. Rows: what was done. Columns: what was said.

Real: everything but `host_pause` and `server`, which are traces written by hand, and `device`, where the
virtual device's counter jumps. In `late_wake` the virtual device sets a real thread's timer too late.
"Right page": kind of fault, whose memory, file and symbol. "Durations right": the time said to be in
page faults is within 5 % or 5 us of what the victim measured around each access. Bystanders: glitches
of the machine itself, with no injection in their window.

{chr(10).join(texts)}"""


def parse_options():
    parser = argparse.ArgumentParser(description="Blind test of cause attribution")
    parser.add_argument("holdfast", type=pathlib.Path)
    parser.add_argument("victim_directory", type=pathlib.Path)
    parser.add_argument("--glitches", type=int, default=20)
    parser.add_argument("--rungs", default="kernel,user", type=lambda text: text.split(","))
    parser.add_argument("--classes", default=CLASSES, type=lambda text: text.split(","))
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="copy traces and truths to this directory")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unknown = set(options.rungs) - set(RUNGS) | set(options.classes) - set(CLASSES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def main():
    options = parse_options()
    stage = Stage(options.victim_directory.resolve(), options.holdfast)
    texts, has_scores, has_failures = [], False, False
    try:
        for rung in options.rungs:
            scores, skipped, failures = run_rung(stage, rung, options)
            has_scores |= bool(scores)
            has_failures |= bool(failures)
            texts.append(rung_text(rung, scores, skipped, failures))
    finally:
        stage.close()
        print("\n".join(texts), flush=True)
    if options.write:
        options.write.write_text(page_text(texts, options))
    if has_failures:
        return 1
    return 0 if has_scores else 77


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skipped as skipped:
        print("SKIP:", skipped)
        sys.exit(77)
