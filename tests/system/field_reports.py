# SPDX-License-Identifier: MIT
"""Field reports for tests of the collector, the collector itself as a process, and what its store must add
up to: the sums are reckoned here once more, from the reports that are kept."""
import collections
import copy
import datetime
import http.client
import json
import pathlib
import random
import signal
import sqlite3
import subprocess

SEEDS = pathlib.Path(__file__).resolve().parent.parent / "fuzz/seeds/field_reports"
APP = "twistedwave"


def seed(name):
    return json.loads((SEEDS / f"{name}.json").read_text(encoding="utf-8"))


def new_id(hour, draw=random):
    time_ms = int(hour.timestamp()) // 3600 * 3600000
    digits = f"{time_ms:012x}7{draw.getrandbits(12):03x}8{draw.getrandbits(60):015x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def report(name="clean", install=None, hours_ago=0, draw=random):
    """A new report like that seed, of the running hour or of some hours ago."""
    hour = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours_ago)
    made = copy.deepcopy(seed(name))
    made["report_id"] = new_id(hour, draw)
    made["install"] = install or f"{draw.getrandbits(64):016x}"
    if "session" in made:
        made["session"]["start_hour"] = hour.strftime("%Y-%m-%dT%HZ")
    return made


def as_lines(reports):
    return b"".join(json.dumps(each).encode() + b"\n" for each in reports)


class Collector:
    """`holdfast collect` on ports of its own."""

    def __init__(self, place, store="reports.db", options=(), command=()):
        self.store = store if store.startswith("clickhouse=") else place["folder"] / store
        self.process = subprocess.Popen(
            [*command, place["holdfast"], "collect", "--json", "--store", self.store, "--listen", "127.0.0.1:0",
             "--dashboard", "127.0.0.1:0", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, f"did not start: {self.process.communicate()[1]}"
        start = json.loads(line)
        self.port = int(start["reports"].split(":")[2].split("/")[0])
        self.dashboard = int(start["dashboard"].split(":")[2].split("/")[0])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self):
        """Ctrl-C, and what it says at its end."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, (self.process.returncode, out, err)
        return json.loads(out.splitlines()[-1])

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def counters(self):
        status, text, _ = ask(self.dashboard, "/metrics")
        assert status == 200, (status, text)
        return {line.split()[0].removeprefix("holdfast_collector_"): int(line.split()[1])
                for line in text.splitlines() if not line.startswith("#")}


def ask(port, target, method="GET", body=None, headers=None, timeout=60):
    """(status, text, headers) of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


def send(port, token, body, timeout=60, **headers):
    """(status, answers) of one batch."""
    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {token}",
               **{name.replace("_", "-"): value for name, value in headers.items()}}
    status, text, _ = ask(port, "/v1/reports", "POST", body, headers, timeout)
    answers = [json.loads(line) for line in text.splitlines()] if text.startswith("{") else []
    return status, answers


def add_token(place, app=APP, store="reports.db", *options):
    made = subprocess.run([place["holdfast"], "collect", "--store", place["folder"] / store,
                           *(options or ("--add-app", app))], capture_output=True, text=True, check=True)
    return made.stdout.strip()


def bucket_of(install):
    mask = (1 << 64) - 1
    mixed = (int(install, 16) + 0x9E3779B97F4A7C15) & mask
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & mask
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & mask
    return (mixed ^ mixed >> 31) % 64


def decode_cells(data):
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number, shift = 0, 0
    return {numbers[i]: (numbers[i + 1], numbers[i + 2]) for i in range(0, len(numbers), 3)}


def sums_of_reports(bodies):
    """Sessions, cells and causes, as the store should have them."""
    sessions = collections.defaultdict(lambda: [0] * 6)
    cells = collections.defaultdict(lambda: [0, 0])
    causes = collections.defaultdict(lambda: [0, 0])
    for each in map(json.loads, bodies):
        day = int(datetime.datetime.strptime(each["session"]["start_hour"], "%Y-%m-%dT%HZ").replace(
            tzinfo=datetime.timezone.utc).timestamp()) // 86400
        app, arm, weight = each["app"], each["protect"]["arm"], each["sample_weight"]
        glitches = each["exposure"]["glitches"]
        bucket = bucket_of(each["install"])
        key = (day, app["id"], app["version"], each["system"]["os"], each["audio"]["backend"], arm, bucket)
        exposure = each["session"]["duration_ms"] - each["session"]["suspended_ms"]
        for place, value in enumerate((1, weight, weight * (glitches > 0), weight * glitches, weight * exposure,
                                       weight * each["exposure"]["frames_lost"])):
            sessions[key][place] += value
        for cpu, memory, seconds, count in each["cells"]["rows"]:
            cell = cells[(day, app["id"], app["version"], arm, bucket, 10 * cpu + memory)]
            cell[0] += weight * seconds
            cell[1] += weight * count
        for glitch in each["glitches"]:
            cause = causes[(day, app["id"], app["version"], arm, glitch["cause"], glitch.get("object", ""),
                            glitch.get("symbol", ""))]
            cause[0] += weight
            cause[1] += weight * glitch["stall_us"]
    return ({key: tuple(value) for key, value in sessions.items()},
            {key: tuple(value) for key, value in cells.items() if any(value)},
            {key: tuple(value) for key, value in causes.items()})


def stored(path):
    """({report id: body}, the three tables of sums) of a store; its file must be whole."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        assert whole == "ok", whole
        bodies = dict(database.execute("SELECT lower(hex(id)), body FROM reports"))
        sessions = {row[:7]: row[7:] for row in database.execute("SELECT * FROM session_sums")}
        cells = {(*row[:5], place): count for row in database.execute("SELECT * FROM cell_sums")
                 for place, count in decode_cells(row[5]).items()}
        causes = {row[:7]: row[7:] for row in database.execute("SELECT * FROM cause_sums")}
        return bodies, (sessions, cells, causes)
    finally:
        database.close()


def check_sums(path):
    """Sums equal raw sums, to the last count; returns the reports that are kept."""
    bodies, sums = stored(path)
    for name, kept, reckoned in zip(("sessions", "cells", "causes"), sums, sums_of_reports(bodies.values())):
        differing = {key: (kept.get(key), reckoned.get(key)) for key in kept.keys() | reckoned.keys()
                     if kept.get(key) != reckoned.get(key)}
        assert not differing, (name, len(differing), list(differing.items())[:3])
    return bodies
