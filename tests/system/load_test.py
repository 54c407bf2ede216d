#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast load` reaches its targets, only where it was told to, and leaves nothing behind.

Usage: load_test.py BINARY_DIRECTORY BENCH_DIRECTORY. Checks that need root or swap say SKIP with the reason. No
check asks how fast: each waits until the load itself says that it is there, or gives up after a minute.
"""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from script import become_nobody, run_checks

MIB = 1 << 20
PATIENCE = 60


def load_command(binaries, *arguments):
    return [str(binaries / "holdfast"), "load", *arguments]


def run(binaries, *arguments, **options):
    return subprocess.run(load_command(binaries, *arguments), capture_output=True, text=True, timeout=120,
                          check=False, stdin=subprocess.DEVNULL, **options)


@contextlib.contextmanager
def running(binaries, *arguments, **options):
    process = subprocess.Popen(load_command(binaries, *arguments), text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def wait_for_sample(process, is_wanted, stream="stdout"):
    """The first sample that is as wanted; fails with the last one after a while."""
    deadline = time.monotonic() + PATIENCE
    last = None
    for line in getattr(process, stream):
        if line.startswith("{"):
            last = json.loads(line)
            if last["event"] == "sample" and is_wanted(last):
                return last
        if time.monotonic() > deadline:
            break
    raise AssertionError(f"never came there: {last}")


def refused(result, code, *words):
    assert result.returncode == code, result
    assert result.stdout == "" and len(result.stderr.splitlines()) == 1, result
    for word in words:
        assert word in result.stderr, (word, result.stderr)


def bad_arguments_are_refused_in_one_line(binaries, _):
    refused(run(binaries, "--psi", "40"), 2, "40%")
    refused(run(binaries, "--psi", "100%"), 2, "95%")
    refused(run(binaries, "--swap-out", "50MB"), 2, "50MB/s")
    refused(run(binaries, "--refaults", "many"), 2, "500/s")
    refused(run(binaries, "--psi", "40%", "--left", "1G"), 2)
    refused(run(binaries, "--pid", "1", "--machine"), 2)
    refused(run(binaries, "--steps", "3"), 2, "--psi")
    refused(run(binaries, "--psi", "40%", "--for", "2s", "--steps", "4"), 2, "--for")
    refused(run(binaries, "--psi", "40%", "--limit", "much"), 2)
    refused(run(binaries, "--limit", "1"), 2, "16M or more")
    refused(run(binaries, "--for", ""), 2, "--for is empty")
    refused(run(binaries, "--psi", ""), 2, "--psi is empty")
    refused(run(binaries, "--limit", "8000G", "--for", "1s"), 3, "--machine")
    refused(run(binaries, "--cgroup", "/nowhere", "--psi", "40%"), 2, "/nowhere")


def whole_machine_is_not_pressed_unasked(binaries, _):
    refused(run(binaries, "--machine", "--left", "1G", "--for", "2s"), 2, "--yes")


def cgroup_without_a_limit_is_refused(binaries, _):
    refused(run(binaries, "--pid", str(os.getpid()), "--psi", "40%"), 3, "--machine")


def process_that_is_not_there_is_named(binaries, _):
    ended = subprocess.Popen(["true"])
    ended.wait()
    refused(run(binaries, "--pid", str(ended.pid), "--psi", "40%"), 3, str(ended.pid))


def floor_above_what_is_available_is_refused(binaries, _):
    refused(run(binaries, "--psi", "40%", "--floor", "100T", "--swap", "none"), 3, "--floor")


def swap_out_without_swap_says_so_as_root(binaries, _):
    if re.search(r"SwapFree:\s+0 kB", pathlib.Path("/proc/meminfo").read_text()) is None:
        return "this machine has swap"
    refused(run(binaries, "--swap-out", "20MB/s", "--swap", "none"), 3, "swap")
    refused(run(binaries, "--psi", "20%", "--kind", "anon", "--swap", "none"), 3, "--kind file")
    return None


def nobody_is_told_what_it_takes_as_root(binaries, _):
    refused(run(binaries, "--psi", "40%", preexec_fn=become_nobody), 3, "cgroup", "root")


def cgroups_around_the_own_one_are_not_pressed_as_root(binaries, _):
    def inside_96_mebibytes(limit):
        return run(binaries, "--left", "80MB", "--limit", "96M", "--",
                   *load_command(binaries, "--left", "16MB", "--limit", limit, "--for", "1s"))

    refused = inside_96_mebibytes("128M")
    assert refused.returncode == 3 and "would press the cgroups around it" in refused.stderr, refused
    assert inside_96_mebibytes("32M").returncode in (0, 1)


def memory_left_is_held_as_root(binaries, _):
    with running(binaries, "--left", "20MB", "--limit", "64M", "--json") as process:
        sample = wait_for_sample(process, lambda s: s["actual"] and abs(s["actual"] - 20 * MIB) < 2 * MIB)
    assert 30 * MIB < sample["locked_bytes"] < 64 * MIB, sample


def stalls_are_held_as_root(binaries, _):
    if not os.path.exists("/proc/pressure/memory"):
        return "this kernel does not tell memory stalls"
    with running(binaries, "--psi", "30%", "--limit", "64M", "--json") as process:
        wait_for_sample(process, lambda s: s["actual"] and 0.2 < s["actual"] < 0.4)
    return None


def swap_out_and_refaults_are_held_as_root(binaries, _):
    with running(binaries, "--swap-out", "20MB/s", "--limit", "64M", "--json") as process:
        wait_for_sample(process, lambda s: s["actual"] and abs(s["actual"] / (20 * MIB) - 1) < 0.2)
    with running(binaries, "--refaults", "500/s", "--limit", "64M", "--json") as process:
        wait_for_sample(process, lambda s: s["actual"] and abs(s["actual"] / 500 - 1) < 0.3)


def files_press_without_swap_as_root(binaries, _):
    with running(binaries, "--refaults", "2000/s", "--kind", "file", "--swap", "none", "--limit", "64M",
                 "--json") as process:
        sample = wait_for_sample(process, lambda s: s["actual"] and s["actual"] > 1000)
        assert "holdfast" not in pathlib.Path("/proc/swaps").read_text(), sample


def passes_repeat_as_root(binaries, _):
    with running(binaries, "--limit", "64M", "--json") as process:
        wait_for_sample(process, lambda s: s["passes"] >= 2 and s["phase"] == "passing")


def program_runs_inside_and_gives_the_exit_code_as_root(binaries, _):
    result = run(binaries, "--left", "20MB", "--limit", "64M", "--", "sh", "-c", "cat /proc/self/cgroup; exit 7")
    assert result.returncode == 7, result
    assert "holdfast-cgroup" in result.stdout and "left" not in result.stdout, result


def staircase_climbs_and_prints_a_table_as_root(binaries, _):
    result = run(binaries, "--left", "16MB", "--limit", "64M", "--steps", "3", "--for", "3s")
    rows = re.findall(r"^ +[\d.]+ MiB +[\d.]+ MiB .*%$", result.stdout, flags=re.MULTILINE)
    assert len(rows) == 3, result


def load_ends_when_the_machine_falls_below_the_floor_as_root(binaries, _):
    text = pathlib.Path("/proc/meminfo").read_text()
    available = int(re.search(r"MemAvailable:\s+(\d+)", text).group(1)) * 1024
    # Its own ballast of 1 GiB passes the floor: the machine has far more than that left.
    if available < 4 << 30:
        return "too little memory to play with"
    result = run(binaries, "--left", "8MB", "--limit", "1G", "--swap", "none", "--floor", str(available - (512 << 20)))
    assert result.returncode == 3 and "gave everything back" in result.stderr, result
    return None


def load_on_a_process_ends_with_it_and_kills_nobody_as_root(binaries, _):
    with running(binaries, "--left", "1T", "--limit", "64M", "--json", "--", "sleep", "100") as stage:
        wait_for_sample(stage, lambda s: True, "stderr")
        listing = subprocess.run(["pgrep", "-P", str(stage.pid), "-x", "sleep"], capture_output=True, text=True)
        inside = int(listing.stdout)
        with running(binaries, "--pid", str(inside), "--refaults", "500/s", "--json") as load:
            wait_for_sample(load, lambda s: s["elapsed_s"] > 2)
            assert os.path.exists(f"/proc/{inside}"), "the load killed whom it pressed"
            os.kill(inside, signal.SIGKILL)
            output, errors = load.communicate(timeout=PATIENCE)
            notes = [line for line in output.splitlines() if '"note"' in line]
            assert "has ended" in "".join(notes), (output, errors)
            assert load.returncode in (0, 1), errors


def killed_at_any_moment_it_leaves_nothing_as_root(binaries, bench):
    sys.path.insert(0, str(bench))
    import pressure_cycles
    result = pressure_cycles.run_cycles(str(binaries / "holdfast"), 20, seed=1)
    assert result["cycles"] == 20 and not result["left"] and result["bystander_died"] == 0, result


def a_guard_that_is_killed_alone_costs_nothing_as_root(binaries, _):
    with running(binaries, "--left", "20MB", "--limit", "64M", "--swap", "64M", "--json", "--for", "1s") as load:
        wait_for_sample(load, lambda s: True)
        listing = subprocess.run(["pgrep", "-P", str(load.pid), "-x", "holdfast-guard"], capture_output=True, text=True)
        os.kill(int(listing.stdout), signal.SIGKILL)
        _, errors = load.communicate(timeout=PATIENCE)
    assert load.returncode in (0, 1), errors
    left = [path for path in pathlib.Path("/var/lib/holdfast").glob("*")] if os.path.isdir("/var/lib/holdfast") else []
    assert "holdfast" not in pathlib.Path("/proc/swaps").read_text() and not left, left


def what_cannot_be_executed_is_named_as_root(binaries, _):
    result = run(binaries, "--limit", "32M", "--", "/nonexistent/synth")
    assert result.returncode == 3 and "cannot run /nonexistent/synth: No such file" in result.stderr, result
    result = run(binaries, "--limit", "32M", "--", "/etc/passwd")
    assert result.returncode == 3 and "Permission denied" in result.stderr, result


def notes_are_json_where_json_is_asked_for_as_root(binaries, _):
    result = run(binaries, "--psi", "20%", "--limit", "32M", "--swap", "none", "--json", "--for", "1s", "--", "sleep", "1")
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert any(line["event"] == "note" for line in lines), result


def closed_stdout_ends_it_as_root(binaries, _):
    process = subprocess.Popen(load_command(binaries, "--left", "20MB", "--limit", "64M"), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    _, errors = process.communicate(timeout=PATIENCE)
    assert b"nobody reads" in errors, errors


CHECKS = [
    bad_arguments_are_refused_in_one_line,
    whole_machine_is_not_pressed_unasked,
    cgroup_without_a_limit_is_refused,
    process_that_is_not_there_is_named,
    floor_above_what_is_available_is_refused,
    swap_out_without_swap_says_so_as_root,
    nobody_is_told_what_it_takes_as_root,
    cgroups_around_the_own_one_are_not_pressed_as_root,
    memory_left_is_held_as_root,
    stalls_are_held_as_root,
    swap_out_and_refaults_are_held_as_root,
    files_press_without_swap_as_root,
    passes_repeat_as_root,
    program_runs_inside_and_gives_the_exit_code_as_root,
    staircase_climbs_and_prints_a_table_as_root,
    load_ends_when_the_machine_falls_below_the_floor_as_root,
    load_on_a_process_ends_with_it_and_kills_nobody_as_root,
    killed_at_any_moment_it_leaves_nothing_as_root,
    a_guard_that_is_killed_alone_costs_nothing_as_root,
    what_cannot_be_executed_is_named_as_root,
    notes_are_json_where_json_is_asked_for_as_root,
    closed_stdout_ends_it_as_root,
]


def reason_against(check):
    if not check.__name__.endswith("as_root"):
        return None
    if os.geteuid() != 0:
        return "needs root"
    return None if os.access("/sys/fs/cgroup", os.W_OK) else "cgroups cannot be made here"


def main():
    binaries, bench = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    return run_checks(CHECKS, lambda check: reason_against(check) or check(binaries, bench), wanted)


if __name__ == "__main__":
    sys.exit(main())
