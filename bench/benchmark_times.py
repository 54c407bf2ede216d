#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The timed figures: nanoseconds of the audio thread per block, and the speed of the trace reader.

Both come from programs made with Google Benchmark; the medians of their repetitions count. Times
depend on the machine and on who else uses it, so this is not a test.
Exit codes: 0 both hold, 1 not.

usage: benchmark_times.py BUILD_DIR
"""
import json
import subprocess
import sys

from figure import Figure, conclude

REPETITIONS = 9
MOST_NS = 100
LEAST_MB = 300


def medians(program, *arguments):
    """{name of the benchmark: its median run, as Google Benchmark's JSON has it}."""
    run = subprocess.run([program, f"--benchmark_repetitions={REPETITIONS}", "--benchmark_format=json",
                          "--benchmark_enable_random_interleaving=true", *arguments],
                         capture_output=True, text=True, check=True)
    return {run["run_name"]: run for run in json.loads(run.stdout)["benchmarks"]
            if run.get("aggregate_name") == "median"}


def block_figure(build):
    times = medians(f"{build}/bench/on_block_bench")
    empty, capture = (times[f"deliver_blocks/{arm}"]["cpu_time"] for arm in ("empty", "capture"))
    extra = capture - empty
    return Figure("time per block of 16 stereo frames, beyond an empty callback",
                  f"<= {MOST_NS} ns, median",
                  f"{extra:.0f} ns ({capture:.0f} ns with Holdfast, {empty:.0f} ns empty)",
                  extra <= MOST_NS, f"`bench/on_block_bench`: medians of {REPETITIONS} interleaved repetitions; the samples "
                  "are in the cache, as they are when a device has just written them")


def reader_figure(build):
    runs = medians(f"{build}/bench/trace_reader_bench", "--benchmark_filter=decode_trace/4096")
    run = runs["decode_trace/4096"]
    records, file = run["bytes_per_second"] / 1e6, run["file_rate"] / 1e6
    return Figure("speed of the trace reader", f">= {LEAST_MB} MB/s",
                  f"{file:.0f} MB/s of file, {records:.0f} MB/s of records",
                  file >= LEAST_MB, f"`bench/trace_reader_bench`: median of {REPETITIONS} times a million "
                  "records, checksums verified, on one core; the lower of the two numbers is judged")


def figures(build):
    return [block_figure(build), reader_figure(build)]


if __name__ == "__main__":
    sys.exit(conclude(figures(sys.argv[1])))
