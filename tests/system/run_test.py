#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast run` around programs that know nothing of it: what its real-time thread needs stays in memory
where, without it, the same treatment makes it fault; and everything else about the program is as before.

Usage: run_test.py BINARY_DIRECTORY SNIPED SNIPED_STATIC OTHER_PRELOAD STAGE [CHECK_PART|long]. Exit code 77 where
nothing can be tested. What is compared are counts; nothing depends on how fast the machine is.
"""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from script import NOBODY, run_checks  # noqa: E402
from sniped.victim import Stage  # noqa: E402

PATIENCE = 4000  # looks of 10 ms; only a failure needs them all
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+sys_nice",
             "--ambient-caps=+sys_nice"]
PERIOD_NS = "2000000"


class Place:
    def __init__(self, binaries, sniped, static, other, stage):
        self.holdfast = str(pathlib.Path(binaries) / "holdfast")
        self.sniped, self.static, self.other, self.stage = sniped, static, other, stage

    def copy(self, program, name):
        path = pathlib.Path(self.stage.directory) / name
        if not path.exists():
            shutil.copy(program, path)
            path.chmod(0o755)
            os.sync()  # what is not on the disk yet cannot be dropped
        return str(path)

    def run(self, *words, prefix=(), **options):
        return subprocess.run([*prefix, self.holdfast, "run", *map(str, words)], capture_output=True, text=True,
                              timeout=120, check=False, **{"stdin": subprocess.DEVNULL, **options})


class Victim:
    """The program that is shot at, under `holdfast run` or (options None) without it."""
    number = 0

    def __init__(self, place, options, program="sniped", prefix=()):
        Victim.number += 1
        self.place = place
        self.counts_path = f"{place.stage.shared}/run-counts-{Victim.number}"
        self.report_path = f"{place.stage.shared}/run-report-{Victim.number}"
        source = place.static if program == "static" else place.sniped
        path = place.copy(source, f"{program}-{Victim.number}")
        wrapper = [] if options is None else [place.holdfast, "run", "--json", "--report", self.report_path, *options, "--"]
        pathlib.Path(place.stage.shared).chmod(0o777)
        self.process = subprocess.Popen([*prefix, *wrapper, path, self.counts_path, PERIOD_NS], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.places = json.loads(self.process.stdout.readline())
        self.protected = None if options is None else self.wait_until_protected()
        self.pid = self.process.pid if options is None else self.protected["pid"]

    def events(self, name=None):
        text = pathlib.Path(self.report_path).read_text(encoding="utf-8")
        found = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
        return [each for each in found if name in (None, each["event"])]

    def wait_until_protected(self):
        for _ in range(PATIENCE):
            if found := self.events("protected"):
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(("never protected", self.process.poll(), self.events()))

    def counts(self):
        names = ("blocks", "major_faults")
        return dict(zip(names, struct.unpack("2Q", pathlib.Path(self.counts_path).read_bytes()[:16])))

    def major_faults_when_all_is_pushed_out(self):
        before = self.counts()
        pushed = subprocess.run([self.place.holdfast, "evict", "--pid", str(self.pid), "--what", "all", "--every",
                                 "200ms", "--for", "700ms", "--json"], capture_output=True, text=True, timeout=120,
                                check=False)
        assert pushed.returncode in (0, 1), pushed
        begin = self.counts()["blocks"]
        for _ in range(PATIENCE):
            if self.counts()["blocks"] >= begin + 50:
                break
            time.sleep(0.01)
        assert self.counts()["blocks"] >= begin + 50, "it stands still"
        return self.counts()["major_faults"] - before["major_faults"]

    def major_faults_when_settled(self):
        """What was not seen at first is locked when it faults: so a second time counts, and no third."""
        return self.major_faults_when_all_is_pushed_out() and self.major_faults_when_all_is_pushed_out()

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=60)
        self.errors = self.process.stderr.read()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=60)


def who_is_protected_takes_no_major_fault(place):
    with Victim(place, None) as victim:
        control = victim.major_faults_when_all_is_pushed_out()
    assert control >= 8, f"the control arm took {control} major faults: nothing was pushed out"
    with Victim(place, []) as victim:
        faults = victim.major_faults_when_settled()
        assert victim.end() == 0
        assert victim.errors == "", victim.errors
        thread = victim.events("thread")[0]
        summary = victim.events("summary")[0]
        assert faults == 0, (faults, control, victim.events("fault"), victim.events("note"))
        assert thread["major_faults_after"] == 0 and thread["sees_addresses"], thread
        assert 0 < summary["locked_bytes"] < summary["mlockall_bytes"] / 10, summary


def a_user_without_privileges_fits_into_his_limit(place):
    with Victim(place, [], prefix=AS_NOBODY) as victim:
        limits = pathlib.Path(f"/proc/{victim.pid}/limits").read_text(encoding="utf-8")
        limit = int(limits.split("Max locked memory")[1].split()[0])
        faults = victim.major_faults_when_settled()
        status = pathlib.Path(f"/proc/{victim.pid}/status").read_text(encoding="utf-8")
        locked = int(status.split("VmLck:")[1].split()[0]) * 1024
        assert victim.end() == 0
        assert 0 < locked <= limit, (locked, limit)
        assert faults == 0, (faults, victim.events("fault"), victim.events("note"))


def what_finds_no_room_is_named_and_kept_warm(place):
    with Victim(place, ["--limit", "300K"]) as victim:
        assert victim.end() == 0
        process = victim.events("process")[0]
        assert 0 < process["locked_bytes"] <= 300 * 1024 and process["left_out_bytes"] > 0, process
        assert process["kept_warm_bytes"] > 0 and process["random_bytes"] > 0, process
        assert any("no room" in each["note"] for each in victim.events("note")), victim.events("note")


def everything_is_locked_when_asked(place):
    with Victim(place, ["--plan", "all"]) as victim:
        status = pathlib.Path(f"/proc/{victim.pid}/status").read_text(encoding="utf-8")
        locked, size = (int(status.split(f"{key}:")[1].split()[0]) for key in ("VmLck", "VmSize"))
        assert locked >= size * 0.9, (locked, size)
        assert victim.end() == 0 and victim.events("process")[0]["plan"] == "all"


def a_plan_from_a_file_is_carried_out(place):
    with Victim(place, None) as victim:
        plan = subprocess.run([place.holdfast, "plan", "--pid", str(victim.pid), "--json", "--for", "1s", "--every",
                               "300ms", "--limit", "1G"], capture_output=True, text=True, timeout=60, check=False)
        assert plan.returncode == 0, plan
    # The next copy of the program has another name, and a plan names files.
    path = f"{place.stage.shared}/saved-plan.json"
    name = f"sniped-{Victim.number}"
    pathlib.Path(path).write_text(plan.stdout.replace(name, f"sniped-{Victim.number + 1}"), encoding="utf-8")
    with Victim(place, ["--plan", path]) as victim:
        assert victim.end() == 0
        rows = {each["where"]: each["locked_bytes"] for each in victim.events("region")
                if each["mapping"] in (None, f"sniped-{Victim.number}")}
        assert rows.get("text", 0) >= 8 * 4096, victim.events()


def a_static_program_is_reached_from_outside(place):
    with Victim(place, [], program="static") as victim:
        faults = victim.major_faults_when_settled()
        assert victim.end() == 0
        assert victim.events("process")[0]["route"] == "attach", victim.events()
        assert faults == 0, (faults, victim.events("fault"), victim.events("note"))


def streams_and_exit_codes_are_the_programs(place):
    script = "read line; echo \"out $line\"; echo \"err $line\" >&2; exit 7"
    report = f"{place.stage.shared}/streams"
    direct = subprocess.run(["sh", "-c", script], input="x\n", capture_output=True, text=True, check=False)
    below = place.run("--report", report, "--", "sh", "-c", script, stdin=None, input="x\n")
    assert (below.returncode, below.stdout, below.stderr) == (direct.returncode, direct.stdout, direct.stderr), below
    for number in (signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM):
        crashed = place.run("--json", "--", "sh", "-c", f"kill -{int(number)} $$")
        summary = json.loads(crashed.stderr.splitlines()[-1])
        assert crashed.returncode == summary["exit_code"] == 128 + number, crashed


def signals_are_handed_on(place):
    script = "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen([place.holdfast, "run", "--", "sh", "-c", script], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 5 and "caught" in out, (process.returncode, out, errors)


def a_killed_run_leaves_nothing(place):
    process = subprocess.Popen([place.holdfast, "run", "--", "sh", "-c", "echo $$; exec sleep 60"],
                               stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline())
    process.kill()
    process.wait(timeout=60)
    for _ in range(PATIENCE):
        try:
            os.kill(child, 0)
            state = pathlib.Path(f"/proc/{child}/stat").read_text(encoding="utf-8").split(") ")[1][0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.01)
    raise AssertionError("the program outlived it")


FROM_OUTSIDE = """
import os, sys, threading
def work():
    print(threading.get_native_id(), flush=True)
    sys.stdin.read()
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def a_thread_made_real_time_from_outside_is_found(place):
    report = f"{place.stage.shared}/outside"
    process = subprocess.Popen([place.holdfast, "run", "--json", "--report", report, "--", sys.executable, "-c",
                                FROM_OUTSIDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    thread = int(process.stdout.readline())
    os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(5))
    for _ in range(PATIENCE):
        if '"protected"' in pathlib.Path(report).read_text(encoding="utf-8"):
            break
        time.sleep(0.01)
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    lines = [json.loads(line) for line in pathlib.Path(report).read_text(encoding="utf-8").splitlines()]
    assert any(each["event"] == "thread" and each["thread"] == thread for each in lines), lines
    assert any(each["event"] == "region" and each["where"] == "stack" for each in lines), lines


def a_program_that_begins_in_real_time_is_attached_to(place):
    report = pathlib.Path(place.stage.shared) / "begins"
    process = subprocess.Popen([place.holdfast, "run", "--json", "--report", report, "--", "chrt", "-f", "5", "cat"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    for _ in range(PATIENCE):
        if report.exists() and '"protected"' in report.read_text(encoding="utf-8"):
            break
        time.sleep(0.01)
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    found = [(each["name"], each["route"]) for each in lines if each["event"] == "process"]
    assert found == [("cat", "attach")], lines


def where_faults_are_not_seen_more_is_locked(place):
    if shutil.which("strace") is None:
        return
    blind = ["strace", "-o", "/dev/null", "-e", "trace=perf_event_open", "-e", "inject=perf_event_open:error=EACCES"]
    with Victim(place, [], prefix=blind) as victim:
        faults = victim.major_faults_when_settled()
        assert victim.end() == 0
        assert not victim.events("thread")[0]["sees_addresses"], victim.events("thread")
        assert faults == 0, faults


def children_are_followed_and_other_preloads_work(place):
    path = place.copy(place.sniped, "sniped-child")
    noted = f"{place.stage.shared}/other-preload"
    report = f"{place.stage.shared}/children"
    script = f"'{path}' '{place.stage.shared}/run-counts-child' {PERIOD_NS} </dev/null; exec true"
    result = place.run("--json", "--report", report, "--", "sh", "-c", script,
                       env={**os.environ, "LD_PRELOAD": place.other, "OTHER_PRELOAD_NOTES": noted})
    assert result.returncode == 0, result
    lines = [json.loads(line) for line in pathlib.Path(report).read_text(encoding="utf-8").splitlines()]
    names = [each["name"] for each in lines if each["event"] == "process"]
    assert names == ["sniped-child"], lines
    assert pathlib.Path(noted).read_text(encoding="utf-8") == "pthread_create\n", "the other preload saw nothing"


def what_cannot_be_protected_is_refused(place):
    path = place.copy(place.sniped, "sniped-setuid")
    os.chmod(path, 0o4755)
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    result = place.run("--", path, prefix=user)
    assert result.returncode == 3 and "setuid" in result.stderr and "root" in result.stderr, result
    assert len(result.stderr.splitlines()) == 1, result


def trouble_is_one_clear_line(place):
    broken = pathlib.Path(place.stage.shared) / "no-plan.json"
    broken.write_text("{}", encoding="utf-8")
    for words, code, text in (
            (["--", "/nonexistent/program"], 3, "/nonexistent/program"),
            (["--", "no-such-program"], 3, "no such program"),
            (["--", "/etc/passwd"], 3, "Permission denied"),
            (["--plan", "/nonexistent", "--", "true"], 3, "/nonexistent"),
            (["--plan", broken, "--", "true"], 2, "no plan"),
            (["--limit", "much", "--", "true"], 2, "much"),
            (["--keep-warm", "maybe", "--", "true"], 2, "maybe"),
            (["--keep-warm-every", "1us", "--", "true"], 2, "--keep-warm-every"),
            (["--report", "/nonexistent/report", "--", "true"], 3, "/nonexistent/report"),
            ([], 2, "program")):
        result = place.run(*words)
        lines = result.stderr.splitlines()
        assert result.returncode == code and text in result.stderr, (words, result)
        assert len(lines) == 1 and lines[0].startswith("holdfast run: "), lines


CHECKS = [
    who_is_protected_takes_no_major_fault,
    a_user_without_privileges_fits_into_his_limit,
    what_finds_no_room_is_named_and_kept_warm,
    everything_is_locked_when_asked,
    a_plan_from_a_file_is_carried_out,
    a_static_program_is_reached_from_outside,
    streams_and_exit_codes_are_the_programs,
    signals_are_handed_on,
    a_killed_run_leaves_nothing,
    a_thread_made_real_time_from_outside_is_found,
    children_are_followed_and_other_preloads_work,
    what_cannot_be_protected_is_refused,
    trouble_is_one_clear_line,
]

# Only when asked for by name, or by "long": `make test` has little time.
LONG_CHECKS = [
    a_program_that_begins_in_real_time_is_attached_to,
    where_faults_are_not_seen_more_is_locked,
]


def chosen(part):
    if part is None:
        return CHECKS
    return LONG_CHECKS if part == "long" else [each for each in CHECKS + LONG_CHECKS if part in each.__name__]


def main():
    if os.geteuid() != 0:
        print("SKIP: pages of another process can be pushed out by root only")
        return 77
    binaries, sniped, static, other, stage_program = sys.argv[1:6]
    stage = Stage(stage_program)
    place = Place(binaries, sniped, static, other, stage)
    try:
        return run_checks(chosen(sys.argv[6] if len(sys.argv) > 6 else None), lambda check: check(place))
    finally:
        stage.close()


if __name__ == "__main__":
    sys.exit(main())
