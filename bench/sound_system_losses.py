#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How right the count is on a real sound system: clients that are late, against the content; servers that
are late, against an independent pair of eyes; and a clean run.

usage: sound_system_losses.py BUILD_DIR SYSTEM [--quick] [--keep FOLDER]
--keep: runs that were not exact are kept there as CSV, to become fixtures.

Truth for late clients: every sample of the source tells its own frame number. Truth for late servers: another
process with an audio thread of its own notes when each cycle woke it. The least of (clock - counter) over
0.3 s before the event is compared with that of 0.3 s after it; the program under test has 64 cycles, its
own wake-ups, and decides while the run goes on.
"""
import argparse
import bisect
import concurrent.futures
import importlib
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
import arecord_beside  # noqa: E402
import backend_contract_test as contract  # noqa: E402
from figure import Figure, skipped  # noqa: E402
from sound_systems.sound_system import Missing  # noqa: E402

RATE = 48000
SYSTEMS = ("alsa", "jack", "pipewire")
CLEAN_SECONDS = 1800
LEAST_LOSS_FRAMES = 20  # 400 us: what the counter watch promises to see


def class_of(name):
    return getattr(importlib.import_module(f"sound_systems.{name}"), name.capitalize())


def make_system(build, name, directory):
    return class_of(name)(contract.Place(pathlib.Path(build).resolve(), directory))


def late_client_run(system, frames, way, csv):
    """One run of some seconds in which the client is late now and then. `way`: sleep or stop."""
    system.start(frames)
    options = ["--csv", csv] if csv else []
    if way == "sleep":
        return contract.Run(system, frames, 2.5, "--sleep", random.choice((2, 5, 9, 20)), *options).result()
    run = contract.Run(system, frames, 2.5, *options)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        time.sleep(random.uniform(0.05, 0.3))
        contract.stop(run.process.pid, random.choice((0.002, 0.005, 0.01, 0.05, 0.2)))
    return run.result()


def late_clients(build, name, rounds, keep):
    """Every block size, asleep and stopped, so many rounds."""
    results = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as directory:
            for frames in (16, 64, 256, 1024):
                for way in ("sleep", "stop"):
                    system = make_system(build, name, directory)
                    csv = f"{directory}/{name}_{frames}_{way}_{number}.csv"
                    try:
                        result = late_client_run(system, frames, way, csv)
                    finally:
                        system.end()
                    results.append(result)
                    is_exact = result["lost_frames"] == result["missing_by_content"]
                    if keep and (not is_exact or result["misplaced_blocks"] > 0):
                        pathlib.Path(keep, pathlib.Path(csv).name).write_bytes(pathlib.Path(csv).read_bytes())
    return results


def client_figures(name, results):
    torn = sum(result["torn_by_content"] for result in results)
    exact = sum(abs(result["lost_frames"] - result["missing_by_content"]) <=
                result["torn_by_content"] * result["block_frames"] for result in results)
    lost = sum(result["missing_by_content"] for result in results)
    blocks = sum(result["blocks"] for result in results)
    misplaced = sum(result["misplaced_blocks"] for result in results)
    yield Figure(f"{name}: client late, frames lost = frames missing by content", "100 % of the runs",
                 f"{exact} of {len(results)} runs, {lost} frames missing" +
                 (f"; {torn} blocks torn, each of which leaves a block of doubt" if torn else ""), exact == len(results),
                 "`bench/sound_system_losses.py`: callback asleep or process stopped, 2 to 200 ms, blocks of 16 to "
                 "1024 frames, against a source whose samples tell their frame number")
    yield Figure(f"{name}: blocks misplaced", "1 of 10000 at most", f"{misplaced} of {blocks}",
                 misplaced * 10000 <= blocks, "the same runs: the final place of each block against its content")


class Eyes:
    """What another process noted: (counter, clock) of each of its cycles."""

    def __init__(self, path):
        lines = pathlib.Path(path).read_text(encoding="utf-8").split("\n")
        cycles = [tuple(int(word) for word in line.split()) for line in lines if line]
        self.clocks = [woke for _, woke in cycles]
        self.offsets = [woke - counter * 1_000_000_000 // RATE for counter, woke in cycles]

    def beat(self, begin_ns, end_ns):
        """The least of (clock - counter) in frames; None where it is not the same in both halves."""
        first, last = bisect.bisect(self.clocks, begin_ns), bisect.bisect(self.clocks, end_ns)
        middle = (first + last) // 2
        if middle - first < 30:
            return None
        halves = [min(self.offsets[first:middle]), min(self.offsets[middle:last])]
        return min(halves) * RATE / 1e9 if abs(halves[0] - halves[1]) < 200_000 else None

    def lost(self, begin_ns, end_ns, settled_ns, width_ns):
        """Frames that the counter did not count between two moments; None where it was not quiet."""
        before, after = self.beat(begin_ns - width_ns, begin_ns), self.beat(settled_ns, settled_ns + width_ns)
        return None if before is None or after is None else after - before


def server_run(build, name, frames, count, shortest):
    """Stops the server `count` times: (length, true loss, gaps told) of each, and of what was told besides."""
    block_ns = frames * 1_000_000_000 // RATE
    width_ns = max(300_000_000, 150 * block_ns)
    settle_ns = 4 * block_ns + 5_000_000
    pause = (2 * width_ns + settle_ns + 70 * block_ns) / 1e9
    lengths = [shortest * (2 / shortest) ** random.random() for _ in range(count)]
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as directory:
        system = make_system(build, name, directory)
        try:
            system.start(frames)
            write_log = system.log_cycles(f"{directory}/cycles.txt")
            run = contract.Run(system, frames, sum(lengths) + (count + 1) * pause * 1.1 + 1)
            time.sleep(pause)
            events = []
            for length in lengths:
                time.sleep(pause * random.uniform(1, 1.1))
                begin = time.monotonic_ns()
                contract.stop(system.server(), length)
                events.append((begin, time.monotonic_ns()))
            result = run.result()
            write_log()
            eyes = Eyes(f"{directory}/cycles.txt")
        finally:
            system.end()
    gaps = [gap for gap in result["gaps"] if gap["source"] == 2]
    found = []
    for begin, end in events:
        near = [gap for gap in gaps if begin - block_ns <= gap["woke_ns"] <= end + settle_ns]
        found.append((end - begin, eyes.lost(begin, end, end + settle_ns, width_ns), near))
        gaps = [gap for gap in gaps if gap not in near]
    others = []
    for gap in gaps:
        begin, end = gap["due_ns"] - block_ns, gap["woke_ns"] + settle_ns
        others.append((end - begin, eyes.lost(begin, end, end, width_ns // 3), [gap]))
    return found, others


def server_figures(name, runs, is_verbose=False):
    """Events around which the machine had a hiccup of its own are left out: they have no known truth."""
    events = [event for found, _ in runs for event in found if event[1] is not None]
    real = [event for event in events if event[1] >= LEAST_LOSS_FRAMES]
    besides = [event for _, others in runs for event in others]
    confirmed = [event for event in besides if event[1] is not None and event[1] >= LEAST_LOSS_FRAMES / 2]
    unclear = sum(event[1] is None for event in besides)
    missed = sum(not gaps for _, _, gaps in real)
    errors, inside, largest_bound = [], 0, 0
    for length, loss, gaps in real:
        told, bound = sum(gap["missing"] for gap in gaps), sum(gap["error"] for gap in gaps)
        errors.append(abs(told - loss))
        inside += abs(told - loss) <= bound
        largest_bound = max([largest_bound, *(gap["error"] for gap in gaps)])
        if is_verbose:
            print(f"  stop {length / 1e6:.1f} ms: lost {loss:.1f}, told {told} +- {bound}", file=sys.stderr)
    if is_verbose:
        print("  besides:", [(loss, gaps[0]["missing"], gaps[0]["error"]) for _, loss, gaps in besides],
              file=sys.stderr)
    errors.sort()
    yield Figure(f"{name}: server late, events found", "every one",
                 f"{len(real) - missed} of {len(real)}; besides them {len(besides)} told, of which {len(confirmed)} "
                 f"are confirmed, {unclear} unclear", missed == 0 and bool(real),
                 "the server stopped by SIGSTOP, 5 ms to 2 s, in blocks of 16, 64 and 256 frames; truth from another "
                 "process that noted each of its cycles, by stretches of 0.3 s or more before and after")
    if not errors:
        return
    percent = 100 * inside / len(errors)
    is_decided = percent < 99 or len(errors) >= 200  # fewer events, as in the short form, prove nothing
    yield Figure(f"{name}: server late, error inside the stated bound", "99 % of 200 events or more",
                 f"{percent:.1f} % of {len(errors)}; error {errors[len(errors) // 2]:.1f} frames (median), "
                 f"{errors[-1]:.1f} at most; largest bound {largest_bound} frames",
                 percent >= 99 if is_decided else None, "the same events")


def caught_up_run(build, name, frames, count):
    """Stops a server that catches up `count` times, 5 ms to 2 s; the counts of that run."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as directory:
        system = make_system(build, name, directory)
        try:
            system.start(frames)
            lengths = [0.005 * 400 ** random.random() for _ in range(count)]
            run = contract.Run(system, frames, sum(lengths) + count * 0.5 + 1)
            for length in lengths:
                time.sleep(random.uniform(0.3, 0.4))
                contract.stop(system.server(), length)
            return run.result()
        finally:
            system.end()


def caught_up_figures(name, results, stops):
    """Each torn block tells two frame numbers, so the content is sure to one block less."""
    wrong = sum(abs(result["lost_frames"] - result["missing_by_content"]) >
                result["torn_by_content"] * result["block_frames"] for result in results)
    lost = sum(result["missing_by_content"] for result in results)
    told = sum(gap["source"] == 2 for result in results for gap in result["gaps"])
    yield Figure(f"{name}: server late, which catches up", "no loss of the server told; frames lost = missing by content",
                 f"{stops} stops in {len(results)} runs: {told} losses of the server told, {lost} frames of single "
                 f"cycles missing, counted right in {len(results) - wrong} runs", told == 0 and wrong == 0,
                 "the server stopped by SIGSTOP, 5 ms to 2 s, in blocks of 16, 64 and 256 frames; truth from the content")


def clean_run(build, name, seconds):
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as directory:
        system = make_system(build, name, directory)
        try:
            system.start(64)
            result = contract.Run(system, 64, seconds).result()
        finally:
            system.end()
    false = result["lost_frames"] - result["missing_by_content"]
    by_server = sum(gap["source"] == 2 for gap in result["gaps"])
    return Figure(f"{name}: clean run of {seconds:.0f} s at 64 frames", f"no false loss in {CLEAN_SECONDS} s",
                  f"{false} frames beyond the {result['missing_by_content']} missing by content in {result['blocks']} blocks, "
                  f"{by_server} losses of the server told", false == 0 if false or seconds >= CLEAN_SECONDS else None,
                  "`bench/sound_system_losses.py`: nothing is stopped, all sound systems at once; on a machine that is used by "
                  "others the server may be late all the same")


def clean_runs(build, seconds):
    """Of all sound systems at once: what is compared is counted."""
    def run(name):
        try:
            return clean_run(build, name, seconds)
        except Missing as missing:
            return skipped(f"{name}: clean run", "no false loss", str(missing))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        yield from pool.map(run, SYSTEMS)


def measure(build, name, is_quick, keep=None):
    """Figures of one system; nothing where it is not here."""
    random.seed(20)
    try:
        yield from client_figures(name, late_clients(build, name, 1 if is_quick else 8, keep))
        counts = [(64, 5, 0.005)] if is_quick else [(64, 110, 0.005), (16, 60, 0.005), (256, 40, 0.012)]
        system = class_of(name)
        if system.has_server and system.server_lateness_loses:
            yield from server_figures(name, [server_run(build, name, *run) for run in counts])
        elif system.has_server:
            results = [caught_up_run(build, name, frames, events) for frames, events, _ in counts]
            yield from caught_up_figures(name, results, sum(events for _, events, _ in counts))
        if name == "alsa":
            yield from arecord_beside.measure(build, 3 if is_quick else 20)
    except Missing as missing:
        print(f"{name}: not measured: {missing}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("system")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep")
    parser.add_argument("--clients", type=int, help="only: so many rounds of late clients")
    parser.add_argument("--servers", metavar="FRAMES,EVENTS,SHORTEST", help="only: one run of late servers")
    parser.add_argument("--clean", type=float, help="only: a clean run of so many seconds")
    options = parser.parse_args()
    if options.clients:
        figures = client_figures(options.system,
                                 late_clients(options.build, options.system, options.clients, options.keep))
    elif options.servers:
        frames, events, shortest = options.servers.split(",")
        if class_of(options.system).server_lateness_loses:
            run = server_run(options.build, options.system, int(frames), int(events), float(shortest))
            figures = server_figures(options.system, [run], True)
        else:
            run = caught_up_run(options.build, options.system, int(frames), int(events))
            figures = caught_up_figures(options.system, [run], int(events))
    elif options.clean:
        figures = [clean_run(options.build, options.system, options.clean)]
    else:
        figures = measure(options.build, options.system, options.quick, options.keep)
    for figure in figures:
        print(f"{figure.name}: {figure.measured} ({figure.verdict}; asked {figure.asked})", flush=True)


if __name__ == "__main__":
    main()
