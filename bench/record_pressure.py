#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recorders under memory pressure: `holdfast record` as it is, the same with nothing locked, and arecord, all three
inside the cgroup that `holdfast load` presses, on the tests' ALSA card with blocks of 64 frames and a ring of 256. What
each lost is in its samples, which tell their frame numbers; its page faults are the kernel's.

usage: record_pressure.py BUILD_DIR [SECONDS]     (root, memory cgroups v1 or v2)
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import backend_contract_test as contract  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402
from sound_systems import alsa  # noqa: E402
from sound_systems.sound_system import Missing  # noqa: E402

NAME = "recording under memory pressure, beside an unlocked recorder in the same cgroup"
ASKED = "0 losses with a fault of our threads inside, 0 major faults of its audio thread"
LIMIT = "48M"
BLOCK, RING, RATE = 64, 256, 48000
DEVICE = f"alsa:card,ring={RING // BLOCK}"


def command_inside(folder, seconds):
    """What a shell in the cgroup does; it waits for all, and nothing of them outlives it."""
    ours = (f"{folder}/holdfast record --device {DEVICE} --frames {BLOCK} --channels 1 --rate {RATE} --for {seconds}s --json "
            "--no-notices --no-labels")
    theirs = (f"{folder}/arecord -q -D card -f S32_LE -r {RATE} -c 1 -d {seconds} -t raw --period-size={BLOCK} "
              f"--buffer-size={RING} {folder}/arecord.raw")
    arms = {"locked": f"{ours} {folder}/locked.wav", "unlocked": f"{ours} --no-lock {folder}/unlocked.wav", "arecord": theirs}
    return " ".join(f"{command} > {folder}/{arm}.out 2> {folder}/{arm}.err & echo $! > {folder}/{arm}.pid;"
                    for arm, command in arms.items()) + " wait"


def major_faults(folder, arm):
    """Of all its threads so far; None when it is not there (any more)."""
    try:
        pid = (folder / f"{arm}.pid").read_text(encoding="ascii").strip()
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[9])
    except (OSError, IndexError):
        return None


def missing_in(positions):
    """Frames that are skipped. A step backwards, where samples were overwritten while they were read, skips none."""
    steps = ((after - before) % alsa.MODULUS for before, after in zip(positions, positions[1:]))
    return sum(step - 1 for step in steps if 0 < step < alsa.MODULUS // 2)


def take_of(folder, arm):
    lines = [json.loads(line) for line in (folder / f"{arm}.out").read_text(encoding="utf-8").splitlines()]
    if not lines or lines[-1]["schema"] != "holdfast.take/1":
        sys.exit(f"no take: {(folder / f'{arm}.err').read_text(encoding='utf-8')}")
    *glitches, summary, take = lines
    blamed = [glitch for glitch in glitches if any(part["cause"] == "page_fault" for part in glitch["budget"])]
    return {"elapsed": summary["elapsed_frames"], "missing": summary["missing_frames"], "own": take["own_lost_frames"],
            "glitches": len(glitches), "with_fault": len(blamed), "major": summary["own_major_faults"],
            "minor": summary["own_minor_faults"], "trustworthy": summary["trustworthy"],
            "length": take["length_frames"], "causes": summary["causes"]}


def press(build, seconds):
    """What each arm lost, or why it cannot be done here."""
    with tempfile.TemporaryDirectory(prefix="holdfast-record-", dir="/var/tmp") as name:
        folder = pathlib.Path(name)
        system = alsa.Alsa(contract.Place(pathlib.Path(build), name))
        try:
            system.start(BLOCK)
        except Missing as missing:
            return str(missing)
        shutil.copy(f"{build}/src/cmd/holdfast", folder)
        shutil.copy(shutil.which("arecord"), folder)
        load = subprocess.Popen([f"{build}/src/cmd/holdfast", "load", "--limit", LIMIT, "--", "sh", "-c", command_inside(name, seconds)],
                                stderr=subprocess.PIPE, text=True, env=system.environment())
        faults = {}
        while load.poll() is None:
            for arm in ("locked", "unlocked", "arecord"):
                faults[arm] = major_faults(folder, arm) or faults.get(arm, 0)
            time.sleep(0.2)
        if not (folder / "locked.out").exists():
            return "no memory cgroup could be pressed here: " + load.communicate()[1].strip()
        raw = folder / "arecord.raw"
        return {"seconds": seconds, "locked": take_of(folder, "locked"), "unlocked": take_of(folder, "unlocked"),
                "arecord": {"missing": missing_in(alsa.positions_in(raw.read_bytes())), "faults": faults["arecord"],
                            "overruns": len(re.findall("overrun", (folder / "arecord.err").read_text(encoding="utf-8")))}}


def judge(run):
    """Without a fault in the unlocked ones nothing was pressed."""
    ours, bare, theirs = run["locked"], run["unlocked"], run["arecord"]
    causes = ", ".join(f"{cause} {count}" for cause, count in ours["causes"].items() if count)
    measured = (f"{run['seconds']} s: locked {ours['with_fault']} of {ours['glitches']} losses with a page fault inside, {ours['missing']} "
                f"frames{f' ({causes})' if causes else ''}, audio thread {ours['major']} major and {ours['minor']} minor faults; the same unlocked "
                f"{bare['with_fault']} of {bare['glitches']}, {bare['missing']} frames, {bare['major']} major; arecord "
                f"{theirs['missing']} frames, unmarked, {theirs['faults']} major")
    clean = ours["with_fault"] == 0 and ours["major"] == 0 and ours["own"] == 0 and ours["length"] == ours["elapsed"]
    was_pressed = bare["major"] > 0 and theirs["faults"] > 0
    return Figure(NAME, ASKED, measured, clean if was_pressed or not clean else None,
                  f"`bench/record_pressure.py`: the tests' ALSA card, blocks of {BLOCK} frames, ring of {RING}, in a cgroup of {LIMIT} "
                  "pressed by `holdfast load`; losses by content, faults by the kernel's count")


def figures(build, seconds):
    if os.geteuid() != 0 or shutil.which("arecord") is None:
        yield skipped(NAME, ASKED, "pressing a cgroup needs root, and comparing needs arecord")
        return
    run = press(os.path.abspath(build), seconds)
    yield skipped(NAME, ASKED, run) if isinstance(run, str) else judge(run)


if __name__ == "__main__":
    sys.exit(conclude(list(figures(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60))))
