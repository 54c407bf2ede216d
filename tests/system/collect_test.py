#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast collect` as a program: what was acknowledged is stored, whatever kills it; what is no report, or
comes from nobody, is not; and nobody who misbehaves keeps others waiting. Everything is counted, nothing timed.

Usage: collect_test.py BINARY_DIRECTORY [NAME_PART]
"""
import contextlib
import gzip
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import chromium  # noqa: E402
from field_reports import (APP, Collector, add_token, as_lines, ask, check_sums, report, seed, send, stored)

KILLS = int(os.environ.get("HF_COLLECT_KILLS", "4"))
GARBAGE = int(os.environ.get("HF_COLLECT_GARBAGE", "1000"))  # bodies, of one to five reports
PATIENCE_S = 60  # for what must happen at some time; no figure


def plain_id(each):
    return each["report_id"].replace("-", "")


def until(holds, what):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def collect(place, *arguments, **options):
    return subprocess.run([place["holdfast"], "collect", *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE_S, stdin=subprocess.DEVNULL, check=False, **options)


def check_what_is_acknowledged_is_stored_once(place):
    token = add_token(place)
    with Collector(place) as collector:
        batch = [report("glitched"), report("clean"), report("basic")]
        status, answers = send(collector.port, token, as_lines(batch))
        assert status == 200 and [each["status"] for each in answers] == ["stored"] * 3, (status, answers)
        assert [each["id"] for each in answers] == [each["report_id"] for each in batch]
        status, answers = send(collector.port, token, as_lines(batch + batch))
        assert status == 200 and [each["status"] for each in answers] == ["duplicate"] * 6, answers
        changed = dict(batch[0], lib="other 1.0")
        one = json.dumps(changed)
        status, answers = send(collector.port, token, one, Content_Type="application/json")
        assert status == 409 and answers[0]["status"] == "refused", (status, answers)
        good_and_bad = as_lines([report()]) + b"{}\n\n" + as_lines([dict(report(), user="jane")])
        status, answers = send(collector.port, token, good_and_bad)
        assert [each["status"] for each in answers] == ["stored", "refused", "refused"], answers
        assert answers[2]["why"].startswith("user: is not in schema"), answers
        future = dict(report(), schema=2)
        status, answers = send(collector.port, token, json.dumps(future), Content_Type="application/json")
        assert status == 422 and "this collector reads 1" in answers[0]["why"], (status, answers)
        end = collector.end()
        assert (end["stored"], end["duplicates"], end["refused"]) == (4, 6, 4), end
    assert len(check_sums(collector.store)) == 4


class Sender(threading.Thread):
    """Sends batches until told to stop; what gets no answer is sent again, and now and then what did."""

    def __init__(self, token, number, ports):
        super().__init__()
        self.token, self.ports, self.draw = token, ports, random.Random(number)
        self.acknowledged, self.duplicates, self.is_ending = set(), 0, False

    def run(self):
        while not self.is_ending:
            kinds = self.draw.choices(["clean", "glitched", "basic"], [8, 1, 1], k=self.draw.randrange(1, 8))
            batch = [report(kind, draw=self.draw) for kind in kinds]
            self.deliver(batch)
            if self.draw.random() < 0.1:
                self.deliver(batch)

    def deliver(self, batch):
        while True:
            try:
                status, answers = send(self.ports[-1], self.token, as_lines(batch))
            except OSError:  # killed: before or after the commit, nobody knows
                time.sleep(0.02)
                continue
            assert status == 200 and len(answers) == len(batch), (status, answers)
            for each, answer in zip(batch, answers):
                assert answer["status"] in ("stored", "duplicate"), answer
                self.acknowledged.add(plain_id(each))
                self.duplicates += answer["status"] == "duplicate"
            return


def check_kills_lose_nothing_that_was_acknowledged(place):
    token = add_token(place)
    ports = []
    senders = [Sender(token, number, ports) for number in range(6)]
    kills = 0
    collector = Collector(place)
    ports.append(collector.port)
    for each in senders:
        each.start()
    try:
        while kills < KILLS:
            so_far = sum(len(each.acknowledged) for each in senders)
            until(lambda enough=so_far + 150: sum(len(each.acknowledged) for each in senders) >= enough, "reports")
            collector.kill()
            kills += 1
            collector = Collector(place)
            ports.append(collector.port)
    finally:
        for each in senders:
            each.is_ending = True
        for each in senders:
            each.join()
        collector.end()
    acknowledged = set().union(*(each.acknowledged for each in senders))
    kept = set(check_sums(collector.store))
    assert acknowledged == kept, (len(acknowledged - kept), "lost", len(kept - acknowledged), "never told")
    duplicates = sum(each.duplicates for each in senders)
    print(f"     {kills} kills: {len(acknowledged)} acknowledged reports, 0 lost, {duplicates} duplicates "
          "counted once, sums equal raw sums")


def check_an_end_in_order_answers_everybody(place):
    token = add_token(place)
    with Collector(place) as collector:
        senders = [Sender(token, number, [collector.port]) for number in range(4)]
        for each in senders:
            each.is_ending = True  # after one batch
        answered = []

        def send_many(draw):
            try:
                while True:
                    batch = [report(draw=draw)]
                    status, answers = send(collector.port, token, as_lines(batch))
                    if status == 200 and answers[0]["status"] == "stored":
                        answered.append(plain_id(batch[0]))
            except OSError:
                pass  # the end

        threads = [threading.Thread(target=send_many, args=(random.Random(i),)) for i in range(4)]
        for each in threads:
            each.start()
        until(lambda: len(answered) > 100, "answers")
        collector.process.terminate()
        assert collector.process.wait(timeout=PATIENCE_S) == 0
        for each in threads:
            each.join()
    assert set(answered) <= set(check_sums(collector.store))


def check_tokens(place):
    token, second, other = add_token(place), add_token(place), add_token(place, "other-app")
    store = place["folder"] / "reports.db"
    assert token.encode() not in store.read_bytes()
    with Collector(place) as collector:
        for wrong in ("", "x", token[:-1], token + "0", token.upper(), "é"):
            headers = {"Authorization": f"Bearer {wrong}".encode()}
            assert ask(collector.port, "/v1/reports", "POST", as_lines([report()]), headers)[0] == 401, wrong
        for right in (token, second):
            assert send(collector.port, right, as_lines([report()]))[1][0]["status"] == "stored"
        answer = send(collector.port, other, as_lines([report()]))[1][0]
        assert answer["status"] == "refused" and answer["why"] == "app.id: the token is for other-app", answer
        third = add_token(place)
        until(lambda: send(collector.port, third, as_lines([report()]))[0] == 200, "a new token counts")
        listed = collect(place, "--store", store, "--tokens").stdout.splitlines()
        assert [line.split()[2] for line in listed] == [APP, APP, "other-app", APP], listed
        taken = collect(place, "--store", store, "--revoke", 2, "--take-out")
        assert taken.stdout == "token 2 revoked, 1 reports taken out\n", taken
        until(lambda: send(collector.port, second, as_lines([report()]))[0] == 401, "a revoked token is refused")
        assert send(collector.port, token, as_lines([report("glitched")]))[0] == 200
        assert collector.counters()["requests_unauthorized_total"] >= 7
        assert collect(place, "--store", store, "--revoke", 99).returncode == 2
        assert collect(place, "--store", store, "--add-app", "No Such").returncode == 2
        collector.end()
    check_sums(store)


def check_viewers(place):
    with Collector(place) as collector:
        assert ask(collector.dashboard, "/metrics")[0] == 200
        assert ask(collector.dashboard, "/metrics", headers={"Host": "evil.example"})[0] == 401
        assert ask(collector.port, "/metrics")[0] == 404, "nothing to see where reports come in"
        token = add_token(place, APP, "reports.db", "--add-viewer")
        until(lambda: ask(collector.dashboard, "/metrics")[0] == 401, "from now on a token is needed")
        shown = {"Authorization": f"Bearer {token}"}
        assert ask(collector.dashboard, "/metrics", headers=shown)[0] == 200
        assert send(collector.port, token, as_lines([report()]))[0] == 401, "a viewer sends no reports"
        collector.end()
    with Collector(place, options=["--behind-proxy"]) as collector:
        assert ask(collector.dashboard, "/metrics")[0] == 401
        collector.end()


def mutate(body, draw):
    body = bytearray(body)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(body) or 1)
        kind = draw.randrange(4)
        if kind == 0:
            body[at:at + 1] = bytes([draw.randrange(256)])
        elif kind == 1:
            del body[at:at + draw.randrange(1, 40)]
        elif kind == 2:
            body[at:at] = draw.choice([b"[" * 100, b'"', b"\0", b"\xff", b"-1", b"1e999", b"null", b"\\ud800"])
        else:
            body = body[:at + 1]
    return bytes(body)


def check_garbage_is_refused(place):
    token = add_token(place)
    draw = random.Random(1)
    with Collector(place) as collector:
        stored = set()
        for number in range(GARBAGE):
            lines = [mutate(json.dumps(report(draw.choice(["glitched", "clean"]), draw=draw)).encode(), draw)
                     .replace(b"\n", b"") for _ in range(draw.randrange(1, 6))]
            status, answers = send(collector.port, token, b"\n".join(lines))
            reports = sum(1 for line in lines if line.strip())
            assert (status, len(answers)) == ((200, reports) if reports else (400, 0)), (number, status, answers, lines)
            stored |= {each["id"] for each in answers if each["status"] == "stored"}
        for body in (b"", b"\n\n", b"[" * 200_000, b"\0" * 1000, bytes(draw.randrange(256) for _ in range(5000))):
            assert send(collector.port, token, body)[0] in (200, 400)
        assert send(collector.port, token, b" " * 300_000)[0] == 413
        assert ask(collector.port, "/" + "x" * 10_000)[0] in (414, 431)
        for raw in (b"\0" * 100, b"GET\r\n\r\n", b"POST /v1/reports HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                    b"POST /v1/reports HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with socket.create_connection(("127.0.0.1", collector.port), timeout=PATIENCE_S) as connection:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(1000)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 401", b""), raw
        assert ask(collector.port, "/v1/reports")[0] == 405
        good = report()
        assert send(collector.port, token, as_lines([good]))[1][0]["status"] == "stored"
        counters = collector.counters()
        assert counters["reports_refused_total"] > GARBAGE, counters
        assert counters["requests_malformed_total"] > 0, counters
        collector.end()
    with contextlib.closing(sqlite3.connect(collector.store)) as database:
        assert database.execute("SELECT count(*) FROM reports").fetchone() == (len(stored) + 1,), len(stored)
    check_sums(collector.store)


def check_the_log_is_copied_when_nobody_writes(place):
    """Two counters in the file beside the log tell how many of its pages there are, and how many are copied. Reports of one
    size begin the log anew with as many pages as it had."""
    token = add_token(place)
    with Collector(place) as collector:
        def log():
            shared = pathlib.Path(f"{collector.store}-shm").read_bytes()
            return struct.unpack_from("=I", shared, 16) + struct.unpack_from("=I", shared, 96)
        for _ in range(4):
            assert send(collector.port, token, as_lines([report()]))[1][0]["status"] == "stored"
            until(lambda: log()[0] == log()[1] > 0, "all of the log is copied")
        collector.end()


def check_compressed_bodies(place):
    token = add_token(place)
    with Collector(place) as collector:
        def status_of(body, coding="gzip"):
            return send(collector.port, token, body, Content_Encoding=coding)[0]

        packed = gzip.compress(as_lines([report() for _ in range(50)]))
        assert status_of(packed) == 200
        for bomb in (b" " * 2_000_000, b"[" * 4_000_000, b"\n" * 500_000):
            assert status_of(gzip.compress(bomb)) == 400
        assert status_of(gzip.compress(gzip.compress(b" " * 10_000_000))) in (200, 400)
        assert status_of(packed[:-9]) == 400 and status_of(packed + b"x") == 400 and status_of(b"hello") == 400
        assert status_of(packed, "br") == 415
        assert collector.counters()["requests_not_unpacked_total"] >= 6
        collector.end()
    assert len(check_sums(collector.store)) == 50


def check_slow_connections_keep_nobody_waiting(place):
    token = add_token(place)
    head = b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    with Collector(place, options=["--deadline", "2s"]) as collector:
        slow = []
        for number in range(450):
            connection = socket.create_connection(("127.0.0.1", collector.port), timeout=PATIENCE_S)
            connection.sendall(head[:30] if number % 2 else head)
            slow.append(connection)
        for _ in range(20):
            assert send(collector.port, token, as_lines([report()]))[1][0]["status"] == "stored"
        is_ending = threading.Event()

        def dribble():  # a byte now and then wins no time
            while not is_ending.wait(0.2):
                for connection in slow[:50]:
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        pass

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            until(lambda: collector.counters()["requests_out_of_time_total"] >= len(slow), "all are cut off")
        finally:
            is_ending.set()
            thread.join()
            for connection in slow:
                connection.close()
        assert send(collector.port, token, as_lines([report()]))[1][0]["status"] == "stored"
        collector.end()


def check_connections_are_limited(place):
    token = add_token(place)
    with Collector(place, options=["--connections", "20"]) as collector:
        idle = [socket.create_connection(("127.0.0.1", collector.port), timeout=PATIENCE_S) for _ in range(30)]
        until(lambda: ask(collector.port, "/healthz")[0] == 503, "too many connections")
        for connection in idle:
            connection.close()
        until(lambda: send(collector.port, token, as_lines([report()]))[0] == 200, "room again")
        assert collector.counters()["connections_turned_away_total"] >= 10
        collector.end()


def check_a_full_disk_acknowledges_nothing(place):
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return "a small disk is made as root, with unshare"
    disk = place["folder"] / "disk"
    disk.mkdir()
    # In a mount namespace of its own: it goes with the process, however that ends.
    if subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", disk], check=False).returncode != 0:
        return "tmpfs cannot be mounted here"
    script = 'mount -t tmpfs -o size=3m none "$0" && cp "$0.db" "$0/reports.db" && exec "$@"'
    token = add_token(place, APP, "disk.db")
    with Collector(place, "disk/reports.db", command=["unshare", "--mount", "sh", "-c", script, disk]) as collector:
        inside = pathlib.Path(f"/proc/{collector.process.pid}/root{disk}")
        acknowledged, statuses = [], []
        while statuses.count(503) < 5:
            batch = [report("glitched") for _ in range(20)]
            status, answers = send(collector.port, token, as_lines(batch))
            statuses.append(status)
            acknowledged += [plain_id(each) for each, answer in zip(batch, answers) if answer["status"] == "stored"]
            assert len(statuses) < 1000, "the disk never became full"
        assert ask(collector.port, "/healthz")[0] == 503
        assert collector.counters()["commits_failed_total"] >= 5
        shutil.copy(inside / "reports.db", place["folder"] / "full.db")
        shutil.copy(inside / "reports.db-wal", place["folder"] / "full.db-wal")
        subprocess.run(["nsenter", "--target", str(collector.process.pid), "--mount", "mount", "-o",
                        "remount,size=30m", disk], check=True)
        until(lambda: send(collector.port, token, as_lines([report()]))[0] == 200, "stored again")
        assert ask(collector.port, "/healthz")[0] == 200
        for name in ("reports.db", "reports.db-wal"):
            shutil.copy(inside / name, place["folder"] / name.replace("reports", "end"))
        end = collector.end()
        assert end["failed_commits"] >= 5 and "full" in end["last_error"], end
    assert set(check_sums(place["folder"] / "full.db")) == set(acknowledged)
    assert len(check_sums(place["folder"] / "end.db")) == len(acknowledged) + 1
    return None


def check_other_files_are_left_alone(place):
    folder = place["folder"]
    (folder / "text").write_text("no database, and long enough to be read as one " * 100, encoding="utf-8")
    other = sqlite3.connect(folder / "other.db")
    other.execute("CREATE TABLE t(x)")
    other.commit()
    other.close()
    add_token(place, APP, "newer.db")
    newer = sqlite3.connect(folder / "newer.db")
    newer.execute("PRAGMA user_version = 2")
    newer.commit()
    newer.close()
    for name, said in (("text", "not a database"), ("other.db", "holds no field reports"),
                       ("newer.db", "made by another version of holdfast"), ("no/such/x", "unable to open"),
                       (".", "unable to open")):
        before = (folder / name).read_bytes() if (folder / name).is_file() else b""
        refused = collect(place, "--store", folder / name, "--listen", "127.0.0.1:0")
        assert refused.returncode in (2, 3) and said in refused.stderr, (name, refused)
        assert refused.stderr.count("\n") == 1, refused
        assert ((folder / name).read_bytes() if (folder / name).is_file() else b"") == before, name


def check_a_clickhouse_that_hangs_holds_up_nobody(place):
    """It takes connections and never answers, which costs a question its whole minute."""
    token = add_token(place)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        silent.settimeout(PATIENCE_S)
        with Collector(place, f"clickhouse=http://127.0.0.1:{silent.getsockname()[1]}",
                       options=["--inbox", place["folder"] / "reports.db"]) as collector:
            viewer = socket.create_connection(("127.0.0.1", collector.dashboard))
            viewer.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            shipper, page = silent.accept(), silent.accept()  # both wait for an answer from now on
            assert send(collector.port, token, as_lines([report()]))[1][0]["status"] == "stored"
            assert ask(collector.dashboard, "/metrics")[0] == 200
            second = subprocess.run([place["holdfast"], "collect", "--store", place["folder"] / "reports.db", "--listen",
                                     "127.0.0.1:0"], capture_output=True, text=True, check=False)
            assert second.returncode == 3 and "in use by another collector" in second.stderr, second
            collector.process.send_signal(signal.SIGINT)
            viewer.settimeout(30)
            assert viewer.recv(1000).startswith(b"HTTP/1.1 503"), "broken off, and told"
            viewer.close()
            out = collector.process.communicate(timeout=30)[0]
            assert json.loads(out.splitlines()[-1])["waiting"] == 1, out
            for each in (shipper[0], page[0]):
                each.close()


def check_what_cannot_be_started_says_why(place):
    store = place["folder"] / "reports.db"
    with Collector(place) as collector:
        second = collect(place, "--store", store, "--listen", "127.0.0.1:0")
        assert second.returncode == 3 and "in use by another collector" in second.stderr, second
        taken = collect(place, "--store", place["folder"] / "b.db", "--listen", f"127.0.0.1:{collector.port}")
        assert taken.returncode == 3 and "Address already in use" in taken.stderr, taken
        collector.end()
    for address in ("0.0.0.0:8787", "[::]:8787"):
        refused = collect(place, "--store", store, "--listen", address)
        assert refused.returncode == 2 and "--behind-proxy" in refused.stderr, refused
    for address in ("localhost:1", "127.0.0.1", "127.0.0.1:99999", ":1", "127.0.0.1:1x"):
        assert collect(place, "--store", store, "--listen", address).returncode == 2, address
    if os.geteuid() == 0 and shutil.which("setpriv"):
        os.chmod(place["folder"], 0o755)
        nobody = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                                 place["holdfast"], "collect", "--store", store, "--listen", "127.0.0.1:0"],
                                capture_output=True, text=True, check=False)
        assert nobody.returncode == 3 and nobody.stderr.count("\n") == 1, nobody


def check_a_wish_to_be_deleted(place):
    token = add_token(place)
    with Collector(place) as collector:
        install = "00ff00ff00ff00ff"
        mine = [report("glitched", install), report("clean", install)]
        others = [report("clean"), report("glitched")]
        send(collector.port, token, as_lines(mine + others))
        wish = dict(seed("deletion"), install=install, report_id=report()["report_id"])
        for _ in range(2):
            assert send(collector.port, token, as_lines([wish]))[1][0]["status"] == "stored"
        until(lambda: len(stored(collector.store)[0]) == 2, "its reports are deleted")
        collector.end()
    bodies, (sessions, _, _) = stored(collector.store)
    assert set(bodies) == {plain_id(each) for each in others}
    assert install.encode() not in b"".join(body.encode() for body in bodies.values())
    assert sum(row[0] for row in sessions.values()) == 4, "the anonymous sums stay"


def check_one_installation_cannot_drown_the_others(place):
    token = add_token(place)
    with Collector(place) as collector:
        storm = [report("clean", "1" * 16) for _ in range(250)]
        answers = []
        for begin in range(0, 250, 50):
            answers += send(collector.port, token, as_lines(storm[begin:begin + 50]))[1]
        assert [each["status"] for each in answers] == ["stored"] * 200 + ["refused"] * 50
        assert send(collector.port, token, as_lines(storm[:1]))[1][0]["status"] == "duplicate"
        assert send(collector.port, token, as_lines([report()]))[1][0]["status"] == "stored"
        collector.end()
    assert len(check_sums(collector.store)) == 201


def check_a_copy_made_under_load_can_be_restored(place):
    token = add_token(place)
    sender = None
    with Collector(place) as collector:
        sender = Sender(token, 1, [collector.port])
        sender.start()
        try:
            until(lambda: len(sender.acknowledged) > 100, "reports")
            before = set(sender.acknowledged)
            copied = subprocess.run(["sqlite3", collector.store, f".backup {place['folder'] / 'copy.db'}"],
                                    capture_output=True, text=True, check=False)
            assert copied.returncode == 0, copied
        finally:
            sender.is_ending = True
            sender.join()
        collector.end()
    restored = set(check_sums(place["folder"] / "copy.db"))
    assert before <= restored, "everything that was acknowledged before the copy began"
    with Collector(place, "copy.db") as collector:
        assert send(collector.port, token, as_lines([report()]))[1][0]["status"] == "stored"
        collector.end()
    assert len(check_sums(collector.store)) == len(restored) + 1


def check_the_pages_say_what_is_stored(place):
    token = add_token(place)
    script = "<script>alert('x')</script>"
    with Collector(place) as collector:
        glitched = report("glitched")
        for glitch in glitched["glitches"]:
            glitch.update(object=script.replace("/", ""), symbol=script)
        older = report("clean", hours_ago=24 * 20)
        older["app"]["version"] = "28.0"
        send(collector.port, token, as_lines([glitched, report("clean"), older]))

        def page(target):
            status, text, headers = ask(collector.dashboard, target)
            assert "default-src 'none'" in headers["Content-Security-Policy"], headers
            assert headers["X-Content-Type-Options"] == "nosniff", headers
            is_data = headers["Content-Type"] == "application/json"
            assert is_data or "<script" not in text, target
            return status, text

        status, text = page("/")
        assert status == 200 and "1 of 101 sessions has a glitch" in text, text[:2000]
        assert "&lt;script&gt;alert(" in text and "3 installations" in text
        status, text = page("/?version=29.1.2")
        assert "1 of 51 sessions" in text, text[:2000]
        since = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 10 * 86400))
        assert "1 of 51 sessions" in page(f"/?app={APP}&since={since}")[1]
        assert "No sessions yet" in page("/?arm=none")[1]
        assert page(f"/?app=%3Cscript%3E&version={'x' * 100}&since=yesterday&&=&a")[0] == 200
        status, text = page("/report/" + glitched["report_id"])
        assert status == 200 and "&lt;script&gt;" in text
        for missing in ("/report/x", "/report/" + report()["report_id"], "/nothing", "/../etc/passwd", "/report/"):
            assert page(missing)[0] == 404, missing
        assert ask(collector.dashboard, "/", "POST", "x")[0] == 405
        assert ask(collector.dashboard, "/", "HEAD")[:2] == (200, "")
        numbers = json.loads(page("/v1/stats")[1])
        assert numbers["all"]["sessions"] == 101 and numbers["all"]["glitches"] == 2, numbers["all"]
        said = subprocess.run([place["holdfast"], "stats", "--store", collector.store, "--json"], check=True,
                              capture_output=True, text=True).stdout
        assert json.loads(said) == numbers
        text = subprocess.run([place["holdfast"], "stats", "--store", collector.store], check=True,
                              capture_output=True, text=True).stdout
        assert text.startswith("1 of 101 sessions has a glitch"), text
        collector.end()


def check_nginx_in_front_does_tls(place):
    if not shutil.which("nginx", path="/usr/sbin:/usr/bin") or not shutil.which("openssl"):
        return "nginx or openssl is missing"
    folder, token = place["folder"], add_token(place)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key", "-out", folder / "cert"],
                   check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Collector(place, options=["--behind-proxy"]) as collector:
        text = (pathlib.Path(__file__).resolve().parent.parent.parent / "packaging/holdfast-collect.nginx.conf"
                ).read_text(encoding="utf-8")
        for what, instead in (("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
                              ("/etc/ssl/certs/reports.example.org.pem", str(folder / "cert")),
                              ("/etc/ssl/private/reports.example.org.key", str(folder / "key")),
                              ("127.0.0.1:8787", f"127.0.0.1:{collector.port}"),
                              ("127.0.0.1:8788", f"127.0.0.1:{collector.dashboard}"),
                              ("/var/log/nginx/holdfast-collect.log", str(folder / "error.log")),
                              ("server_name reports.example.org", "server_name localhost")):
            assert what in text, what
            text = text.replace(what, instead)
        paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi",
                                                                            "scgi"))
        (folder / "nginx.conf").write_text(f"daemon off; master_process off; pid {folder}/pid; events {{}} "
                                           f"http {{ {paths}\n{text} }}\n", encoding="utf-8")
        proxy = subprocess.Popen([shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-e", folder / "error.log", "-c",
                                  folder / "nginx.conf"], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            trusted = ssl.create_default_context(cafile=folder / "cert")

            def post(body):
                request = urllib.request.Request(
                    f"https://localhost:{port}/v1/reports", data=body,
                    headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"})
                try:
                    with urllib.request.urlopen(request, context=trusted, timeout=PATIENCE_S) as answer:
                        return answer.status, answer.read()
                except urllib.error.HTTPError as refused:
                    return refused.code, b""
                except (urllib.error.URLError, OSError):
                    assert proxy.poll() is None, proxy.stderr.read()
                    return 0, b""

            until(lambda: post(b"")[0] == 400, "nginx answers")
            status, answers = post(as_lines([report(), report("glitched")]))
            assert status == 200 and answers.count(b"stored") == 2, (status, answers)
            assert post(b"x" * 300_000)[0] == 413
            assert 429 in [post(b"")[0] for _ in range(200)], "a storm from one address is slowed down"
        finally:
            proxy.terminate()
            proxy.communicate()
        collector.end()
    return None


HOSTILE = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>\u202e"


def hostile_report(number, draw):
    """A report of one of 20 installations whose every free text is markup; glitches come where memory is full."""
    made = report("glitched", install=f"{number % 20 + 1:016x}", draw=draw)
    text = HOSTILE.replace("/", "")  # an object has no folder
    made["lib"] = text[:64]
    for glitch in made["glitches"]:
        glitch.update(object=text, section=text[:32], symbol=text)
        glitch["hist"].update(cpu=[draw.randrange(20, 60) for _ in range(30)], before=20,
                              mem=[95 if second == 20 and number % 5 else draw.randrange(40, 90) for second in range(30)])
    return made


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(page, selector):
    """Of text against the page (WCAG 2.1, 1.4.3)."""
    text, back = page.evaluate(f"[getComputedStyle(document.querySelector('{selector}')).color, "
                               "getComputedStyle(document.body).backgroundColor]")
    high, low = sorted((luminance(text), luminance(back)), reverse=True)
    return (high + 0.05) / (low + 0.05), luminance(back)


def look_at(browser, address, dark):
    """The page as somebody sees it who has JavaScript: nothing runs, nothing is asked of others, all can be read."""
    page = browser.open(address, width=390, dark=dark)
    origin = address.split("/?")[0]
    assert page.complaints() == [], page.complaints()
    assert [url for url in page.requests() if not url.startswith(origin)] == [], page.requests()
    assert page.evaluate("window.hurt") is None and page.evaluate("document.querySelectorAll('script,img').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than a telephone"
    for selector in ("h1", ".what", "th", "a", "svg text"):
        ratio, back = contrast(page, selector)
        assert ratio >= 4.5 and (back < 0.1) == dark, (selector, dark, ratio, back)
    return page


def check_a_browser_shows_the_pages(place):
    if not chromium.find():
        return "Chromium is not installed"
    token, draw = add_token(place), random.Random(7)
    with Collector(place) as collector, chromium.Chromium() as browser:
        reports = [hostile_report(number, draw) for number in range(60)]
        answers = send(collector.port, token, as_lines(reports))[1]
        assert {each["status"] for each in answers} == {"stored"}, answers[0]
        address = f"http://127.0.0.1:{collector.dashboard}/"
        numbers = json.loads(ask(collector.dashboard, "/v1/stats")[1])
        memory = numbers["case_crossover"]["memory"]
        assert memory["slope_interval"][0] > 0, memory
        for dark in (False, True):
            page = look_at(browser, address, dark)
            assert page.evaluate("document.body.innerText.includes('for each tenth more of memory use')")
            assert page.evaluate("[...document.querySelectorAll('td bdi')].some((e) => e.textContent.includes('<script'))")
            page.close()
        page = browser.open(address + "report/" + reports[0]["report_id"])
        assert page.evaluate("window.hurt") is None and "<script" in page.evaluate("document.querySelector('pre').innerText")
        page.close()
        page = browser.open(address, script=False)  # and without JavaScript the form works all the same
        page.call("Runtime.evaluate", expression="document.querySelector('[name=version]').value = '29.1.2';"
                  "document.querySelector('form button').click()")
        browser.events.clear()
        browser.wait_for("Page.loadEventFired")
        assert "version=29.1.2" in page.evaluate("location.search"), page.evaluate("location.href")
        collector.end()
    return None


CHECKS = [check_a_browser_shows_the_pages, check_nginx_in_front_does_tls, check_the_pages_say_what_is_stored, check_what_is_acknowledged_is_stored_once, check_kills_lose_nothing_that_was_acknowledged,
          check_an_end_in_order_answers_everybody, check_tokens, check_viewers, check_garbage_is_refused,
          check_the_log_is_copied_when_nobody_writes, check_compressed_bodies, check_slow_connections_keep_nobody_waiting, check_connections_are_limited,
          check_a_full_disk_acknowledges_nothing, check_other_files_are_left_alone, check_a_clickhouse_that_hangs_holds_up_nobody,
          check_what_cannot_be_started_says_why, check_a_wish_to_be_deleted,
          check_one_installation_cannot_drown_the_others, check_a_copy_made_under_load_can_be_restored]


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    if not (binaries.parent / "lib/holdfast/fleet.so").exists():
        print("SKIP: this build has no collector")
        return 77
    failures = 0
    for check in (check for check in CHECKS if wanted in check.__name__):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="holdfast-collect-") as folder:
            try:
                reason = check({"holdfast": str(binaries / "holdfast"), "folder": pathlib.Path(folder)})
                print("SKIP" if reason else "ok  ", check.__name__,
                      f"-- {reason}" if reason else f"({time.monotonic() - began:.1f} s)", flush=True)
            except (AssertionError, subprocess.SubprocessError, OSError) as failure:
                failures += 1
                print("FAIL", check.__name__, "--", repr(failure)[:1500], flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
