# SPDX-License-Identifier: MIT
"""What the scripts here share: how checks are run one after the other, and who nobody is.

A check is a function whose name is a sentence. It raises AssertionError when the sentence is not
true, and Skip, or returns the reason, where this machine or user cannot tell.
"""
import os
import resource
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


def refused_in_one_line(result, program, code, words):
    """A run (text=True) that must have ended with `code` and one line on stderr that holds `words`."""
    lines = result.stderr.splitlines()
    assert result.returncode == code and words in result.stderr, (result.args, result)
    assert len(lines) == 1 and lines[0].startswith(f"{program}: "), lines
