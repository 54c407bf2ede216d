#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How well `holdfast load` presses: whether it reaches and holds its targets, and what it does to a watched
victim beside the methods of stress-ng, each in the same memory cgroup.

Holding: PSI "some" at 20, 40 and 60 %, swap-out at 20 and 50 MB/s, in a cgroup of 256 MiB of its own.
Comparing: a real-time victim (bench/pressure_victim.cc) runs in a cgroup of 48 MiB; then one presser after the
other is started there, several rounds in turn. Counted are the time until the victim's first major fault,
its major faults per second (pages that had left and were needed again), how steady they are (coefficient
of variation over seconds), and the processor time of the presser.

Everything lies in a cgroup and a swap file of this script's own `holdfast load`, which takes them away.

Usage: pressure_comparison.py BUILD [HOLD_SECONDS [ROUNDS]]    (root; stress-ng for the second half)
Exit: 0 all figures hold, 1 not, 77 cannot be measured here.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

from figure import Figure, conclude, skipped

TARGETS = (("--psi", "20%"), ("--psi", "40%"), ("--psi", "60%"), ("--swap-out", "20MB/s"), ("--swap-out", "50MB/s"))
SETTLE_SECONDS = 30
HOLD_SECONDS = 600  # asked for; shorter forms decide only when they fall short
BETTER = 5
LIMIT_MIB = 48
PRESS_SECONDS = 10
WARM_UP_SECONDS = 1.0
V1_MEMORY = pathlib.Path("/sys/fs/cgroup/memory")
STRESSORS = {
    "vm": ["--vm", "1", "--vm-bytes", "64M"],
    "vm-keep": ["--vm", "1", "--vm-bytes", "64M", "--vm-keep"],
    "bigheap": ["--bigheap", "1", "--bigheap-growth", "1M"],
    "mlock": ["--mlock", "1"],
    "page-in": ["--vm", "1", "--vm-bytes", "64M", "--page-in"],
}
# What one would type to have seldom touched pages out at each touch.
OURS = ["--refaults", "1000/s"]


def last_event(lines, event):
    events = [json.loads(line) for line in lines if line.startswith("{")]
    found = [entry for entry in events if entry["event"] == event]
    return found[-1] if found else None


def hold(program, option, value, seconds):
    """The `step` object of one held target, or the error message."""
    run = subprocess.run([program, "load", option, value, "--for", f"{seconds}s", "--json"],
                         capture_output=True, text=True, check=False)
    return last_event(run.stdout.splitlines(), "step") or run.stderr.strip()


def hold_figure(option, value, step, seconds):
    name = f"`holdfast load {option} {value}`, cgroup of 256 MiB"
    asked = f"reached within {SETTLE_SECONDS} s, then +-10 % (medians over 10 s) for {HOLD_SECONDS} s"
    how = ("`bench/pressure_comparison.py`: its own step report: windows of 10 s, one ending at each reading "
           "(every 2 s for stalls, 1 s else)")
    if isinstance(step, str):
        return Figure(name, asked, f"no result: {step}", False, how)
    if step["settled_after_s"] is None:
        return Figure(name, asked, f"never reached; mean {step['mean']:.4g}", False, how)
    is_held = step["windows_within"] == step["windows"] and step["settled_after_s"] <= SETTLE_SECONDS
    text = (f"reached after {step['settled_after_s']:.0f} s, {step['windows_within']} of {step['windows']} windows "
            f"in {seconds} s within, farthest {100 * step['worst_share']:.1f} % off; "
            f"{100 * step['processor_share']:.0f} % of a processor")
    verdict = (True if seconds >= HOLD_SECONDS else None) if is_held else False
    return Figure(name, asked, text, verdict, how)


def hold_figures(programs, seconds):
    for option, value in TARGETS:
        yield hold_figure(option, value, hold(f"{programs}/holdfast", option, value, seconds), seconds)


@contextlib.contextmanager
def stage(programs):
    """A cgroup for victim and presser, below that of an idle `holdfast load`, which has made the swap file
    and takes everything away at the end. Below, since the idle load must not be among the pressed."""
    idle = subprocess.Popen([f"{programs}/holdfast", "load", "--left", "1T", "--limit", "1G",
                             "--swap", "1G", "--", "sleep", "infinity"], stderr=subprocess.DEVNULL)
    try:
        arena = wait_for_cgroup(idle.pid) / "arena"
        arena.mkdir()
        (arena / "memory.limit_in_bytes").write_text(f"{LIMIT_MIB}M")
        (arena / "memory.swappiness").write_text("100")
        yield arena
    finally:
        idle.send_signal(signal.SIGTERM)
        idle.wait()


def wait_for_cgroup(pid):
    """Where the program inside is: by /proc, so that no mount point need be known."""
    for _ in range(200):
        listing = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(pid)], capture_output=True, text=True)
        inside = re.search(r"^\s*(\d+) sleep$", listing.stdout, flags=re.MULTILINE)
        if inside:
            found = cgroup_of(int(inside.group(1)))
            if found:
                return found
        time.sleep(0.05)
    sys.exit("holdfast load made no cgroup here")


def cgroup_of(pid):
    """The memory cgroup's directory, once it is ours."""
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "holdfast-cgroup" in path and "memory" in controllers.split(","):
            return V1_MEMORY / path.lstrip("/")
    return None


def enter(cgroup):
    (cgroup / "cgroup.procs").write_text("0")


def processor_seconds():
    """Of all children that this script has waited for, their children included."""
    times = os.times()
    return times.children_user + times.children_system


def press(cgroup, victim_program, command, enters):
    """One round: the victim warms up, the presser starts; what the victim noted."""
    victim = subprocess.Popen([victim_program], preexec_fn=lambda: enter(cgroup), stdout=subprocess.PIPE, text=True)
    time.sleep(WARM_UP_SECONDS)
    before = processor_seconds()
    begin = time.monotonic_ns()
    presser = subprocess.Popen(command, preexec_fn=(lambda: enter(cgroup)) if enters else None,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(PRESS_SECONDS)
    presser.send_signal(signal.SIGINT)
    presser.wait()
    used = processor_seconds() - before
    victim.send_signal(signal.SIGTERM)
    noted = json.loads(victim.communicate()[0])
    times = [(t - begin) / 1e9 for t in noted["fault_times_ns"]]
    return judge_round([t for t in times if 0 <= t <= PRESS_SECONDS], used)


def judge_round(times, processor):
    per_second = [sum(1 for t in times if s <= t < s + 1) for s in range(1, PRESS_SECONDS)]
    mean = statistics.mean(per_second)
    return {"first_s": times[0] if times else float("inf"), "per_s": len(times) / PRESS_SECONDS,
            "variation": statistics.pstdev(per_second) / mean if mean else float("inf"),
            "processor": processor / PRESS_SECONDS}


def compare(build, rounds):
    """{name: [rounds]} of every method, in turn."""
    programs = f"{build}/src/cmd"
    results = {}
    with stage(programs) as cgroup:
        ours = [f"{programs}/holdfast", "load", "--cgroup", str(cgroup), *OURS]
        arms = {"holdfast load": (ours, False)}
        arms |= {f"stress-ng {name}": (["stress-ng", *options], True)
                 for name, options in STRESSORS.items()}
        for _ in range(rounds):
            for name, (command, enters) in arms.items():
                results.setdefault(name, []).append(press(cgroup, f"{build}/bench/pressure_victim", command, enters))
    return results


def middle(rounds, key):
    return statistics.median(entry[key] for entry in rounds)


def table_text(results):
    return "; ".join(f"{name}: first after {1000 * middle(rounds, 'first_s'):.0f} ms, {middle(rounds, 'per_s'):.0f}/s, "
                     f"varying by {100 * middle(rounds, 'variation'):.0f} %, "
                     f"{100 * middle(rounds, 'processor'):.0f} % of a processor"
                     for name, rounds in results.items())


def comparison_figures(build, rounds):
    names = ("a victim's first major fault, beside stress-ng", "a victim's major faults per second, beside stress-ng")
    asked = f">= {BETTER} x better than the best of vm, vm-keep, bigheap, mlock, page-in"
    if not shutil.which("stress-ng") or not V1_MEMORY.is_dir():
        return [skipped(name, asked, "needs stress-ng, and memory cgroups of version 1") for name in names]
    return judge_comparison(names, asked, compare(build, rounds), rounds)


def ratios(results, ratio):
    """How much better we are than each method, from the best of them on: [(ratio, method)]."""
    ours = results["holdfast load"]
    return sorted((ratio(ours, theirs), name) for name, theirs in results.items() if name != "holdfast load")


def ratio_text(found):
    return ", ".join(f"{value:.1f} x {name.removeprefix('stress-ng ')}" for value, name in found)


def judge_comparison(names, asked, results, rounds):
    sooner = ratios(results, lambda ours, theirs: middle(theirs, "first_s") / middle(ours, "first_s"))
    more = ratios(results, lambda ours, theirs: middle(ours, "per_s") / max(middle(theirs, "per_s"), 0.1))
    how = (f"`bench/pressure_comparison.py`: a real-time victim of 333 us in a cgroup of {LIMIT_MIB} MiB, {rounds} rounds of "
           f"{PRESS_SECONDS} s of each, in turn; medians. {table_text(results)}")
    return [Figure(names[0], asked, f"sooner: {ratio_text(sooner)}", sooner[0][0] >= BETTER, how),
            Figure(names[1], asked, f"as many: {ratio_text(more)}", more[0][0] >= BETTER, how)]


def figures(build, hold_seconds, rounds):
    if os.geteuid() != 0:
        return [skipped("`holdfast load`", "holds its targets, presses harder than stress-ng", "needs root, for a cgroup")]
    return [*hold_figures(f"{build}/src/cmd", hold_seconds), *comparison_figures(build, rounds)]


if __name__ == "__main__":
    build_directory = os.path.abspath(sys.argv[1])
    sys.exit(conclude(figures(build_directory, int(sys.argv[2]) if len(sys.argv) > 2 else 60,
                              int(sys.argv[3]) if len(sys.argv) > 3 else 3)))
