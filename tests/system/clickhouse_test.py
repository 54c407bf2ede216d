#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`holdfast collect --store clickhouse=...` with real servers: the same reports give the same answers from the file
and from ClickHouse; each counts once, whoever is killed and whichever way it came twice; nothing that was
acknowledged is lost while ClickHouse is away. Everything is counted, nothing timed.

Usage: clickhouse_test.py BINARY_DIRECTORY [NAME_PART | all]; without a name only the first check, which takes seconds.
"""
import http.server
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from clickhouse_servers import Servers, missing
from collect_test import Sender, plain_id, until
from field_reports import Collector, add_token, as_lines, ask, report, seed, send

REPORTS = int(os.environ.get("HF_CLICKHOUSE_REPORTS", "1500"))
ALL = "holdfast_reports"


def varied(draw, installs):
    """A report that differs from others in everything that sums are kept by."""
    made = report(draw.choice(["clean", "clean", "glitched", "basic"]), draw.choice(installs),
                  hours_ago=draw.randrange(0, 24 * 40), draw=draw)
    made["app"]["version"] = draw.choice(["28.0", "29.1.2", "29.2"])
    made["system"]["os"] = draw.choice(["linux", "macos"])
    made["audio"]["backend"] = draw.choice(["alsa", "jack", "pipewire"])
    made["protect"]["arm"] = draw.choice(["none", "parts", "all"])
    if not made["exposure"]["glitches"]:
        made["sample_weight"] = draw.choice([1, 50])
    for glitch in made["glitches"]:
        if "object" in glitch:
            glitch.update(object=draw.choice(["libc.so.6", "a'b\\c", "editor"]), symbol=draw.choice(["f", "<g>", "é"]))
    return made


def send_all(collector, token, reports):
    for begin in range(0, len(reports), 40):
        status, answers = send(collector.port, token, as_lines(reports[begin:begin + 40]))
        assert status == 200 and all(each["status"] in ("stored", "duplicate") for each in answers), (status, answers)


def await_shipped(collector):
    until(lambda: collector.counters()["reports_waiting"] == 0, "everything is shipped")


def shipping(place, servers, *options, store="reports.db", urls=None):
    """A collector in front of the servers."""
    return Collector(place, f"clickhouse={urls or servers.urls}",
                     options=["--inbox", place["folder"] / store, *options])


def stats(place, store, *options):
    said = subprocess.run([place["holdfast"], "stats", "--json", "--store", str(store), *options], check=False,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert said.returncode == 0, said
    return json.loads(said.stdout)


def check_both_stores_agree(place, urls, *filters):
    """Every number of every answer; how many sessions there are."""
    sessions = set()
    for words in ([], *filters):
        kept = stats(place, place["folder"] / "reports.db", *words)
        shipped = stats(place, f"clickhouse={urls}", *words)
        differing = {key: (kept[key], shipped.get(key)) for key in kept if kept[key] != shipped.get(key)}
        assert kept == shipped, (words, json.dumps(differing)[:1500])
        sessions.add(kept["all"]["sessions"])
    assert len(sessions) == 1 + len(filters), "each filter lets through something else"
    return stats(place, f"clickhouse={urls}")["all"]["sessions"]


FILTERS = (["--version", "29.2"], ["--arm", "none"], ["--app", "other-app"],
           ["--since", time.strftime("%Y-%m-%d", time.gmtime(time.time() - 9 * 86400))])


def check_the_file_and_clickhouse_answer_the_same(place, servers):
    token, other = add_token(place), add_token(place, "other-app")
    draw = random.Random(1)
    installs = [f"{draw.getrandbits(64):016x}" for _ in range(150)]
    reports = [varied(draw, installs) for _ in range(REPORTS)]
    others = [dict(each, app=dict(each["app"], id="other-app")) for each in (varied(draw, installs) for _ in range(200))]
    with shipping(place, servers) as collector:
        send_all(collector, token, reports)
        send_all(collector, other, others)
        send_all(collector, token, reports[:100])
        await_shipped(collector)
        check_both_stores_agree(place, servers.urls, *FILTERS)
        assert stats(place, f"clickhouse={servers.urls}", "--app", "' OR 1 = 1 --")["all"]["sessions"] == 0
        page = json.loads(ask(collector.dashboard, "/v1/stats?version=29.2")[1])
        assert page == stats(place, f"clickhouse={servers.urls}", "--version", "29.2")
        status, text, _ = ask(collector.dashboard, "/report/" + reports[0]["report_id"])
        assert status == 200 and reports[0]["report_id"] in text
        assert ask(collector.dashboard, "/report/" + report()["report_id"])[0] == 404
        collector.end()

        # All of it once more, as after a crash before the mark was set: rows are there twice, and count once.
        database = sqlite3.connect(place["folder"] / "reports.db")
        database.execute("UPDATE shipping SET shipped_to = 0")
        database.commit()
        database.close()
    with shipping(place, servers) as collector:
        await_shipped(collector)
        rows, expected = int(servers.all[0].ask(f"SELECT count() FROM {ALL}")), len(reports) + len(others)
        assert rows > expected, "nothing was there twice: this shows nothing"
        check_both_stores_agree(place, servers.urls, *FILTERS)
        # Merged into one part, weeks are read without looking for what is there twice.
        servers.all[0].ask(f"OPTIMIZE TABLE {ALL} FINAL")
        assert int(servers.all[0].ask(f"SELECT count() FROM {ALL}")) == expected
        check_both_stores_agree(place, servers.urls, *FILTERS)
        collector.end()


def check_wishes_and_tokens_reach_clickhouse(place, servers):
    token, abused = add_token(place), add_token(place)
    server, inbox = servers.all[0], place["folder"] / "reports.db"
    with shipping(place, servers) as collector:
        mine = [report("glitched", "00ff00ff00ff00ff"), report("clean", "00ff00ff00ff00ff")]
        send_all(collector, token, [*mine, report("glitched"), report("clean")])
        send_all(collector, abused, [report("glitched") for _ in range(30)])
        await_shipped(collector)  # what still waits in the inbox when the wish comes never leaves it
        send_all(collector, token, [dict(seed("deletion"), install="00ff00ff00ff00ff", report_id=report()["report_id"])])
        until(lambda: server.ask(f"SELECT count() FROM {ALL} WHERE install_key = 0") == "2", "the wish is granted")
        until(lambda: sqlite3.connect(inbox).execute("SELECT count(*) FROM wishes").fetchone() == (0,), "there, too")
        assert server.ask(f"SELECT count() FROM {ALL} WHERE install_key = 0 AND (install <> 0 OR body <> '')") == "0"
        assert ask(collector.dashboard, "/report/" + mine[0]["report_id"])[0] == 404
        check_both_stores_agree(place, servers.urls)
        collector.end()
    taken = subprocess.run([place["holdfast"], "collect", "--store", f"clickhouse={servers.urls}", "--inbox", inbox,
                            "--revoke", "2", "--take-out"], capture_output=True, text=True, check=True)
    assert taken.stdout == "token 2 revoked, 30 reports taken out\n", taken
    with shipping(place, servers) as collector:
        until(lambda: server.ask(f"SELECT count() FROM {ALL}") == "4", "what came under the token is gone")
        check_both_stores_agree(place, servers.urls)
        collector.end()


def check_a_wish_is_granted_though_nothing_follows(place, servers):
    """His newest reports never leave the inbox, and nobody else sends any."""
    token, server = add_token(place), servers.all[0]
    mine = "00ff00ff00ff00ff"
    with shipping(place, servers, "--inbox-limit", "30") as collector:
        send_all(collector, token, [report("glitched", mine), report("glitched")])
        await_shipped(collector)
        server.kill()
        send_all(collector, token, [report("glitched", mine), report("clean", mine)])
        wishes = [dict(seed("deletion"), install=mine, report_id=report()["report_id"]) for _ in range(35)]
        send_all(collector, token, wishes[:1])
        inbox = sqlite3.connect(place["folder"] / "reports.db")
        until(lambda: inbox.execute("SELECT count(*) FROM wishes").fetchone() == (0,), "he is gone from the inbox")
        server.start()
        until(lambda: server.is_well() and server.ask(f"SELECT groupArray(install_key = 0) FROM {ALL}").count("1") == 1
              and server.ask(f"SELECT count() FROM {ALL} WHERE body = ''") == "1", "and from ClickHouse")
        await_shipped(collector)
        for wish in wishes[1:]:
            until(lambda each=wish: send(collector.port, token, as_lines([each]))[0] == 200, "wishes fill no inbox")
        until(lambda: inbox.execute("SELECT count(*) FROM wishes").fetchone() == (0,), "all are granted")
        await_shipped(collector)
        send_all(collector, token, [report()])
        collector.end()


class NoClickhouse(http.server.BaseHTTPRequestHandler):
    """A server that answers everything, but is none."""
    status, says, length = 200, b"", None

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.says) if self.length is None else self.length))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.says)
        self.close_connection = self.length is not None

    def log_message(self, *unused):
        """Says nothing."""


def check_nothing_is_given_to_what_is_no_clickhouse(place, servers):
    token = add_token(place)
    page = b"<html>" + b"We are down for maintenance. " * 20
    for status, says, length in ((200, b"", None), (200, page, None), (200, page, 10 ** 6), (500, page, None),
                                 (302, b"", None), (200, b"\x02id\x06UInt64" * 40, None), (200, bytes(10 ** 6), None)):
        handler = type("Handler", (NoClickhouse,), {"status": status, "says": says, "length": length})
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
            thread = threading.Thread(target=other.serve_forever)
            thread.start()
            try:
                with shipping(place, servers, urls=f"http://127.0.0.1:{other.server_address[1]}") as collector:
                    send_all(collector, token, [report()])
                    until(lambda one=collector: one.counters()["shipping_failures_total"] >= 2, f"{status} {says[:20]}")
                    end = collector.end()
                    assert end["shipped"] == 0 and end["last_error"], (status, says[:20], end)
            finally:
                other.shutdown()
                thread.join()
    # A server whose place such a one takes later, as a proxy does during maintenance.
    with shipping(place, servers) as collector:
        await_shipped(collector)
        collector.end()
    assert servers.all[0].ask(f"SELECT count() FROM {ALL}") == "7"


def check_an_inbox_that_is_full_takes_no_more(place, servers):
    token, server = add_token(place), servers.all[0]
    with shipping(place, servers, "--inbox-limit", "60") as collector:
        send_all(collector, token, [report()])
        await_shipped(collector)
        before = int(server.ask(f"SELECT count() FROM {ALL} FINAL"))
        server.kill()
        acknowledged, status = 0, 200
        while status == 200:
            batch = [report("glitched") for _ in range(20)]
            status, answers = send(collector.port, token, as_lines(batch))
            acknowledged += sum(each["status"] == "stored" for each in answers)
            assert acknowledged <= 60, "taken in beyond the limit"
        assert (status, acknowledged) == (503, 60), (status, acknowledged)
        assert ask(collector.port, "/healthz")[:2] == (503, "the inbox is full\n")
        until(lambda: collector.counters()["shipping_failures_total"] >= 2, "it keeps trying")
        assert collector.counters()["clickhouse_up"] == 0
        assert ask(collector.dashboard, "/")[0] == 503, "no page from a store that is away"
        away = subprocess.run([place["holdfast"], "stats", "--store", f"clickhouse={servers.urls}"], check=False,
                              capture_output=True, text=True)
        assert away.returncode == 3 and away.stderr.count("\n") == 1, away
        collector.kill()
    with shipping(place, servers, "--inbox-limit", "60") as collector:
        assert send(collector.port, token, as_lines([report()]))[0] == 503, "it is full after a restart, too"
        server.start()
        until(lambda: send(collector.port, token, as_lines([report()]))[0] == 200, "room again")
        await_shipped(collector)
        assert int(server.ask(f"SELECT count() FROM {ALL} FINAL")) == before + 61
        collector.process.terminate()
        said = collector.process.communicate(timeout=60)[1]
        assert "reports wait in the inbox" in said and "works again" in said, said


def check_the_tables_of_other_versions(place, servers):
    token, server = add_token(place), servers.all[0]
    with shipping(place, servers) as collector:
        send_all(collector, token, [report()])
        await_shipped(collector)
        collector.end()
    columns = server.ask("SELECT name, type FROM system.columns WHERE database = 'default' AND table = 'holdfast_reports'").splitlines()
    rows = [line.split("\t") for line in columns]
    older = ", ".join(f"{name} {kind}" for name, kind in rows if name != "backend")
    engine = "ENGINE = ReplacingMergeTree() PARTITION BY intDiv(day, 7) ORDER BY (id_high, id_low)"
    for name, made in (("older", older), ("newer", ", ".join(" ".join(row) for row in rows) + ", added String"),
                       ("alien", older + ", backend UInt8")):
        server.ask(f"CREATE DATABASE {name}")
        server.ask(f"CREATE TABLE {name}.holdfast_reports ({made}) {engine}")
    for name in ("older", "newer"):
        server.ask(f"CREATE VIEW {name}.holdfast_parts AS SELECT * FROM system.parts")
        with shipping(place, servers, "--database", name) as collector:
            send_all(collector, token, [report()])
            await_shipped(collector)
            collector.end()
        assert server.ask(f"SELECT count() FROM {name}.holdfast_reports WHERE backend <> ''") == "1", name
    with shipping(place, servers, "--database", "alien") as collector:
        send_all(collector, token, [report()])
        until(lambda: collector.counters()["shipping_failures_total"] > 0, "it is refused")
        end = collector.end()
        assert (end["waiting"], end["shipped"]) == (1, 0) and "name another --database" in end["last_error"], end


def check_a_cluster_that_is_shot_at(place, servers):
    """Two shards, one with a replica; two collectors that get many reports both; everything is killed in turn."""
    token = add_token(place)
    shutil.copy(place["folder"] / "reports.db", place["folder"] / "second.db")  # the same tokens
    first, replica = servers.all[0], servers.all[1]
    order = [",".join(each.url for each in servers.all[at:] + servers.all[:at]) for at in (0, 2)]
    ports = [[], []]
    senders = [Sender(token, number, ports[number % 2]) for number in range(4)]

    def start(number):
        collector = shipping(place, servers, "--cluster", "fleet", urls=order[number],
                             store=("reports.db", "second.db")[number])
        ports[number].append(collector.port)
        return collector

    collectors = [start(0), start(1)]
    try:
        for each in senders:
            each.start()

        def go_on(count=150):
            enough = sum(len(each.acknowledged) for each in senders) + count
            until(lambda: sum(len(each.acknowledged) for each in senders) >= enough, "reports")

        until(lambda: first.ask("EXISTS TABLE holdfast_reports") == "1" and
              int(first.ask(f"SELECT count() FROM {ALL}")) > 0, "the first rows")
        collectors[0].kill()
        go_on()
        collectors[0] = start(0)
        first.kill()  # the server that the first collector talks to
        go_on(400)
        shipped = collectors[0].counters()["reports_shipped_total"]
        until(lambda: collectors[0].counters()["reports_shipped_total"] > shipped, "it goes on with the replica")
        collectors[1].kill()
        collectors[1] = start(1)
        first.start()
        go_on()
    finally:
        for each in senders:
            each.is_ending = True
        for each in senders:
            if each.is_alive():
                each.join()
    # A sender whose answer got lost asks the other collector.
    both = [report("glitched") for _ in range(50)]
    for collector in collectors:
        send_all(collector, token, both)
    acknowledged = set().union(*(each.acknowledged for each in senders)) | {plain_id(each) for each in both}
    for collector in collectors:
        await_shipped(collector)
        collector.end()

    def ids(server, table):
        rows = server.ask(f"SELECT lower(concat(hex(id_high), hex(id_low))) FROM {table} FINAL").split()
        return sorted(row.zfill(32) for row in rows)

    first.await_answer(first.is_well)
    for server in servers.all:
        assert ids(server, ALL) == sorted(acknowledged), "each that was acknowledged, once"
    local = "holdfast_reports_local"
    until(lambda: ids(first, local) == ids(replica, local), "the replica that was away has caught up")
    assert int(first.ask(f"SELECT count() FROM {ALL}")) > len(acknowledged), "some came through both collectors"
    counted = stats(place, f"clickhouse={servers.urls}")["all"]
    assert counted["reports"] == len(acknowledged), (counted, len(acknowledged))
    print(f"     {len(acknowledged)} acknowledged reports; a collector killed twice, a replica once: each counts once")


ALONE = [check_the_file_and_clickhouse_answer_the_same, check_wishes_and_tokens_reach_clickhouse,
         check_a_wish_is_granted_though_nothing_follows, check_nothing_is_given_to_what_is_no_clickhouse,
         check_an_inbox_that_is_full_takes_no_more, check_the_tables_of_other_versions]


def run(check, binaries, servers_of):
    """0, or 1 when it fails. Each check has servers of its own: its numbers are its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="holdfast-clickhouse-") as folder:
        try:
            place = {"holdfast": str(binaries / "holdfast"), "folder": pathlib.Path(folder)}
            with servers_of(folder) as servers:
                check(place, servers)
            print("ok  ", check.__name__, f"({time.monotonic() - began:.1f} s)", flush=True)
            return 0
        except (AssertionError, subprocess.SubprocessError, OSError) as failure:
            print("FAIL", check.__name__, "--", repr(failure)[:2000], flush=True)
            return 1


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2] if len(sys.argv) > 2 else ALONE[0].__name__
    wanted = "" if wanted == "all" else wanted
    if not (binaries.parent / "lib/holdfast/fleet.so").exists():
        print("SKIP: this build has no collector")
        return 77
    if missing(with_zookeeper=False):
        print(f"SKIP: {missing(with_zookeeper=False)} (make verify installs it)")
        return 77
    failures = sum(run(check, binaries, Servers) for check in ALONE if wanted in check.__name__)
    if wanted in check_a_cluster_that_is_shot_at.__name__:
        if missing(with_zookeeper=True):
            print("SKIP check_a_cluster_that_is_shot_at --", missing(with_zookeeper=True))
        else:
            failures += run(check_a_cluster_that_is_shot_at, binaries, lambda folder: Servers(folder, (2, 1), True))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
