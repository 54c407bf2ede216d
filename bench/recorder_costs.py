#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processor time and memory of recorders that record the same from the same sound system, one after the other in turn.

usage: recorder_costs.py BUILD_DIR [SECONDS [ROUNDS]]     prints the table of docs/recorders.md
"""
import os
import pathlib
import re
import shutil
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import backend_contract_test as contract  # noqa: E402
from sound_systems import alsa, jack  # noqa: E402

CHANNELS, RATE, BLOCK = 8, 48000, 64
TICKS = os.sysconf("SC_CLK_TCK")


def ours(build, device, *options):
    return [f"{build}/src/cmd/holdfast", "record", "FILE", "--device", device, "--channels", CHANNELS, "--frames", BLOCK, "--no-notices",
            "--no-labels", *options]


def commands(build):
    return {
        alsa.Alsa: {"holdfast record": ours(build, "alsa:s24packed"),
                    "the same without a look for causes": ours(build, "alsa:s24packed", "--observe", "none"),
                    "arecord": ["arecord", "-q", "-D", "s24packed", "-f", "S24_3LE", "-r", RATE, "-c", CHANNELS,
                                f"--period-size={BLOCK}", f"--buffer-size={4 * BLOCK}", "FILE"]},
        jack.Jack: {"holdfast record": ours(build, "jack:position_source:out"),
                    "the same without a look for causes": ours(build, "jack:position_source:out", "--observe", "none"),
                    "jack_capture": ["jack_capture", "-b", 24, "-c", CHANNELS, "-p", "position_source:out", "-as", "-ns", "FILE"]},
    }


def cost_of(pid, seconds):
    """(share of a processor, peak of memory of its own in MB) from now on."""
    def ticks():
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    before = ticks()
    time.sleep(seconds)
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    own = sum(int(re.search(rf"^{name}:\s*(\d+)", status, flags=re.MULTILINE).group(1)) for name in ("RssAnon", "RssFile"))
    return (ticks() - before) / TICKS / seconds, own / 1024


def one_round(build, kind, command, seconds):
    with tempfile.TemporaryDirectory(prefix="holdfast-costs-", dir=build) as directory:
        system = kind(contract.Place(build, directory))
        try:
            system.start(BLOCK)
            path = pathlib.Path(directory) / "take.wav"
            recorder = system.launch(*(path if word == "FILE" else word for word in command))
            time.sleep(2)
            cost = cost_of(recorder.pid, seconds)
            recorder.send_signal(signal.SIGINT)
            recorder.wait(60)
            assert path.stat().st_size > seconds * RATE * 3, f"{command[0]} recorded nothing"
            return cost
        finally:
            system.end()


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    seconds, rounds = (int(word) for word in (*sys.argv[2:], *("20", "3")[len(sys.argv) - 2:]))
    print(f"| {CHANNELS} channels from | recorder | processor | memory |\n|---|---|---|---|")
    for kind, recorders in commands(build).items():
        here = {name: command for name, command in recorders.items() if shutil.which(str(command[0]))}
        costs = {name: [] for name in here}
        for _ in range(rounds):
            for name, command in here.items():
                costs[name].append(one_round(build, kind, command, seconds))
        for name, found in costs.items():
            share, memory = (statistics.median(column) for column in zip(*found))
            print(f"| {kind.__name__} | {name} | {100 * share:.1f} % | {memory:.1f} MB |", flush=True)


if __name__ == "__main__":
    main()
