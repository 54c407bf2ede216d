#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast audit` against a program that says itself which calls it makes (audited/program.cc), linked as
usual and statically, and against a JACK server.

Usage: audit_test.py BINARY_DIRECTORY AUDITED AUDITED_STATIC [CHECK_PART]. Exit code 77 where nothing can be
tested. Nothing here depends on how fast the machine is: lists of calls are compared.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from script import Skip, become_nobody, run_checks

CAN_DROP = os.geteuid() == 0
ERRNO = {0: None, 1: "EPERM", 11: "EAGAIN", 12: "ENOMEM"}


class Place:
    def __init__(self, binaries, program, static):
        self.holdfast = str(pathlib.Path(binaries) / "holdfast")
        self.program, self.static = program, static

    def start(self, *arguments, **options):
        return subprocess.Popen([self.holdfast, "audit", *map(str, arguments)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def run(self, *arguments, **options):
        """(exit code, what the program said, JSON lines) with the program's own streams left alone."""
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            path = pathlib.Path(folder) / "audit.json"
            result = subprocess.run([self.holdfast, "audit", "--json", "--output", path, *map(str, arguments)],
                                    capture_output=True, text=True, timeout=120, check=False,
                                    stdin=subprocess.DEVNULL, **options)
            lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
            return result, lines


def of(lines, schema):
    return [line for line in lines if line["schema"] == f"holdfast.audit_{schema}/1"]


def said(output):
    """What the program says it did, in the words of the audit."""
    calls = []
    for line in output.splitlines():
        name, address, size, result, error, thread = line.split()
        calls.append({"call": name, "address": int(address, 16), "size_bytes": int(size), "result": int(result),
                      "errno": ERRNO[int(error)], "thread": int(thread)})
    return calls


def seen(lines):
    return [{"call": call["call"], "address": int(call["address"] or "0", 16), "size_bytes": call["size_bytes"],
             "result": call["result"], "errno": call["errno"], "thread": call["thread"]}
            for call in of(lines, "call")]


def check_same(result, lines):
    assert seen(lines) == said(result.stdout), (seen(lines), result)
    assert len(of(lines, "summary")) == 1, lines
    return of(lines, "call")


def every_way_to_lock_is_seen(place):
    result, lines = place.run("--", place.program, "all")
    calls = check_same(result, lines)
    words = [call["words"] for call in calls]
    assert words == ["mlock", "mlock", "mlock2(ONFAULT)", "munlock", "mmap(MAP_LOCKED)", "shmctl(SHM_LOCK)",
                     "shmctl(SHM_UNLOCK)", "madvise(RANDOM)", "mlockall(CURRENT|ONFAULT)", "munlockall",
                     "setrlimit(MEMLOCK)"], words
    name = pathlib.Path(place.program).name
    assert calls[0]["caller"] == f"{name} lock_through_libc", calls[0]
    assert calls[1]["caller"] == f"{name} lock_by_instruction", calls[1]
    functions = [(frame["symbol"] or "").split("+0x")[0] for frame in calls[1]["stack"]]
    assert functions[:4] == ["lock_by_instruction", "lock_raw", "lock_in_every_way", "main"], functions


def a_static_program_is_seen_as_well(place):
    result, lines = place.run("--", place.static, "all")
    calls = check_same(result, lines)
    assert len(calls) == 11, calls
    functions = [(frame["symbol"] or "").split("+0x")[0] for frame in calls[1]["stack"]]
    assert functions[:4] == ["lock_by_instruction", "lock_raw", "lock_in_every_way", "main"], functions


def calls_of_the_32_bit_kind_are_seen(place):
    result, lines = place.run("--", place.program, "interrupt")
    if not result.stdout or of(lines, "summary")[0]["program_signal"]:
        raise Skip("the kernel takes no 32-bit calls")
    calls = check_same(result, lines)
    assert len(calls) == 1 and calls[0]["result"] == 0, calls
    assert calls[0]["caller"].endswith("lock_by_interrupt"), calls


def everything_else_is_left_alone(place):
    result, lines = place.run("--", place.program, "other")
    assert not of(lines, "call") and result.stdout == "" and result.stderr == "", (result, lines)
    # Only what every program does stops it: it starts, and it ends.
    assert of(lines, "summary")[0]["stops"] <= 4, lines


def threads_and_their_stacks_are_told_apart(place):
    result, lines = place.run("--", place.program, "threads")
    calls = of(lines, "call")
    key = lambda call: call["thread"]  # noqa: E731
    assert sorted(seen(lines), key=key) == sorted(said(result.stdout), key=key), (lines, result)
    assert len({call["thread"] for call in calls}) == 3, calls
    for call in calls:
        assert call["object"].startswith("stack of thread "), call


def children_are_followed_through_exec(place):
    result, lines = place.run("--", place.program, "fork")
    calls = check_same(result, lines)
    pids = [call["pid"] for call in calls]
    assert len(calls) == 3 and pids[0] == pids[1] != pids[2], calls
    assert of(lines, "summary")[0]["processes"] == 2, lines


def refused_calls_say_why(place):
    if not CAN_DROP:
        raise Skip("starts the program as another user, which needs root")
    result, lines = place.run("--", place.program, "limit", preexec_fn=become_nobody)
    calls = check_same(result, lines)
    assert [call["errno"] for call in calls] == [None, None, "ENOMEM", "ENOMEM", "EAGAIN", "EPERM"], calls
    left = [call["left_bytes"] for call in calls]
    assert left == [65536, 32768, 32768, 32768, 32768, 32768], left
    assert "64.0 KiB" in calls[2]["why"] and "32.0 KiB" in calls[2]["why"], calls[2]
    assert "everything that is mapped counts" in calls[3]["why"], calls[3]
    summary = of(lines, "summary")[0]
    assert summary["failed"] == 4 and summary["least_left_bytes"] == 32768, summary


def streams_and_exit_code_of_the_program_are_its_own(place):
    result, lines = place.run("--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (result.stdout, result.stderr) == ("out\n", "err\n"), result
    assert of(lines, "summary")[0]["program_exit_code"] == 7, lines
    shown = subprocess.run([place.holdfast, "audit", "--", "echo", "out", ""], capture_output=True, text=True,
                           timeout=60, check=False)
    assert shown.stdout == "out \n" and "exit code 0" in shown.stderr, shown


def a_crash_is_told_and_what_was_seen_remains(place):
    for mode, number in (("crash", signal.SIGSEGV), ("kill", signal.SIGKILL)):
        result, lines = place.run("--", place.program, mode)
        check_same(result, lines)
        summary = of(lines, "summary")[0]
        assert summary["program_signal"] == number and summary["program_exit_code"] is None, summary


def coverage_tells_locked_from_not(place):
    for mode, holds, code in (("realtime_locked", True, 0), ("realtime", False, 1)):
        result, lines = place.run("--", place.program, mode)
        if said(result.stdout)[-1]["call"] != "mlock" and mode == "realtime" or \
                of(lines, "summary")[0]["program_exit_code"] == 77:
            raise Skip("no real-time thread may be started here")
        check_same(result, lines)
        assert result.returncode == code, (result, lines)
        coverage = of(lines, "coverage")
        assert len(coverage) == 1 and coverage[0]["thread_name"] == "audio", coverage
        assert coverage[0]["policy"] == "SCHED_FIFO" and coverage[0]["holds"] is holds, coverage
        kinds = {region["kind"]: region for region in coverage[0]["regions"]}
        for kind in ("stack", "program_text", "library_text"):
            assert kinds[kind]["in_use_bytes"] > 0, kinds[kind]
            assert (kinds[kind]["open_bytes"] == 0) is holds, kinds[kind]


def what_is_unlocked_before_the_end_was_locked(place):
    """The program unlocks everything before its real-time thread is gone, or after: the look before counts."""
    result, lines = place.run("--", place.program, "unlock_early")
    if of(lines, "summary")[0]["program_exit_code"] == 77:
        raise Skip("no real-time thread may be started here")
    coverage = of(lines, "coverage")
    assert coverage[0]["moment"] == "before_unlock" and coverage[0]["holds"], (coverage, result)


class Waiting:
    """The program, waiting: each byte that it gets makes it lock once."""

    def __init__(self, place):
        self.process = subprocess.Popen([place.program, "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.pid = self.process.pid
        assert self.process.stdout.readline().startswith("ready")

    def lock(self):
        self.process.stdin.write("x")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def tracer(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("TracerPid:")[1].split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0, self.process.returncode


def wait_for(condition):
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def who_runs_already_is_attached_to_and_let_go(place):
    with Waiting(place) as waiting:
        audit = place.start("--pid", waiting.pid, "--json")
        wait_for(lambda: waiting.tracer() == audit.pid)
        truth = "".join(waiting.lock() for _ in range(3))
        lines = [json.loads(audit.stdout.readline()) for _ in range(3)]
        assert seen(lines) == said(truth), (lines, truth)
        audit.send_signal(signal.SIGINT)
        output, errors = audit.communicate(timeout=60)
        assert audit.returncode == 1 and errors == "", (audit.returncode, errors)
        coverage = of([json.loads(line) for line in output.splitlines()], "coverage")[0]
        assert coverage["moment"] == "now" and coverage["pid"] == waiting.pid, coverage
        assert waiting.tracer() == 0 and waiting.lock().startswith("mlock"), "it was not let go"


def a_killed_audit_hurts_nobody_who_ran_before(place):
    with Waiting(place) as waiting:
        audit = place.start("--pid", waiting.pid)
        wait_for(lambda: waiting.tracer() == audit.pid)
        audit.kill()
        audit.communicate()
        wait_for(lambda: waiting.tracer() == 0)
        assert waiting.lock().split()[3] == "0", "its calls fail"


def a_killed_audit_takes_along_what_it_started(place):
    audit = place.start("--", place.program, "wait")
    pid = int(audit.stdout.readline().split()[-1])
    audit.kill()
    audit.communicate()

    def is_gone():
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] in "ZX"
        except (FileNotFoundError, ProcessLookupError):
            return True
    wait_for(is_gone)


def looking_once_attaches_to_nobody(place):
    with Waiting(place) as waiting:
        waiting.lock()
        result = subprocess.run([place.holdfast, "audit", "--pid", str(waiting.pid), "--once", "--json"],
                                capture_output=True, text=True, timeout=60, check=False)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert result.returncode == 1 and of(lines, "summary")[0]["calls"] is None, result
        assert of(lines, "coverage")[0]["held_bytes"] == 4096, lines


def ctrl_c_ends_the_program_and_tells_the_rest(place):
    audit = place.start("--", place.program, "wait")
    assert audit.stdout.readline().startswith("ready")
    audit.send_signal(signal.SIGINT)
    audit.wait(timeout=60)  # its standard input stays open meanwhile: the program would end with that
    errors = audit.stderr.read()
    assert "ended by signal 15" in errors and audit.returncode == 1, (audit.returncode, errors)


def a_reader_that_leaves_ends_it(place):
    with Waiting(place) as waiting:
        read_end, write_end = os.pipe()
        audit = subprocess.Popen([place.holdfast, "audit", "--pid", str(waiting.pid)], stdout=write_end,
                                 stderr=subprocess.DEVNULL)
        os.close(write_end)
        wait_for(lambda: waiting.tracer() == audit.pid)
        os.close(read_end)
        waiting.lock()
        audit.wait(timeout=60)
        assert waiting.tracer() == 0


def trouble_is_one_clear_line(place):
    with Waiting(place) as waiting:
        pid = waiting.pid
    cases = [
        (("--", "/no/such/program"), 3, "No such file"),
        (("--", "/etc/passwd"), 3, "Permission denied"),
        (("--pid", pid), 3, "has ended"),
        (("--pid", pid, "--once"), 3, "has ended"),
        ((), 2, "which program"),
        (("--pid", "1", "--", "true"), 2, "not both"),
        (("--once", "--", "true"), 2, "--pid"),
        (("--for", "0s", "--", "true"), 2, "longer than 0s"),
        (("--for", "soon", "--", "true"), 2, "soon"),
        (("--output", "/no/such/folder/file", "--", "true"), 3, "cannot write"),
    ]
    for arguments, code, words in cases:
        result = subprocess.run([place.holdfast, "audit", *map(str, arguments)], capture_output=True, text=True,
                                timeout=60, check=False, stdin=subprocess.DEVNULL)
        lines = result.stderr.splitlines()
        assert result.returncode == code and words in result.stderr, (arguments, result)
        assert len(lines) == 1 and lines[0].startswith("holdfast audit: ") and result.stdout == "", result


def another_users_program_is_refused(place):
    if not CAN_DROP:
        raise Skip("needs root to become somebody else")
    with Waiting(place) as waiting:
        for more in ((), ("--once",)):
            result = subprocess.run([place.holdfast, "audit", "--pid", str(waiting.pid), *more], text=True,
                                    capture_output=True, timeout=60, check=False, preexec_fn=become_nobody)
            assert result.returncode == 3 and "root" in result.stderr, result
        assert waiting.tracer() == 0


def a_program_with_more_rights_runs_without_them_and_it_is_said(place):
    if not CAN_DROP:
        raise Skip("needs root to make a setuid program")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = pathlib.Path(folder) / "setuid"
        shutil.copy(place.program, path)
        os.chmod(path, 0o4755)
        result, lines = place.run("--", path, "raw", preexec_fn=become_nobody)
        check_same(result, lines)
        assert any("setuid" in missing["why"] for missing in of(lines, "missing")), lines


def the_calls_of_a_jack_server_are_found(place):
    if not shutil.which("jackd"):
        raise Skip("no jackd is installed")
    name = f"holdfast-audit-{os.getpid()}"
    environment = dict(os.environ, JACK_NO_AUDIO_RESERVATION="1")
    result, lines = place.run("--for", "3s", "--", "jackd", "-n", name, "-r", "-d", "dummy", "-p", "256",
                              env=environment)
    calls = of(lines, "call")
    futexes = [call for call in calls if call["call"] == "mmap" and call["size_bytes"] == 12]
    if not calls:
        raise Skip(f"jackd does not start here: {result.stdout} {result.stderr}")
    assert len(futexes) >= 2 and all("jack_sem" in call["object"] for call in futexes), calls
    assert any("JackLinuxFutex" in (frame["symbol"] or "") for frame in futexes[0]["stack"]), futexes[0]
    assert any(call["call"] == "mlock" and call["size_bytes"] > 30_000_000 for call in calls), calls
    stack = [region for region in of(lines, "coverage")[0]["regions"] if region["kind"] == "stack"][0]
    assert stack["locked_bytes"] == 0, stack


CHECKS = [
    every_way_to_lock_is_seen,
    a_static_program_is_seen_as_well,
    calls_of_the_32_bit_kind_are_seen,
    everything_else_is_left_alone,
    threads_and_their_stacks_are_told_apart,
    children_are_followed_through_exec,
    refused_calls_say_why,
    streams_and_exit_code_of_the_program_are_its_own,
    a_crash_is_told_and_what_was_seen_remains,
    coverage_tells_locked_from_not,
    what_is_unlocked_before_the_end_was_locked,
    who_runs_already_is_attached_to_and_let_go,
    a_killed_audit_hurts_nobody_who_ran_before,
    a_killed_audit_takes_along_what_it_started,
    looking_once_attaches_to_nobody,
    ctrl_c_ends_the_program_and_tells_the_rest,
    a_reader_that_leaves_ends_it,
    trouble_is_one_clear_line,
    another_users_program_is_refused,
    a_program_with_more_rights_runs_without_them_and_it_is_said,
    the_calls_of_a_jack_server_are_found,
]


def main():
    place = Place(*sys.argv[1:4])
    return run_checks(CHECKS, lambda check: check(place), sys.argv[4] if len(sys.argv) > 4 else "")


if __name__ == "__main__":
    sys.exit(main())
