#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a take loses when power is cut (the bytes of a loop device at that moment, mounted again), and the widest stream
there is. Recorders that are killed: take_survival.py.

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
from figure import Figure, conclude, skipped  # noqa: E402
from script import disk_image, mounted_disk  # noqa: E402

CUTS_ASKED = "20 power cuts: the file opens, < 10 s lost"
WIDE_ASKED = "0 frames lost by the recorder"
HEAD_BYTES = 49152


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
        done = subprocess.run([program(build), "record", f"{folder}/take.wav", "--device", "virtual:policy=catchup,ring=256",
                               "--rate", "192000", "--channels", "64", "--frames", "16", "--format", "32", "--for", f"{seconds}s",
                               "--buffer", "1GiB", "--json", "--no-notices"], capture_output=True, text=True, check=False)
        *_, summary, take = [json.loads(line) for line in done.stdout.splitlines()]
        size = os.path.getsize(f"{folder}/take.wav")
    is_right = take["length_frames"] == summary["elapsed_frames"] == (size - HEAD_BYTES) // 256
    causes = ", ".join(f"{cause} {count}" for cause, count in summary["causes"].items())
    measured = (f"{take['own_lost_frames']} of {take['length_frames']} frames lost by the recorder, {summary['missing_frames']} by "
                f"a late audio thread{f' ({causes})' if causes else ''}; file {'as long as the run' if is_right else 'of another length'}")
    # Whoever was late because the machine was busy has lost nothing for want of a place to put it, and has not shown
    # that it can do without.
    holds = take["own_lost_frames"] == 0 and is_right
    return Figure(name, WIDE_ASKED, measured, holds if summary["missing_frames"] == 0 or not holds else None,
                  "virtual device that keeps 256 blocks; ring limit 1 GiB")


def figures(build, is_quick):
    if os.geteuid() != 0:
        yield skipped("power cut while recording", CUTS_ASKED, "mounts need root")
        return
    yield power_cuts(build, 3 if is_quick else 20)
    yield wide(build, 10 if is_quick else 600)


def main():
    return conclude(list(figures(os.path.abspath(sys.argv[1]), "--quick" in sys.argv[2:])))


if __name__ == "__main__":
    sys.exit(main())
