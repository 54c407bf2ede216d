#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a collector with ClickHouse behind it manages: acknowledged reports while it ships, how fast an inbox that
has grown is emptied, and how long the questions of a page take over ten million sessions, from either store.

usage: clickhouse_speed.py BUILD_DIR [SECONDS [SESSIONS]]
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from figure import Figure, conclude, skipped

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/system"))
import clickhouse_servers  # noqa: E402
import field_reports  # noqa: E402

ASKED_PER_SECOND, ASKED_RAW_S, ASKED_SUMS_S, ASKED_MB = 30_000, 1.0, 0.5, 100
QUESTIONS = 13  # of a page
TABLE = "holdfast_reports"
DAYS, FIRST_DAY = 90, 20_000
LOAD = ("`bench/clickhouse_speed`: new reports over loopback HTTP by 128 connections, 10 per request; load, collector "
        "and a ClickHouse of its own on the same processors; every report is counted in ClickHouse afterwards")
ASK = ("made-up reports of 90 days and 400,000 installations, one of ten with glitches; each statement that `holdfast "
       "stats` sends, as ClickHouse logs its time; weeks that ended some days ago are merged, as the collector has "
       "them merged, the newest are in parts")
SUMS = "`holdfast stats` over the sums of as many sessions in SQLite, the whole of it with the start of the program"


def peak_mb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def collector_of(place, servers):
    return field_reports.Collector(place, f"clickhouse={servers.urls}",
                                   options=["--inbox", place["folder"] / "reports.db"])


def drain(collector, rest=0):
    """(reports shipped, seconds) until no more than `rest` wait."""
    began, first = time.monotonic(), collector.counters()["reports_waiting"]
    while (left := collector.counters()["reports_waiting"]) > rest:
        assert time.monotonic() - began < 300, "it does not keep up"
        time.sleep(0.02)
    return first - left, time.monotonic() - began


def load(build, collector, token, seconds):
    run = subprocess.run([f"{build}/bench/collect_load", str(collector.port), token, "128", "10", str(seconds)],
                         capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def shipping(build, place, servers, seconds):
    """(what the load says while it ships, (reports, seconds) of emptying a grown inbox, peak memory)."""
    token = field_reports.add_token(place)
    with collector_of(place, servers) as collector:
        said = load(build, collector, token, seconds)
        drain(collector)
        servers.all[0].kill()
        load(build, collector, token, seconds)
        waiting = collector.counters()["reports_waiting"]
        servers.all[0].start()
        while collector.counters()["clickhouse_up"] == 0:  # it pauses between attempts, up to half a minute
            time.sleep(0.02)
        left = collector.counters()["reports_waiting"]
        emptied = drain(collector, 10_000)  # the last ones, less than a batch, wait for more
        drain(collector)
        memory = peak_mb(collector.process)
        end = collector.end()
    counted = int(servers.all[0].ask(f"SELECT count() FROM {TABLE} FINAL"))
    assert counted == end["stored"] and left > waiting / 2, (counted, end, waiting, left)
    return said, emptied, memory


def judge_shipping(said, emptied, memory):
    reports, seconds = emptied
    yield Figure("field reports acknowledged while they are shipped to ClickHouse", f">= {ASKED_PER_SECOND}/s",
                 f"{said['per_second']:.0f}/s, p99 {said['p99_ms']:.1f} ms", said["per_second"] >= ASKED_PER_SECOND, LOAD)
    rate = reports / max(seconds, 1e-9)
    yield Figure("field reports shipped to ClickHouse", f">= {ASKED_PER_SECOND}/s",
                 f"{rate:.0f}/s ({reports} in {seconds:.1f} s)", rate >= ASKED_PER_SECOND,
                 "an inbox that grew while ClickHouse was away, from the end of the first batch until less than a batch is left")
    yield Figure("memory of the collector under that load", f"<= {ASKED_MB} MB", f"{memory:.0f} MB",
                 memory <= ASKED_MB, "peak of the resident set (VmHWM)")


def fill(server, sessions):
    """Rows as the collector would have sent them, made by the server itself."""
    for part in range(10):  # several inserts: weeks come in parts
        server.ask(f"""INSERT INTO {TABLE} (id_high, id_low, day, app, version, os, backend, arm, bucket, weight,
 glitches, exposure_ms, frames_lost, cell_keys, cell_seconds, cell_glitches, causes, objects, symbols, stalls_us,
 start_hour, arrival, token, install, install_key, is_kept, body) SELECT
 bitShiftLeft(toUInt64(hour) * 3600000, 16) + rand(1) % 65536, rand64(number), intDiv(hour, 24), 'editor',
 concat('29.', toString(rand(2) % 5)), if(rand(3) % 3 = 0, 'macos', 'linux'),
 if(rand(4) % 2 = 0, 'jack', 'pipewire'), if(rand(5) % 2 = 0, 'none', 'parts'), key % 64, if(g > 0, 1, 50), g,
 60000 + rand(8) % 5000, g * 200, cells, arrayMap(x -> toUInt32(300), cells), arrayMap(x -> toUInt32(0), cells),
 if(g > 0, ['major_fault'], emptyArrayString()), if(g > 0, ['libc.so.6'], emptyArrayString()),
 if(g > 0, [concat('f', toString(rand(9) % 50))], emptyArrayString()),
 if(g > 0, [toUInt64(9000)], emptyArrayUInt64()), hour, number, 1, key, key, 1, ''
FROM (SELECT number, toInt32({FIRST_DAY * 24} + intDiv(number * {DAYS * 24}, {sessions})) AS hour,
 if(rand(7) % 10 = 0, 1 + rand(10) % 3, 0) AS g, 1 + intHash64(rand(6) % 400000) AS key,
 arrayMap((x, k) -> toUInt16((k % 64) * 100 + (rand(11) % 40 + x * 7) % 100), range(10), replicate(key, range(10)))
 AS cells FROM numbers({sessions // 10 * part}, {sessions // 10}))""", timeout=300)


def raw_questions(place, server, sessions):
    """Seconds of each statement that a page takes."""
    store = ["--store", f"clickhouse={server.url}"]
    collector = field_reports.Collector(place, store[1], options=["--inbox", place["folder"] / "empty.db"])
    with collector:
        while server.ask(f"EXISTS TABLE {TABLE}") != "1":
            time.sleep(0.1)
        collector.end()
    fill(server, sessions)
    for week in range(FIRST_DAY // 7, (FIRST_DAY + DAYS) // 7 - 1):
        server.ask(f"OPTIMIZE TABLE {TABLE} PARTITION {week} FINAL", timeout=300)
    for _ in range(2):  # once for the caches
        server.ask("SYSTEM FLUSH LOGS")
        server.ask("TRUNCATE TABLE IF EXISTS system.query_log")
        said = subprocess.run([place["holdfast"], "stats", "--json", *store], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["all"]["reports"] == sessions
    server.ask("SYSTEM FLUSH LOGS")
    lines = server.ask("SELECT query_duration_ms FROM system.query_log WHERE type = 2 AND query LIKE "
                       f"'%FROM {TABLE}%' AND query NOT LIKE '%query_log%'").split()
    return sorted(int(line) / 1000 for line in lines)


def sums_of(path, sessions):
    """An SQLite store with the sums of as many sessions, as finely divided as such a fleet divides them."""
    draw = random.Random(1)
    database = field_reports.sqlite3.connect(path)
    versions, arms, places = [f"29.{i}" for i in range(5)], ["none", "parts"], []
    for day in range(FIRST_DAY, FIRST_DAY + DAYS):
        for version in versions:
            for arm in arms:
                places += [(day, "editor", version, arm, bucket) for bucket in range(64)]
    each = max(1, sessions // (len(places) * 4))
    rows = ((day, app, version, system, backend, arm, bucket, each, each * 45, each // 10, each // 8, each * 60_000, 99)
            for day, app, version, arm, bucket in places for system in ("linux", "macos") for backend in ("jack", "alsa"))
    database.executemany(f"INSERT INTO session_sums VALUES({','.join('?' * 13)})", rows)
    cells = b"".join(bytes((place, 200, 200, 3, place % 3)) for place in range(0, 100, 3))
    database.executemany("INSERT INTO cell_sums VALUES(?,?,?,?,?,?)", ((*place, cells) for place in places))
    database.executemany("INSERT INTO cause_sums VALUES(?,?,?,?,?,?,?,?,?)",
                         ((day, "editor", version, arm, "major_fault", "libc.so.6", f"f{symbol}", 5, 9000)
                          for day in range(FIRST_DAY, FIRST_DAY + DAYS) for version in versions for arm in arms
                          for symbol in range(50)))
    database.executemany("INSERT OR IGNORE INTO installs VALUES(?,?,?,?,?,?,?,?,?,?)",
                         (("editor", draw.getrandbits(62), draw.choice(versions), FIRST_DAY, FIRST_DAY + DAYS, 25, glitched,
                           glitched, FIRST_DAY, 1) for glitched in (draw.choice((0, 0, 0, 1, 2)) for _ in range(400_000))))
    database.commit()
    database.close()
    return each * len(places) * 4


def sums_seconds(place, sessions):
    field_reports.add_token(place, "editor", "sums.db")
    made = sums_of(place["folder"] / "sums.db", sessions)
    times = []
    for _ in range(3):
        began = time.monotonic()
        said = subprocess.run([place["holdfast"], "stats", "--json", "--store", place["folder"] / "sums.db"],
                              capture_output=True, text=True, check=True)
        times.append(time.monotonic() - began)
    assert json.loads(said.stdout)["all"]["reports"] == made
    return min(times)


def judge_questions(seconds, sessions):
    if not seconds:
        return skipped("questions in ClickHouse", f"<= {ASKED_RAW_S:.0f} s each", "the server logged no statement")
    middle = seconds[len(seconds) // 2]
    return Figure(f"each question of a page over {sessions} reports in ClickHouse", f"<= {ASKED_RAW_S:.0f} s",
                  f"{len(seconds)} questions: median {middle:.2f} s, longest {seconds[-1]:.2f} s, all {sum(seconds):.1f} s",
                  seconds[-1] <= ASKED_RAW_S, ASK)


def judge_sums(seconds, sessions):
    """Together within what one may take holds; beyond what all may take falls short; between, who knows."""
    holds = True if seconds <= ASKED_SUMS_S else False if seconds > QUESTIONS * ASKED_SUMS_S else None
    return Figure(f"all questions of a page over the sums of {sessions} reports in SQLite", f"<= {ASKED_SUMS_S} s each",
                  f"{seconds:.2f} s together", holds, SUMS)


def figures(build, seconds=20, sessions=10_000_000):
    name = "field reports in ClickHouse"
    if not os.path.exists(f"{build}/src/lib/holdfast/fleet.so"):
        yield skipped(name, f">= {ASKED_PER_SECOND}/s", "this build has no collector")
        return
    # Not in /tmp, which may be memory.
    with tempfile.TemporaryDirectory(prefix="holdfast-clickhouse-", dir=build) as folder:
        place = {"holdfast": f"{build}/src/cmd/holdfast", "folder": pathlib.Path(folder)}
        yield judge_sums(sums_seconds(place, sessions), sessions)
        if clickhouse_servers.missing(with_zookeeper=False):
            yield skipped(name, f">= {ASKED_PER_SECOND}/s", clickhouse_servers.missing(with_zookeeper=False))
            return
        with clickhouse_servers.Servers(place["folder"]) as servers:
            yield from judge_shipping(*shipping(build, place, servers, seconds))
            servers.all[0].ask(f"DROP TABLE {TABLE}")
            yield judge_questions(raw_questions(place, servers.all[0], sessions), sessions)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    sys.exit(conclude(list(figures(os.path.abspath(sys.argv[1]), *numbers))))
