#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holdfast and arecord side by side: both record from the same card of tests/support at the same time, with
rings of the same size, and are stopped for the same times. Each is asked what was lost; the truth is in the
samples that each of them recorded.

usage: arecord_beside.py BUILD_DIR ROUNDS

arecord also says how long an overrun was "at least". That is not judged: it is the time from the moment at
which the kernel stopped the stream, which a card outside of the kernel cannot tell.
"""
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import backend_contract_test as contract  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402
from sound_systems import alsa  # noqa: E402

NAME = "beside arecord: late by the same stops, same card, frames lost"
ASKED = "Holdfast's number is the content's"
RATE = 48000
BLOCK, RING = 64, 256


def arecord(system, path, seconds):
    # Of its own accord it would not read before half of its default of a second is there.
    return system.launch("arecord", "-D", "card", "-f", "S32_LE", "-r", RATE, "-c", 1, "-d", seconds, "-t", "raw",
                         f"--period-size={BLOCK}", f"--buffer-size={RING}", path, stderr=subprocess.PIPE)


def missing_in(path):
    """Frames that lie between the first and the last of a recording and are not in it."""
    positions = alsa.positions_in(path.read_bytes())
    steps = ((after - before) % alsa.MODULUS for before, after in zip(positions, positions[1:]))
    return sum(step - 1 for step in steps if step != 0)


def one_round(build):
    """(told by Holdfast, its truth, overruns that arecord told, its truth, stops)."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as directory:
        system = alsa.Alsa(contract.Place(pathlib.Path(build).resolve(), directory))
        try:
            system.start(BLOCK)
            path = system.place.directory / "arecord.raw"
            theirs = arecord(system, path, 3)
            ours = contract.Run(system, BLOCK, 2.5)
            stops = 0
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline:
                time.sleep(random.uniform(0.05, 0.3))
                length = random.choice((0.01, 0.02, 0.05, 0.1))
                for process in (ours.process, theirs):
                    contract.stop(process.pid, length)
                stops += 1
            result = ours.result()
            said = theirs.communicate(timeout=60)[1].decode()
            return (result["lost_frames"], result["missing_by_content"], said.count("overrun!!!"), missing_in(path),
                    stops)
        finally:
            system.end()


def measure(build, rounds):
    if shutil.which("arecord") is None:
        yield skipped(NAME, ASKED, "arecord is not installed: apt-get install alsa-utils")
        return
    results = [one_round(build) for _ in range(rounds)]
    told, truth, overruns, their_truth, stops = (sum(column) for column in zip(*results))
    exact = sum(result[0] == result[1] for result in results)
    yield Figure(NAME, ASKED,
                 f"Holdfast: {told} told, {truth} missing by content, equal in {exact} of {rounds} runs; arecord: "
                 f"{overruns} overruns told in {stops} stops, no number of frames, {their_truth} missing in its file "
                 "without a mark", exact == rounds and truth > 0,
                 "`bench/arecord_beside.py`: both on the card of tests/support, blocks of 64 frames and rings of 256, "
                 "stopped by SIGSTOP for 10 to 100 ms one after the other, 2.5 s a run")


if __name__ == "__main__":
    random.seed(20)
    sys.exit(conclude(list(measure(sys.argv[1], int(sys.argv[2])))))
