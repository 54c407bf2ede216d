# SPDX-License-Identifier: MIT
"""What the scripts here share: how checks are run one after the other, who nobody is, and what of the machine is put back even when the script is killed.

A check is a function whose name is a sentence. It raises AssertionError when the sentence is not
true, and Skip, or returns the reason, where this machine or user cannot tell.
"""
import contextlib
import os
import resource
import subprocess
import time

NOBODY = 65534


class Skip(Exception):
    """Why a check cannot be done here."""


def become_nobody(lock_limit=None):
    """For preexec_fn: a normal user without groups, as root alone can become; with a limit in bytes
    of what may be locked."""
    if lock_limit is not None:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (lock_limit, lock_limit))
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def run_checks(checks, call, wanted=""):
    """Calls call(check) for each check whose name contains `wanted`, and prints a line about it. The
    exit code: 1 when one failed."""
    failures = 0
    for check in (check for check in checks if wanted in check.__name__):
        began = time.monotonic()
        try:
            reason = call(check)
            outcome, words = ("SKIP", f"-- {reason}") if reason else ("ok  ", f"({time.monotonic() - began:.1f} s)")
        except Skip as reason:
            outcome, words = "SKIP", f"-- {reason}"
        except Exception as failure:  # pylint: disable=broad-except  # the other checks still tell something
            failures += 1
            outcome, words = "FAIL", f"-- {failure!r}"[:3000]
        print(outcome, check.__name__, words, flush=True)
    return 1 if failures else 0


@contextlib.contextmanager
def undone_later(action, undoing, *arguments):
    """A shell does `action`, and `undoing` at the end or, its input ends then, when this script is killed. Both are shell
    commands that find `arguments` in $1, $2 ... Raises Skip when the first fails."""
    text = f"trap '' INT TERM HUP; {action} || exit; echo done; read -r _; {undoing}"
    guard = subprocess.Popen(["sh", "-c", text, "sh", *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, start_new_session=True)
    if guard.stdout.readline() != "done\n":
        raise Skip(f"{action}: {guard.communicate()[1].strip()}")
    try:
        yield
    finally:
        _, trouble = guard.communicate()
        assert guard.returncode == 0, f"{undoing}: {trouble}"


def disk_image(image, mebibytes):
    """Makes a file of this size a file system."""
    with open(image, "wb") as file:
        file.truncate(mebibytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=True)


def mounted_disk(source, place, kind="ext4", options="loop"):
    """For `with`: until its end `source` is mounted at `place`."""
    return undone_later('mount -t "$3" -o "$4" "$1" "$2"', 'umount "$2" || umount -l "$2"', source, place, kind, options)


def frozen_disk(place):
    """For `with`: until its end whoever writes there waits."""
    return undone_later('fsfreeze -f "$1"', 'fsfreeze -u "$1"', place)


def refused_in_one_line(result, program, code, words):
    """A run (text=True) that must have ended with `code` and one line on stderr that holds `words`."""
    lines = result.stderr.splitlines()
    assert result.returncode == code and words in result.stderr, (result.args, result)
    assert len(lines) == 1 and lines[0].startswith(f"{program}: "), lines
