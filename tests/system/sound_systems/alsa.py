# SPDX-License-Identifier: MIT
"""A sound card of our own (tests/support/alsa_card.cc), which needs no kernel driver: every program that
records through ALSA can record from it. It is no server that could be late; what else may happen to a card
is written into its control file."""
import json
import pathlib
import shutil
import struct
import subprocess
import time

import backend_contract_test as contract
from sound_systems.sound_system import Missing, SoundSystem

RUNS, GONE, SUSPENDED, STANDS_STILL = range(4)
MODULUS = 1 << 24


def _count(system, device, *arguments):
    command = [system.place.binaries / "holdfast", "count", "--device", device, "--json", *arguments]
    return subprocess.run([str(word) for word in command], env=system.environment(), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=60)


def _bound_holds(result):
    """What the clock told is what the content lacks beyond the exact losses, within the stated bound."""
    estimated = [gap for gap in result["gaps"] if gap["source"] != 1]
    hidden = result["missing_by_content"] - result["lost_frames"]
    bound = sum(gap["error"] for gap in estimated)
    assert estimated and all(not gap["exact"] for gap in estimated), result
    assert abs(hidden - result["estimated_frames"]) <= bound, (hidden, result)


def positions_in(samples, numbers="<i", shift=8, middle=1 << 23, modulus=MODULUS):
    """Frame numbers that a recording tells, sample by sample, modulo `modulus`."""
    return [((value >> shift) + middle) % modulus for (value,) in struct.iter_unpack(numbers, samples)]


def arecord_records_the_same_signal(system):
    if shutil.which("arecord") is None:
        raise Missing("arecord is not installed: apt-get install alsa-utils")
    system.start(64)
    for name, pcm, numbers, shift, middle, modulus in (("S32_LE", "card", "<i", 8, 1 << 23, MODULUS),
                                                       ("S16_LE", "card", "<h", 0, 0, 1 << 16)):
        path = system.place.directory / f"{name}.raw"
        subprocess.run(["arecord", "-q", "-D", pcm, "-f", name, "-r", "48000", "-c", "1", "-s", "24000", "-t", "raw",
                        str(path)], env=system.environment(), check=True, capture_output=True, timeout=30)
        positions = positions_in(path.read_bytes(), numbers, shift, middle, modulus)
        assert len(positions) == 24000, (name, len(positions))
        steps = {(after - before) % modulus for before, after in zip(positions, positions[1:])}
        assert steps == {1}, (name, steps)


def read_access_counts_as_exactly(system):
    system.options = ",access=rw"
    for frames in (16, 64):
        system.start(frames)
        result = contract.Run(system, frames, 0.8, "--sleep", 9).result()
        assert "access=rw" in result["device"] and result["lost_frames"] > 0, result
        contract.check_counts(result, system)
        system.end()


def every_sample_format_keeps_its_positions(system):
    for pcm in ("float", "s32", "s24", "s24packed"):
        system.pcm = pcm
        system.start(64)
        contract.check_counts(contract.Run(system, 64, 0.3).result(), system)
        system.end()


def a_block_overwritten_while_it_is_copied_is_thrown_away(system):
    for system.options in ("", ",access=rw"):
        system.start(64)
        run = contract.Run(system, 64, 0.7)
        time.sleep(0.2)
        system.control(slow_copies=5)
        result = run.result()
        assert result["torn_blocks"] == 5 and result["lost_frames"] > 5 * 256, result
        result["torn_by_content"] = 0  # they are, which is what was marked
        contract.check_counts(result, system)
        system.end()


def a_stream_that_stops_is_started_again(system):
    system.start(64)
    run = contract.Run(system, 64, 0.8)
    time.sleep(0.3)
    system.control(overruns=2)
    result = run.result()
    assert result["epochs"] == 3 and not result["is_gone"], result
    _bound_holds(result)


def a_suspended_card_is_waited_for(system):
    system.start(64)
    run = contract.Run(system, 64, 1.2)
    time.sleep(0.3)
    system.control(SUSPENDED)
    time.sleep(0.3)
    system.control(RUNS)
    result = run.result()
    assert result["epochs"] == 2 and result["estimated_frames"] > 9600, result
    _bound_holds(result)


def a_card_that_is_pulled_out_and_put_back_begins_an_epoch(system):
    system.start(64)
    run = contract.Run(system, 64, 1.5)
    time.sleep(0.3)
    system.control(GONE)
    time.sleep(0.2)
    system.control(RUNS)
    result = run.result()
    assert result["epochs"] == 2 and not result["is_gone"], result
    _bound_holds(result)


def a_card_that_stays_away_is_told(system):
    system.start(64)
    run = contract.Run(system, 64, 1)
    time.sleep(0.4)
    system.control(GONE)
    result = run.result()
    assert result["is_gone"] and result["blocks"] > 100, result
    result = _count(system, system.device(), "--for", "1s")
    assert result.returncode == 3 and "card" in result.stderr, result


def what_a_plugin_hides_is_bounded_by_the_clock(system):
    system.start(64)
    run = contract.Run(system, 64, 2)
    for _ in range(3):
        time.sleep(0.4)
        system.control(STANDS_STILL)
        time.sleep(0.04)
        system.control(RUNS)
    result = run.result()
    assert [gap["source"] for gap in result["gaps"]].count(2) >= 3, result
    assert any("is a plugin (IOPLUG)" in text for text in result["limitations"]), result
    _bound_holds(result)


def what_was_granted_and_what_was_refused_are_told(system):
    system.start(64)
    run = _count(system, "alsa:strict", "--for", "300ms")
    summary = json.loads(run.stdout.splitlines()[-1])
    assert (summary["rate_hz"], summary["block_frames"]) == (44100, 128), summary
    assert any("asked for 48000 Hz, granted 44100" in text and "64 frames a block, granted 128" in text
               for text in summary["limitations"]), summary
    run = _count(system, "alsa:plugged", "--for", "300ms")
    assert "(PLUG" in run.stdout and run.returncode in (0, 1), run
    run = _count(system, "alsa:stric", "--for", "1s")
    assert run.returncode == 3 and "'strict'" in run.stderr and run.stderr.count("\n") == 1, run.stderr
    for device in ("alsa:null", "alsa:plug:null"):  # what has no clock must not run away with a processor
        run = _count(system, device, "--for", "300ms")
        assert run.returncode == 3 or json.loads(run.stdout.splitlines()[-1])["ended"] != "finished", run
    run = _count(system, "alsa:card,ring=1", "--for", "1s")
    assert run.returncode == 2 and "ring is a number of blocks" in run.stderr, run.stderr


def without_a_card_it_says_what_to_do(system):
    cards = pathlib.Path("/proc/asound/cards")
    if cards.exists() and "[" in cards.read_text(encoding="utf-8"):
        raise Missing("there is a sound card")
    system.start(64)
    for device in ("alsa", "alsa:hw:0", "alsa:default"):
        run = _count(system, device, "--for", "1s")
        assert run.returncode == 3 and run.stderr.count("\n") == 1 and not run.stdout, run
        assert "no sound card" in run.stderr and "--device virtual" in run.stderr, run.stderr
    run = subprocess.run([system.place.binaries / "holdfast", "devices", "--json"], env=system.environment(),
                         capture_output=True, text=True, check=False, timeout=60)
    listed = {item["name"]: item for item in map(json.loads, run.stdout.splitlines())}
    assert not listed["alsa"]["available"] and "no sound card" in listed["alsa"]["description"], listed["alsa"]


class Alsa(SoundSystem):
    name = "alsa"
    own_checks = (arecord_records_the_same_signal, read_access_counts_as_exactly,
                  every_sample_format_keeps_its_positions, a_block_overwritten_while_it_is_copied_is_thrown_away,
                  a_stream_that_stops_is_started_again, a_suspended_card_is_waited_for,
                  a_card_that_is_pulled_out_and_put_back_begins_an_epoch, a_card_that_stays_away_is_told,
                  what_a_plugin_hides_is_bounded_by_the_clock, what_was_granted_and_what_was_refused_are_told,
                  without_a_card_it_says_what_to_do)

    def __init__(self, place):
        super().__init__(place)
        self.pcm = "card"
        self.options = ""

    def device(self):
        return f"alsa:{self.pcm}{self.options}"

    def environment(self):
        return dict(super().environment(), ALSA_CONFIG_PATH=str(self.place.directory / "asoundrc"))

    def start(self, frames):
        card = self.place.support / "libalsa_card.so"
        if not card.exists():
            raise Missing("this build was made without libasound2-dev")
        control = self.place.directory / "control"
        control.unlink(missing_ok=True)
        self.control()
        control.chmod(0o666)
        formats = {"float": "FLOAT_LE", "s32": "S32_LE", "s24": "S24_LE", "s24packed": "S24_3LE"}
        pcms = {"card": "", "strict": "format S16_LE rate 44100 block_bytes 512"}
        pcms.update({name: f"format {value}" for name, value in formats.items()})
        lines = ["</usr/share/alsa/alsa.conf>", f'pcm_type.hfcard {{ lib "{card}" }}',
                 "pcm.plugged { type plug slave.pcm card }"]
        lines += [f'pcm.{name} {{ type hfcard control "{control}" {more} }}' for name, more in pcms.items()]
        (self.place.directory / "asoundrc").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def control(self, condition=RUNS, slow_copies=0, overruns=0):
        """In place, as it is mapped; the first time with the moment of frame 0."""
        path = self.place.directory / "control"
        if path.exists():
            with open(path, "r+b") as file:
                file.seek(8)
                file.write(struct.pack("=iii", condition, slow_copies, overruns))
            return
        path.write_bytes(struct.pack("=qiiii", time.monotonic_ns(), condition, slow_copies, overruns, 0))
