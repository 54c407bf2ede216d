#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast evict` against a program that counts its own page faults: what is said to have left has to
be waited for.

Usage: eviction_test.py BINARY_DIRECTORY SNIPED STAGE. Exit code 77 where nothing can be tested; single
checks say SKIP with the reason. Nothing here depends on how fast the machine is: the program counts its
blocks, and each check waits for a number of them.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from script import become_nobody, refused_in_one_line, run_checks  # noqa: E402
from sniped.victim import Place, Stage, events  # noqa: E402

PERIODS_NS = (333_000, 5_300_000)


def evict(place, *arguments, **options):
    return subprocess.run([place.holdfast, "evict", *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, check=False, stdin=subprocess.DEVNULL, **options)


def check_counts(eviction):
    for counts in (eviction, *eviction["ranges"]):
        parts = counts["left_pages"] + counts["half_out_pages"] + counts["unknown_pages"]
        assert counts["asked_pages"] == parts + sum(counts["stayed_pages"].values()), counts


def shoot(place, victim, what, times, every="20ms"):
    """Evictions that were answered by a major fault, as `evict` says, and major faults by the program."""
    before = victim.counts()
    result = evict(place, "--pid", victim.pid, "--what", what, "--every", every, "--json",
                   "--for", f"{times * int(every[:-2]) + 5}ms")
    victim.wait_for_blocks(5)
    assert result.returncode == 0, result
    for each in events(result, "eviction"):
        check_counts(each)
    answers = events(result, "answer")
    after = victim.counts()
    return ([answer["major_faults"] > 0 for answer in answers],
            {name: after[name] - before[name] for name in after}, result)


def every_eviction_is_a_major_fault_of_the_thread(place):
    for period in PERIODS_NS:
        with place.start(period) as victim:
            for kind in ("text", "data", "stack", "heap") if place.stage.swap else ("text",):
                victim.wait_for_blocks(20)
                hits, counted, result = shoot(place, victim, victim.hot(kind), 10, "30ms")
                assert len(hits) >= 5 and sum(hits) >= 0.8 * len(hits), (period, kind, hits, result)
                assert counted["faulted_blocks"] >= sum(hits), (period, kind, hits, counted)


def without_eviction_there_are_none(place):
    with place.start() as victim:
        victim.wait_for_blocks(100)
        before = victim.counts()
        evict(place, "--pid", victim.pid, "--what", "0", "--for", "0s")  # refused: nothing is there
        victim.wait_for_blocks(200)
        assert victim.counts()["major_faults"] == before["major_faults"], (before, victim.counts())


def kinds_name_what_they_are(place):
    with place.start() as victim:
        result = evict(place, "--pid", victim.pid, "--what", "text", "--for", "0s", "--json")
        names = [each["region"] for each in events(result, "eviction")[0]["ranges"]]
        assert names == ["program text", "program constants"], names
        result = evict(place, "--pid", victim.pid, "--what", "text", "--file", "libm.so.6", "--for", "0s")
        assert "libm.so.6 text" in result.stdout, result


def locked_pages_stay_and_say_so(place):
    with place.start(333_000, "8", "locked") as victim:
        result = evict(place, "--pid", victim.pid, "--what", "text", "--for", "0s", "--json")
        eviction = events(result, "eviction")[0]
        assert result.returncode == 1, result
        assert eviction["left_pages"] == 0 and eviction["stayed_pages"]["locked"] > 0, eviction


def what_others_run_as_well_stays(place):
    with place.start() as victim, place.start(333_000) as _:
        result = evict(place, "--pid", victim.pid, "--what", victim.hot("text"), "--for", "0s")
        assert result.returncode == 1 and "shared with other processes" in result.stdout, result
        assert "from a copy of its own" in result.stderr, result


def killed_at_any_moment_it_lets_the_threads_go(place):
    with place.start() as victim:
        for delay in (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2):
            shooter = subprocess.Popen([place.holdfast, "evict", "--pid", str(victim.pid), "--what", "all",
                                        "--every", "10ms"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(delay)
            shooter.kill()
            shooter.wait()
            victim.wait_for_blocks(20)
            states = [pathlib.Path(f"/proc/{victim.pid}/task/{task}/stat").read_text().rsplit(")", 1)[1].split()[0]
                      for task in os.listdir(f"/proc/{victim.pid}/task")]
            assert not set(states) & set("tT"), states


def a_process_that_ends_meanwhile_is_an_end_in_order(place):
    with place.start() as victim:
        shooter = subprocess.Popen([place.holdfast, "evict", "--pid", str(victim.pid), "--what", "text",
                                    "--every", "20ms", "--for", "60s"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        shooter.stdout.readline()
        victim.process.kill()
        output, _ = shooter.communicate(timeout=20)
        assert "the process has ended" in output and shooter.returncode in (0, 1), (output, shooter.returncode)


def trouble_is_one_clear_line(place):
    with place.start() as victim:
        pid = str(victim.pid)
        for arguments, code, words in (
                (["--pid", pid, "--what", "stak"], 2, "--what takes stack, text"),
                (["--pid", pid, "--what", "text", "--thread", "nobody"], 2, "sniped-audio"),
                (["--pid", pid, "--what", "text", "--file", "libmm.so.6"], 2, "nearest: libm.so.6"),
                (["--pid", pid, "--what", "1000"], 2, "is mapped at 0x1000"),
                (["--pid", pid, "--what", "text", "--every", "1ms"], 2, "--every takes 10ms"),
                (["--pid", pid], 2, "--what is required"),
                (["--pid", "4194304", "--what", "text"], 3, "no process 4194304"),
                (["--pid", "2", "--what", "text"], 3, "has no memory")):
            refused_in_one_line(evict(place, *arguments), "holdfast evict", code, words)


def another_user_is_told_what_to_do(place):
    with place.start() as victim:
        result = evict(place, "--pid", victim.pid, "--what", "text", preexec_fn=become_nobody)
        assert result.returncode == 3 and "root" in result.stderr, result


def without_swap_code_leaves_and_data_stay(place):
    if has_free_swap():
        return "there is swap"
    with place.start() as victim:
        result = evict(place, "--pid", victim.pid, "--what", victim.hot("data"), "--what",
                       victim.hot("text"), "--for", "0s", "--json")
        data, text = events(result, "eviction")[0]["ranges"]
        assert data["left_pages"] == 0 and data["stayed_pages"]["no_swap"] > 0, data
        assert text["left_pages"] > 0, text


CHECKS = [
    every_eviction_is_a_major_fault_of_the_thread,
    without_eviction_there_are_none,
    kinds_name_what_they_are,
    locked_pages_stay_and_say_so,
    what_others_run_as_well_stays,
    killed_at_any_moment_it_lets_the_threads_go,
    a_process_that_ends_meanwhile_is_an_end_in_order,
    trouble_is_one_clear_line,
    another_user_is_told_what_to_do,
]


def has_free_swap():
    free = re.search(r"^SwapFree:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.M)
    return int(free.group(1)) > 0


def main():
    if os.geteuid() != 0:
        print("SKIP: pages of another process can be pushed out by root only")
        return 77
    binaries, sniped, stage_program = sys.argv[1:4]
    wanted = sys.argv[4] if len(sys.argv) > 4 else ""
    stage = Stage(stage_program)
    place = Place(binaries, sniped, stage)
    try:
        failed = run_checks(CHECKS, lambda check: check(place), wanted)
    finally:
        stage.close()
    with tempfile.TemporaryDirectory(prefix="holdfast-sniped-", dir="/var/tmp") as directory:
        stage.directory = stage.shared = directory
        stage.swap = ""
        place = Place(binaries, sniped, stage)
        return failed | run_checks([without_swap_code_leaves_and_data_stay], lambda check: check(place), wanted)


if __name__ == "__main__":
    sys.exit(main())
