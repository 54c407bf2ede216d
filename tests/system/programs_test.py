#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line of all programs: exit codes, one clear line for every trouble, exact counts, and
traces that survive whatever ends the program.

Usage: programs_test.py BINARY_DIRECTORY [NAME_PART]. Single checks that need root, mount namespaces or an
optimised build say SKIP with the reason. The real clock never has to be met: glitches are allowed.
"""
import json
import os
import pathlib
import re
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

from script import become_nobody, run_checks

PROGRAMS = ("holdfast", "CountGlitches", "MemLoad", "RTThreadSwapped")
COMMANDS = ("count", "watch", "explain", "load", "evict", "devices", "doctor", "demo")
CHUNK_HEADER = struct.Struct("<4sHHIIIIQ")
GLITCH_FIELDS = {"schema", "index", "utc", "mono_ns", "position_frames", "missing_frames", "error_frames",
                 "exact", "source", "lateness_ns", "cause", "memory", "budget"}
SUMMARY_FIELDS = {"schema", "device", "position_source", "rate_hz", "block_frames", "elapsed_frames",
                  "received_frames", "missing_frames", "glitches", "episodes", "causes",
                  "own_major_faults", "own_minor_faults", "dropped_records", "trustworthy"}
FAULT_FIELDS = {"schema", "utc", "mono_ns", "address", "where", "of", "mapping", "symbol", "backing", "kind",
                "duration_ns", "asleep_ns", "toucher"}
BUDGET_FIELDS = {"cause", "kind", "ns", "where", "mapping", "symbol", "address", "backing", "evidence"}
LOSSES = [187, 1, 5000, 64, 63, 65, 4294967296]  # the longest last: what is due within it joins it
SCRIPT = ",".join(f"lose={frames}@{i + 1}s" for i, frames in enumerate(LOSSES))
FAKE = f"virtual:clock=fake,{SCRIPT}"
EVERYTHING = ("virtual:clock=fake,policy=catchup,ring=8,ppm=37.5,jitter=200us,counter=32,start=4294960000,"
              "lose=187@1s,stall=3s@2s,restart@4s,twin@5s,silent@6s,torn@7s,stall=50ms@8s,lose=1@9s")


class Place:
    """Where the programs are, and a directory that everybody may write to, new for each check."""

    def __init__(self, binaries, directory):
        self.binaries = binaries
        self.directory = pathlib.Path(directory)
        os.chmod(directory, 0o777)

    def program(self, name):
        return str(self.binaries / name)

    def file(self, name):
        return str(self.directory / name)


def run(place, *arguments, timeout=60, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([place.program(arguments[0]), *map(str, arguments[1:])], timeout=timeout,
                          check=False, stdin=options.pop("stdin", subprocess.DEVNULL), **options)


def start(place, *arguments, **options):
    return subprocess.Popen([place.program(arguments[0]), *map(str, arguments[1:])],
                            stdin=subprocess.DEVNULL, **options)


def count(place, device, *arguments, **options):
    return run(place, "holdfast", "count", "--device", device, *arguments, **options)


def explain(place, *arguments, **options):
    return run(place, "holdfast", "explain", *arguments, **options)


def show(result):
    """What a failed check has to tell."""
    return (result.args[1:], result.returncode, (result.stdout or b"")[-400:], (result.stderr or b"")[-600:])


def complaints(result):
    """Lines on stderr that a program says in its own name."""
    return [line for line in result.stderr.decode().splitlines()
            if re.match(r"(holdfast( \w+)?|CountGlitches|MemLoad|RTThreadSwapped): ", line)]


def objects(output):
    return [json.loads(line) for line in output.decode().splitlines()]


def check_laws(found):
    """`found`: every JSON object of one count or explain. Returns glitches and summary."""
    *glitches, summary = found
    assert summary["schema"] == "holdfast.summary/1" and SUMMARY_FIELDS <= set(summary), summary
    assert summary["elapsed_frames"] == summary["received_frames"] + summary["missing_frames"], summary
    for number, glitch in enumerate(glitches, 1):
        assert glitch["schema"] == "holdfast.glitch/1" and GLITCH_FIELDS <= set(glitch), glitch
        assert glitch["index"] == number, (number, glitch)
        assert sum(part["ns"] for part in glitch["budget"]) == glitch["lateness_ns"], glitch
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", glitch["utc"]), glitch
    if summary["dropped_records"] == 0:
        assert len(glitches) == summary["glitches"], summary
        assert sum(glitch["missing_frames"] for glitch in glitches) == summary["missing_frames"], summary
        assert sum(summary["causes"].values()) == len(glitches), summary
    return glitches, summary


def expected_code(summary):
    if not summary["trustworthy"]:
        return 4
    return 1 if summary["glitches"] > 0 else 0


def chunk_ends(trace):
    """Where each whole chunk of these bytes ends."""
    ends, at = [], 0
    while at + CHUNK_HEADER.size <= len(trace):
        at += CHUNK_HEADER.size + CHUNK_HEADER.unpack_from(trace, at)[4]
        if at <= len(trace):
            ends.append(at)
    return ends


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def memory_of(pid, field):
    """Bytes, from /proc/PID/status."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{field}:\s*(\d+) kB", text, re.M).group(1)) * 1024


def as_nobody():
    become_nobody(lock_limit=8 << 20)


# --- help, versions, bad usage ---------------------------------------------------------------------------

def help_has_an_example_and_version_a_number(place):
    for arguments in [(program,) for program in PROGRAMS] + [("holdfast", name) for name in COMMANDS]:
        result = run(place, *arguments, "--help")
        assert result.returncode == 0 and b"xample" in result.stdout and not result.stderr, show(result)
    for program in PROGRAMS:
        result = run(place, program, "--version")
        assert result.returncode == 0, show(result)
        assert re.fullmatch(rf"{program} \d+\.\d+\.\d+\n", result.stdout.decode()), show(result)


BAD_USAGE = [
    (["holdfast"], "subcommand|command"),
    (["holdfast", "--nonsense"], "--nonsense"),
    (["holdfast", "nonsense"], "nonsense"),
    (["holdfast", "count", "--nonsense"], "--nonsense"),
    (["holdfast", "count", "surplus"], "surplus"),
    (["holdfast", "explain"], "trace"),
    (["holdfast", "explain", "a.hft", "b.hft"], "b.hft"),
    (["holdfast", "devices", "--nonsense"], "--nonsense"),
    (["holdfast", "watch", "--nonsense"], "--nonsense"),
    (["holdfast", "watch", "--pid", "0"], "--pid"),
    (["holdfast", "watch", "--pid", "-1"], "--pid"),
    (["holdfast", "watch", "--pid", "99999999999"], "--pid"),
    (["holdfast", "watch", "--pid", "me"], "--pid"),
    (["holdfast", "watch", "--every", "0s"], "every"),
    (["holdfast", "watch", "--every", "soon"], "soon"),
    (["holdfast", "watch", "--thread", "x"], "--thread"),
    (["CountGlitches", "--nonsense"], "--nonsense|--help"),
    (["CountGlitches", "surplus"], "surplus"),
    (["CountGlitches", "--frames", "0"], "frames"),
    (["CountGlitches", "--frames", "x"], "frames"),
    (["CountGlitches", "--frames", "8193"], "8193"),
    (["CountGlitches", "--rate", "7999"], "7999"),
    (["CountGlitches", "--rate", "384001"], "384001"),
    (["CountGlitches", "--for", "long"], "long"),
    (["MemLoad", "--nonsense"], "--nonsense|--help"),
    (["MemLoad", "surplus"], "surplus"),
    (["RTThreadSwapped", "--nonsense"], "--help"),
]
BAD_COUNTS = [
    ("--rate", ["0", "-1", "7999", "384001", "fast", "48000.5", "99999999999999999999"], "rate"),
    ("--frames", ["0", "-1", "8193", "many", "99999999999999999999"], "frames"),
    ("--channels", ["0", "-1", "65", "4294967298", "stereo"], "channels"),
    ("--for", ["0s", "-1s", "1ns", "10", "soon", "1e3s", "10years", "1s1s", "99999999999999h"],
     "--for|duration"),
    ("--color", ["blue"], "color"),
    ("--device", ["nonsense", "virtual:nonsense", "virtual:policy=never", "virtual:ring=0",
                  "virtual:ring=65537", "virtual:clock=broken", "virtual:content=noise", "virtual:ppm=nan", "virtual:ppm=100000",
                  "virtual:jitter=x", "virtual:counter=16", "virtual:start=-1", "virtual:lose=0@1s",
                  "virtual:lose=-5@1s", "virtual:lose=4294967297@1s", "virtual:lose=5@", "virtual:lose@1s",
                  "virtual:stall=@1s", "virtual:restart=1@1s", "virtual:explode@1s", "virtual,clock=fake"],
     "virtual|device"),
]


def every_bad_count():
    for option, values, pattern in BAD_COUNTS:
        others = [] if option == "--device" else ["--device", "virtual:clock=fake"]
        others += [] if option == "--for" else ["--for", "100ms"]
        for value in values:
            yield ["holdfast", "count", *others, option, value], pattern


def bad_usage_has_exit_code_two_and_says_what(place):
    unclear = []
    for arguments, pattern in [*BAD_USAGE, *every_bad_count()]:
        result = run(place, *arguments, timeout=10)
        assert result.returncode == 2 and not result.stdout, show(result)
        if not re.search(pattern, result.stderr.decode()):
            unclear.append((arguments, pattern, result.stderr))
    assert not unclear, (len(unclear), unclear)


def bad_usage_takes_one_line(place):
    long_ones = []
    for arguments, _ in [*BAD_USAGE, *every_bad_count()]:
        result = run(place, *arguments, timeout=10)
        if len(complaints(result)) != 1 or result.stderr.count(b"\n") != 1:
            long_ones.append((arguments, result.stderr))
    assert not long_ones, (len(long_ones), long_ones[:3])


def a_duration_of_nothing_is_refused_everywhere(place):
    endless = []
    for arguments in (["CountGlitches", "--for", "0s"], ["CountGlitches", "--for", "1ns"],
                      ["holdfast", "watch", "--for", "0s"]):
        try:
            result = run(place, *arguments, timeout=3)
            assert result.returncode == 2 and not result.stdout, show(result)
        except subprocess.TimeoutExpired:
            endless.append(arguments)
    assert not endless, ("never ends", endless)


def modules_are_in(folder):
    return dict(os.environ, HOLDFAST_AUDIO_MODULES=str(folder))


def a_missing_module_is_unavailable(place):
    for device in ("alsa", "alsa:hw:0", "jack", "jack:system", "pipewire", "pipewire:default", "coreaudio"):
        result = count(place, device, "--for", "1s", env=modules_are_in(place.directory))
        assert result.returncode == 3 and len(complaints(result)) == 1, show(result)
        assert device.split(":")[0] in complaints(result)[0] and "virtual" in complaints(result)[0], show(result)


def a_module_that_does_not_fit_is_refused(place):
    support = place.binaries.parents[1] / "tests/support"
    library = (support / "libhf-absent.so").rename(support / "libhf-absent.so.away")
    try:
        for folder, wanted in (("strange", "another build"), ("needy", "libhf-absent.so is not installed")):
            result = count(place, "jack", "--for", "1s", env=modules_are_in(support / folder))
            assert result.returncode == 3 and len(complaints(result)) == 1, show(result)
            assert wanted in complaints(result)[0], show(result)
    finally:
        library.rename(support / "libhf-absent.so")
    for content, wanted in ((b"", "cannot load"), (b"\x7fELF" + bytes(60), "cannot load")):
        pathlib.Path(place.file("jack.so")).write_bytes(content)
        result = count(place, "jack", "--for", "1s", env=modules_are_in(place.directory))
        assert result.returncode == 3 and wanted in result.stderr.decode(), show(result)


def devices_are_listed(place):
    nowhere = modules_are_in(place.directory)
    found = objects(run(place, "holdfast", "devices", "--json", env=nowhere).stdout)
    assert [item["name"] for item in found if item["default"]] == ["virtual"], found
    assert [item["name"] for item in found if item["available"]] == ["virtual"], found
    assert all(item["schema"] == "holdfast.device/1" for item in found), found
    result = run(place, "holdfast", "devices")
    assert result.returncode == 0 and result.stdout.count(b"* ") == 1, show(result)


# --- exact counts ----------------------------------------------------------------------------------------

def scripted_losses_are_counted_exactly(place):
    for extra in ([], ["--frames", 1], ["--frames", 8192, "--channels", 64], ["--rate", 8000],
                  ["--rate", 384000, "--frames", 16], ["--frames", 17, "--rate", 44100]):
        device, length, wanted = FAKE, "90000s", LOSSES
        if extra:
            device, length = FAKE.replace("4294967296", "40000"), "20s"
            wanted = [min(frames, 40000) for frames in LOSSES]
        result = count(place, device, "--for", length, "--json", *extra)
        glitches, summary = check_laws(objects(result.stdout))
        assert result.returncode == 1 and summary["trustworthy"], show(result)
        assert [glitch["missing_frames"] for glitch in glitches] == wanted, (extra, glitches)
        assert all(glitch["exact"] and glitch["error_frames"] == 0 and glitch["source"] == "device"
                   and glitch["cause"] == "device" for glitch in glitches), glitches
        assert summary["missing_frames"] == sum(wanted), (extra, summary)


def a_loss_before_the_first_block_is_counted(place):
    _, summary = check_laws(objects(count(place, "virtual:clock=fake,lose=187@0s", "--for", "1s",
                                          "--json").stdout))
    assert summary["missing_frames"] == 187, summary


def a_clean_run_has_exit_code_zero(place):
    result = count(place, "virtual:clock=fake", "--for", "1h", "--json")
    glitches, summary = check_laws(objects(result.stdout))
    assert result.returncode == 0 and not glitches and summary["missing_frames"] == 0, show(result)
    assert summary["elapsed_frames"] == 3600 * 48000, summary


def every_kind_of_fault_keeps_the_laws(place):
    for frames in (1, 64, 1000, 8192):
        result = count(place, EVERYTHING, "--for", "20s", "--json", "--frames", frames)
        _, summary = check_laws(objects(result.stdout))
        assert result.returncode == expected_code(summary) == 1, show(result)


def budget_parts_have_the_names_of_the_contract(place):
    result = count(place, FAKE, "--for", "3s", "--json")
    for part in objects(result.stdout)[0]["budget"]:
        assert set(part) >= BUDGET_FIELDS, ("missing", BUDGET_FIELDS - set(part), part)


def a_device_that_goes_away_is_told(place):
    trace = place.file("gone.hft")
    result = count(place, "virtual:clock=fake,lose=5@1s,gone@2s", "--trace", trace, "--json")
    assert result.returncode == 1 and len(complaints(result)) == 1, show(result)
    again = explain(place, trace, "--json")
    assert again.stdout == result.stdout and again.returncode == 1, show(again)
    assert b"device went away" in explain(place, trace).stdout


def extreme_sizes_run_on_the_real_clock(place):
    for arguments in (["--frames", 1, "--rate", 384000], ["--frames", 8192, "--channels", 64],
                      ["--frames", 1, "--rate", 8000]):
        result = run(place, "holdfast", "count", "--for", "300ms", "--json", *arguments)
        _, summary = check_laws(objects(result.stdout))
        assert result.returncode == expected_code(summary), show(result)


def a_ring_that_always_overwrites_still_ends(place):
    process = start(place, "holdfast", "count", "--device", "virtual:policy=catchup,ring=1", "--frames", 1,
                    "--rate", 384000, "--for", "200ms", "--json", stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL)
    try:
        output, _ = process.communicate(timeout=8)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    check_laws(objects(output))


# --- explain says what count said ------------------------------------------------------------------------

def explain_prints_the_same_bytes(place):
    odd_name = place.file("a\nb.wav")
    with open(odd_name, "wb") as wav:  # one second of a ramp, 16 bit mono
        data = struct.pack("<48000h", *(i % 2000 for i in range(48000)))
        wav.write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 48000,
                              96000, 2, 16, b"data", len(data)) + data)
    devices = [FAKE, EVERYTHING, EVERYTHING + ",content=tone", EVERYTHING + ",content=silence",
               "virtual:clock=fake,jitter=1h,lose=16@1s,lose=20@2s",
               "virtual:clock=fake,start=1152921504606846975",
               "virtual:clock=fake", f"virtual:clock=fake,lose=9@100ms,content={odd_name}"]
    different = []
    for number, device in enumerate(devices):
        for style in ([], ["--json"], ["--color", "always"]):
            trace = place.file(f"{number}{len(style)}{style[-1:]}.hft")
            live = count(place, device, "--for", "12s", "--trace", trace, *style)
            assert live.returncode in (0, 1), show(live)
            with open(trace, "rb") as source:
                piped = explain(place, "-", *style, stdin=source)
            again = explain(place, trace, *style)
            assert again.returncode == piped.returncode == live.returncode, show(again)
            same = again.stdout == piped.stdout == live.stdout
            if "--json" not in style:  # for people, explain adds the budget of each glitch
                lines = set(again.stdout.splitlines()) & set(piped.stdout.splitlines())
                same = set(live.stdout.splitlines()) <= lines
            if not same:
                different.append((device, style, live.stdout[-300:], again.stdout[-300:]))
    assert not different, (len(different), different[0])


def explain_of_the_real_clock_prints_the_same_bytes(place):
    trace = place.file("real.hft")
    live = count(place, "virtual:policy=catchup,ring=3,lose=3@50ms,stall=30ms@100ms,silent@150ms,restart@200ms",
                 "--frames", 16, "--for", "500ms", "--trace", trace, "--json")
    again = explain(place, trace, "--json")
    assert again.stdout == live.stdout and again.returncode == live.returncode, (show(live), show(again))
    check_laws(objects(live.stdout))


def a_truncated_trace_is_explained_up_to_its_end(place):
    trace, cut = place.file("whole.hft"), place.file("cut.hft")
    count(place, "virtual:clock=fake," + ",".join(f"lose={i + 1}@{i * 200 + 100}ms" for i in range(60)),
          "--frames", 16, "--for", "12s", "--trace", trace)
    content = pathlib.Path(trace).read_bytes()
    ends = chunk_ends(content)
    assert len(ends) > 5 and ends[-1] == len(content), ends
    whole = explain(place, trace, "--json").stdout.splitlines()
    for size in (ends[0], ends[0] + 1, ends[0] + 31, ends[1] - 1, ends[1], ends[1] + 40, ends[3] + 32,
                 ends[-2], ends[-1] - 1):
        pathlib.Path(cut).write_bytes(content[:size])
        result = explain(place, cut, "--json")
        glitches, summary = check_laws(objects(result.stdout))
        assert result.returncode == expected_code(summary), show(result)
        lines = result.stdout.splitlines()[:-1]
        assert lines == whole[:len(lines)], (size, lines[-1])
        assert len(glitches) >= 1 or size <= ends[2], size
        is_between_chunks = size in ends
        assert is_between_chunks or (re.search(r"at byte \d+", result.stderr.decode()) and
                                     len(complaints(result)) == 1), show(result)
        assert b"without an end record" in explain(place, cut).stdout, size


def json_tells_that_a_trace_was_cut_between_chunks(place):
    trace = place.file("whole.hft")
    count(place, FAKE, "--frames", 16, "--for", "3s", "--trace", trace)
    content = pathlib.Path(trace).read_bytes()
    pathlib.Path(trace).write_bytes(content[:chunk_ends(content)[1]])
    result = explain(place, trace, "--json")
    says_so = any("end" in key for key in objects(result.stdout)[-1]) or complaints(result)
    assert says_so, "neither the summary nor stderr says that the trace has no end"


def a_damaged_trace_is_not_trusted_behind_the_damage(place):
    trace = place.file("damaged.hft")
    count(place, FAKE, "--frames", 16, "--for", "3s", "--trace", trace)
    content = bytearray(pathlib.Path(trace).read_bytes())
    ends = chunk_ends(content)
    for at, value in ((ends[1] + 50, 0xA5), (ends[1] + 4, 2), (ends[1], 0)):  # payload, format, magic
        bad = bytearray(content)
        bad[at] = value if bad[at] != value else value ^ 1
        pathlib.Path(trace).write_bytes(bad)
        result = explain(place, trace, "--json")
        check_laws(objects(result.stdout))
        assert result.returncode == 4 and len(complaints(result)) == 1, show(result)
        assert f"at byte {ends[1]}" in result.stderr.decode(), show(result)


def what_is_no_trace_is_refused_in_one_line(place):
    trace = place.file("future.hft")
    count(place, FAKE, "--for", "1s", "--trace", trace)
    future = bytearray(pathlib.Path(trace).read_bytes())
    future[4:6] = struct.pack("<H", 7)
    pathlib.Path(trace).write_bytes(future)
    for name, content in (("empty", b""), ("foreign", b"RIFF" + bytes(5000)), ("short", b"HFTR\x01"),
                          ("text", b"hello\n"), ("half", future[:60])):
        pathlib.Path(place.file(name)).write_bytes(content)
    for name, code, pattern in (("empty", 2, "empty"), ("foreign", 2, "not a Holdfast trace"),
                                ("short", 2, "trace|description"), ("text", 2, "not a Holdfast trace"),
                                ("half", 2, "newer|description"), ("future.hft", 2, "newer version.*update"),
                                (".", 3, "directory"), ("missing", 3, "No such file")):
        for style in ([], ["--json"]):
            result = explain(place, place.file(name), *style)
            assert result.returncode == code and not result.stdout, show(result)
            assert result.stderr.count(b"\n") == 1 and re.search(pattern, result.stderr.decode()), show(result)
            assert name == "." or name in result.stderr.decode(), show(result)


def an_unreadable_trace_as_nobody_is_refused(place):
    path = pathlib.Path(place.file("secret.hft"))
    path.write_bytes(b"x")
    path.chmod(0o600)
    result = explain(place, path, preexec_fn=as_nobody)
    assert result.returncode == 3 and result.stderr.count(b"\n") == 1, show(result)
    assert b"Permission denied" in result.stderr, show(result)


def explain_waiting_for_a_pipe_ends_on_the_first_sigint(place):
    process = subprocess.Popen([place.program("holdfast"), "explain", "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=3)
    finally:
        process.kill()
        process.stdin.close()
        process.wait()


# --- traces survive --------------------------------------------------------------------------------------

def an_existing_trace_is_not_touched_unless_told(place):
    path = pathlib.Path(place.file("take.hft"))
    path.write_bytes(b"precious")
    result = count(place, FAKE, "--for", "1s", "--trace", path)
    assert result.returncode == 2 and len(complaints(result)) == 1, show(result)
    assert "exists" in complaints(result)[0] and path.read_bytes() == b"precious", show(result)
    for bad in (["--rate", "5"], ["--frames", "0"], ["--channels", "0"]):
        assert count(place, FAKE, "--for", "1s", "--trace", path, "--overwrite", *bad).returncode == 2
        assert path.read_bytes() == b"precious", bad
    assert count(place, FAKE, "--for", "2s", "--trace", path, "--overwrite").returncode == 1
    assert explain(place, path).returncode == 1


def an_impossible_trace_is_refused_in_one_line(place):
    for path in ("/nonexistent/take.hft", place.file("."), "/proc/take.hft"):
        result = count(place, FAKE, "--for", "1s", "--trace", path)
        assert result.returncode in (2, 3) and len(complaints(result)) == 1, show(result)
        assert path in complaints(result)[0] and not result.stdout, show(result)


def sigkill_leaves_a_readable_trace(place):
    runs = []
    for number, delay in enumerate((0.05, 0.6, 1.1, 1.5, 2.3, 2.9)):
        trace, out = place.file(f"killed{number}.hft"), place.file(f"killed{number}.json")
        with open(out, "wb") as output:
            process = start(place, "holdfast", "count", "--frames", 64, "--trace", trace, "--json",
                            stdout=output, stderr=subprocess.DEVNULL)
        runs.append((delay, trace, out, process))
    begin = time.monotonic()
    for delay, trace, _, process in runs:
        time.sleep(max(0.0, begin + delay - time.monotonic()))
        wait_for(lambda path=trace: os.path.exists(path) and os.path.getsize(path) > 0)
        process.kill()
        process.wait()
    some_frames = 0
    for _, trace, out, _ in runs:
        result = explain(place, trace, "--json")
        glitches, summary = check_laws(objects(result.stdout))
        assert result.returncode == expected_code(summary), show(result)
        some_frames += summary["received_frames"]
        # A hole in the trace would be a glitch that the run never had. The last one may still be open.
        printed = [json.loads(line)["position_frames"] for line in pathlib.Path(out).read_bytes().splitlines()
                   if line.endswith(b"}")]
        explained = [glitch["position_frames"] for glitch in glitches]
        assert explained[:-1] == printed[:max(len(explained) - 1, 0)], (explained, printed)
        assert b"without an end record" in explain(place, trace).stdout
    assert some_frames > 0, "no run lived long enough to write a block"


def ctrl_c_gives_the_summary_and_a_whole_trace(place):
    for number, (signal_number, device) in enumerate([(signal.SIGINT, "virtual"), (signal.SIGTERM, "virtual"),
                                                      (signal.SIGINT, "virtual:clock=fake")]):
        trace = place.file(f"stopped{number}.hft")
        process = start(place, "holdfast", "count", "--device", device, "--trace", trace, "--json", "--for",
                        "10h", "--frames", 64, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert wait_for(lambda path=trace: os.path.exists(path) and os.path.getsize(path) > 0)
        time.sleep(0.2)
        process.send_signal(signal_number)
        output, errors = process.communicate(timeout=20)
        _, summary = check_laws(objects(output))
        assert process.returncode == expected_code(summary), (process.returncode, errors)
        again = explain(place, trace, "--json")
        assert again.stdout == output and again.returncode == process.returncode, (show(again), output)
        assert b"without an end record" not in explain(place, trace).stdout


def ctrl_c_ends_a_count_whose_device_is_silent_for_hours(place):
    stuck = []
    for number, fault in enumerate(("stall=10h@50ms", "lose=4294967296@50ms")):
        trace = place.file(f"silent{number}.hft")
        process = start(place, "holdfast", "count", "--device", f"virtual:{fault}", "--trace", trace, "--json",
                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        wait_for(lambda path=trace: os.path.exists(path) and os.path.getsize(path) > 0)
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
        try:
            output, _ = process.communicate(timeout=5)
            check_laws(objects(output))
        except subprocess.TimeoutExpired:
            stuck.append(fault)
        process.kill()
        process.communicate()
    assert not stuck, ("still there 5 s after SIGINT", stuck)


def a_file_size_limit_ends_the_trace_in_order(place):
    trace = place.file("limited.hft")
    result = count(place, "virtual:clock=fake,lose=187@1s", "--frames", 16, "--for", "60s", "--trace", trace,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    assert result.returncode == 3 and len(complaints(result)) == 1, show(result)
    assert trace in complaints(result)[0] and b"187 frames" in result.stdout, show(result)
    assert os.path.getsize(trace) <= 100_000
    glitches, _ = check_laws(objects(explain(place, trace, "--json").stdout))
    assert [glitch["missing_frames"] for glitch in glitches] == [187], glitches


def a_full_disk_ends_the_trace_in_order(place):
    script = ('mount -t tmpfs -o size=128k none "$2" || exit 99\n'
              '"$1" count --device virtual:clock=fake,lose=187@1s --frames 16 --for 60s --trace "$2/full.hft"\n'
              'echo "code $?"\n"$1" explain --json "$2/full.hft" 2>/dev/null; echo "code $?"\n'
              'head -c 200000 /dev/zero > "$2/rest" 2>/dev/null\n'
              '"$1" count --device virtual:clock=fake --for 1s --trace "$2/other.hft"; echo "code $?"\n'
              'test -e "$2/other.hft" && echo left over; exit 0')
    mount = place.directory / "mount"
    mount.mkdir()
    result = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", place.program("holdfast"), str(mount)],
                            capture_output=True, timeout=60, check=False)
    if result.returncode == 99:
        return "tmpfs cannot be mounted here"
    lines = result.stdout.decode().splitlines()
    assert [line for line in lines if line.startswith("code")] == ["code 3", "code 1", "code 3"], result
    assert "left over" not in lines and len(complaints(result)) == 2, result
    assert all("No space left" in line for line in complaints(result)), result
    return None


def a_full_stdout_is_told(place):
    silent = []
    for arguments in (["holdfast", "count", "--device", FAKE, "--for", "3s"], ["holdfast", "devices"],
                      ["holdfast", "watch", "--once"], ["holdfast", "--help"], ["holdfast", "count", "--help"],
                      ["holdfast", "--version"], ["CountGlitches", "--help"], ["MemLoad", "--help"],
                      ["RTThreadSwapped", "--help"], ["RTThreadSwapped", "--version"],
                      ["CountGlitches", "--frames", "1", "--rate", "384000", "--for", "200ms"]):
        with open("/dev/full", "wb") as full:
            result = run(place, *arguments, stdout=full)
        told = [line for line in complaints(result) if "No space left" in line]
        if result.returncode != 3 or len(told) != 1:
            silent.append((arguments, result.returncode, complaints(result)))
    assert not silent, (len(silent), silent)


def a_reader_that_leaves_costs_nothing(place):
    trace = place.file("head.hft")
    device = "virtual:clock=fake," + ",".join(f"lose={i + 1}@{i + 1}ms" for i in range(5000))
    with open(place.file("errors"), "wb") as error_file:
        process = start(place, "holdfast", "count", "--device", device, "--frames", 16, "--for", "100h",
                        "--trace", trace, "--json", stdout=subprocess.PIPE, stderr=error_file)
    first = process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 1, process.returncode
    errors = pathlib.Path(place.file("errors")).read_text()
    assert errors.count("nobody reads stdout") == 1, errors
    again = explain(place, trace, "--json")
    assert again.stdout.startswith(first) and again.returncode == 1, show(again)
    check_laws(objects(again.stdout))


def ctrl_c_while_nobody_reads_loses_no_result(place):
    """The pipe is full when SIGINT comes; the reader goes on reading: it must get all, summary included."""
    trace = place.file("blocked.hft")
    with open(place.file("errors"), "wb") as error_file:
        process = start(place, "holdfast", "count", "--frames", 1, "--rate", 384000, "--json", "--trace", trace,
                        stdout=subprocess.PIPE, stderr=error_file)
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    output, _ = process.communicate(timeout=30)
    errors = pathlib.Path(place.file("errors")).read_text()
    check_laws(objects(output))
    assert process.returncode in (0, 1, 4), (process.returncode, errors[-200:])
    assert explain(place, trace, "--json").stdout == output


def a_trace_that_is_being_written_is_not_replaced(place):
    trace = place.file("shared.hft")
    first = start(place, "holdfast", "count", "--device", "virtual:lose=187@100ms", "--for", "2s", "--trace",
                  trace, "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for(lambda: os.path.exists(trace) and os.path.getsize(trace) > 0)
    time.sleep(0.2)
    count(place, "virtual:clock=fake", "--for", "1s", "--trace", trace, "--overwrite")
    first.communicate(timeout=30)
    # Refused, or replaced under the name only: either way the first run has a whole trace or says that not.
    result = explain(place, trace)
    assert result.returncode in (0, 1) and not complaints(result), show(result)


def closed_descriptors_do_not_spoil_the_trace(place):
    spoilt = []
    for closed in ((0,), (1,), (2,), (1, 2), (0, 1, 2)):
        trace = place.file("closed" + "".join(map(str, closed)) + ".hft")

        def close_them(numbers=closed):
            for number in numbers:
                os.close(number)

        process = start(place, "holdfast", "count", "--device", FAKE, "--for", "30s", "--trace", trace,
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=close_them)
        code = process.wait(timeout=30)
        result = explain(place, trace, "--json")
        complete = result.returncode == 1 and len(result.stdout.splitlines()) > 4
        if code not in (1, 3) or not (complete or 1 in closed) or result.returncode not in (0, 1):
            spoilt.append((closed, code, result.returncode, complaints(result)))
    assert not spoilt, spoilt


# --- privileges, own faults, own size --------------------------------------------------------------------

def everybody_counts_without_own_faults(place):
    """Four runs at once: root and nobody, with one limit on locked memory of 8 MiB."""
    runs = []
    for become in (None, as_nobody) if os.geteuid() == 0 else (None,):
        for program in (["CountGlitches"], ["holdfast", "count", "--json", "--frames", "16"]):
            runs.append((become, program, start(place, *program, "--for", "2s", stdout=subprocess.PIPE,
                                                stderr=subprocess.PIPE, preexec_fn=become)))
    for become, program, process in runs:
        output, errors = process.communicate(timeout=30)
        errors = errors.decode()
        assert process.returncode in (0, 1), (program, become, process.returncode, output[-300:], errors)
        if program == ["CountGlitches"]:
            assert "own faults: 0 major, 0 minor" in errors, errors
            for line in output.decode().splitlines():
                assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} UTC  ", line), line
        else:
            _, summary = check_laws(objects(output))
            assert (summary["own_major_faults"], summary["own_minor_faults"]) == (0, 0), summary
            assert 0 < summary["locked_bytes"] <= 8 << 20, summary
            assert become is None or summary["limitations"], summary
        if become is not None and resource.getrlimit(resource.RLIMIT_RTPRIO)[1] == 0:
            assert "rtprio" in errors, errors
        assert "are not locked" not in errors, errors


def a_small_lock_limit_is_named(place):
    for program in (["CountGlitches"], ["holdfast", "count"]):
        result = run(place, *program, "--for", "200ms", preexec_fn=lambda: become_nobody(64 << 10))
        assert "memlock" in result.stderr.decode(), show(result)


def count_glitches_is_small(place):
    process = start(place, "CountGlitches", "--for", "20s", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        assert wait_for(lambda: memory_of(process.pid, "VmLck") > 0), "nothing was locked"
        time.sleep(0.3)
        resident, locked = memory_of(process.pid, "VmHWM"), memory_of(process.pid, "VmLck")
        assert resident <= 3 << 20 and locked <= 1 << 20, (resident, locked)
    finally:
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=20)[1].decode()
    assert process.returncode in (0, 1, 4) and "own faults" in errors, (process.returncode, errors)


def count_glitches_says_what_it_could_not_list(place):
    result = run(place, "CountGlitches", "--frames", "1", "--rate", "384000", "--for", "300ms")
    listed = len(result.stdout.splitlines())
    counted = int(re.search(r": (\d+) glitches?,", result.stderr.decode()).group(1))
    assert listed == counted or re.search("not listed|dropped", result.stderr.decode()), (listed, show(result))


# --- watch, RTThreadSwapped ------------------------------------------------------------------------------

def watch_of_a_process_that_is_gone_is_unavailable(place):
    gone = subprocess.Popen(["true"])
    gone.wait()
    for style in ([], ["--json"]):
        result = run(place, "holdfast", "watch", "--pid", gone.pid, "--once", *style)
        assert result.returncode == 3 and len(complaints(result)) == 1 and not result.stdout, show(result)
        assert str(gone.pid) in complaints(result)[0], show(result)


def watch_of_foreign_processes_as_nobody_is_unavailable(place):
    for pid in (1, os.getpid()):
        result = run(place, "holdfast", "watch", "--pid", pid, "--once", preexec_fn=as_nobody)
        assert result.returncode == 3 and len(complaints(result)) == 1 and not result.stdout, show(result)


def watch_finds_the_audio_thread_of_a_child(place):
    for become in (None, as_nobody) if os.geteuid() == 0 else (None,):
        child = start(place, "CountGlitches", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                      preexec_fn=become)
        try:
            assert wait_for(lambda pid=child.pid: memory_of(pid, "VmLck") > 0)
            time.sleep(0.2)  # it asks for priority right after
            is_realtime = any(os.sched_getscheduler(int(tid)) & 0xF == os.SCHED_FIFO
                              for tid in os.listdir(f"/proc/{child.pid}/task"))
            result = run(place, "holdfast", "watch", "--pid", child.pid, "--for", "300ms", "--json",
                         *([] if is_realtime else ["--thread", "audio"]), preexec_fn=become)
            found = objects(result.stdout)
            assert result.returncode == 0, show(result)
            assert {item["schema"] for item in found} <= {"holdfast.residency/1", "holdfast.fault/1"}, found
            assert found[0]["event"] == "thread" and found[0]["thread"] == "audio", found[0]
            assert any(item.get("kind") == "stack" for item in found), found
            text = run(place, "holdfast", "watch", "--pid", child.pid, "--once", "--pages", preexec_fn=become)
            assert text.returncode == 0 and b"stack" in text.stdout, show(text)
        finally:
            child.kill()
            child.communicate()


def names_of_others_do_not_reach_the_terminal_raw(place):
    evil = subprocess.Popen([sys.executable, "-c", "import ctypes, sys, time\n"
                             "ctypes.CDLL(None).prctl(15, b'\\x1b[31m\\x07evil', 0, 0, 0)\n"
                             "print('named', flush=True)\ntime.sleep(60)"], stdout=subprocess.PIPE, text=True)
    try:
        assert evil.stdout.readline() == "named\n"
        found = run(place, "holdfast", "watch", "--pid", evil.pid, "--once")
        assert b"evil" in found.stdout and not set(b"\x1b\x07") & set(found.stdout + found.stderr), show(found)
    finally:
        evil.kill()
        evil.wait()


def watch_shows_page_faults(place):
    code = ("import mmap, time\nm = mmap.mmap(-1, 1 << 18)\nprint(flush=True)\n"
            "while not time.sleep(0.01): m[::4096] = bytes(64); m.madvise(mmap.MADV_DONTNEED)")
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        child.stdout.readline()  # it is python by now, whatever started it
        watch = ["holdfast", "watch", "--pid", child.pid, "--for", "600ms"]
        found = objects(run(place, *watch, "--json").stdout)
        text = run(place, *watch).stdout.decode()
    finally:
        child.kill()
        child.communicate()
    level = next(item["level"] for item in found if item.get("event") == "observation")
    if level not in ("user_events", "all_events"):
        return f"page faults cannot be seen here: {level}"
    faults = [item for item in found if item["schema"] == "holdfast.fault/1"]
    assert faults and all(FAULT_FIELDS <= set(fault) for fault in faults), faults[:3]
    assert any(fault["where"] and fault["kind"] and fault["duration_ns"] for fault in faults), faults[:3]
    summary = next(item for item in found if item.get("event") == "summary")
    assert summary["faults_seen"] == len(faults), (summary, len(faults))
    assert summary["major_faults_seen"] == sum(fault["kind"] == "major" for fault in faults), summary
    assert summary["fault_time_ns"] == sum(fault["duration_ns"] or 0 for fault in faults), summary
    shown = len(re.findall(r" UTC (?:minor |major |)fault, ", text))
    hidden = sum(map(int, re.findall(r"^and (\d+) more page fault", text, re.M)))
    assert 0 < shown <= 100 and f"one by one: {shown + hidden}," in text, (shown, hidden, text[-600:])
    return None


def watch_outlives_the_process_it_watches(place):
    child = start(place, "CountGlitches", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_for(lambda: memory_of(child.pid, "VmLck") > 0)
    output = pathlib.Path(place.file("watch.jsonl"))
    with output.open("wb") as stdout:
        watch = start(place, "holdfast", "watch", "--pid", child.pid, "--json", stdout=stdout,
                      stderr=subprocess.PIPE)
        assert wait_for(lambda: b"residency" in output.read_bytes()), output.read_bytes()
        time.sleep(0.5)  # until the table is out
        child.kill()
        child.wait()
        _, errors = watch.communicate(timeout=20)
    assert watch.returncode == 0 and objects(output.read_bytes()), (watch.returncode, errors)


def rt_thread_swapped_ends_with_a_summary(place):
    process = start(place, "RTThreadSwapped", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert b"Ctrl-C" in process.stderr.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode in (0, 1) and b"watched for" in errors, (process.returncode, errors)


# --- a poor machine --------------------------------------------------------------------------------------

def few_descriptors_and_little_memory_end_in_one_line(place):
    bad = []
    for kind, limits in ((resource.RLIMIT_NOFILE, (3, 4, 5)), (resource.RLIMIT_AS, (24 << 20, 32 << 20, 48 << 20))):
        for limit in limits:
            for arguments in (["holdfast", "count", "--for", "50ms", "--trace", place.file(f"poor{limit}.hft")],
                              ["CountGlitches", "--for", "50ms"], ["holdfast", "watch", "--once"]):
                result = run(place, *arguments, preexec_fn=lambda k=kind, n=limit: resource.setrlimit(k, (n, n)))
                if result.returncode < 0 or (result.returncode in (2, 3) and len(complaints(result)) != 1):
                    bad.append((arguments[:2], limit, result.returncode, result.stderr[-200:]))
    assert not bad, (len(bad), bad)


def is_sanitized(place):
    return b"__asan_init" in pathlib.Path(place.program("CountGlitches")).read_bytes()


def reason_against(check, place):
    name = check.__name__
    if os.geteuid() != 0 and re.search("nobody|full_disk|small_lock_limit", name):
        return "needs root"
    if re.search("own_faults|is_small|few_descriptors", name) and is_sanitized(place):
        return "sanitizers fault, grow and map by themselves"
    if os.geteuid() == 0 and re.search("nobody|everybody|small_lock_limit|of_a_child", name):
        reached = subprocess.run([place.program("CountGlitches"), "--version"], capture_output=True, check=False,
                                 preexec_fn=as_nobody) if can_nobody_reach(place) else None
        if reached is None or reached.returncode != 0:
            return "nobody may not run the programs where they are"
    return None


def can_nobody_reach(place):
    return all(path.stat().st_mode & 0o001 for path in [place.binaries, *place.binaries.parents])


CHECKS = [
    help_has_an_example_and_version_a_number,
    bad_usage_has_exit_code_two_and_says_what,
    bad_usage_takes_one_line,
    a_duration_of_nothing_is_refused_everywhere,
    a_missing_module_is_unavailable,
    a_module_that_does_not_fit_is_refused,
    devices_are_listed,
    scripted_losses_are_counted_exactly,
    a_loss_before_the_first_block_is_counted,
    a_clean_run_has_exit_code_zero,
    every_kind_of_fault_keeps_the_laws,
    budget_parts_have_the_names_of_the_contract,
    a_device_that_goes_away_is_told,
    extreme_sizes_run_on_the_real_clock,
    a_ring_that_always_overwrites_still_ends,
    explain_prints_the_same_bytes,
    explain_of_the_real_clock_prints_the_same_bytes,
    a_truncated_trace_is_explained_up_to_its_end,
    json_tells_that_a_trace_was_cut_between_chunks,
    a_damaged_trace_is_not_trusted_behind_the_damage,
    what_is_no_trace_is_refused_in_one_line,
    an_unreadable_trace_as_nobody_is_refused,
    explain_waiting_for_a_pipe_ends_on_the_first_sigint,
    an_existing_trace_is_not_touched_unless_told,
    an_impossible_trace_is_refused_in_one_line,
    sigkill_leaves_a_readable_trace,
    ctrl_c_gives_the_summary_and_a_whole_trace,
    ctrl_c_ends_a_count_whose_device_is_silent_for_hours,
    a_file_size_limit_ends_the_trace_in_order,
    a_full_disk_ends_the_trace_in_order,
    a_full_stdout_is_told,
    a_reader_that_leaves_costs_nothing,
    ctrl_c_while_nobody_reads_loses_no_result,
    a_trace_that_is_being_written_is_not_replaced,
    closed_descriptors_do_not_spoil_the_trace,
    everybody_counts_without_own_faults,
    a_small_lock_limit_is_named,
    count_glitches_is_small,
    count_glitches_says_what_it_could_not_list,
    watch_of_a_process_that_is_gone_is_unavailable,
    watch_of_foreign_processes_as_nobody_is_unavailable,
    watch_finds_the_audio_thread_of_a_child,
    names_of_others_do_not_reach_the_terminal_raw,
    watch_shows_page_faults,
    watch_outlives_the_process_it_watches,
    rt_thread_swapped_ends_with_a_summary,
    few_descriptors_and_little_memory_end_in_one_line,
]


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    part = sys.argv[2] if len(sys.argv) > 2 else ""

    def run_one(check):
        with tempfile.TemporaryDirectory(prefix="holdfast-programs-") as directory:
            place = Place(binaries, directory)
            return reason_against(check, place) or check(place)
    return run_checks(CHECKS, run_one, part)


if __name__ == "__main__":
    os.environ.setdefault("HOLDFAST_AUDIO_MODULES", "/nonexistent")  # the default device: virtual, everywhere
    sys.exit(main())
