#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every sound system keeps the same contract: the same script runs on each, against a real server that
the test starts and ends itself, with a source in which every sample tells its own frame number.

Usage: backend_contract_test.py BUILD_DIR SYSTEM [CHECK_PART]. SYSTEM is a file of sound_systems/.
What is compared are counts: by labels against by content. No check has to meet a time. A server shares its
processors with whatever else runs: a check that fails must hold twice when it is repeated, and is reported.
"""
import importlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from sound_systems.sound_system import Missing, wait_for  # noqa: E402

NOBODY = 65534
SKIPPED = 77


class Place:
    """Where the programs are, and a directory for everybody, new for each check."""

    def __init__(self, build, directory):
        self.binaries = build / "src/cmd"
        self.modules = build / "src/lib/holdfast/audio"
        self.support = build / "tests/support"
        self.stage = build / "tests/blind/blind_stage"
        self.directory = pathlib.Path(directory)
        os.chmod(directory, 0o777)


class Run:
    """One run of content_count beside a running system."""

    def __init__(self, system, frames, seconds, *options):
        command = [system.place.support / "content_count", system.device(), frames, seconds, *options]
        self.process = subprocess.Popen([str(word) for word in command], env=system.environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, **system.identity())
        system.processes.append(self.process)
        self.patience = 60 + float(seconds)
        line = self.process.stderr.readline()
        assert line == "started\n", line + self.process.stderr.read()

    def result(self):
        output, complaints = self.process.communicate(timeout=self.patience)
        assert self.process.returncode == 0, (self.process.returncode, complaints[-600:])
        return json.loads(output)


def stop(process, seconds):
    os.kill(process, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(process, signal.SIGCONT)


def count_command(system, *arguments):
    command = [system.place.binaries / "holdfast", "count", "--device", system.device(), *arguments]
    return [str(word) for word in command]


def count(system, *arguments):
    """The program itself."""
    return subprocess.run(count_command(system, *arguments), env=system.environment(), capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, check=False, timeout=60, **system.identity())


def watch(system, *arguments):
    """The same, while it runs."""
    process = subprocess.Popen(count_command(system, *arguments), env=system.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    system.processes.append(process)
    return process


def check_counts(result, system, most_torn=None):
    """What was counted by labels is what the content lacks, to the frame; a torn block tells two numbers."""
    most_torn = system.most_torn if most_torn is None else most_torn
    assert result["blocks_with_content"] > 40, ("too short to say anything", result)
    doubt = min(result["torn_by_content"], most_torn) * result["block_frames"]
    assert abs(result["lost_frames"] - result["missing_by_content"]) <= doubt, result
    assert result["torn_by_content"] <= most_torn, result
    share = system.misplaced_shares.get(result["block_frames"], system.misplaced_share)
    assert result["misplaced_blocks"] <= max(5, result["blocks"] * share), result


# --- the contract ------------------------------------------------------------------------------------------

def a_normal_run_loses_nothing_by_mistake(system):
    for frames in system.block_sizes:
        system.start(frames)
        result = Run(system, frames, 0.5 if frames < 1024 else 2).result()
        assert result["block_frames"] == frames, result
        check_counts(result, system)
        system.end()


def a_client_that_sleeps_is_counted_exactly(system):
    for frames in system.late_block_sizes:
        system.start(frames)
        result = Run(system, frames, 1, "--sleep", 9).result()
        check_counts(result, system)
        assert not system.client_lateness_loses or result["lost_frames"] > 0, result
        system.end()


def a_stopped_client_is_counted_exactly(system):
    for frames in system.late_block_sizes:
        system.start(frames)
        run = Run(system, frames, 1.2)
        for seconds in (0.005, 0.02, 0.1):
            time.sleep(0.15)
            stop(run.process.pid, seconds)
        result = run.result()
        check_counts(result, system)
        assert not system.client_lateness_loses or result["lost_frames"] > 0, result
        system.end()


def a_late_server_is_told_from_a_late_client(system):
    if not system.has_server:
        raise Missing("there is no server")
    system.start(64)
    run = Run(system, 64, 2)
    stops = 0
    for seconds in (0.01, 0.03, 0.2):
        time.sleep(0.3)
        stop(system.server(), seconds)
        stops += 1
    result = run.result()
    check_counts(result, system, max(system.most_torn, system.torn_by_late_server * stops))
    by_server = [gap for gap in result["gaps"] if gap["source"] == 2]
    if system.server_lateness_loses:
        assert len(by_server) >= stops, (stops, result)
        assert all(not gap["exact"] and 0 < gap["error"] <= 64 for gap in by_server), result
    else:
        assert not by_server, result


def a_server_that_comes_back_begins_an_epoch(system):
    if not system.has_server:
        raise Missing("there is no server")
    system.start(64)
    run = Run(system, 64, 2, "--patience", 40)
    time.sleep(0.5)
    system.kill_server()
    system.start(64)
    result = run.result()
    assert result["epochs"] == 2 and not result["is_gone"], result


def a_server_that_stays_away_is_told(system):
    if not system.has_server:
        raise Missing("there is no server")
    system.start(64)
    run = Run(system, 64, 1.5)
    time.sleep(0.5)
    system.kill_server()
    result = run.result()
    assert result["is_gone"] and result["blocks"] > 100, result


def without_a_server_it_says_what_to_do(system):
    if not system.has_server:
        raise Missing("there is no server")
    result = count(system, "--for", "1s")
    assert result.returncode == 3 and not result.stdout, result
    assert result.stderr.count("\n") == 1 and system.name in result.stderr, result.stderr


def a_normal_user_gets_what_the_system_gives(system):
    if os.geteuid() != 0:
        raise Missing("this is a normal user already")
    system.user = NOBODY
    system.start(64)
    check_counts(Run(system, 64, 0.5).result(), system)
    result = count(system, "--for", "500ms", "--json")
    assert result.returncode in (0, 1), result.stderr[-600:]
    summary = json.loads(result.stdout.splitlines()[-1])
    assert summary["limitations"], ("what was refused is not told", summary)


def locked_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmLck:")[2].split()[0])


def nothing_of_its_audio_thread_can_be_pushed_out(system):
    """Whatever can leave the process does; the same with nothing locked shows that it does. Of a file that both have mapped
    only the mappings can go, which costs a minor fault."""
    if os.geteuid() != 0:
        raise Missing("pushing pages out of a process needs root")
    stage = system.launch(system.place.stage, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if not json.loads(stage.stdout.readline())["swap"]:
        raise Missing("there is nowhere for what is in no file to go: no swap")
    system.start(64)
    programs = [watch(system, "--for", "6s", "--json", *lock) for lock in ([], ["--no-lock"])]
    assert wait_for(lambda: locked_kib(programs[0].pid) > 0), "it locked nothing"
    time.sleep(0.5)
    evict = [system.place.binaries / "holdfast", "evict", "--what", "all", "--every", "500ms", "--for", "2s", "--pid"]
    for process in [system.launch(*evict, program.pid) for program in programs]:
        assert process.wait(60) in (0, 1), process.args
    locked, unlocked = [json.loads(program.communicate(timeout=60)[0].splitlines()[-1]) for program in programs]
    assert unlocked["own_major_faults"] > 0, ("nothing was pushed out", unlocked)
    assert (locked["own_major_faults"], locked["own_minor_faults"]) == (0, 0), locked


CONTRACT = (a_normal_run_loses_nothing_by_mistake, a_client_that_sleeps_is_counted_exactly,
            a_stopped_client_is_counted_exactly, a_late_server_is_told_from_a_late_client,
            a_server_that_comes_back_begins_an_epoch, a_server_that_stays_away_is_told,
            without_a_server_it_says_what_to_do, a_normal_user_gets_what_the_system_gives,
            nothing_of_its_audio_thread_can_be_pushed_out)


def run_check(check, make_system, build):
    """"ok", "SKIP reason" or "FAILED why"."""
    with tempfile.TemporaryDirectory(prefix="holdfast-contract-") as directory:
        system = make_system(Place(build, directory))
        try:
            check(system)
            return "ok"
        except Missing as missing:
            return f"SKIP {missing}"
        except Exception as failure:  # one check must not hide the others
            return f"FAILED {type(failure).__name__}: {str(failure)[:1500]}"
        finally:
            system.end()


def run_and_repeat(check, make_system, build):
    """A failure counts unless the check then holds twice in a row."""
    first = run_check(check, make_system, build)
    if not first.startswith("FAILED"):
        return first
    again = [run_check(check, make_system, build) for _ in range(2)]
    failed = [result for result in again if result.startswith("FAILED")]
    return failed[0] if failed else f"ok     held twice when repeated, at first {first}"


def main():
    build, name = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    part = sys.argv[3] if len(sys.argv) > 3 else ""
    make_system = getattr(importlib.import_module(f"sound_systems.{name}"), name.capitalize())
    results = []
    for check in [*CONTRACT, *getattr(make_system, "own_checks", ())]:
        if part not in check.__name__:
            continue
        begin = time.monotonic()
        results.append(run_and_repeat(check, make_system, build))
        print(f"{results[-1].split()[0]:6} {name}: {check.__name__} ({time.monotonic() - begin:.1f} s)"
              f"{results[-1][len(results[-1].split()[0]):]}", flush=True)
    if any(result.startswith("FAILED") for result in results):
        return 1
    return SKIPPED if results and all(result.startswith("SKIP") for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
