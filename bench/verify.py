#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures every figure the project promises and says of each: asked, measured, holds or falls short.

Prints the table, and with --write puts it into the page given, between the two marks there. The long
forms take about an hour and a half, as root on an otherwise idle machine; --quick takes five minutes and
says less. Exit codes: 0 no figure falls short, 1 one does. What cannot be measured here is listed
with the reason.

usage: verify.py BUILD_DIR [--quick] [--write PAGE]
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
import clickhouse_speed
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
import report_page
import report_kills
import slow_disk
import sound_system_losses
import system_calls
import take_survival
from figure import Figure

MARKS = ("<!-- figures: begin (bench/verify.py writes this part) -->", "<!-- figures: end -->")
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


def measure_all(build, is_quick):
    """One measurement after the other, none beside another."""
    programs = f"{build}/src/cmd"
    rounds, seconds = (4, 2) if is_quick else (20, 5)
    lengths = ["1min", "10min", "1h"] if is_quick else ["10min", "1h", "3h"]
    yield million_losses(build)
    yield recorded_runs(build)
    yield from sound_system_losses.measure(build, "alsa", is_quick)
    yield from sound_system_losses.measure(build, "jack", is_quick)
    yield from sound_system_losses.measure(build, "pipewire", is_quick)
    yield from instructions.figures(f"{build}/bench/on_block_work")
    yield from module_instructions.figures(f"{build}/bench")
    yield from benchmark_times.figures(build)
    yield from system_calls.figures(programs)
    yield from lateness_vs_cyclictest.figures(build, rounds, seconds, is_verbose=False)
    yield from experiment_statistics.figures(build)
    yield from fleet_statistics.figures(build, 40 if is_quick else 1000)
    yield from explain_memory.figures(programs, lengths)
    yield from explain_glitches.measure(build)
    yield from real_experiments.figures(build, is_quick)
    yield from lock_call_cost.figures(build, *((3, 200) if is_quick else (7, 500)))
    yield from observer_share.measure(build, *((2, 3.0) if is_quick else (10, 5.0)))
    if not is_quick:
        yield observer_pressure.measure(build, 60)
    yield from pressure_comparison.figures(build, *((25, 1) if is_quick else (600, 5)))
    yield from pressure_cycles.figures(programs, 20 if is_quick else 1000)
    yield from evict_pages.figures(build, 20 if is_quick else evict_pages.ASKED_EVICTIONS)
    yield from record_take.figures(build, is_quick)
    yield from take_survival.figures(build, is_quick)
    yield from recorder_survival.figures(build, is_quick)
    yield from slow_disk.figures(build, is_quick)
    yield from record_pressure.figures(build, 8 if is_quick else 120)
    yield from report_page.figures(build)
    yield from report_kills.figures(build, 10 if is_quick else 100)
    yield from field_report_cost.figures(build, *((2, 3) if is_quick else (10, 10)))
    yield from collect_load.figures(build, 3 if is_quick else 20)
    yield from clickhouse_speed.figures(build, *((3, 300_000) if is_quick else (20, 10_000_000)))
    yield from pressure_soak.figures(programs, 8 if is_quick else 600, is_verbose=False)


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


def condition(before, after):
    text = f"others used {before:.0f} % of the processors before it, {after:.0f} % after it"
    is_busy = max(before, after) > BUSY_PERCENT
    return text + (": **machine busy**, times say little" if is_busy else "")


def table(figures):
    lines = ["| figure | asked | measured | verdict |", "|---|---|---|---|"]
    lines += [f"| {f.name} | {f.asked} | {f.measured} | **{f.verdict}** |" for f in figures]
    return "\n".join(lines)


def how_measured(figures):
    """One line per way of measuring, naming the figures it gave."""
    names = {}
    for figure in figures:
        names.setdefault(figure.how, []).append(figure.name)
    return "\n".join(f"- *{'*, *'.join(these)}*: {how}." for how, these in names.items())


def section(figures, head, is_quick):
    form = " Short forms (`make bench`)." if is_quick else " Long forms (`make verify`)."
    return f"{head}{form}\n\n{table(figures)}\n\n### How measured\n\n{how_measured(figures)}\n"


def replace_section(page, text):
    """The page with `text` between the marks; appended with its marks where there were none."""
    begin, end = MARKS
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    return f"{before}{begin}\n{text}{end}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true", help="short forms")
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE", help="keep the result there")
    options = parser.parse_args()
    before = busy_percent()
    figures = []
    for figure in measure_all(os.path.abspath(options.build), options.quick):
        figures.append(figure)
        print(f"{figure.verdict:12}  {figure.name}: {figure.measured} (asked: {figure.asked})", flush=True)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    head = f"Measured {today} on {machine()}; {condition(before, busy_percent())}."
    print(head)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(replace_section(page, section(figures, head, options.quick)),
                                 encoding="utf-8")
    return 1 if any(figure.holds is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
