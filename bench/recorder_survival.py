#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Six recorders, killed and cut off: what each leaves behind, and who can read it. All record one channel of 24 bits at
48 kHz from servers and cards of the tests' own. How much a recorder had is known from control runs of the same
program that end in order; times of start vary, and so it is known to about a tenth of a second.

usage: recorder_survival.py BUILD_DIR [--quick] [--table]     as root; --table prints the table of docs/recorders.md
"""
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import backend_contract_test as contract  # noqa: E402
import record_test as takes  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402
from script import disk_image, mounted_disk  # noqa: E402
from sound_systems import alsa, jack, pipewire  # noqa: E402
from sound_systems.sound_system import Missing, wait_for  # noqa: E402

RATE = 48000
NAME = "what survives SIGKILL and power cuts, beside sox, arecord, ffmpeg, jack_capture and pw-record"
ASKED = "holdfast: opens in all readers, < 0.5 s lost and the right length when killed, < 10 s lost when power is cut"
NOISE = 0.1  # seconds; a length known from the time a program was started at
READERS = ("libsndfile", "ffmpeg", "sox", "Python wave")


def on_alsa(*command):
    return lambda system, path: system.launch(*(path if word == "FILE" else word for word in command))


def link_by_hand(system, path, **streams):
    """There is no session manager that would give the recorder a port and link it."""
    node = f"recorder-{path.stem}-{time.monotonic_ns()}"
    recorder = system.launch("pw-record", "--rate", RATE, "--channels", 1, "--format", "s24", "-P", f"{{ node.name={node} }}",
                             path, **streams)

    def run(*command):
        return subprocess.run(command, env=system.environment(), capture_output=True, text=True, check=False)

    def number():
        try:
            nodes = json.loads(run("pw-dump").stdout)
        except ValueError:  # it writes several lists when something changes meanwhile
            return None
        return next((str(item["id"]) for item in nodes if item["type"].endswith(":Node")
                     and item["info"]["props"].get("node.name") == node), None)
    made = wait_for(number, 10)
    assert made, "pw-record made no node"
    layout = {"direction": "Input", "mode": "dsp", "format": {"mediaType": "audio", "mediaSubtype": "raw", "format": "F32P",
                                                              "rate": RATE, "channels": 1, "position": ["MONO"]}}
    run("pw-cli", "set-param", made, "PortConfig", json.dumps(layout))
    assert wait_for(lambda: run("pw-link", "position_source:out", f"{node}:input_MONO").returncode == 0, 10), "no port to link"
    return recorder


def recorders(build):
    """Name -> (sound system, what starts it)."""
    return {
        "holdfast record": (alsa.Alsa, on_alsa(f"{build}/src/cmd/holdfast", "record", "FILE", "--device", "alsa:card", "--channels",
                                               1, "--frames", 256, "--no-notices")),
        "sox": (alsa.Alsa, on_alsa("sox", "-q", "-t", "alsa", "-c", 1, "-r", RATE, "card", "-b", 24, "FILE")),
        "arecord": (alsa.Alsa, on_alsa("arecord", "-q", "-D", "s24packed", "-f", "S24_3LE", "-r", RATE, "-c", 1, "FILE")),
        "ffmpeg": (alsa.Alsa, on_alsa("ffmpeg", "-v", "error", "-nostdin", "-f", "alsa", "-channels", 1, "-sample_rate", RATE,
                                      "-i", "card", "-c:a", "pcm_s24le", "FILE")),
        "jack_capture": (jack.Jack, on_alsa("jack_capture", "-b", 24, "-c", 1, "-p", "position_source:out", "-as", "-ns", "FILE")),
        "pw-record": (pipewire.Pipewire, link_by_hand),
    }


# What a reader makes of a file: (seconds that it says there are, seconds of samples that it gives).

def by_libsndfile(path):
    frames = takes.frames_by_libsndfile(path)
    return frames / RATE, frames / RATE


def by_ffmpeg(path):
    said = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=duration", "-of", "csv=p=0", path],
                          capture_output=True, check=True, text=True).stdout
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-"], capture_output=True, check=True)
    return float(said), len(decoded.stdout) / 2 / RATE


def by_sox(path):
    said = subprocess.run(["soxi", "-s", path], capture_output=True, check=True, text=True).stdout
    decoded = subprocess.run(["sox", path, "-t", "raw", "-b", "16", "-"], capture_output=True, check=False)
    return int(said) / RATE, len(decoded.stdout) / 2 / RATE


def by_wave(path):
    with wave.open(str(path)) as opened:
        said = opened.getnframes()
        return said / RATE, len(opened.readframes(min(said, RATE * 600))) / 3 / RATE


READ = dict(zip(READERS, (by_libsndfile, by_ffmpeg, by_sox, by_wave)))


def read_by_all(path):
    """Reader -> (says, gives), or None where it refuses."""
    seen = {}
    for name, read in READ.items():
        try:
            seen[name] = read(path)
        except (AssertionError, EOFError, OSError, ValueError, wave.Error, subprocess.CalledProcessError):
            seen[name] = None
    return seen


@dataclasses.dataclass
class Ended:
    """One take that was cut off after so many seconds of sound."""
    seconds: float
    seen: dict


def cell(takes_ended, reader):
    """The worst of one reader, in words: "0.2 s lost", "refuses 3 of 10", "0.0 s lost, says 4.1 h"."""
    seen = [(take.seconds, take.seen[reader]) for take in takes_ended]
    refused = sum(found is None for _, found in seen)
    if refused == len(seen):
        return "refuses"
    lost = max(seconds - found[1] for seconds, found in seen if found)
    text = f"{max(lost, 0):.1f} s lost"
    false = max((found[0] for seconds, found in seen if found and abs(found[0] - found[1]) > 1), key=abs, default=None)
    if false is not None:
        text += f", says {false / 3600:.1f} h" if false > 3600 else f", says {false:.0f} s"
    return text + (f", refuses {refused} of {len(seen)}" if refused else "")


def opens(takes_ended, most_lost):
    """In every reader, which loses no more than so many seconds."""
    return bool(takes_ended) and all(found and take.seconds - found[1] < most_lost + NOISE
                                     for take in takes_ended for found in take.seen.values())


def is_told_right(takes_ended, readers=READERS):
    """These readers say of each take that it is as long as what they find in it."""
    seen = [take.seen[reader] for take in takes_ended for reader in readers]
    return all(found and abs(found[0] - found[1]) < 0.01 for found in seen)


@contextlib.contextmanager
def sound_system(kind, build):
    with tempfile.TemporaryDirectory(prefix="holdfast-recorders-") as folder:
        system = kind(contract.Place(build, folder))
        try:
            system.start(256)
            yield system
        finally:
            system.end()


def ended_after(system, start, path, seconds, how):
    """Starts a recorder, ends it after `seconds`; the exact time that it had."""
    recorder = start(system, path)
    began = time.monotonic()
    time.sleep(seconds)
    recorder.send_signal(how)
    had = time.monotonic() - began
    recorder.wait(30)
    return had


def start_delay(system, start, folder, rounds=3):
    """Seconds between the start of the program and its first frame."""
    delays = []
    for index in range(rounds):
        path = folder / f"control{index}.wav"
        had = ended_after(system, start, path, 2, signal.SIGINT)
        delays.append(had - by_libsndfile(path)[1])
        path.unlink()
    return statistics.median(delays)


def killed(system, start, folder, delay, count, rng):
    def one(index):
        path = folder / f"take{index}.wav"
        had = ended_after(system, start, path, 3 + 3 * rng.random(), signal.SIGKILL)
        return Ended(had - delay, read_by_all(path))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, range(count)))


@contextlib.contextmanager
def mounted(image):
    with tempfile.TemporaryDirectory(prefix="holdfast-recorders-") as place:
        with mounted_disk(image, place):
            yield pathlib.Path(place)


def cut_off(system, start, folder, delay, count, rng, before):
    """The bytes of a disk, copied at random moments while the program records onto it, and mounted again. Not before the
    kernel has brought to the disk of its own accord what nobody asked it to, which takes it half a minute."""
    image = folder / "disk"
    disk_image(image, 48)
    copies = []
    with mounted(image) as disk:
        recorder = start(system, disk / "take.wav")
        began = time.monotonic()
        time.sleep(before)
        for index in range(count):
            time.sleep(rng.random() * 3)
            copies.append((folder / f"cut{index}", time.monotonic() - began - delay))
            subprocess.run(["cp", "--sparse=always", image, copies[-1][0]], check=True)
        recorder.terminate()
        recorder.wait(30)
    ended = []
    for copy, seconds in copies:
        with mounted(copy) as disk:
            path = disk / "take.wav"
            ended.append(Ended(seconds, read_by_all(path) if path.exists() else dict.fromkeys(READERS)))
        copy.unlink()
    return ended


def measure_one(build, name, kills, cuts, before):
    """(takes of a killed recorder, takes of cut power), or why there are none."""
    kind, start = recorders(build)[name]
    if name != "holdfast record" and shutil.which(name) is None:
        return f"{name} is not installed"
    try:
        with sound_system(kind, build) as system, tempfile.TemporaryDirectory(prefix="holdfast-recorders-") as place:
            folder, rng = pathlib.Path(place), random.Random(name)
            delay = start_delay(system, start, folder)
            return killed(system, start, folder, delay, kills, rng), cut_off(system, start, folder, delay, cuts, rng, before)
    except Missing as missing:
        return str(missing)


def measure(build, is_quick):
    form = (3, 1, 5) if is_quick else (20, 20, 40)
    return {name: measure_one(build, name, *form) for name in recorders(build)}


def table(results):
    lines = ["| recorder | | " + " | ".join(READERS) + " |", "|" + "---|" * (2 + len(READERS))]
    for name, found in results.items():
        if isinstance(found, str):
            lines.append(f"| {name} | not measured: {found} |" + " |" * len(READERS))
            continue
        for what, ended in zip(("killed", "power cut"), found):
            lines.append(f"| {name} | {what} | " + " | ".join(cell(ended, reader) for reader in READERS) + " |")
    return "\n".join(lines)


def best_of(ended):
    """Seconds lost at worst by whoever reads the most; and how many readers bear every file."""
    lost = max((min((take.seconds - found[1] for found in take.seen.values() if found), default=take.seconds) for take in ended),
               default=0)
    return f"{max(lost, 0):.1f} s, {sum(is_told_right(ended, [reader]) for reader in READERS)} of 4"


def judge(results):
    how = ("`bench/recorder_survival.py`: one channel, 24 bits, 48 kHz, from the tests' ALSA card, a JACK and a PipeWire server; "
           "killed after 3 to 6 s, and disks (ext4) copied while the program records, mounted again. In brackets: lost at worst by "
           "the best reader, and readers of 4 that open all files with their right length (`--table` prints each)")
    ours = results["holdfast record"]
    if isinstance(ours, str):
        return skipped(NAME, ASKED, ours)
    words = [f"{name} ({found})" if isinstance(found, str) else
             f"{name} (killed {best_of(found[0])}; power {best_of(found[1])})" for name, found in results.items()]
    return Figure(NAME, ASKED, "; ".join(words), opens(ours[0], 0.5) and is_told_right(ours[0]) and opens(ours[1], 10), how)


def figures(build, is_quick):
    if os.geteuid() != 0 or not all(map(shutil.which, ("sox", "ffmpeg"))):
        yield skipped(NAME, ASKED, "mounts need root, and reading needs sox and ffmpeg")
        return
    yield judge(measure(pathlib.Path(build), is_quick))


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    if "--table" not in sys.argv[2:]:
        return conclude(list(figures(build, "--quick" in sys.argv[2:])))
    results = measure(build, "--quick" in sys.argv[2:])
    print(table(results))
    return conclude([judge(results)])


if __name__ == "__main__":
    sys.exit(main())
