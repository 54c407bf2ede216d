#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a collector takes in: acknowledged reports per second on one and on 128 connections, how long a request
waits, memory. Everything that was counted as stored must be in the file afterwards, and sums equal raw sums.

usage: collect_load.py BUILD_DIR [SECONDS]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from figure import Figure, conclude, skipped

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/system"))
import field_reports  # noqa: E402

# connections, reports per request, reports per second asked, 99 of 100 requests within ms
# With 10 in each of 128 requests there are 1,280 under way: at 30,000/s each waits for 43 ms, whatever the store does.
FORMS = [(1, 1, 2000, None), (128, 1, 30_000, 20), (128, 10, 30_000, None)]
MEMORY_MB = 100
HOW = ("`bench/collect_load`: new reports (1 of 9 with glitches) over loopback HTTP, load and collector on the same "
       "processors; synchronous=FULL; every acknowledged report is counted in the file afterwards")


def peak_mb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s*(\d+)", status).group(1)) / 1024


def measure(build, connections, batch, seconds):
    """(what the load generator says, peak memory in MB) of a collector of its own."""
    # Not in /tmp, which may be memory.
    with tempfile.TemporaryDirectory(prefix="holdfast-load-", dir=build) as folder:
        place = {"holdfast": f"{build}/src/cmd/holdfast", "folder": pathlib.Path(folder)}
        token = field_reports.add_token(place)
        with field_reports.Collector(place) as collector:
            load = subprocess.run([f"{build}/bench/collect_load", str(collector.port), token, str(connections),
                                   str(batch), str(seconds)], capture_output=True, text=True, check=True)
            said, memory = json.loads(load.stdout), peak_mb(collector.process)
            end = collector.end()
        # What was under way at the end was stored, too, and not waited for.
        beyond = end["stored"] - said["stored"]
        assert 0 <= beyond <= connections * batch and said["not_stored"] == 0, (said, end)
        assert stored_rows(collector.store) == end["stored"], "a report was lost or counted twice"
        return said, memory


def stored_rows(path):
    """How many reports are kept, and counted in the sums."""
    database = field_reports.sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows, counted = (database.execute(query).fetchone()[0] for query in
                     ("SELECT count(*) FROM reports", "SELECT sum(reports) FROM session_sums"))
    database.close()
    assert rows == counted, (rows, counted)
    return rows


def figures(build, seconds):
    if not os.path.exists(f"{build}/src/lib/holdfast/fleet.so"):
        yield skipped("field reports per second", "30000", "this build has no collector")
        return
    highest = 0
    for connections, batch, asked, within_ms in FORMS:
        said, memory = measure(build, connections, batch, seconds)
        highest = max(highest, memory)
        batches = "1 report each" if batch == 1 else f"{batch} reports each"
        holds = said["per_second"] >= asked and (within_ms is None or said["p99_ms"] <= within_ms)
        limit = f", p99 <= {within_ms} ms" if within_ms else ""
        name = f"field reports acknowledged, {connections} connection{'s' * (connections > 1)}, {batches}"
        yield Figure(name, f">= {asked}/s{limit}", f"{said['per_second']:.0f}/s, p50 {said['p50_ms']:.2f} ms, "
                     f"p99 {said['p99_ms']:.2f} ms", holds, HOW)
    yield Figure("memory of the collector under that load", f"<= {MEMORY_MB} MB", f"{highest:.0f} MB",
                 highest <= MEMORY_MB, "peak of the resident set (VmHWM)")


if __name__ == "__main__":
    sys.exit(conclude(list(figures(os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 10))))
