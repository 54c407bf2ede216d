#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast doctor` as root and as an ordinary user, with limits wide and tight: what it says was
refused is refused, what it says was granted is granted, and it leaves nothing behind.

Usage: doctor_test.py BINARY_DIRECTORY. Exit code 77 where nothing can be tested; single checks say SKIP
with the reason. Nothing here depends on how fast the machine is, except that the self-test may find
glitches, which is allowed.
"""
import getpass
import json
import os
import pathlib
import pty
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time

from script import NOBODY, Skip, run_checks

GROUPS = ["lock", "schedule", "memory", "observe", "audio", "machine"]
MEBIBYTE = 1 << 20
LIMITS_FILE = "/etc/security/limits.d/95-holdfast-audio.conf"


def run(place, *arguments, user=0, memlock=None, rtprio=None, processes=None, capability=None,
        **options):
    """`user`: who runs it, and with which capability; only root can choose. `memlock`: KiB. Limits are
    soft and hard."""
    limits = [(resource.RLIMIT_MEMLOCK, None if memlock is None else memlock * 1024),
              (resource.RLIMIT_RTPRIO, rtprio), (resource.RLIMIT_NPROC, processes)]
    limits = [(kind, value) for kind, value in limits if value is not None]
    for kind, value in limits:
        soft, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or hard >= value:
            continue
        try:  # takes CAP_SYS_RESOURCE
            resource.setrlimit(kind, (soft, value))
        except (ValueError, PermissionError):
            raise Skip(f"a limit cannot be raised from {hard} to {value} here") from None

    def prepare():
        for kind, value in limits:
            resource.setrlimit(kind, (value, value))

    command = [place["program"], "doctor", *arguments]
    if user != 0:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups",
                   *([f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"] if capability else []),
                   *command]
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command, timeout=60, check=False, text=True, preexec_fn=prepare,
                          cwd=place["directory"], **options)


def findings(place, *arguments, expected=(0, 1), **options):
    result = run(place, "--json", *arguments, **options)
    assert result.returncode in expected, (result.returncode, result.stderr)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(line["schema"] == "holdfast.doctor/1" for line in lines), lines
    assert lines[-1]["event"] == "summary", lines[-1]
    found = {(line["group"], line["name"]): line for line in lines[:-1]}
    assert len(found) == len(lines) - 1, "a finding came twice"
    failed = [line for line in found.values() if line["status"] == "FAIL"]
    assert result.returncode == (1 if failed else 0), (result.returncode, failed)
    assert lines[-1]["failed"] == len(failed)
    return found


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root to become other users")


def every_finding_has_evidence(place):
    found = findings(place, "--for", "0")
    assert [group for i, (group, _) in enumerate(found) if i == 0 or list(found)[i - 1][0] != group] == GROUPS
    for finding in found.values():
        assert finding["evidence"], finding
        assert finding["status"] in ("PASS", "WARN", "FAIL", "UNKNOWN"), finding
        if finding["status"] in ("WARN", "FAIL"):
            assert finding["effect"] and finding["fix"], finding
        if finding["status"] == "PASS":
            assert not finding["effect"] and not finding["fix"], finding


def a_tight_limit_is_found_by_trying(place):
    need_root()
    tight = findings(place, "--for", "0", user=NOBODY, memlock=64)
    assert "one page: ok" in tight["lock", "audio thread"]["evidence"]
    assert tight["lock", "audio thread"]["status"] == "FAIL"
    assert tight["lock", "everything"]["status"] == "FAIL"
    assert "the limit is 64.0 KiB" in tight["lock", "everything"]["evidence"]
    assert tight["lock", "everything"]["remedy"] == "limits"
    none = findings(place, "--for", "0", user=NOBODY, memlock=0)
    assert "one page: refused" in none["lock", "audio thread"]["evidence"]
    usual = findings(place, "--for", "0", user=NOBODY, memlock=8192)["lock", "audio thread"]
    assert "(2." in usual["evidence"] and usual["status"] in ("PASS", "WARN"), usual


def the_right_to_lock_knows_no_limit(place):
    need_root()
    able = findings(place, "--for", "0", user=NOBODY, memlock=64, capability="ipc_lock")
    for name in ("audio thread", "everything", "new thread"):
        assert able["lock", name]["status"] == "PASS", able["lock", name]
        assert "no limit" in able["lock", name]["evidence"], able["lock", name]


def a_wide_limit_is_found_by_trying(place):
    need_root()
    wide = findings(place, "--for", "0", user=NOBODY, memlock=512 * 1024)
    for name in ("audio thread", "everything", "new thread"):
        assert wide["lock", name]["status"] == "PASS", wide["lock", name]


def the_trap_of_the_future_lock_is_found(place):
    """Enough for all there is, too little for another stack of 8 MiB beside it."""
    need_root()
    address_space = findings(place, "--for", "0", user=NOBODY)["lock", "everything"]["evidence"]
    everything = float(re.search(r"does \(([\d.]+) MiB\)", address_space).group(1))
    found = findings(place, "--for", "0", user=NOBODY, memlock=int((everything + 4) * 1024))
    assert found["lock", "everything"]["status"] == "PASS", found["lock", "everything"]
    assert found["lock", "new thread"]["status"] == "FAIL", found["lock", "new thread"]


def real_time_priority_is_tried(place):
    need_root()
    refused = findings(place, "--for", "0", user=NOBODY, rtprio=0)["schedule", "real-time"]
    assert refused["status"] == "FAIL" and refused["needs_login"], refused
    able = findings(place, "--for", "0", user=NOBODY, rtprio=0, capability="sys_nice")
    if findings(place, "--for", "0")["schedule", "real-time"]["status"] == "PASS":
        assert able["schedule", "real-time"]["status"] == "PASS", able["schedule", "real-time"]
        assert able["schedule", "nice"]["status"] == "PASS", able["schedule", "nice"]


def a_limit_of_priority_is_tried(place):
    need_root()
    some = findings(place, "--for", "0", user=NOBODY, rtprio=20)["schedule", "real-time"]
    assert some["status"] == "WARN" and "20, which was granted" in some["evidence"], some
    enough = findings(place, "--for", "0", user=NOBODY, rtprio=95)["schedule", "real-time"]
    assert enough["status"] == "PASS", enough


def what_cannot_be_started_is_unknown(place):
    """No process and no thread more for this user: nothing can be tried, and nothing dies of it."""
    need_root()
    found = findings(place, "--for", "0", user=NOBODY, processes=1)
    if ("lock", "everything") in found and found["lock", "everything"]["status"] != "UNKNOWN":
        raise Skip("a limit of processes does not hold here")
    assert found["schedule", "real-time"]["status"] == "UNKNOWN", found["schedule", "real-time"]
    assert found["observe", "page faults"]["status"] == "UNKNOWN", found["observe", "page faults"]


def nothing_passes_without_evidence(place):
    found = findings(place, "--for", "0")
    if not list(pathlib.Path("/sys/devices/system/cpu").glob("cpu*/cpufreq")):
        assert found["machine", "governor"]["status"] == "UNKNOWN"
    if len(pathlib.Path("/proc/swaps").read_text().splitlines()) == 1:
        assert "code and constants are dropped" in found["memory", "swap"]["evidence"]


def what_can_be_observed_is_tried(place):
    faults = findings(place, "--for", "0")["observe", "page faults"]
    assert faults["status"] in ("PASS", "WARN"), faults
    if faults["status"] == "PASS":
        assert "touched 8 fresh pages, 8 faults were seen" in faults["evidence"], faults
    need_root()
    level = pathlib.Path("/proc/sys/kernel/perf_event_paranoid")
    if faults["status"] == "PASS" and level.exists() and int(level.read_text()) <= 2:
        user = findings(place, "--for", "0", user=NOBODY)["observe", "page faults"]
        assert user["status"] == "PASS" and "not of those in kernel mode" in user["evidence"], user


def the_self_test_runs_and_can_be_left_out(place):
    found = findings(place, "--for", "500ms")
    wakes = found["self-test", "wake-ups"]
    assert re.match(r"\d{3} blocks of 1333 us", wakes["evidence"]), wakes
    assert ("self-test", "own faults") in found
    assert not [group for group, _ in findings(place, "--for", "0") if group == "self-test"]


def nothing_stays_behind(place):
    """No file, no process: its children end with it, also when it is killed."""
    before = set(os.listdir(place["directory"]))
    for kill in (False, True):
        with subprocess.Popen([place["program"], "doctor", "--for", "0" if not kill else "1min"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1,
                              cwd=place["directory"], start_new_session=True) as process:
            if kill:
                process.stdout.readline()
                process.kill()
            process.communicate(timeout=60)
        for _ in range(100):  # a process that was killed takes its moment to go
            left = subprocess.run(["ps", "-s", str(process.pid), "-o", "pid=,comm="], check=False, text=True,
                                  capture_output=True).stdout
            if not left.strip():
                break
            time.sleep(0.1)
        assert not left.strip(), left
        assert set(os.listdir(place["directory"])) == before


def text_fits_a_terminal_and_holds_no_names(place):
    text = run(place, "--for", "0").stdout
    assert all(len(line) <= 79 for line in text.splitlines()), text
    pasted = run(place, "--for", "0", "--paste").stdout
    names = {socket.gethostname().split(".")[0], getpass.getuser()} - {"root", "localhost", ""}
    for name in (name for name in names if len(name) > 2):
        assert not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", pasted, re.I), name
    assert place["directory"] not in pasted
    assert "lock, audio thread:" in pasted and "Fix:" not in pasted


def bad_usage_is_told_in_one_line(place):
    for arguments in (["--for", "x"], ["--for", "-1s"], ["--for", "2h"], ["--fix", "nonsense"], ["--yes"],
                      ["--json", "--fix"], ["--json", "--paste"], ["--paste", "--fix"], ["--color", "x"],
                      ["extra"]):
        result = run(place, *arguments)
        assert result.returncode == 2, (arguments, result.returncode, result.stderr)
        assert len(result.stderr.splitlines()) == 1, (arguments, result.stderr)
        assert result.stderr.startswith("holdfast"), result.stderr


def a_closed_or_full_stdout_is_told(place):
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = run(place, "--for", "0", stdout=write_end)
    os.close(write_end)
    assert result.returncode in (0, 1) and "nobody reads" in result.stderr, result.stderr
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = run(place, "--for", "0", stdout=full)
    assert result.returncode == 3, result.returncode
    assert "cannot write to stdout" in result.stderr, result.stderr


def fixing_needs_root_and_says_how(place):
    need_root()
    result = run(place, "--fix", "limits", "--yes", user=NOBODY)
    if "nothing to change" in result.stdout:
        raise Skip("the limits are set on this machine")
    assert result.returncode == 3, (result.returncode, result.stderr)
    assert f"write the file {LIMITS_FILE}" in result.stdout
    assert "sudo holdfast doctor --fix limits" in result.stderr
    assert not os.path.exists(LIMITS_FILE)


IN_NAMESPACE = r"""
set -e
mount -t tmpfs none /etc/security/limits.d
cd /
fix() { "$1" doctor --fix limits $2 </dev/null; }
echo "== ask"; fix "$0" "" && exit 91; ls /etc/security/limits.d
echo "== do"; fix "$0" --yes; cat /etc/security/limits.d/*; stat -c %a /etc/security/limits.d/*
echo "== again"; fix "$0" --yes
echo "== foreign"; echo "# mine" > /etc/security/limits.d/95-holdfast-audio.conf
fix "$0" --yes && exit 92; cat /etc/security/limits.d/*
echo "== link"; rm /etc/security/limits.d/*; ln -s /tmp/nowhere-holdfast /etc/security/limits.d/95-holdfast-audio.conf
fix "$0" --yes && exit 93
test ! -e /tmp/nowhere-holdfast
echo "== end"
"""


def a_fix_is_shown_asked_for_and_done(place):
    need_root()
    if not os.path.isdir("/etc/security/limits.d"):
        raise Skip("there is no /etc/security/limits.d")
    result = subprocess.run(["unshare", "-m", "sh", "-c", "umask 077; " + IN_NAMESPACE, place["program"]],
                            timeout=60, check=False, text=True, capture_output=True)
    if "unshare failed" in result.stderr or "mount:" in result.stderr:
        raise Skip("no mount namespace can be made here")
    assert result.returncode == 0, (result.returncode, result.stdout, result.stderr)
    parts = dict(part.split("\n", 1) for part in re.split(r"^== ", result.stdout, flags=re.M)[1:])
    assert "write the file" in parts["ask"] and parts["ask"].count("95-holdfast") == 1, parts["ask"]
    assert "confirm with --yes" in result.stderr
    assert "@audio - memlock unlimited" in parts["do"] and "Done." in parts["do"], parts["do"]
    assert f"sudo rm {LIMITS_FILE}" in parts["do"] and parts["do"].endswith("644\n"), parts["do"]
    assert "nothing to change" in parts["again"], parts["again"]
    assert parts["foreign"] == "# mine\n", parts["foreign"]
    assert "was not written by holdfast doctor" in result.stderr
    assert not os.path.exists(LIMITS_FILE), "it left the namespace"


def the_answer_no_changes_nothing(place):
    """Asked on a terminal: 'n' and the end of input are both no."""
    need_root()
    if os.path.exists(LIMITS_FILE):
        raise Skip("the limits are set on this machine")
    for answer in (b"n\n", b"\x04"):
        controller, terminal = pty.openpty()
        os.write(controller, answer)
        result = run(place, "--fix", "limits", stdin=terminal)
        os.close(controller)
        os.close(terminal)
        assert result.returncode == 2, (result.returncode, result.stderr)
        assert "Change this? [y/N]" in result.stderr and "nothing was changed" in result.stderr
        assert not os.path.exists(LIMITS_FILE)


CHECKS = (every_finding_has_evidence, a_tight_limit_is_found_by_trying, a_wide_limit_is_found_by_trying,
          the_right_to_lock_knows_no_limit, the_trap_of_the_future_lock_is_found,
          real_time_priority_is_tried, a_limit_of_priority_is_tried,
          what_cannot_be_started_is_unknown, nothing_passes_without_evidence, what_can_be_observed_is_tried,
          the_self_test_runs_and_can_be_left_out, nothing_stays_behind,
          text_fits_a_terminal_and_holds_no_names, bad_usage_is_told_in_one_line,
          a_closed_or_full_stdout_is_told, fixing_needs_root_and_says_how,
          a_fix_is_shown_asked_for_and_done, the_answer_no_changes_nothing)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve() / "holdfast")
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        place = {"program": program, "directory": directory}
        return run_checks(CHECKS, lambda check: check(place))


if __name__ == "__main__":
    sys.exit(main())
