#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a take loses when power is cut (the bytes of a loop device at that moment, mounted again), the widest stream
there is, and the longest take, beyond 4 GiB in simulated time. Recorders that are killed: take_survival.py.

usage: record_take.py BUILD_DIR [--quick]     as root
"""
import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import record_test as takes  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402
from script import disk_image, mounted_disk  # noqa: E402

CUTS_ASKED = "20 power cuts: the file opens, < 10 s lost"
WIDE_ASKED = "0 frames lost by the recorder"
LONG_ASKED = "as long as the device ran, bit-identical outside of the gaps, silent in them, opens"
HEAD_BYTES = 49152
RATE = 48000
STEREO_BYTES = 6  # of a 24-bit frame
MODULUS = 1 << 24  # of the frame numbers that samples tell
WIDE_RING = 2048
LOSS_FRAMES = (1, 187, 64, 5000)


def program(build):
    return f"{build}/src/cmd/holdfast"


@contextlib.contextmanager
def mounted(source, kind, options):
    with tempfile.TemporaryDirectory(prefix="holdfast-take-") as folder:
        with mounted_disk(source, folder, kind, options):
            yield pathlib.Path(folder)


def frames_after_cut(build, image, folder):
    """Frames of the take on a copy of the disk, after the file system and `repair` did their part."""
    with mounted(image, "ext4", "loop") as disk:
        take = disk / "take.wav"
        mended = subprocess.run([program(build), "repair", "--json", take], capture_output=True, text=True, check=False)
        if mended.returncode != 0:
            return None, mended.stderr.strip()
        shutil.copy(take, folder / "after.wav")
        return json.loads(mended.stdout)["length_frames"], ""


def power_cuts(build, count):
    name = "power cut while recording"
    with tempfile.TemporaryDirectory(prefix="holdfast-cut-") as name_of_folder:
        folder = pathlib.Path(name_of_folder)
        image = folder / "disk"
        disk_image(image, 48)
        copies = []
        with mounted(image, "ext4", "loop") as disk:
            recorder = subprocess.Popen([program(build), "record", disk / "take.wav", "--device", "virtual:lose=64@1s", "--json"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            began = time.monotonic()
            time.sleep(6)
            for index in range(count):
                time.sleep(1 + random.random())
                copies.append((folder / f"cut{index}", time.monotonic() - began))
                subprocess.run(["cp", "--sparse=always", image, copies[-1][0]], check=True)
            recorder.terminate()
            recorder.wait()
        lost, troubles = [], []
        for copy, seconds in copies:
            frames, trouble = frames_after_cut(build, copy, folder)
            if frames is None:
                troubles.append(trouble)
            else:
                lost.append(seconds - frames / 48000)
            copy.unlink()
    measured = f"{len(copies)} cuts: {len(troubles)} did not open, at most {max(lost, default=0):.1f} s lost"
    return Figure(name, CUTS_ASKED, measured + "".join(f"; {trouble}" for trouble in troubles[:1]),
                  not troubles and bool(lost) and max(lost) < 10,
                  "copies of a loop device's bytes (ext4) during a take, each mounted, which replays its journal, and given to "
                  "`holdfast repair`")


def wide(build, seconds):
    name = f"64 channels, 192 kHz, 32-bit, 16-frame blocks, {seconds} s"
    with tempfile.TemporaryDirectory(prefix="holdfast-wide-", dir=build) as folder:
        if shutil.disk_usage(folder).free < 2 * seconds * 192000 * 256:
            return skipped(name, WIDE_ASKED, "too little disk")
        done = subprocess.run([program(build), "record", f"{folder}/take.wav", "--device", f"virtual:policy=catchup,ring={WIDE_RING}",
                               "--rate", "192000", "--channels", "64", "--frames", "16", "--format", "32", "--for", f"{seconds}s",
                               "--buffer", "1GiB", "--json", "--no-notices"], capture_output=True, text=True, check=False)
        *_, summary, take = [json.loads(line) for line in done.stdout.splitlines()]
        is_right = take["length_frames"] == summary["elapsed_frames"] == takes.frames_by_libsndfile(f"{folder}/take.wav")
    causes = ", ".join(f"{cause} {count}" for cause, count in summary["causes"].items())
    measured = (f"{take['own_lost_frames']} of {take['length_frames']} frames lost by the recorder, {summary['missing_frames']} by "
                f"a late audio thread{f' ({causes})' if causes else ''}; file {'as long as the run' if is_right else 'of another length'}")
    # Whoever was late because the machine was busy has lost nothing for want of a place to put it, and has not shown
    # that it can do without.
    holds = take["own_lost_frames"] == 0 and is_right
    return Figure(name, WIDE_ASKED, measured, holds if summary["missing_frames"] == 0 or not holds else None,
                  f"virtual device that keeps {WIDE_RING} blocks, 171 ms, so that a pause of the host is none of its own; ring limit 1 GiB")


def all_frame_numbers():
    """What a take of the position signal repeats: each frame tells its number, in both channels."""
    played = bytearray()
    for first in range(-MODULUS // 2, MODULUS // 2, RATE):
        played += b"".join(number.to_bytes(3, "little", signed=True) * 2 for number in range(first, min(first + RATE, MODULUS // 2)))
    return played


def first_difference(path, gaps, length, played):
    """The frame from which on, a second at most, the samples of a take are not what the device played over and over, or
    silence in `gaps` (begin, frames); None when all are."""
    modulus = len(played) // STEREO_BYTES
    silence = bytes(max((missing for _, missing in gaps), default=0) * STEREO_BYTES)
    with open(path, "rb") as file:
        file.seek(HEAD_BYTES)
        at = 0
        for begin, missing in [*gaps, (length, 0)]:
            while at < begin:
                first = at % modulus
                count = min(begin - at, modulus - first, RATE)
                if file.read(count * STEREO_BYTES) != played[first * STEREO_BYTES:(first + count) * STEREO_BYTES]:
                    return at
                at += count
            if file.read(missing * STEREO_BYTES) != silence[:missing * STEREO_BYTES]:
                return at
            at += missing
        return None if file.read(4) in (b"", b"LIST", b"cue ") else at  # nothing, or a chunk behind the samples


def long_take(build, hours, losses):
    """Simulated time, real files. The script's losses lie on the device's own block boundaries, or up to a block later."""
    name = f"{hours} h at 2 channels, 24-bit, {losses} losses, in simulated time"
    script = [(RATE * 3600 * hours * (index + 1) // (losses + 1) // 4800 / 10, LOSS_FRAMES[index % len(LOSS_FRAMES)])
              for index in range(losses)]
    with tempfile.TemporaryDirectory(prefix="holdfast-long-", dir=build) as folder:
        if shutil.disk_usage(folder).free < 1.2 * hours * 3600 * RATE * STEREO_BYTES:
            return skipped(name, LONG_ASKED, "too little disk")
        device = "virtual:clock=fake,content=position," + ",".join(f"lose={frames}@{when}s" for when, frames in script)
        done = subprocess.run([program(build), "record", f"{folder}/take.wav", "--device", device, "--for", f"{hours}h", "--json",
                               "--no-notices"], capture_output=True, text=True, check=False)
        *glitches, summary, take = [json.loads(line) for line in done.stdout.splitlines()]
        gaps = [(glitch["position_frames"], glitch["missing_frames"]) for glitch in glitches]
        is_scripted = len(gaps) == losses and all(
            missing == frames and 0 <= begin - round(when * RATE) < 64 for (begin, missing), (when, frames) in zip(gaps, script))
        length = take["length_frames"]
        difference = first_difference(f"{folder}/take.wav", gaps, length, memoryview(all_frame_numbers()))
        opened = takes.frames_by_libsndfile(f"{folder}/take.wav"), takes.frames_by_sox(f"{folder}/take.wav")
        size = os.path.getsize(f"{folder}/take.wav")
    is_right = (length == summary["elapsed_frames"] and 0 <= length - RATE * 3600 * hours < 64  # it ends with a block
                and opened == (length, length) and take["own_lost_frames"] == 0)
    measured = (f"{length} frames, {size / 2**30:.1f} GiB; {len(gaps)} gaps {'as' if is_scripted else 'not as'} scripted; samples "
                f"{'right' if difference is None else f'wrong from frame {difference}'}; "
                f"libsndfile and sox read {' and '.join(map(str, opened))} frames")
    return Figure(name, LONG_ASKED, measured, is_right and is_scripted and difference is None,
                  "virtual device in simulated time: every sample tells its frame number, all of them are compared")


def figures(build, is_quick):
    yield long_take(build, 5 if is_quick else 24, 200 if is_quick else 2000)
    if os.geteuid() != 0:
        yield skipped("power cut while recording", CUTS_ASKED, "mounts need root")
        return
    yield power_cuts(build, 3 if is_quick else 20)
    yield wide(build, 10 if is_quick else 600)


def main():
    return conclude(list(figures(os.path.abspath(sys.argv[1]), "--quick" in sys.argv[2:])))


if __name__ == "__main__":
    sys.exit(main())
