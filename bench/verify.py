#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures every figure the project promises and says of each: asked, measured, holds or falls short.

Prints them, and with --write keeps them in the page given and in the .json beside it, where what was not measured
this time stays as it was. The long forms take about two hours, as root on an otherwise idle machine; --quick takes
five minutes and says less. PART: only this, one of those that --list lists. Exit codes: 0 no figure falls short,
1 one does. What cannot be measured here is listed with the reason.

usage: verify.py BUILD_DIR [PART ...] [--quick] [--write PAGE] [--list]
"""
import argparse
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

import benchmark_times
import benchmarks_page
import clickhouse_speed
import collect_garbage
import collect_load
import evict_pages
import experiment_statistics
import explain_glitches
import explain_memory
import field_report_cost
import fleet_statistics
import instructions
import lateness_vs_cyclictest
import lock_call_cost
import module_instructions
import observer_pressure
import observer_share
import pressure_comparison
import pressure_cycles
import pressure_soak
import real_experiments
import record_pressure
import record_take
import recorder_survival
import recorders_told
import report_page
import report_kills
import slow_disk
import sound_system_losses
import system_calls
import take_survival
from figure import Figure

BUSY_PERCENT = 10  # of all processors, used by others: above this, times say little


def last_line(program, pattern):
    """The line of a test program's output that reports the figure, and whether the test passed."""
    run = subprocess.run([program], capture_output=True, text=True, check=False)
    found = re.findall(pattern, run.stdout, flags=re.MULTILINE)
    return (found[-1] if found else "no result"), run.returncode == 0 and bool(found)


def million_losses(build):
    line, passed = last_line(f"{build}/tests/system/system_million_losses", r"^\d+ losses.*$")
    return Figure("scripted losses of 1 frame to 10 s", "1000000: 0 frames error, 0 missed, 0 false", line,
                  passed, "test `system_million_losses`: every block size from 16 to 2048 and rate from "
                  "44.1 to 192 kHz, over the wrap of a 32-bit counter; script and content must agree")


def recorded_runs(build):
    line, passed = last_line(f"{build}/tests/system/recorded_runs", r"^\d+ of \d+ runs exact.*$")
    return Figure("recorded runs of JACK and PipeWire", "24 of 24: frames lost = frames missing by content",
                  line, passed, "test `recorded_runs`: each sample of the recordings tells its own frame "
                  "number, which is the truth that the timeline is compared with")


def sound_systems(build, is_quick):
    for name in sound_system_losses.SYSTEMS:
        yield from sound_system_losses.measure(build, name, is_quick)


def observer_under_pressure(build, is_quick):
    if not is_quick:
        yield observer_pressure.measure(build, 60)


def either(quick, long):
    """A part's figures from its two forms, each the arguments after the build directory."""
    return lambda figures: lambda build, is_quick: figures(build, *(quick if is_quick else long))


# One after the other, none beside another. Each: (build, is_quick) -> figures.
PARTS = {
    "million_losses": lambda build, _: [million_losses(build)],
    "recorded_runs": lambda build, _: [recorded_runs(build)],
    "sound_system_losses": sound_systems,
    "clean_runs": either([5], [sound_system_losses.CLEAN_SECONDS])(sound_system_losses.clean_runs),
    "instructions": lambda build, _: instructions.figures(f"{build}/bench/on_block_work"),
    "module_instructions": lambda build, _: module_instructions.figures(f"{build}/bench"),
    "benchmark_times": lambda build, _: benchmark_times.figures(build),
    "system_calls": lambda build, _: system_calls.figures(f"{build}/src/cmd"),
    "lateness_vs_cyclictest": lambda build, is_quick: lateness_vs_cyclictest.figures(
        build, *((4, 2) if is_quick else (20, 5)), is_verbose=False),
    "experiment_statistics": lambda build, _: experiment_statistics.figures(build),
    "fleet_statistics": either([40], [1000])(fleet_statistics.figures),
    "explain_memory": lambda build, is_quick: explain_memory.figures(
        f"{build}/src/cmd", ["1min", "10min", "1h"] if is_quick else ["10min", "1h", "3h"]),
    "explain_glitches": lambda build, _: explain_glitches.measure(build),
    "real_experiments": real_experiments.figures,
    "lock_call_cost": either([3, 200], [7, 500])(lock_call_cost.figures),
    "observer_share": either([2, 3.0], [10, 5.0])(observer_share.measure),
    "observer_pressure": observer_under_pressure,
    "pressure_comparison": either([25, 1], [600, 5])(pressure_comparison.figures),
    "pressure_cycles": lambda build, is_quick: pressure_cycles.figures(f"{build}/src/cmd", 20 if is_quick else 1000),
    "evict_pages": either([20], [evict_pages.ASKED_EVICTIONS])(evict_pages.figures),
    "record_take": record_take.figures,
    "take_survival": take_survival.figures,
    "recorders_told": either([1], [5])(recorders_told.figures),
    "recorder_survival": recorder_survival.figures,
    "slow_disk": slow_disk.figures,
    "record_pressure": either([8], [120])(record_pressure.figures),
    "report_page": lambda build, _: report_page.figures(build),
    "report_kills": either([10], [100])(report_kills.figures),
    "field_report_cost": either([2, 3], [10, 10])(field_report_cost.figures),
    "collect_load": either([3], [20])(collect_load.figures),
    "collect_garbage": either([1000], [collect_garbage.ASKED_BODIES])(collect_garbage.figures),
    "clickhouse_speed": either([3, 300_000], [20, 10_000_000])(clickhouse_speed.figures),
    "pressure_soak": lambda build, is_quick: pressure_soak.figures(f"{build}/src/cmd", 8 if is_quick else 600, is_verbose=False),
}


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*: (.*)$", text, flags=re.MULTILINE)
    virtual = ", virtual machine" if re.search(r"^flags.*\bhypervisor\b", text, flags=re.MULTILINE) else ""
    return (model.group(1) if model else platform.machine()) + virtual


def machine():
    """The machine in one line; no names of hosts or people."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
            f"Linux {platform.release()} {platform.machine()}")


def processor_ticks():
    """(idle, all) of every processor together since boot."""
    first = pathlib.Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0]
    ticks = [int(word) for word in first.split()[1:9]]
    return ticks[3], sum(ticks)


def busy_percent(seconds=3):
    """How much of the processors others use while this script waits. Load averages would not do:
    they still remember the build and the tests."""
    idle, total = processor_ticks()
    time.sleep(seconds)
    idle_later, total_later = processor_ticks()
    return 100 * (1 - (idle_later - idle) / (total_later - total))


def conditions(before, after):
    """When, where and in whose company a part was measured."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    company = "**others used it, too**: times say little" if max(before, after) > BUSY_PERCENT else "nobody else used it"
    return f"{today} on {machine()}; {company}."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("parts", nargs="*", metavar="PART", help="only these")
    parser.add_argument("--quick", action="store_true", help="short forms")
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE", help="keep the result there")
    parser.add_argument("--list", action="store_true", help="list the parts, measure nothing")
    options = parser.parse_args()
    if options.list:
        print("\n".join(PARTS))
        return 0
    if options.quick and options.write:
        parser.error("--write keeps long forms only: leave out --quick")
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; --list lists them")
    falls_short = False
    for part in options.parts or PARTS:
        before = busy_percent()
        figures = []
        for figure in PARTS[part](os.path.abspath(options.build), options.quick):
            figures.append(figure)
            print(f"{figure.verdict:12}  {figure.name}: {figure.measured} (asked: {figure.asked})", flush=True)
        falls_short |= any(figure.holds is False for figure in figures)
        if options.write:
            benchmarks_page.write(options.write, part, figures, conditions(before, busy_percent()))
    return 1 if falls_short else 0


if __name__ == "__main__":
    sys.exit(main())
