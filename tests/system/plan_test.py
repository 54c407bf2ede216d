#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast plan` against a program whose pages are known: what its thread touches has to be in the plan,
and what it asks back afterwards, too.

Usage: plan_test.py BINARY_DIRECTORY SNIPED STAGE [CHECK_PART]. Exit code 77 where nothing can be tested.
Nothing here depends on how fast the machine is: what is compared are addresses.
"""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from script import become_nobody, refused_in_one_line, run_checks  # noqa: E402
from sniped.victim import HOT_BYTES, PAGE, Place, Stage, events  # noqa: E402


def run(place, *arguments, stdin=subprocess.DEVNULL, **options):
    return subprocess.run([place.holdfast, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          check=False, stdin=stdin, **options)


def plan(place, victim, *arguments):
    result = run(place, "plan", "--pid", victim.pid, "--json", "--for", "1200ms", "--every", "300ms", *arguments)
    assert result.returncode == 0, result
    return result


def pages_of(ranges):
    return {page for each in ranges for page in
            range(int(each["address"], 16), int(each["address"], 16) + each["size_bytes"], PAGE)}


def what_the_thread_touches_is_planned(place):
    with place.start() as victim:
        locks = events(plan(place, victim, "--limit", "1G"), "lock")
        planned = pages_of(locks)
        for kind in ("text", "data", "stack", "heap") if place.stage.swap else ("text",):
            first = victim.places[kind]
            missing = [page for page in range(first, first + HOT_BYTES, PAGE) if page not in planned]
            assert not missing, (kind, list(map(hex, missing)), locks)
        assert len(planned) * PAGE == sum(each["size_bytes"] for each in locks), "a page is in two ranges"


def what_it_asks_back_later_is_in_the_plan(place):
    with place.start() as victim:
        planned = pages_of(events(plan(place, victim, "--limit", "1G"), "lock"))
        later = run(place, "evict", "--pid", victim.pid, "--what", "all", "--every", "300ms", "--for", "1s", "--json")
        faults = [json.loads(line) for line in later.stdout.splitlines() if "holdfast.fault/1" in line]
        pages = {int(each["address"], 16) // PAGE * PAGE for each in faults
                 if each["mapping"] not in ("[vdso]", "[vvar]")}
        assert len(pages) >= 8, later
        # A path that runs once in a while may not have been run: one page in twenty.
        strangers = pages - planned
        assert len(strangers) <= len(pages) // 20, (list(map(hex, strangers)), len(pages))


def it_takes_a_fraction_of_mlockall(place):
    with place.start() as victim:
        summary = events(plan(place, victim, "--limit", "1G"), "summary")[0]
        status = pathlib.Path(f"/proc/{victim.pid}/status").read_text()
        size_kib = int(status.split("VmSize:")[1].split()[0])
        assert summary["locked_bytes"] < summary["mlockall_bytes"] / 4, summary
        assert abs(summary["mlockall_bytes"] / 1024 - size_kib) <= 64, (summary, size_kib)


def the_limit_is_kept_and_the_rest_is_named(place):
    with place.start() as victim:
        result = plan(place, victim, "--limit", "300K")
        summary = events(result, "summary")[0]
        left_out = events(result, "left_out")
        assert 0 < summary["locked_bytes"] <= 300 * 1024, summary
        assert summary["left_out_bytes"] == sum(each["size_bytes"] for each in left_out) > 0, summary
        own = events(plan(place, victim), "summary")[0]
        assert own["limit_source"] == f"the lock limit of process {victim.pid}", own


def a_trace_gives_a_plan(place):
    trace = f"{place.stage.shared}/plan.hft"
    with place.start() as victim:
        shooter = subprocess.Popen([place.holdfast, "evict", "--pid", str(victim.pid), "--what",
                                    victim.hot("text"), "--every", "100ms"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        counted = run(place, "count", "--pid", victim.pid, "--frames", 16, "--for", "1s", "--trace", trace)
        shooter.kill()
        shooter.wait()
        assert counted.returncode in (0, 1), counted
    result = run(place, "plan", trace, "--json", "--limit", "1G")
    waited = [each for each in events(result, "lock") if each["reason"] == "waited"]
    assert any(each["path"] == victim.path and each["major_faults"] > 0 for each in waited), result
    assert events(result, "lock")[0]["reason"] == "stack", result
    with open(trace, "rb") as pipe:
        people = run(place, "plan", "-", "--limit", "1G", stdin=pipe)
    assert people.returncode == 0 and "to lock: " in people.stdout, people


def who_only_looks_pushes_nothing_out(place):
    with place.start() as victim:
        victim.wait_for_blocks(100)
        before = victim.counts()["major_faults"]
        result = plan(place, victim, "--only-look")
        assert victim.counts()["major_faults"] == before, (before, victim.counts())
        assert "nothing is known but the stack" in result.stderr, result


def trouble_is_one_clear_line(place):
    broken = pathlib.Path(place.stage.shared) / "broken.hft"
    broken.write_bytes(b"no trace")
    for arguments, code, words in (
            ([], 2, "either a trace or --pid"),
            (["take.hft", "--pid", "1"], 2, "either a trace or --pid"),
            ([broken], 2, "trace"),
            (["/nonexistent.hft"], 3, "/nonexistent.hft"),
            (["--pid", "4194304"], 3, "no process 4194304"),
            (["--pid", "2"], 3, "has no memory"),
            (["--pid", os.getpid(), "--every", "1ms"], 2, "--every takes 50ms"),
            (["--pid", os.getpid(), "--for", "0s"], 2, "--for"),
            (["--pid", os.getpid(), "--limit", "much"], 2, "much")):
        refused_in_one_line(run(place, "plan", *arguments), "holdfast plan", code, words)


def another_user_is_told_what_to_do(place):
    with place.start() as victim:
        result = run(place, "plan", "--pid", victim.pid, preexec_fn=become_nobody)
        assert result.returncode == 3 and "root" in result.stderr, result


CHECKS = [
    what_the_thread_touches_is_planned,
    what_it_asks_back_later_is_in_the_plan,
    it_takes_a_fraction_of_mlockall,
    the_limit_is_kept_and_the_rest_is_named,
    a_trace_gives_a_plan,
    who_only_looks_pushes_nothing_out,
    trouble_is_one_clear_line,
    another_user_is_told_what_to_do,
]


def main():
    if os.geteuid() != 0:
        print("SKIP: pages of another process can be pushed out by root only")
        return 77
    binaries, sniped, stage_program = sys.argv[1:4]
    stage = Stage(stage_program)
    place = Place(binaries, sniped, stage)
    try:
        return run_checks(CHECKS, lambda check: check(place), sys.argv[4] if len(sys.argv) > 4 else "")
    finally:
        stage.close()


if __name__ == "__main__":
    sys.exit(main())
