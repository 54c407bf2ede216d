#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast send` as a program, against a server on loopback: consent, what is sent, every answer a collector can
give, the queue under kills, quota, full disks and wrong clocks.

Usage: send_test.py BINARY_DIRECTORY SESSION_TRACES [NAME_PART]. HF_SEND_KILLS: kills, 10 by default.
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from report_server import ReportServer  # noqa: E402

KILLS = int(os.environ.get("HF_SEND_KILLS", "10"))


class User:
    """Somebody with a home of his own, and sessions to report."""

    def __init__(self, place, name="home"):
        self.place = place
        self.home = place["folder"] / name
        self.home.mkdir()
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "NO_PROXY": "*"}

    def command(self, *arguments):
        return [self.place["holdfast"], "send", *map(str, arguments)]

    def send(self, *arguments, expect=0):
        result = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120, check=False,
                                env=self.environment, stdin=subprocess.DEVNULL)
        assert expect is None or result.returncode == expect, (arguments, result)
        return result

    def objects(self, *arguments, expect=0):
        return [json.loads(line) for line in self.send(*arguments, "--json", expect=expect).stdout.splitlines()]

    def status(self):
        return self.objects()[0]

    def agree(self, url, consent="detail"):
        self.send("--consent", consent, "--to", url, "--token", "secret")

    def traces(self, count, glitchy_each=1, hours_ago=0, folder="traces"):
        where = self.home / folder
        where.mkdir()
        subprocess.run([self.place["session_traces"], where, str(count), str(glitchy_each), str(hours_ago)], check=True)
        return sorted(where.glob("*.hft"), key=lambda path: int(path.stem))

    def files(self):
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*")
                      if path.is_file() and path.suffix != ".hft")

    def queue(self):
        return self.home / ".local/state/holdfast/reports"


def check_nothing_is_written_before_the_user_agrees(place):
    user = User(place)
    trace = user.traces(1)[0]
    assert user.status()["consent"] == "off"
    shown = user.send("--show", trace)
    assert json.loads(shown.stdout)["consent"] == "basic" and "Nothing is kept" in shown.stderr
    refused = user.send(trace, expect=2)
    assert "--consent basic" in refused.stderr and refused.stderr.count("\n") == 1, refused
    user.send("--now")
    user.send("--delete")
    assert "http" in user.send("--consent", "basic", "--to", "ftp://x", expect=2).stderr
    assert not (user.home / ".local").exists() and user.files() == []


def check_what_is_shown_is_what_is_sent(place):
    user = User(place)
    server = ReportServer()
    glitchy, clean = user.traces(2, 2)
    for consent in ("detail", "basic"):
        user.agree(server.url, consent)
        shown = user.send("--show", glitchy, clean).stdout.splitlines()
        user.send(glitchy, clean)
        assert user.objects("--now")[0]["delivered"] == 2
        assert sorted(server.requests[-1]["texts"]) == sorted(shown)
        for report in server.requests[-1]["reports"]:
            assert ("hist" in json.dumps(report["glitches"])) == (consent == "detail" and bool(report["glitches"]))
        server.stored.clear()
    headers = server.requests[-1]["headers"]
    assert headers["Authorization"] == "Bearer secret" and headers["Content-Encoding"] == "gzip", headers
    assert server.requests[-1]["path"] == "/v1/reports"


def check_a_session_that_is_sent_twice_has_one_id(place):
    user = User(place)
    server = ReportServer()
    user.agree(server.url)
    trace = user.traces(1)[0]
    assert [user.objects(trace)[0]["status"] for _ in range(2)] == ["queued", "already queued"]
    user.send("--now")
    user.send(trace)
    assert user.objects("--now")[0]["delivered"] == 1
    assert len(server.requests) == 2 and len(server.stored) == 1


def check_every_answer_of_a_collector(place):
    user = User(place)
    mode = {}
    server = ReportServer(lambda request: mode["answer"](request))
    user.agree(server.url)
    traces = iter(user.traces(40))

    def each(status, why=""):
        return lambda request: (200, {}, "".join(
            json.dumps({"id": report["report_id"], "status": status, "why": why}) + "\n"
            for report in request["reports"]).encode())

    def whole(status, headers=None, body=b"no"):
        return lambda request: (status, headers or {}, body)

    def after(answer, expect=None):
        mode["answer"] = answer
        user.send(next(traces))
        return user.objects("--now", expect=expect)[0]

    assert after(each("stored"), 0)["delivered"] == 1
    assert after(each("duplicate"), 0)["delivered"] == 1
    result = after(each("refused", "cells.rows: twice"), 1)
    assert (result["refused"], result["waiting"]) == (1, 0), result
    assert user.status()["last_refused"] == "cells.rows: twice" and user.status()["given_up"]["refused"] == 1
    for status in (408, 429, 500, 503, 301, 401, 403, 404):
        result = after(whole(status), 3)
        assert result["refused"] == 0 and str(status) in result["trouble"], (status, result)
    for answer in (lambda request: None, whole(200), whole(200, body=b"<html>"), each("later")):
        assert after(answer, 3)["refused"] == 0
    waiting = user.status()["waiting"]
    assert waiting == 12, waiting
    asked = time.time()
    after(whole(503, {"Retry-After": "5000"}), 3)
    pause = json.loads((user.queue() / "pause").read_text())
    assert pause["until_s"] >= int(asked) + 5000, pause  # whole seconds
    assert user.objects("--when-due")[0]["too_early"] is True
    mode["answer"] = server.store
    assert user.objects("--now")[0]["delivered"] == waiting + 1, "--now does not wait"
    assert max(int(request["headers"]["Holdfast-Tries"]) for request in server.requests) >= 12
    assert json.loads((user.queue() / "pause").read_text())["until_s"] == 0


def check_one_bad_report_is_found_among_many(place):
    user = User(place)
    bad = []

    def refuse_whole(request):
        if bad[0] in [report["report_id"] for report in request["reports"]]:
            return 400, {}, b"bad request"
        return server.store(request)

    server = ReportServer(refuse_whole)
    user.agree(server.url)
    bad.append([line["report_id"] for line in user.objects(*user.traces(21))][13])
    result = user.objects("--now", expect=1)[0]
    assert (result["delivered"], result["refused"], result["waiting"]) == (20, 1, 0), result


def check_a_collector_without_gzip(place):
    user = User(place)
    server = ReportServer(lambda request: (415, {}, b"") if "Content-Encoding" in request["headers"]
                          else server.store(request))
    user.agree(server.url)
    user.send(*user.traces(3))
    assert user.objects("--now")[0]["delivered"] == 3


def check_clean_sessions_stand_for_others_as_the_collector_asks(place):
    user = User(place)
    server = ReportServer(lambda request: (200, {}, server.store(request)[2] + b'{"clean_weight":4}\n'))
    user.agree(server.url)
    traces = user.traces(81, 81)
    user.send(traces[0])
    user.send("--now")
    states = [line["status"] for line in user.objects(*traces[1:])]
    queued = states.count("queued")
    assert queued + states.count("not sampled") == 80 and 5 <= queued <= 40, states
    user.send("--now")
    weights = sorted(json.loads(text)["sample_weight"] for text in server.stored.values())
    assert weights == [1] + [4] * queued, weights


def check_old_clean_sessions_give_way_and_are_counted(place):
    user = User(place)
    server = ReportServer()
    user.agree("http://127.0.0.1:9")
    created = [line["report_id"] for line in user.objects(*user.traces(150, 10**6), *user.traces(80, folder="bad"))]
    status = user.status()
    assert status["waiting"] == 200 and status["given_up"]["quota"] == 30, status
    user.send("--now", "--to", server.url)
    assert len(server.stored) == 200 and set(server.stored) <= set(created)
    clean = [text for text in server.stored.values() if json.loads(text)["exposure"]["glitches"] == 0]
    assert len(clean) == 119, "all 81 with glitches are there"
    assert "quota=30" in server.requests[0]["headers"]["Holdfast-Dropped"]
    assert max(len(request["reports"]) for request in server.requests) <= 50


def check_a_withdrawal_empties_the_queue_and_asks_for_deletion(place):
    user = User(place)
    server = ReportServer()
    user.agree(server.url)
    traces = user.traces(4)
    user.send(*traces[:2])
    user.send("--now")
    install = next(iter(json.loads(text)["install"] for text in server.stored.values()))
    user.send(*traces[2:])
    assert user.objects("--consent", "off")[0]["reports_deleted"] == 2
    assert not [name for name in user.files() if "glitched" in name]
    server.requests.clear()
    assert user.objects("--now")[0]["delivered"] == 1
    [[deletion]] = [request["reports"] for request in server.requests]
    assert deletion["kind"] == "deletion" and deletion["install"] == install, deletion
    user.send(traces[0], expect=2)
    user.agree(server.url)
    user.send(traces[0])
    user.send("--now")
    assert server.requests[-1]["reports"][0]["install"] != install


def check_a_withdrawal_that_was_killed_is_finished(place):
    if not shutil.which("strace"):
        return "strace is not installed"
    user = User(place)
    server = ReportServer()
    user.agree(server.url)
    user.send(*user.traces(3))
    calls = calls_of(user, "--consent", "off")
    for each in range(5):
        user.agree(server.url)
        user.send(*user.traces(2, folder=f"more{each}"))
        install = re.search(r"^install (\w+)", (user.home / ".config/holdfast/reports.conf").read_text(), re.M).group(1)
        killed_at(user, calls[len(calls) * (each + 1) // 6], "--consent", "off")
        user.send("--consent", "off")
        user.send("--now")
        last = [report for request in server.requests for report in request["reports"]]
        assert [report["kind"] for report in last if report["install"] == install] == ["deletion"], last
        assert user.status()["waiting"] == 0
    return None


def check_less_consent_takes_back_what_waits(place):
    user = User(place)
    user.agree("http://127.0.0.1:9")
    user.send(*user.traces(2))
    user.send("--consent", "basic")
    assert user.status()["waiting"] == 0 and user.status()["given_up"]["withdrawn"] == 2


def check_clocks_that_are_a_year_off(place):
    user = User(place)
    server = ReportServer()
    user.agree("http://127.0.0.1:9")
    user.send(*user.traces(3))
    for index, path in enumerate(sorted((user.queue() / "waiting").iterdir())):
        hour, rest = path.name.split("-", 1)
        path.rename(path.with_name(f"{int(hour) + (-8766, 0, 8766)[index]}-{rest}"))
    user.queue().joinpath("pause").write_text(json.dumps({"failures": 3, "until_s": int(time.time()) + 31_000_000},
                                                         separators=(",", ":")))
    assert user.objects("--when-due", "--to", server.url)[0]["delivered"] == 3, "a wrong clock loses nothing"
    user.send(user.traces(1, folder="more")[0])
    [path] = (user.queue() / "waiting").iterdir()
    hour, rest = path.name.split("-", 1)
    path.rename(path.with_name(f"{int(hour) - 800}-{rest}"))
    user.send("--now", "--to", "http://127.0.0.1:9", expect=3)
    assert user.status()["given_up"]["age"] == 1 and user.status()["waiting"] == 0


def check_two_processes_share_a_queue(place):
    user = User(place)
    server = ReportServer()
    user.agree(server.url)
    traces = user.traces(60)
    jobs = [user.command(*traces[i:i + 10]) for i in range(0, 60, 10)] + [user.command("--now")] * 6
    random.Random(5).shuffle(jobs)
    running = [subprocess.Popen(job, env=user.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
               for job in jobs]
    for process in running:
        error = process.communicate(timeout=120)[1]
        assert process.returncode == 0, error
    user.send("--now")
    assert len(server.stored) == 60 and set(server.times.values()) == {1}, server.times
    assert user.status()["waiting"] == 0


def check_no_place_to_keep_anything(place):
    user = User(place)
    trace = user.traces(1)[0]
    user.environment.pop("HOME")
    assert "HOME" in user.send(trace, expect=3).stderr
    user.environment["HOME"] = "/proc/self"
    result = user.send("--consent", "basic", expect=3)
    assert result.stderr.count("\n") == 1, result


def check_a_full_disk_loses_nothing_that_was_kept(place):
    if os.geteuid() != 0:
        return "needs root to mount a small disk"
    user = User(place)
    server = ReportServer()
    traces = user.traces(120)
    script = r"""
        mount -t tmpfs -o size=256k tmpfs "$HOME/.local" || exit 77
        "$0" send --consent basic --to "$1" >/dev/null || exit 1
        shift; url=$1; shift
        for trace in "$@"; do "$0" send "$trace" --json 2>>"$HOME/refusals"; echo "exit $?"; done
        "$0" send --now --to "$url" --json
    """
    (user.home / ".local").mkdir()
    run = subprocess.run(["unshare", "--mount", "sh", "-c", script, place["holdfast"], server.url, server.url,
                          *map(str, traces)], capture_output=True, text=True, env=user.environment, timeout=120, check=False)
    if run.returncode == 77 or "unshare" in run.stderr:
        return "cannot mount here"
    kept = set(re.findall(r'"report_id":"([^"]*)"', run.stdout))
    exits = re.findall(r"^exit (\d)$", run.stdout, re.M)
    assert exits.count("0") == len(kept) and exits.count("3") == len(traces) - len(kept) > 0, run
    assert len(kept) > 5 and set(server.stored) == kept, (len(kept), len(server.stored), run.stderr)
    assert "No space left" in (user.home / "refusals").read_text()
    return None


def check_our_own_collector_takes_what_we_send(place):
    holdfast = place["holdfast"]
    commands = subprocess.run([holdfast, "--help"], capture_output=True, text=True, check=True).stdout
    if not re.search(r"^  collect ", commands, re.M):
        return "this build has no collector"
    store = place["folder"] / "reports.db"
    made = subprocess.run([holdfast, "collect", "--store", store, "--add-app", "holdfast"], capture_output=True, text=True,
                          check=True)
    collector = subprocess.Popen([holdfast, "collect", "--store", store, "--listen", "127.0.0.1:0", "--dashboard", "none",
                                  "--json"], stdout=subprocess.PIPE, text=True)
    try:
        url = json.loads(collector.stdout.readline())["reports"].removesuffix("/v1/reports")
        user = User(place)
        user.send("--consent", "detail", "--to", url, "--token", made.stdout.split()[-1])
        traces = user.traces(60, 3)
        user.send(*traces)
        assert user.objects("--now")[0]["delivered"] == 60
        user.send("--consent", "basic")
        user.send(*user.traces(3, folder="more"))
        assert user.objects("--now")[0]["delivered"] == 3
        user.send("--delete")
        assert user.objects("--now")[0]["delivered"] == 1
    finally:
        collector.terminate()
        end = json.loads(collector.communicate(timeout=60)[0].splitlines()[-1])
    assert (end["stored"], end["refused"]) == (64, 0), end
    return None


def calls_of(user, *arguments):
    """The system calls of a run from where it reads its settings: [(name, which one of that name)]."""
    log = user.home / "calls"
    subprocess.run(["strace", "-qq", "-o", log, *user.command(*arguments)], env=user.environment, check=False,
                   capture_output=True, timeout=60)
    counts, calls, is_begun = {}, [], False
    for line in log.read_text(errors="replace").splitlines():
        name = line.split("(", 1)[0]
        counts[name] = counts.get(name, 0) + 1
        is_begun = is_begun or "reports.conf" in line
        if is_begun and name.isidentifier():
            calls.append((name, counts[name]))
    return calls


def killed_at(user, call, *arguments):
    """Runs it and kills it as it enters that call. True when it was killed."""
    name, which = call
    run = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
                          f"inject={name}:signal=KILL:when={which}", *user.command(*arguments)],
                         env=user.environment, check=False, capture_output=True, timeout=60)
    return run.returncode in (-9, 137)


def check_kills_at_random_system_calls_lose_and_double_nothing(place):
    if not shutil.which("strace"):
        return "strace is not installed"
    user = User(place)
    chance = random.Random(int(os.environ.get("HF_SEND_SEED", "1")))
    # Every fourth answer is lost on its way back.
    server = ReportServer(lambda request: (server.store(request), None)[1] if chance.random() < 0.25
                          else server.store(request))
    user.agree(server.url)
    full = 200
    traces = iter(user.traces(full + 1 + 20 * KILLS, 3))
    created = [line["report_id"] for line in user.objects(*[next(traces) for _ in range(full)])]
    kills = tries = 0
    trial = next(traces)
    calls = calls_of(user, trial)
    created.append(user.objects(trial)[0]["report_id"])
    while kills < KILLS:
        tries += 1
        assert tries < 20 * KILLS, f"{kills} kills of {KILLS}"
        if kills >= KILLS // 2 and tries % 3:
            if user.status()["waiting"] == 0:
                created += [line["report_id"] for line in user.objects(*[next(traces) for _ in range(3)])]
            kills += killed_at(user, chance.choice(calls_of(user, "--now")), "--now")
            continue
        trace = next(traces)  # while the queue is full, another one has to go
        kills += killed_at(user, chance.choice(calls), trace)
        created.append(user.objects(trace)[0]["report_id"])
    for _ in range(50):
        if user.send("--now", expect=None).returncode == 0 and user.status()["waiting"] == 0:
            break
    status = user.status()
    given_up = len(set(created)) - len(server.stored)
    assert status["waiting"] == 0 and set(server.stored) <= set(created), status
    assert status["given_up"] == {"quota": given_up, "age": 0, "refused": 0, "withdrawn": 0}, (given_up, status)
    left = [name for name in user.files() if "/waiting/" in name or "/sending/" in name]
    assert not left, left
    print(f"     {kills} kills, {len(set(created))} created, {len(server.stored)} delivered, {given_up} given up; "
          f"{sum(server.times.values())} arrivals")
    return None


CHECKS = [check_nothing_is_written_before_the_user_agrees, check_what_is_shown_is_what_is_sent,
          check_a_session_that_is_sent_twice_has_one_id, check_every_answer_of_a_collector,
          check_one_bad_report_is_found_among_many, check_a_collector_without_gzip,
          check_clean_sessions_stand_for_others_as_the_collector_asks,
          check_old_clean_sessions_give_way_and_are_counted,
          check_a_withdrawal_empties_the_queue_and_asks_for_deletion,
          check_a_withdrawal_that_was_killed_is_finished,
          check_less_consent_takes_back_what_waits,
          check_clocks_that_are_a_year_off, check_two_processes_share_a_queue, check_no_place_to_keep_anything,
          check_a_full_disk_loses_nothing_that_was_kept, check_our_own_collector_takes_what_we_send,
          check_kills_at_random_system_calls_lose_and_double_nothing]


def main():
    holdfast, session_traces = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:3])
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    failures = 0
    for check in (check for check in CHECKS if wanted in check.__name__):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="holdfast-send-") as folder:
            place = {"holdfast": f"{holdfast}/holdfast", "session_traces": session_traces,
                     "folder": pathlib.Path(folder)}
            try:
                reason = check(place)
                print("SKIP" if reason else "ok  ", check.__name__,
                      f"-- {reason}" if reason else f"({time.monotonic() - began:.1f} s)", flush=True)
            except (AssertionError, subprocess.TimeoutExpired) as failure:
                failures += 1
                print("FAIL", check.__name__, "--", str(failure)[:1500], flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
