#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libholdfast keeps the pages of a thread in, shown with counts: everything is pushed out, and the thread's
page faults afterwards are none with protection, and some without.

Usage: library_protect_test.py BUILD_DIRECTORY SOURCE_DIRECTORY C_COMPILER. Exit code 77 without pkg-config.
"""
import errno
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from library_test import flags_of, run
from script import NOBODY, become_nobody, run_checks

KIB = 1024
USUAL_LIMIT = 8192 * KIB  # of Debian
WARNINGS = ["-std=gnu99", "-O2", "-Wall", "-Wextra", "-Werror"]


class Bench:
    """The program, built against an installed library, in a place of its own."""

    def __init__(self, build, source, compiler, prefix):
        prefix.chmod(0o755)
        run("cmake", "--install", build, "--component", "library", "--prefix", prefix)
        self.program = prefix / "protected"
        self.environment = dict(os.environ, LD_LIBRARY_PATH=str(next(prefix.glob("**/libholdfast.so")).parent))
        run(compiler, *WARNINGS, source / "tests/system/protected/program.c", *flags_of(prefix), "-lpthread",
            "-o", self.program)
        if os.geteuid() == 0:
            for path in (self.program, *prefix.glob("**/libholdfast.so*")):
                os.chown(path, NOBODY, NOBODY)

    def run(self, *arguments, limit=USUAL_LIMIT, hard=None, before=(), as_root=False):
        def prepare():
            if as_root:
                return
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, hard or limit))
            become_nobody()

        result = subprocess.run([*before, str(self.program), *map(str, arguments)], capture_output=True, text=True,
                                check=False, env=self.environment, preexec_fn=prepare)
        # Also shows that threads can be made and stacks can grow afterwards, whatever the limit.
        assert result.returncode == 0, (arguments, limit, result.returncode, result.stdout, result.stderr)
        return json.loads(result.stdout)


def expect_sums(facts):
    """Nothing is locked beyond the limit, and what was asked is what is told."""
    assert facts["limit"] < 0 or facts["process"] <= facts["limit"], facts
    assert facts["limit"] < 0 or facts["left"] == facts["limit"] - facts["process"], facts
    for kind, (asked, locked, refused, failure) in facts["kinds"].items():
        assert asked == locked + refused and (failure != 0) == (refused != 0), (kind, facts)
    assert sum(kind[2] for kind in facts["kinds"].values()) == facts["refused"], facts


def within_the_usual_limit_no_page_leaves(bench):
    """A locked page can still take a minor fault, when the kernel moves it (compaction): not every time."""
    for _ in range(5):
        facts = bench.run("protect", 500)
        expect_sums(facts)
        assert facts["code"] == 0 and facts["text"] == "" and facts["refused"] == 0, facts
        assert facts["major"] == 0, facts
        if facts["minor"] == 0:
            break
    assert facts["minor"] == 0, facts
    assert facts["stack_locked_pages"] * 4 >= 256 and facts["stack_below"] >= 256 * KIB - 4096, facts
    for kind in ("stack", "marked text", "marked constants", "marked data", "given ranges", "library text"):
        assert facts["kinds"][kind][1] > 0, (kind, facts)
    return f"{facts['locked'] // KIB} KiB in {facts['took_ns'] / 1e6:.1f} ms, 0 faults in 500 blocks"


def without_protection_the_thread_waits_for_its_pages(bench):
    """Read-ahead of the thread's own way back may bring the table in again: not every time."""
    for _ in range(5):
        facts = bench.run("none", 500)
        if facts["major"] > 0:
            break
    assert facts["evicted"] > 0 and facts["major"] > 0, facts
    return f"{facts['evicted']} pages out, {facts['major']} major faults"


def the_minimum_is_small(bench):
    facts = bench.run("minimum")
    expect_sums(facts)
    assert facts["code"] == 0 and facts["kinds"]["program text"][0] == 0, facts
    assert facts["kinds"]["marked constants"][1] >= 64 * KIB and facts["locked"] < 1024 * KIB, facts
    return f"{facts['locked'] // KIB} KiB"


def under_64_kib_the_most_important_is_locked_and_the_rest_is_told(bench):
    facts = bench.run("protect", limit=64 * KIB)
    expect_sums(facts)
    assert facts["code"] == 1 and facts["refused"] > 0 and facts["process"] > 32 * KIB, facts
    assert "the limit is 64 KiB" in facts["text"] and "memlock" in facts["text"], facts
    asked, locked, _, failure = facts["kinds"]["stack"]
    assert 0 < locked < asked and failure == errno.ENOMEM, facts
    assert facts["kinds"]["marked text"][2] == 0 and facts["kinds"]["library text"][2] > 0, facts
    return facts["text"].split(":")[0]


def a_soft_limit_is_raised_where_that_is_asked(bench):
    assert bench.run("protect", 1, limit=64 * KIB, hard=USUAL_LIMIT)["limit"] == 64 * KIB
    facts = bench.run("raise", 1, limit=64 * KIB, hard=USUAL_LIMIT)
    expect_sums(facts)
    assert facts["limit"] == USUAL_LIMIT and facts["code"] == 0, facts


def with_a_limit_of_nothing_nothing_breaks(bench):
    facts = bench.run("protect", limit=0)
    expect_sums(facts)
    assert facts["code"] == 1 and facts["locked"] == 0 and facts["process"] == 0, facts
    assert facts["kinds"]["stack"][3] == errno.EPERM, facts


def what_is_to_be_left_for_others_is_left(bench):
    facts = bench.run("protect", 10, 7168)
    expect_sums(facts)
    assert facts["code"] == 1 and facts["left"] >= 7168 * KIB, facts


def root_has_no_limit(bench):
    if os.geteuid() != 0:
        return "SKIP: this is not root"
    facts = bench.run("protect", as_root=True)
    assert facts["code"] in (0, 1), facts
    if facts["limit"] >= 0:  # a container that took CAP_IPC_LOCK away
        return "SKIP: root has a limit here"
    assert facts["left"] == -1 and facts["refused"] == 0, facts
    return None


def a_block_makes_no_system_call(bench):
    """strace sees the thread's calls between two that the program makes as marks."""
    if shutil.which("strace") is None:
        return "SKIP: no strace"
    with tempfile.TemporaryDirectory(prefix="holdfast-strace-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o777)
        log = pathlib.Path(folder) / "log"
        bench.run("protect", 1000, before=["strace", "-f", "-o", str(log)])
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    marks = [number for number, line in enumerate(lines) if re.search(r"kill\(2147483647, ", line)]
    assert len(marks) == 2, marks
    thread = lines[marks[0]].split()[0]
    between = [line for line in lines[marks[0] + 1:marks[1]] if line.split()[0] == thread]
    assert [line for line in between if "getrusage" in line] == between and len(between) == 2, between
    forbidden = [line for line in lines if "mlockall" in line]
    assert not forbidden, forbidden
    return "0 in 1000 blocks"


CHECKS = (within_the_usual_limit_no_page_leaves, without_protection_the_thread_waits_for_its_pages,
          the_minimum_is_small, a_soft_limit_is_raised_where_that_is_asked,
          under_64_kib_the_most_important_is_locked_and_the_rest_is_told, with_a_limit_of_nothing_nothing_breaks,
          what_is_to_be_left_for_others_is_left, root_has_no_limit, a_block_makes_no_system_call)


def told(note):
    """What a check found out is worth a line, and no reason against it."""
    if note:
        print("     ", note)


def main():
    build, source, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    if shutil.which("pkg-config") is None:
        print("SKIP: no pkg-config")
        return 77
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if hard not in (-1, resource.RLIM_INFINITY) and hard < USUAL_LIMIT and os.geteuid() != 0:
        print(f"SKIP: the lock limit is {hard // KIB} KiB here, and the test is about 8192 KiB")
        return 77
    with tempfile.TemporaryDirectory(prefix="holdfast-protect-", dir="/var/tmp") as directory:
        bench = Bench(build, source, compiler, pathlib.Path(directory))
        return run_checks(CHECKS, lambda check: told(check(bench)))


if __name__ == "__main__":
    sys.exit(main())
