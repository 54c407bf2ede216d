#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `holdfast record` makes of a disk that is slow, or does not answer for seconds: a loop device whose file
system is frozen, or whose writes the kernel throttles while it may cache little of them. Every sample tells its own
frame number, and so the file itself says what is missing in it.

usage: slow_disk.py BUILD_DIR [--quick]     as root
"""
import array
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
from figure import Figure, conclude, skipped  # noqa: E402
from script import disk_image, frozen_disk, mounted_disk, undone_later  # noqa: E402

THROTTLE = pathlib.Path("/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device")
HEAD_BYTES, CHANNELS, FRAME_BYTES, RATE = 49152, 2, 6, 192000
STREAM = RATE * FRAME_BYTES
DIRTY_BYTES = 2 << 20  # so much may wait in the page cache, as on a machine with little memory
DEVICE = "virtual:policy=catchup,ring=16384,lose=64@1s,lose=640@2s"
STALLS = "a disk that does not answer for 2 s, three times"
STALLS_ASKED = "0 frames lost by the recorder, ring within its limit, all of it locked"
FULL = "the same with a ring that is too small for it"
FULL_ASKED = "its own loss counted as its own: file as long as the run, every frame at its place"
SLOW = "a disk 1.5 times as fast as the stream"
TOO_SLOW = "a disk 0.3 times as fast as the stream"


@contextlib.contextmanager
def small_disk(folder, mebibytes):
    """(mount point, name of the block device as MAJOR:MINOR)."""
    image, place = folder / "disk", folder / "mounted"
    disk_image(image, mebibytes)
    place.mkdir()
    with mounted_disk(image, place):
        device = os.stat(place).st_dev
        yield place, f"{os.major(device)}:{os.minor(device)}"


def throttled(device, bytes_per_second):
    """For `with`: this device alone. Another disk may get its number later, so all of it is taken back in any case."""
    settings = f"/sys/class/bdi/{device}"
    return undone_later('echo "$1 $2" >"$4" && echo 1 >"$3/strict_limit" && echo "$5" >"$3/max_bytes"',
                        'echo "$1 0" >"$4"; echo 0 >"$3/strict_limit"; echo 100 >"$3/max_ratio"',
                        device, int(bytes_per_second), settings, THROTTLE, DIRTY_BYTES)


def start(build, path, seconds, buffer):
    return subprocess.Popen(
        [f"{build}/src/cmd/holdfast", "record", path, "--device", DEVICE, "--rate", str(RATE), "--frames", "16",
         "--channels", str(CHANNELS), "--for", f"{seconds}s", "--buffer", buffer, "--json", "--no-notices"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def misplaced_and_silent(path):
    """Frames of the file that are neither silent nor what the device had at that place; and those that are silent."""
    data = path.read_bytes()[HEAD_BYTES:]
    wide = bytearray(len(data) // FRAME_BYTES * 4)  # first channel, 24 bits become the upper ones of 32
    for byte in range(3):
        wide[byte + 1::4] = data[byte::FRAME_BYTES]
    values = array.array("i", bytes(wide))
    middle = 1 << 23
    silent = sum(value == 0 for value in values)
    wrong = sum(value != 0 and ((value >> 8) + middle) % (1 << 24) != frame % (1 << 24) for frame, value in enumerate(values))
    return wrong, silent


def result_of(recorder, path):
    """What the recorder says, and what its file says."""
    out, err = recorder.communicate(timeout=300)
    lines = [json.loads(line) for line in out.splitlines()]
    if not lines or lines[-1]["schema"] != "holdfast.take/1":
        sys.exit(f"no take: {err}")
    summary, take = lines[-2:]
    wrong, silent = misplaced_and_silent(path)
    frames = (path.stat().st_size - HEAD_BYTES) // FRAME_BYTES
    return {"frames": frames, "elapsed": summary["elapsed_frames"], "device": summary["missing_frames"],
            "dropped_records": summary["dropped_records"], "own": take["own_lost_frames"], "filled": take["filled_frames"],
            "buffer": take["buffer_bytes"], "unlocked": take["unlocked_buffer_bytes"], "wrong": wrong, "silent": silent,
            "exit": recorder.returncode}


def is_exact(run):
    """One frame in 2^24 is silent by its number: more than that, and none less, must have been filled."""
    return (run["frames"] == run["elapsed"] and run["wrong"] == 0 and run["filled"] == run["own"] + run["device"]
            and 0 <= run["silent"] - run["filled"] <= run["frames"] // (1 << 24) + 1 and run["dropped_records"] == 0)


def told(run):
    return (f"{run['own']} of {run['elapsed']} frames lost by the recorder, {run['device']} by the device; ring "
            f"{run['buffer'] / 2**20:.1f} MiB, {run['unlocked'] >> 10} KiB of it not locked; file "
            f"{'exact' if is_exact(run) else 'not exact: ' + str(run)}")


def kept_up(name, run, limit, how):
    holds = run["own"] == 0 and run["exit"] == 0 and is_exact(run) and run["unlocked"] == 0 and run["buffer"] <= limit
    return Figure(name, STALLS_ASKED, told(run), holds, how)


def owned_up(name, run, how):
    """A run in which the ring never was full shows nothing."""
    if is_exact(run) and run["own"] == 0:
        return Figure(name, FULL_ASKED, "the ring never was full", None, how)
    return Figure(name, FULL_ASKED, told(run), is_exact(run) and run["exit"] == 4, how)


def stalls(build, buffer, count):
    with tempfile.TemporaryDirectory(prefix="holdfast-slow-") as folder, small_disk(pathlib.Path(folder), 256) as (place, _):
        path = place / "take.wav"
        recorder = start(build, path, 4 * count + 1, buffer)
        for _ in range(count):
            time.sleep(1.5)
            with frozen_disk(place):
                time.sleep(2)
        return result_of(recorder, path)


def throttle(build, buffer, share, seconds):
    with tempfile.TemporaryDirectory(prefix="holdfast-slow-") as folder, small_disk(pathlib.Path(folder), 256) as (place, device):
        with throttled(device, STREAM * share):
            return result_of(start(build, place / "take.wav", seconds, buffer), place / "take.wav")


def figures(build, is_quick):
    if os.geteuid() != 0:
        yield skipped(STALLS, STALLS_ASKED, "mounts need root")
        return
    how = ("`bench/slow_disk.py`: 192 kHz, 2 channels, blocks of 16 frames, onto ext4 on a loop device; each sample tells its "
           "number. Stalls: `fsfreeze` for 2 s. Slow: the kernel throttles writes to the device, and may cache 2 MiB of them")
    yield kept_up(STALLS, stalls(build, "256MiB", 3), 256 << 20, how)
    yield owned_up(FULL, stalls(build, "2MiB", 1), how)
    if not THROTTLE.exists():
        yield skipped(SLOW, STALLS_ASKED, "throttling the whole device needs the blkio controller of cgroup v1")
        return
    yield kept_up(SLOW, throttle(build, "256MiB", 1.5, 8 if is_quick else 60), 256 << 20, how)
    yield owned_up(TOO_SLOW, throttle(build, "4MiB", 0.3, 15), how)


def main():
    return conclude(list(figures(os.path.abspath(sys.argv[1]), "--quick" in sys.argv[2:])))


if __name__ == "__main__":
    sys.exit(main())
