#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes whose recorder is killed: at random instants, in the middle of a write to the head of the file, and on a disk
that is about to be full. Whatever is left must open in every reader, hold what was recorded, and show its markers.

usage: take_survival.py BUILD_DIR [--quick] [PART]     as root; PART: moments, torn or full
"""
import concurrent.futures
import contextlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import record_test as takes  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402
from script import disk_image, mounted_disk  # noqa: E402

NAMES = {"moments": "recorder killed at random instants",
         "torn": "recorder killed in the middle of a write to the head of the file",
         "full": "recorder killed, or ended by it, on a disk that gets full"}
ASKED = "every reader opens every take; < 500 ms lost, every marker older than 1 s there"
HEAD_BYTES, FRAME_BYTES, RATE = 49152, 6, 48000
LOST_EVERY_MS = 50
LOST_FRAMES = 64


@contextlib.contextmanager
def small_disk(kibibytes_left):
    """ext4 with so much room for takes."""
    with tempfile.TemporaryDirectory(prefix="holdfast-survival-") as name:
        folder = pathlib.Path(name)
        disk_image(folder / "disk", 64)
        (folder / "mounted").mkdir()
        with mounted_disk(folder / "disk", folder / "mounted"):
            room = os.statvfs(folder / "mounted")
            with (folder / "mounted/ballast").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - (kibibytes_left << 10))
            yield folder / "mounted"


def start(build, path, environment):
    losses = ",".join(f"lose={LOST_FRAMES}@{i * LOST_EVERY_MS}ms" for i in range(1, 200))
    return subprocess.Popen([f"{build}/src/cmd/holdfast", "record", path, "--no-notices", "--no-labels", "--device",
                             f"virtual:policy=catchup,ring=1024,{losses}"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, **environment))


def record_and_kill(build, part, path, rng):
    """True when the recorder was killed, False when it ended first."""
    if part == "torn":
        torn = {"LD_PRELOAD": f"{build}/bench/libtorn_write.so", "HOLDFAST_TORN_WRITE": str(rng.randint(2, 80)),
                "HOLDFAST_TORN_PERMILLE": str(rng.randint(0, 1000))}
        return start(build, path, torn).wait(60) == -9
    recorder = start(build, path, {})
    time.sleep(0.5 + 3 * rng.random())
    recorder.kill()
    return recorder.wait(60) == -9


def look_at(path):
    """(frames not visible, markers older than 1 s, what is wrong) of what is left."""
    written = max(0, (path.stat().st_size - HEAD_BYTES) // FRAME_BYTES)
    seen = {}
    for name, frames in takes.readers().items():
        try:
            seen[name] = frames(path)
        except (AssertionError, EOFError, OSError, ValueError, wave.Error, subprocess.CalledProcessError) as trouble:
            return written, 0, f"{name}: {trouble}"
    visible = min(seen.values())  # where the sizes still say 0, ffmpeg reads to the end of the file
    if max(seen.values()) > written or (visible > 0 and len(set(seen.values())) != 1):
        return written, 0, f"readers see {seen} of {written} frames"
    samples = takes.samples_of(path)
    silent = {frame for frame, value in enumerate(samples) if value == 1 << 23}
    if any(value != frame for frame, value in enumerate(samples) if frame not in silent):
        return written, 0, "samples are not where they belong"
    old = {frame for frame in silent if frame - 1 not in silent and 0 < frame < visible - RATE}
    missing = old - set(takes.cue_positions(path))
    return written - visible, len(old), f"markers at {sorted(missing)} are missing" if missing else ""


def survive(build, part, count, room_kib=40 << 10):
    """(kills, takes that ended first, most frames not visible, old markers, troubles)."""
    rng = random.Random(part)
    seeds = [random.Random(rng.random()) for _ in range(count)]
    kills, lost, markers, troubles = 0, [], 0, []
    with small_disk(room_kib) as disk, concurrent.futures.ThreadPoolExecutor(3) as pool:
        def one(index):
            path = disk / f"take{index}.wav"
            was_killed = record_and_kill(build, part, path, seeds[index])
            try:
                return was_killed, look_at(path)
            finally:
                path.unlink()
        for was_killed, (hidden, old, trouble) in pool.map(one, range(count)):
            kills += was_killed
            lost.append(hidden)
            markers += old
            troubles += [trouble] if trouble else []
    return kills, count - kills, max(lost), markers, troubles


def figure_of(part, result, how):
    """Without a kill, or without a marker old enough, nothing was shown."""
    kills, ended, lost, markers, troubles = result
    measured = (f"{kills} kills" + (f", {ended} ended by the full disk first" if ended else "") + f": {len(troubles)} takes in "
                f"trouble, at most {lost * 1000 / RATE:.0f} ms not visible; {markers} markers older than 1 s, none missing")
    if troubles:
        measured = f"{kills} kills: {len(troubles)} takes in trouble: {troubles[0]}"
    is_proof = kills > 0 and markers > 0 and (ended > 0 or part != "full")
    holds = not troubles and lost * 2 < RATE
    return Figure(NAMES[part], ASKED, measured, holds if is_proof or not holds else None, how)


def figures(build, is_quick, parts=tuple(NAMES)):
    if os.geteuid() != 0:
        yield skipped(NAMES["moments"], ASKED, "mounts need root")
        return
    how = ("`bench/take_survival.py`: takes with a loss every 50 ms on ext4, three at a time; SIGKILL within 0.5 to 3.5 s, or "
           "after a random part of a random one of the first 80 writes to the head (but the one that makes it a WAV file, 10 ms "
           "after it was created); full: 1800 KiB are left for three takes. "
           f"Opened by {', '.join(takes.readers())}; each sample tells its number")
    counts = {"moments": 100, "torn": 100, "full": 50}
    for part in parts:
        count = 9 if is_quick else counts[part]
        yield figure_of(part, survive(build, part, count, 1800 if part == "full" else 40 << 10), how)


def main():
    build, *rest = sys.argv[1:]
    parts = [word for word in rest if word in NAMES] or list(NAMES)
    return conclude(list(figures(os.path.abspath(build), "--quick" in rest, parts)))


if __name__ == "__main__":
    sys.exit(main())
