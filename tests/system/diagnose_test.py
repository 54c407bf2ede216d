#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast diagnose` as a program: what is in the archive, what is not, and what is left when it fails.

Usage: diagnose_test.py BINARY_DIRECTORY [NAME_PART]
"""
import hashlib
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import wave

from script import Skip, become_nobody, refused_in_one_line, run_checks

PROGRAM = "holdfast diagnose"
USER = "zorbek"  # a word that nothing else here contains
HOST = "quuxhost"
MEMBERS = {"doctor.txt", "doctor.jsonl", "devices.jsonl", "memory.txt", "limits.txt", "sound-servers.txt",
           "real-time-threads.txt", "versions.txt"}
REPORTS = {"report.txt", "report.html", "report.json", "trace.hft"}


class Place:
    """A folder with a home, in which a copy of the program plays a song: so the trace is full of the home's name."""

    def __init__(self, binaries, folder):
        self.binaries = binaries
        self.folder = folder
        self.holdfast = str(binaries / "holdfast")
        self.home = folder / "homes" / USER
        self.home.mkdir(parents=True)
        self.environment = {**os.environ, "HOME": str(self.home), "USER": USER}

    def run(self, *arguments, cwd=None, **options):
        options = {"capture_output": True, "text": True, "timeout": 60, "check": False, "env": self.environment,
                   "stdin": subprocess.DEVNULL, "cwd": cwd or self.folder, **options}
        return subprocess.run([self.holdfast, *map(str, arguments)], **options)

    def record(self):
        """A session of one second with two glitches, of a program and a song in the home."""
        song = self.home / "song.wav"
        with wave.open(str(song), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(48000)
            file.writeframes(bytes(4 * 4800))
        program = self.home / "holdfast"
        shutil.copy(self.holdfast, program)
        trace = self.folder / "take.hft"
        subprocess.run([program, "count", "--device", f"virtual:content={song},lose=187@200ms,lose=64@900ms", "--for",
                        "1s", "--trace", trace], check=False, env=self.environment, capture_output=True, timeout=60)
        assert trace.exists()
        return trace

    def script(self):
        """A session in simulated time: nothing is lost in it but what its script says."""
        trace = self.folder / "scripted.hft"
        self.run("count", "--device", "virtual:clock=fake,lose=187@200ms,lose=64@900ms", "--for", "1s", "--trace", trace)
        return trace

    def glitches(self, trace):
        lines = self.run("explain", trace, "--json").stdout.splitlines()
        return [line for line in map(json.loads, lines) if line["schema"] == "holdfast.glitch/1"]

    def empty_folder(self, name):
        folder = self.folder / name
        folder.mkdir()
        folder.chmod(0o777)
        return folder


def unpack(archive, into):
    """Lets tar do it; the manifest and each member's bytes."""
    into.mkdir()
    subprocess.run(["tar", "--zstd", "-xf", archive, "-C", into], check=True, timeout=60)
    (folder,) = into.iterdir()
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["folder"] == folder.name and manifest["schema"] == "holdfast.diagnosis/1", manifest
    return manifest, files


def agrees(manifest, files):
    listed = {member["name"]: member for member in manifest["members"]}
    assert listed.keys() == files.keys(), listed.keys() ^ files.keys()
    for name, content in files.items():
        assert listed[name]["size_bytes"] == len(content), name
        assert listed[name]["sha256"] == hashlib.sha256(content).hexdigest(), name
        assert listed[name]["what"], name


def words_of(place, files):
    """All texts of an archive, with what is inside its trace."""
    trace = place.folder / "inside.hft"
    trace.write_bytes(files["session-1/trace.hft"])
    inside = place.run("explain", trace, "--json").stdout + place.run("plan", trace, "--json").stdout
    inside += place.run("report", trace, "--json").stdout + trace.read_bytes()[:4096].decode(errors="replace")
    trace.unlink()
    return {**{name: content.decode(errors="replace") for name, content in files.items()}, "inside": inside}


def holders(texts, word):
    return sorted(name for name, text in texts.items() if word.lower() in text.lower())


def check_every_member_is_as_the_manifest_says(place):
    archive = place.folder / "whole.tar.zst"
    result = place.run("diagnose", "take.hft", "--yes", "-o", archive)
    assert result.returncode == 0 and "tar -xf" in result.stdout, result
    manifest, files = unpack(archive, place.folder / "whole")
    agrees(manifest, files)
    missing = {entry["what"] for entry in manifest["missing"]}
    wanted = MEMBERS | {f"session-1/{name}" for name in REPORTS} | ({"kernel-log.txt"} - missing)
    assert files.keys() == wanted, files.keys() ^ wanted
    for name in files:
        assert name in result.stdout, f"{name} was not shown before it was written"
    assert len(place.glitches("take.hft")) >= 2
    report = json.loads(files["session-1/report.json"])
    original = json.loads(place.run("report", "take.hft", "--json").stdout)
    for summary in (report["summary"], original["summary"]):
        summary.pop("device")  # it names the song
    assert report["summary"] == original["summary"], "the copy is judged otherwise"
    assert report["glitches"] == original["glitches"]
    for line in (files["doctor.jsonl"] + files["devices.jsonl"]).splitlines():
        assert json.loads(line)["schema"].startswith("holdfast.")


def in_another_host(command):
    """As root, under a host name that only this test knows."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return command, socket.gethostname()
    script = f'hostname {HOST} && exec "$@"'
    probe = subprocess.run(["unshare", "--uts", "sh", "-c", script, "sh", "true"], check=False, capture_output=True)
    if probe.returncode != 0:
        return command, socket.gethostname()
    return ["unshare", "--uts", "sh", "-c", script, "sh", *command], HOST


def check_names_of_host_user_and_home_are_nowhere_in_it(place):
    texts = {}
    for name, options in (("private", []), ("full", ["--full"])):
        archive = place.folder / f"{name}.tar.zst"
        command, host = in_another_host([place.holdfast, "diagnose", "take.hft", "--yes", "-o", str(archive), *options])
        subprocess.run(command, check=True, env=place.environment, cwd=place.folder, capture_output=True, timeout=60)
        manifest, files = unpack(archive, place.folder / name)
        agrees(manifest, files)
        texts[name] = words_of(place, files)
    words = [USER, str(place.home)] + ([host] if len(host) > 2 else [])
    for word in words:
        assert holders(texts["private"], word) == [], (word, holders(texts["private"], word))
        assert holders(texts["full"], word), f"{word} is not even in the full one: the check shows nothing"
    assert "inside" in holders(texts["full"], str(place.home)), "the trace does not name the home"


def check_arguments_of_other_processes_are_only_in_the_full_one(place):
    secret = "41.0625"
    with subprocess.Popen(["sleep", secret]) as other:
        try:
            for options, is_there in (([], False), (["--full"], True)):
                result = place.run("diagnose", "take.hft", "--yes", "-o", "-", *options, text=False)
                assert result.returncode == 0, result.stderr
                content = subprocess.run(["tar", "--zstd", "-xO"], input=result.stdout, capture_output=True, check=True)
                assert (f"sleep {secret}".encode() in content.stdout) == is_there, options
        finally:
            other.kill()


def check_only_what_was_around_a_time(place):
    trace = place.script()
    first, last = place.glitches(trace)
    archive = place.folder / "around.tar.zst"
    result = place.run("diagnose", trace, "--at", first["utc"], "--around", "100ms", "--yes", "-o", archive, "--json")
    assert result.returncode == 0, result
    _, files = unpack(archive, place.folder / "around")
    report = json.loads(files["session-1/report.json"])
    lost = [glitch["missing_frames"] for glitch in report["glitches"]]
    assert lost == [187], lost
    assert "a part of a run" in files["session-1/report.txt"].decode()
    both = place.run("diagnose", trace, "--at", first["utc"], "--at", last["utc"], "--around", "50ms", "--list", "--json")
    names = [member["name"] for member in json.loads(both.stdout)["members"]]
    assert "session-2/trace.hft" in names and "session-3/trace.hft" not in names, names
    refused_in_one_line(place.run("diagnose", "--at", "2001-02-03 04:05:06", "--list"), PROGRAM, 2, "nothing was recorded")
    refused_in_one_line(place.run("diagnose", "--at", "yesterday", "--list"), PROGRAM, 2, "is no time")


def check_last_session_of_a_folder_is_taken(place):
    folder = place.empty_folder("sessions")
    for name in ("b-first", "a-last"):
        place.run("count", "--device", "virtual:clock=fake", "--for", "1s", "--trace", folder / f"{name}.hft")
        time.sleep(0.01)
    os.utime(folder / "b-first.hft")  # whichever file was touched last, the session began before
    (folder / "damaged.hft").write_bytes(b"no trace")
    result = place.run("diagnose", folder, "--list")
    assert result.returncode == 0 and "a-last.hft" in result.stderr and "b-first" not in result.stderr, result


def check_without_a_session_it_is_about_the_machine(place):
    folder = place.empty_folder("nothing")
    result = place.run("diagnose", "--list", "--json", cwd=folder)
    manifest = json.loads(result.stdout)
    assert {member["name"] for member in manifest["members"]} >= MEMBERS, result
    assert "count" in [entry for entry in manifest["missing"] if entry["what"] == "a session"][0]["how_to_get_it"]
    assert list(folder.iterdir()) == [], "--list wrote something"
    refused_in_one_line(place.run("diagnose", folder, "--list"), PROGRAM, 2, "no trace")
    refused_in_one_line(place.run("diagnose", "-", "--list"), PROGRAM, 2, "in a file first")
    refused_in_one_line(place.run("diagnose", "gone.hft", "--list"), PROGRAM, 3, "gone.hft")


def check_nothing_is_written_unless_agreed_to(place):
    folder = place.empty_folder("unasked")
    refused_in_one_line(place.run("diagnose", cwd=folder), PROGRAM, 2, "--yes")
    for answer, is_written in ((b"n\n", False), (b"\n", False), (b"y\n", True)):
        leader, follower = pty.openpty()
        os.write(leader, answer)
        result = place.run("diagnose", cwd=folder, stdin=follower)
        os.close(leader)
        os.close(follower)
        assert "Write this archive?" in result.stderr and "versions.txt" in result.stdout, result
        assert result.returncode == (0 if is_written else 2), result
        assert len(list(folder.iterdir())) == is_written, list(folder.iterdir())


def check_file_that_is_there_is_kept(place):
    kept = place.folder / "kept.tar.zst"
    kept.write_text("precious")
    refused_in_one_line(place.run("diagnose", "--yes", "-o", kept), PROGRAM, 2, "there already")
    assert kept.read_text() == "precious"


def check_file_that_comes_during_the_question_is_kept(place):
    kept = place.empty_folder("meanwhile") / "kept.tar.zst"
    leader, follower = pty.openpty()
    asked = subprocess.Popen([place.holdfast, "diagnose", "-o", kept], cwd=kept.parent, stdin=follower, text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = ""
    while "Write this archive?" not in said and (more := os.read(asked.stderr.fileno(), 4096)):
        said += more.decode()
    kept.write_text("precious")
    os.write(leader, b"y\n")
    said += asked.communicate()[1]
    os.close(leader)
    os.close(follower)
    assert asked.returncode == 2 and "there already" in said, (asked.returncode, said)
    assert kept.read_text() == "precious" and len(list(kept.parent.iterdir())) == 1, list(kept.parent.iterdir())


def check_only_its_owner_may_read_it(place):
    archive = place.empty_folder("own") / "mine.tar.zst"
    assert place.run("diagnose", "--yes", "-o", archive).returncode == 0
    assert archive.stat().st_mode & 0o777 == 0o600, oct(archive.stat().st_mode)


def check_normal_user_gets_one_and_is_told_what_is_missing(place):
    if os.geteuid() != 0:
        raise Skip("needs root to become a normal user")
    folder = place.empty_folder("normal")
    shutil.copy(place.folder / "take.hft", folder)
    (folder / "take.hft").chmod(0o644)
    archive = folder / "x.tar.zst"
    result = place.run("diagnose", "--yes", "-o", archive, cwd=folder, preexec_fn=become_nobody)
    assert result.returncode == 0, result
    manifest, files = unpack(archive, place.folder / "normal-unpacked")
    agrees(manifest, files)
    restricted = pathlib.Path("/proc/sys/kernel/dmesg_restrict").read_text(encoding="utf-8").strip() == "1"
    is_missing = [entry for entry in manifest["missing"] if entry["what"] == "kernel-log.txt"]
    assert bool(is_missing) == restricted == ("kernel-log.txt" not in files), manifest["missing"]
    assert holders(words_of(place, files), "nobody") == [], "the user's name"


def check_full_disk_leaves_nothing(place):
    folder = place.empty_folder("no-room")

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    result = place.run("diagnose", place.folder / "take.hft", "--yes", "-o", folder / "x.tar.zst", preexec_fn=small_files)
    assert result.returncode == 3 and "cannot write" in result.stderr, result
    assert list(folder.iterdir()) == []
    result = place.run("diagnose", "--yes", "-o", "/dev/full")
    assert result.returncode == 3 and "No space left" in result.stderr, result
    refused_in_one_line(place.run("diagnose", "--yes", "-o", folder / "gone" / "x"), PROGRAM, 3, "cannot write into")


def check_interrupted_or_killed_run_leaves_a_whole_archive_or_none(place):
    folder = place.empty_folder("killed")
    whole = killed = 0
    for step in range(16):
        archive = folder / f"{step}.tar.zst"
        number = (signal.SIGINT, signal.SIGKILL)[step % 2]
        with subprocess.Popen([place.holdfast, "diagnose", place.folder / "take.hft", "--yes", "-o", archive],
                              env=place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            time.sleep(0.005 + 0.02 * step)
            program.send_signal(number)
            code = program.wait(timeout=30)
        assert code in (0, 3, -number), code
        killed += code != 0
        if archive.exists():
            whole += 1
            subprocess.run(["tar", "--zstd", "-tf", archive], check=True, stdout=subprocess.DEVNULL)
    names = {path.name for path in folder.iterdir()}
    assert all(re.fullmatch(r"\d+\.tar\.zst", name) for name in names), names
    assert killed > 0, "none was stopped in time: the check shows nothing"


def check_pipes_work(place):
    result = place.run("diagnose", "take.hft", "--yes", "-o", "-", text=False)
    assert result.returncode == 0 and b"versions.txt" in result.stderr, result.stderr
    names = subprocess.run(["tar", "--zstd", "-t"], input=result.stdout, capture_output=True, check=True).stdout
    assert b"/manifest.json" in names.splitlines()[0]
    reader, writer = os.pipe()
    os.close(reader)
    closed = place.run("diagnose", "take.hft", "--yes", "-o", "-", stdout=writer, capture_output=False,
                       stderr=subprocess.PIPE)
    os.close(writer)
    assert closed.returncode == 3 and "Broken pipe" in closed.stderr, closed
    refused_in_one_line(place.run("diagnose", "--yes", "-o", "-", "--json"), PROGRAM, 2, "without --json")


def check_damaged_trace_is_packed_as_far_as_it_goes(place):
    damaged = place.folder / "damaged.hft"
    content = (place.folder / "take.hft").read_bytes()
    damaged.write_bytes(content[:len(content) * 2 // 3])
    archive = place.folder / "damaged.tar.zst"
    assert place.run("diagnose", damaged, "--yes", "-o", archive).returncode == 0
    manifest, files = unpack(archive, place.folder / "damaged")
    agrees(manifest, files)
    assert any("session-1" in entry["what"] for entry in manifest["missing"]), manifest["missing"]
    assert "original is damaged" in files["session-1/report.txt"].decode()
    damaged.unlink()


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    checks = [check for name, check in globals().items() if name.startswith("check_")]
    with tempfile.TemporaryDirectory(prefix="diagnose_test-") as folder:
        os.chmod(folder, 0o755)
        place = Place(binaries, pathlib.Path(folder))
        place.record()
        return run_checks(checks, lambda check: check(place), "".join(sys.argv[2:3]))


if __name__ == "__main__":
    sys.exit(main())
