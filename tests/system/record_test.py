#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast record` and `holdfast repair` as programs: kills at random moments, trouble with files, what is
told to whom. No check depends on a glitch or its absence where the clock is real.

Usage: record_test.py BINARY_DIRECTORY [NAME_PART]
"""
import concurrent.futures
import ctypes
import ctypes.util
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import wave

from script import disk_image, frozen_disk, mounted_disk, run_checks

KILLS = int(os.environ.get("HF_RECORD_KILLS", "10"))
NOTICE_SERVICE = """
import sys, dbus, dbus.service, dbus.mainloop.glib
from gi.repository import GLib
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
class Notices(dbus.service.Object):
    @dbus.service.method("org.freedesktop.Notifications", in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, program, replaces, icon, title, text, actions, hints, timeout):
        print(program, title, text, sep="|", flush=True)
        return 1
bus = dbus.SessionBus()
name = dbus.service.BusName("org.freedesktop.Notifications", bus)
service = Notices(bus, "/org/freedesktop/Notifications")
print("ready", flush=True)
GLib.MainLoop().run()
"""


def run(place, *arguments, **options):
    return subprocess.run([place["holdfast"], *map(str, arguments)], capture_output=True, timeout=120,
                          check=False, stdin=subprocess.DEVNULL, **options)


def record(place, name, device, *arguments, **options):
    return run(place, "record", place["folder"] / name, "--device", device, *arguments, **options)


def objects(result):
    return [json.loads(line) for line in result.stdout.decode().splitlines()]


def show(result):
    return result.returncode, result.stdout[-500:], result.stderr[-800:]


class SndfileInfo(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64), *((name, ctypes.c_int) for name in (
        "samplerate", "channels", "format", "sections", "seekable"))]


def frames_by_libsndfile(path):
    library = ctypes.CDLL(ctypes.util.find_library("sndfile"))
    library.sf_open.restype = ctypes.c_void_p
    library.sf_close.argtypes = [ctypes.c_void_p]
    info = SndfileInfo()
    opened = library.sf_open(os.fsencode(path), 0x10, ctypes.byref(info))
    assert opened, f"libsndfile cannot open {path}"
    library.sf_close(opened)
    return info.frames


def frames_by_wave(path):
    with wave.open(str(path)) as opened:
        frames = opened.getnframes()
        assert len(opened.readframes(frames)) == frames * opened.getsampwidth() * opened.getnchannels()
        return frames


def frames_by_sox(path):
    return int(subprocess.run(["soxi", "-s", path], capture_output=True, check=True, text=True).stdout)


def frames_by_ffmpeg(path):
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "s24le", "-"], capture_output=True,
                             check=True)
    return len(decoded.stdout) // 6


def readers():
    """Everything that opens WAV files here; two of them always do."""
    found = {"libsndfile": frames_by_libsndfile, "Python wave": frames_by_wave}
    if shutil.which("soxi"):
        found["sox"] = frames_by_sox
    if shutil.which("ffmpeg"):
        found["ffmpeg"] = frames_by_ffmpeg
    return found


def samples_of(path):
    """First channel of a stereo 24-bit take of ours, as frame numbers modulo 2^24."""
    data = path.read_bytes()[49152:]
    return [int.from_bytes(data[i:i + 3], "little", signed=True) + (1 << 23)
            for i in range(0, len(data) // 6 * 6, 6)]


def check_a_simulated_take_is_whole(place):
    result = record(place, "take.wav", "virtual:clock=fake,lose=187@1s,lose=5000@2500ms", "--for", "5s", "--json")
    assert result.returncode == 0, show(result)
    *glitches, summary, take = objects(result)
    assert [glitch["missing_frames"] for glitch in glitches] == [187, 5000]
    assert take["schema"] == "holdfast.take/1" and take["whole"] is True, take
    assert take["length_frames"] == summary["elapsed_frames"], (take, summary)
    assert take["filled_frames"] == summary["missing_frames"] == 5187
    for name, frames in readers().items():
        assert frames(place["folder"] / "take.wav") == take["length_frames"], name
    labels = (place["folder"] / "take.labels.txt").read_text().splitlines()
    assert labels[0].startswith("1.000000000\t1.003895833\tglitch 1: 187 frames lost (3.90 ms) - device"), labels
    rows = (place["folder"] / "take.reaper.csv").read_text().splitlines()
    assert rows[0] == "#,Name,Start,End,Length" and rows[1].startswith('R1,"glitch 1'), rows


def check_exit_codes_and_files_that_exist(place):
    device = "virtual:clock=fake,lose=1@1s"
    assert record(place, "a.wav", device, "--for", "2s", "--fail-on-glitch").returncode == 1
    again = record(place, "a.wav", device, "--for", "2s")
    assert again.returncode == 2 and b"--force" in again.stderr, show(again)
    assert record(place, "a.wav", device, "--for", "2s", "--force").returncode == 0
    assert record(place, "no/such/folder.wav", device, "--for", "2s").returncode == 3
    assert record(place, "b.wav", device, "--for", "2s", "--split", "1s").returncode == 2
    assert record(place, "b.wav", device, "--for", "2s", "--format", "8").returncode == 2
    device_file = run(place, "record", "/dev/null", "--device", device, "--for", "1s", "--force", "--no-labels")
    assert device_file.returncode == 2, show(device_file)
    assert not (place["folder"] / "b.wav").exists()
    trace = place["folder"] / "c.hft"
    trace.write_text("mine")
    refused = record(place, "c.wav", device, "--for", "2s", "--trace", trace)
    assert refused.returncode == 2 and not (place["folder"] / "c.wav").exists(), show(refused)


def check_what_happens_at_a_glitch(place):
    told = place["folder"] / "told"
    device = "virtual:clock=fake," + ",".join(f"lose=16@{i}s" for i in range(1, 50))
    command = f'echo "$HOLDFAST_INDEX $HOLDFAST_MISSING_FRAMES $HOLDFAST_MORE" >>{told}; sleep 0.05'
    result = record(place, "take.wav", device, "--for", "60s", "--on-glitch", command, "--json")
    assert result.returncode == 0, show(result)
    lines = [list(map(int, line.split())) for line in told.read_text().splitlines()]
    assert lines[0] == [1, 16, 0], lines
    assert lines[-1][0] == 49 and sum(line[2] + 1 for line in lines) == 49, lines
    stopped = record(place, "b.wav", device, "--for", "60s", "--stop-on-glitch", "--json")
    assert stopped.returncode == 0, show(stopped)
    assert objects(stopped)[-1]["length_frames"] < 60 * 48000


def cue_positions(path):
    """Of the markers that a reader finds before the samples; fails when its chunks do not lead to them."""
    head = path.read_bytes()[:49152]
    at, cues = 12, []
    while head[at:at + 4] != b"data":
        size = struct.unpack_from("<I", head, at + 4)[0]
        if head[at:at + 4] == b"cue ":
            cues += [struct.unpack_from("<I", head, at + 12 + 24 * i + 20)[0]
                     for i in range(struct.unpack_from("<I", head, at + 8)[0])]
        at += 8 + size + size % 2
    assert at == 49144, at
    return cues


def kill_one(place, index, moment):
    """The path of a take whose recorder was killed."""
    path = place["folder"] / f"kill{index}.wav"
    script = ",".join(f"lose=64@{i * 50}ms" for i in range(1, 160))  # markers change each 0.2 s
    recorder = subprocess.Popen([place["holdfast"], "record", path, "--device", f"virtual:policy=catchup,ring=64,{script}"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not path.exists() or path.stat().st_size < 49152 + 48000 * 6 // 10:
        assert recorder.poll() is None, recorder.returncode
        time.sleep(0.002)
    time.sleep(moment)
    recorder.send_signal(signal.SIGKILL)
    recorder.wait()
    return path


def check_kills_at_random_moments_lose_less_than_half_a_second(place):
    rng = random.Random(4)
    worst = markers = 0
    moments = [0.9 + rng.random() for _ in range(KILLS)]
    pool = concurrent.futures.ThreadPoolExecutor(3)
    for path in pool.map(lambda index: kill_one(place, index, moments[index]), range(KILLS)):
        written = (path.stat().st_size - 49152) // 6
        seen = {name: frames(path) for name, frames in readers().items()}
        assert len(set(seen.values())) == 1, seen
        visible = seen["libsndfile"]
        # What the disk has and readers do not see yet, and what was on its way (a drain and a gap that was open).
        worst = max(worst, written - visible)
        assert 0 < visible <= written, (visible, written)
        first_lost = [frame for frame, value in enumerate(samples_of(path)) if value == 1 << 23][::64]
        old = [frame for frame in first_lost if frame < visible - 48000]
        assert set(old) <= set(cue_positions(path)), (old, cue_positions(path))
        markers += len(old)
        wrong = [frame for frame, value in enumerate(samples_of(path)) if value not in (frame, 1 << 23)]
        assert not wrong, wrong[:5]
        repaired = run(place, "repair", path, "--json")
        assert repaired.returncode == 0, show(repaired)
        for name, frames in readers().items():
            assert frames(path) == written, name
        path.unlink()
        path.with_name(path.name + ".head").unlink(missing_ok=True)
    assert markers > 0
    print(f"{KILLS} kills: at most {worst} frames ({worst / 48:.0f} ms) not visible, none after repair; "
          f"{markers} markers older than 1 s, none missing")


def check_repair_leaves_good_files_alone(place):
    record(place, "take.wav", "virtual:clock=fake", "--for", "1s")
    path = place["folder"] / "take.wav"
    before = path.read_bytes()
    good = run(place, "repair", path)
    assert good.returncode == 0 and b"nothing is wrong" in good.stdout, show(good)
    assert path.read_bytes() == before and not path.with_name("take.wav.head").exists()
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", 8))
        file.seek(49148)
        file.write(struct.pack("<I", 0))
    broken = path.read_bytes()
    assert run(place, "repair", path, "--dry-run").returncode == 1
    assert path.read_bytes() == broken
    assert run(place, "repair", path).returncode == 0
    assert path.read_bytes() == before
    assert (place["folder"] / "take.wav.head").read_bytes() == broken[:49152]
    text = place["folder"] / "text"
    text.write_text("no sound in here")
    assert run(place, "repair", text).returncode == 2 and text.read_text() == "no sound in here"
    assert run(place, "repair", place["folder"] / "absent.wav").returncode == 3


def check_repair_does_not_touch_a_take_that_grows(place):
    path = place["folder"] / "take.wav"
    recorder = subprocess.Popen([place["holdfast"], "record", path, "--device", "virtual"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not path.exists() or path.stat().st_size <= 49152:
        time.sleep(0.01)
    refused = run(place, "repair", path)
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(timeout=60) == 0
    assert refused.returncode == 2 and b"being written" in refused.stderr, show(refused)
    assert run(place, "repair", path, "--dry-run").returncode == 0


def check_a_full_disk_keeps_the_take(place):
    if os.geteuid() != 0:
        return "a small disk is made as root"
    disk = place["folder"] / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False).returncode != 0:
        return "a small disk cannot be mounted here"
    try:
        result = record(place, "disk/take.wav", "virtual:clock=fake,lose=16@1s", "--for", "60s", "--json")
        assert result.returncode == 3 and b"kept" in result.stderr, show(result)
        take = objects(result)[-1]
        assert take["complete"] is False and take["length_frames"] > 100000, take
        for name, frames in readers().items():
            assert frames(disk / "take.wav") == take["length_frames"], name
    finally:
        subprocess.run(["umount", disk], check=True)
    return None


def glitches_told(recorder):
    """How many it knows of, by its own answer to SIGUSR1; an answer that does not come ends the test."""
    recorder.send_signal(signal.SIGUSR1)
    while select.select([recorder.stderr], [], [], 30)[0] and (line := recorder.stderr.readline()):
        if found := re.match(rb"take.wav .*, (\d+) glitch", line):
            return int(found.group(1))
    raise AssertionError("no answer")


def check_a_disk_that_does_not_answer_holds_up_nobody_else(place):
    if os.geteuid() != 0 or not shutil.which("fsfreeze") or not shutil.which("mkfs.ext4"):
        return "a disk is made and frozen as root, with mkfs.ext4 and fsfreeze"
    image, disk = place["folder"] / "image", place["folder"] / "disk"
    disk.mkdir()
    disk_image(image, 32)
    losses = ",".join(f"lose=64@{i * 100}ms" for i in range(1, 3000))
    with mounted_disk(image, disk):
        recorder = subprocess.Popen([place["holdfast"], "record", disk / "take.wav", "--device", f"virtual:{losses}", "--json"],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        try:
            while not recorder.stderr.readline().startswith(b"disk"):  # by then it listens to signals
                assert recorder.poll() is None, recorder.returncode
            while glitches_told(recorder) < 2:
                time.sleep(0.05)
            with frozen_disk(disk):
                before = glitches_told(recorder)
                while glitches_told(recorder) < before + 8:  # written, published and labelled several times meanwhile
                    time.sleep(0.05)
            recorder.send_signal(signal.SIGTERM)
            out, _ = recorder.communicate(timeout=60)
        finally:
            recorder.kill()
            recorder.wait()
        *_, summary, take = [json.loads(line) for line in out.splitlines()]
        assert recorder.returncode == 0 and take["whole"] and summary["dropped_records"] == 0, (summary, take)
        assert take["length_frames"] == summary["elapsed_frames"] == frames_by_libsndfile(disk / "take.wav"), take
        assert len((disk / "take.labels.txt").read_text().splitlines()) == summary["glitches"], summary
    return None


def check_many_channels_lose_nothing_by_the_recorder(place):
    """The ring may grow as far as the second takes; what the device lost is not asked."""
    result = record(place, "wide.wav", "virtual:policy=catchup,ring=4096", "--rate", "192000", "--channels", "64",
                    "--frames", "16", "--format", "32", "--for", "2s", "--buffer", "512MiB", "--json")
    assert result.returncode == 0, show(result)
    take = objects(result)[-1]
    assert take["own_lost_frames"] == 0 and take["length_frames"] >= 2 * 192000, take
    assert frames_by_libsndfile(place["folder"] / "wide.wav") == take["length_frames"]
    (place["folder"] / "wide.wav").unlink()


def check_one_notice_for_each_episode(place):
    python = shutil.which("python3", path="/usr/bin")
    ready = python and subprocess.run([python, "-c", "import dbus, dbus.mainloop.glib, gi"], check=False,
                                      stderr=subprocess.DEVNULL).returncode == 0
    if not ready or not shutil.which("dbus-daemon"):
        return "dbus-daemon, python3-dbus or python3-gi is missing"
    daemon = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"], text=True,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    service = None
    try:
        environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=daemon.stdout.readline().strip())
        service = subprocess.Popen([python, "-c", NOTICE_SERVICE], text=True, env=environment,
                                   stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        assert service.stdout.readline() == "ready\n"
        result = record(place, "take.wav", "virtual:clock=fake,lose=64@1s,lose=64@1500ms,lose=64@1900ms", "--for",
                        "10s", env=environment)
        assert result.returncode == 0, show(result)
        shown = service.stdout.readline()
        assert shown == ("holdfast|Recording has a glitch|glitch 1: 64 frames lost (1.33 ms) - device\n"), shown
        service.terminate()
        assert service.stdout.read() == "", "one notice for one episode"
    finally:
        for process in (service, daemon):
            if process:
                process.terminate()
                process.wait()
    return None


def datagrams_of(place, address, name, watchdog_usec):
    """What a take tells the service manager, until it was asked to end after a watchdog's datagram; and its stderr."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0", 1))
        manager.settimeout(60)
        script = f"echo $WATCHDOG_PID$NOTIFY_SOCKET >{place['folder']}/inherited"
        recorder = subprocess.Popen(
            [place["holdfast"], "record", place["folder"] / name, "--device", "virtual:lose=64@100ms", "--on-glitch", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, NOTIFY_SOCKET=address, WATCHDOG_USEC=str(watchdog_usec)))
        told = []
        try:
            while not any("inserted" in line for line in told) or "WATCHDOG=1" not in told:
                told.append(manager.recv(4096).decode())
            recorder.send_signal(signal.SIGUSR1)
            asked = next(line for line in recorder.stderr if line.startswith(name))
            recorder.send_signal(signal.SIGTERM)
            while told[-1] != "STOPPING=1":
                told.append(manager.recv(4096).decode())
            assert recorder.wait(60) == 0, recorder.returncode
        finally:
            recorder.kill()
            recorder.communicate()
    return told, asked


def check_a_service_manager_is_told_and_so_is_who_asks(place):
    for address, name in ((f"{place['folder']}/manager", "a.wav"), (f"@holdfast-test-{os.getpid()}", "b.wav")):
        told, asked = datagrams_of(place, address, name, 300_000)
        assert told.count("READY=1") == 1 and told[-1] == "STOPPING=1" and "1 glitch, " in asked, (told, asked)
        states = [line.removeprefix("STATUS=") for line in told if line.startswith("STATUS=")]
        assert all(state.startswith(name) for state in states) and "1.33 ms inserted" in states[-1], states
        assert (place["folder"] / "inherited").read_text() == "\n", "programs of ours do not speak for us"
    for nobody in ("/no/such/socket", "vsock:2:1", "/" + "x" * 200):
        result = record(place, "c.wav", "virtual:clock=fake", "--for", "1s", "--force",
                        env=dict(os.environ, NOTIFY_SOCKET=nobody))
        assert result.returncode == 0 and (b"unknown address" in result.stderr) == (nobody != "/no/such/socket"), show(result)


CHECKS = [check_a_simulated_take_is_whole, check_exit_codes_and_files_that_exist, check_what_happens_at_a_glitch,
          check_kills_at_random_moments_lose_less_than_half_a_second, check_repair_leaves_good_files_alone,
          check_repair_does_not_touch_a_take_that_grows, check_a_full_disk_keeps_the_take,
          check_a_disk_that_does_not_answer_holds_up_nobody_else, check_many_channels_lose_nothing_by_the_recorder, check_one_notice_for_each_episode,
          check_a_service_manager_is_told_and_so_is_who_asks]


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""

    def run_one(check):
        with tempfile.TemporaryDirectory(prefix="holdfast-record-") as folder:
            return check({"holdfast": str(binaries / "holdfast"), "folder": pathlib.Path(folder)})
    return run_checks(CHECKS, run_one, wanted)


if __name__ == "__main__":
    sys.exit(main())
