#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What recorders say was lost. All that record from one sound system do so at the same time, from the same source, and are
stopped by the same SIGSTOPs. Each is asked what it lost; the truth is in its own file, where every sample tells its frame
number: with another buffer another recorder loses something else.

usage: recorders_told.py BUILD_DIR [ROUNDS] [--table]     --table prints the table of README.md
"""
import json
import os
import pathlib
import random
import re
import shutil
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import backend_contract_test as contract  # noqa: E402
import recorder_survival  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402
from sound_systems import alsa, jack, pipewire  # noqa: E402
from sound_systems.sound_system import Missing  # noqa: E402

RATE, BLOCK = 48000, 64
STOPS = 6
MODULUS = alsa.MODULUS
NAME = "what recorders say was lost, beside arecord, PortAudio, jack_capture and pw-record"
ASKED = "holdfast: each frame that is missing by content, and no other"


def holdfast(build, device):
    return [f"{build}/src/cmd/holdfast", "record", "FILE", "--device", device, "--channels", 1, "--frames", BLOCK, "--no-notices",
            "--no-labels", "--json"]


def commands(build):
    """Sound system -> recorder -> its words, or what starts it."""
    probe = f"{build}/bench/portaudio_probe"
    return {
        alsa.Alsa: {"holdfast record": holdfast(build, "alsa:card"),
                    "arecord": ["arecord", "-D", "s24packed", "-f", "S24_3LE", "-r", RATE, "-c", 1, f"--period-size={BLOCK}",
                                f"--buffer-size={4 * BLOCK}", "FILE"],
                    "PortAudio": [probe, "ALSA", "card", BLOCK, "FILE"]},
        jack.Jack: {"holdfast record": holdfast(build, "jack:position_source:out"),
                    "jack_capture": ["jack_capture", "-b", 24, "-c", 1, "-p", "position_source:out", "-ns", "--disable-console", "FILE"],
                    "PortAudio": [probe, "JACK Audio Connection Kit", "position_source", BLOCK, "FILE"]},
        pipewire.Pipewire: {"holdfast record": holdfast(build, "pipewire:position_source"),
                            "pw-record": recorder_survival.link_by_hand},
    }


def samples_in(path):
    """The bytes of a WAV file's data chunk; all of a file that is none."""
    content = path.read_bytes()
    if content[:4] not in (b"RIFF", b"RF64"):
        return content
    at = 12
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        if name == b"data":
            return content[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    return b""


def numbers_in(path):
    """The frame numbers that it holds, one for each frame, modulo MODULUS."""
    samples = samples_in(path)
    if path.suffix == ".float":
        return [(round(value * MODULUS / 2) + MODULUS // 2) % MODULUS for (value,) in struct.iter_unpack("<f", samples)]
    return [int.from_bytes(samples[i:i + 3], "little", signed=True) + MODULUS // 2 for i in range(0, len(samples) // 3 * 3, 3)]


def is_silence(number):
    """What was not played. (It is one of the numbers, too: the one after three minutes.)"""
    return number == MODULUS // 2


def missing_in(numbers):
    """Frames between the first and the last that it has not got. Where the source was late, a cycle plays the block before once
    more: such a block was got, only not played."""
    played = [number for number in numbers if not is_silence(number)]
    return (played[-1] - played[0]) % MODULUS + 1 - len(played)


def told_by(name, output, errors):
    """(in words, in frames or None) of one run."""
    if name == "holdfast record":
        # What a late server lost is not in the content: a counter that stood still tells no numbers.
        *glitches, _, _ = [json.loads(line) for line in output.splitlines()]
        told = [glitch["missing_frames"] for glitch in glitches if glitch["source"] == "client"]
        return f"{len(told)} losses, {sum(told)} frames; silence and a marker in the place of each", sum(told)
    if name == "arecord":
        return f"{errors.count('overrun!!!')} overruns", None
    if name == "PortAudio":
        said = json.loads(output)
        return f"{said['flags']} flags; time stamps skip {said['skipped_frames']} frames", said["skipped_frames"]
    text = output + errors
    if name == "jack_capture":
        xruns = re.findall(r"encountered (\d+) jack x-runs", text)
        return f"{xruns[-1]} x-runs" if xruns else "nothing", None
    xruns = len(re.findall("x-?run|overrun|lost", text, flags=re.IGNORECASE))
    return f"{xruns} lines" if xruns else "nothing", None


def one_round(build, kind, recorders, stops):
    """Recorder -> (frames missing by content, in words, in frames)."""
    with tempfile.TemporaryDirectory(prefix="holdfast-told-") as directory:
        folder, system = pathlib.Path(directory), kind(contract.Place(build, directory))
        running = {}
        try:
            system.start(BLOCK)
            for name, command in recorders.items():
                path = folder / (name.replace(" ", "-") + (".float" if name == "PortAudio" else ".wav"))
                with (folder / f"{name}.out").open("wb") as output, (folder / f"{name}.err").open("wb") as errors:
                    streams = {"stdout": output, "stderr": errors}
                    process = (command(system, path, **streams) if callable(command) else
                               system.launch(*(path if word == "FILE" else word for word in command), **streams))
                running[name] = process, path
            time.sleep(1.5)
            for length in stops:
                for process, _ in running.values():
                    os.kill(process.pid, recorder_survival.signal.SIGSTOP)
                time.sleep(length)
                for process, _ in running.values():
                    os.kill(process.pid, recorder_survival.signal.SIGCONT)
                time.sleep(0.4)
            for process, _ in running.values():
                process.send_signal(recorder_survival.signal.SIGINT)
                process.wait(90)  # jackd answers late who leaves after many stops
            return {name: look_at(folder, name, path) for name, (_, path) in running.items()}
        finally:
            system.end()


def look_at(folder, name, path):
    output, errors = ((folder / f"{name}.{end}").read_text(encoding="utf-8", errors="replace") for end in ("out", "err"))
    numbers = numbers_in(path)
    assert len(numbers) > RATE, (name, len(numbers), errors[-500:])
    if name == "holdfast record":  # it puts in silence for what it tells, and for nothing else
        filled = json.loads(output.splitlines()[-1])["filled_frames"]
        first = next(place for place, number in enumerate(numbers) if not is_silence(number))
        assert sum(map(is_silence, numbers[first:])) == filled, (name, filled)
    return missing_in(numbers), *told_by(name, output, errors)


def is_here(command):
    return callable(command) and shutil.which("pw-record") or not callable(command) and shutil.which(str(command[0]))


def measure(build, rounds):
    """[(sound system, recorder, rounds of (truth, words, frames))]; what is not installed is left out."""
    random.seed(20)
    build, found = pathlib.Path(build).resolve(), []
    for kind, recorders in commands(build).items():
        here = {name: command for name, command in recorders.items() if is_here(command)}
        results = {}
        try:
            for _ in range(rounds):
                stops = [random.choice((0.01, 0.02, 0.05, 0.1, 0.2)) for _ in range(STOPS)]
                for name, result in one_round(build, kind, here, stops).items():
                    results.setdefault(name, []).append(result)
        except Missing as missing:
            print(f"{kind.__name__}: {missing}", file=sys.stderr)
        found += [(kind.__name__, name, results[name]) for name in results]
    return found


def told_in_words(results):
    """Of all rounds: the numbers in the words added up."""
    sums = [sum(numbers) for numbers in zip(*([int(n) for n in re.findall(r"\d+", words)] for _, words, _ in results))]
    parts = iter(sums)
    return re.sub(r"\d+", lambda _: str(next(parts)), results[0][1]) if sums else results[0][1]


def table(found):
    lines = ["| from | recorder | frames missing in its file | what it says was lost |", "|---|---|---|---|"]
    return "\n".join(lines + [f"| {system} | {name} | {sum(truth for truth, _, _ in results)} | {told_in_words(results)} |"
                              for system, name, results in found])


def judge(found):
    ours = [result for _, name, results in found if name == "holdfast record" for result in results]
    if not ours:
        return skipped(NAME, ASKED, "no sound system is here")
    exact, missing = sum(truth == frames for truth, _, frames in ours), sum(truth for truth, _, _ in ours)
    absent = sorted({name for recorders in commands("").values() for name in recorders} - {name for _, name, _ in found})
    others = "; ".join(f"{name} ({system}): {told_in_words(results)} for {sum(truth for truth, _, _ in results)} missing"
                       for system, name, results in found if name != "holdfast record")
    return Figure(NAME, ASKED, f"holdfast record: right to the frame in {exact} of {len(ours)} runs, {missing} frames missing; {others}"
                  f"{'; not here: ' if absent else ''}{', '.join(absent)}", exact == len(ours) if missing else None,
                  f"`bench/recorders_told.py`: all of a sound system at once, blocks of {BLOCK} frames, {STOPS} stops of 10 to 200 ms a "
                  "run; each one's truth is in its own file")


def figures(build, rounds):
    yield judge(measure(build, rounds))


if __name__ == "__main__":
    count = next((int(word) for word in sys.argv[2:] if word.isdigit()), 5)
    if "--table" in sys.argv:
        print(table(measure(sys.argv[1], count)))
        sys.exit(0)
    sys.exit(conclude(list(figures(sys.argv[1], count))))
