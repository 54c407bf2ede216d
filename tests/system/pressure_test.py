#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory pressure leaves nothing behind, however it ends, and hurts nobody.

Usage: pressure_test.py BINARY_DIRECTORY. Exit code 77 where nothing can be tested; single checks that
need root, cgroups or swap say SKIP with the reason. Presses only cgroups of its own, of 1 GiB at most.
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from script import become_nobody, run_checks

STATE = pathlib.Path("/var/lib/holdfast")


def left_overs():
    """Everything of ours that exists on this machine now."""
    found = [line for line in pathlib.Path("/proc/swaps").read_text().splitlines()
             if "holdfast" in line]
    for top in ("/sys/fs/cgroup", "/var/tmp"):
        for directory, children, _ in os.walk(top):
            found += [f"{directory}/{child}" for child in children if child.startswith("holdfast-")]
            if top == "/var/tmp":
                break
    if STATE.exists():
        found += [str(path) for path in STATE.iterdir()]
    return found


def wait_until_clean(seconds=15):
    deadline = time.monotonic() + seconds
    while left_overs() and time.monotonic() < deadline:
        time.sleep(0.05)
    return left_overs()


def children_of(pid):
    """Living descendants, the watchdog among them."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listing.stdout.splitlines()]
    found = [child for child, parent in pairs if parent == pid]
    return found + [deeper for child in found for deeper in children_of(child)]


def bytes_of(line):
    return int(re.search(r"(\d+) bytes", line).group(1))


def run(binaries, *arguments, **options):
    command = [str(binaries / arguments[0]), *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                          **options)


def as_nobody():
    become_nobody(lock_limit=8 << 20)


def mem_load_prints_two_passes_and_respects_its_limit(binaries):
    result = run(binaries, "MemLoad", "--limit", "64M")
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result
    assert len(lines) == 2 and lines[0].startswith("first pass: locked "), lines
    assert lines[1].startswith("second pass: allocated "), lines
    assert 0 < bytes_of(lines[0]) <= 64 << 20, lines


def mem_load_as_nobody_stops_at_the_lock_limit(binaries):
    result = run(binaries, "MemLoad", preexec_fn=as_nobody)
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result
    assert bytes_of(lines[0]) == 8 << 20 and "refused by the lock limit" in lines[0], lines
    assert bytes_of(lines[1]) == 8 << 20, lines


def original_mem_load_as_nobody_warns_and_does_both_passes(binaries):
    result = run(binaries, "MemLoad", "--original", preexec_fn=as_nobody)
    assert "may take this machine down" in result.stderr, result
    assert [bytes_of(line) for line in result.stdout.splitlines()] == [8 << 20, 8 << 20], result


def mem_load_ends_with_sigint_so_that_a_shell_loop_ends(binaries):
    process = subprocess.Popen([binaries / "MemLoad", "--limit", "1G"], stdout=subprocess.DEVNULL)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=1) == -signal.SIGINT


def usage_errors_have_exit_code_two(binaries):
    for arguments in (["--limit", "much"], ["--nonsense"], ["surplus"]):
        assert run(binaries, "MemLoad", *arguments).returncode == 2, arguments


def demo_killed_at_any_moment_leaves_nothing(binaries):
    for delay in (0.01, 0.03, 0.08, 0.2, 0.5, 1.5, 3.0):
        process = subprocess.Popen([binaries / "holdfast", "demo", "--report", "/dev/null"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        assert not wait_until_clean(), (delay, left_overs())


def next_start_cleans_up_when_the_watchdog_was_killed_too(binaries):
    process = subprocess.Popen([binaries / "holdfast", "demo", "--report", "/dev/null"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2.5)
    process.send_signal(signal.SIGSTOP)  # so that it waits for none of them, and no pid is recycled
    for pid in children_of(process.pid):  # the watchdog is one of them
        os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait()
    assert left_overs(), "nothing was there to be cleaned up"
    run(binaries, "MemLoad", "--limit", "16M")
    assert not wait_until_clean(), left_overs()


def interrupted_demo_ends_in_order(binaries):
    process = subprocess.Popen([binaries / "holdfast", "demo", "--report", "/dev/null"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1 and "none " in output and "nothing can be said yet" in output, output


def reason_against(check):
    if os.geteuid() != 0:
        return "needs root" if "nobody" in check.__name__ or "demo" in check.__name__ else None
    needs_cgroup = "demo" in check.__name__ or "watchdog" in check.__name__
    if needs_cgroup and not os.access("/sys/fs/cgroup", os.W_OK):
        return "cgroups cannot be made here"
    return None


CHECKS = [
    usage_errors_have_exit_code_two,
    mem_load_prints_two_passes_and_respects_its_limit,
    mem_load_as_nobody_stops_at_the_lock_limit,
    original_mem_load_as_nobody_warns_and_does_both_passes,
    mem_load_ends_with_sigint_so_that_a_shell_loop_ends,
    interrupted_demo_ends_in_order,
    demo_killed_at_any_moment_leaves_nothing,
    next_start_cleans_up_when_the_watchdog_was_killed_too,
]


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    if left_overs():
        print("SKIP: another run of holdfast is going on:", left_overs())
        return 77

    def run_one(check):
        reason = reason_against(check)
        if not reason:
            check(binaries)
            assert not wait_until_clean(), left_overs()
        return reason
    return run_checks(CHECKS, run_one)


if __name__ == "__main__":
    os.environ.setdefault("HOLDFAST_AUDIO_MODULES", "/nonexistent")  # the default device: virtual, everywhere
    sys.exit(main())
