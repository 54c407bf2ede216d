#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page of `holdfast report` is small and quick: of a 60 s session at most 400 KB, of a one-hour session
at most 15 MB, first drawn within 1.5 s and zoomed within 50 ms in headless Chromium.

Both sessions are made by glitch_trace.cc: 16-frame blocks with a glitch every 0.36 s, each with the 42 page
faults of its own, and the machine's readings, beside a take of white noise: more of everything than sessions
have that were recorded.
First draw is from the begin of the navigation to the frame after the last chart; a zoom is from the key to
the frame that shows it; both are the median of all. Sizes are judged always, times only with --timed.
Exit codes: 0 holds, 1 not, 77 no Chromium (with --timed).

usage: report_page.py BUILD_DIR [--timed]
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/support"))
import chromium  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402

MINUTE_BYTES, HOUR_BYTES = 400_000, 15_000_000
DRAW_MS, ZOOM_MS = 1500, 50
LOADS, ZOOMS = 7, 40
HOW = ("`bench/report_page.py`: traces of `bench/glitch_trace`, with a glitch every 0.36 s and 42 page faults in "
       "each, and takes of white noise; median of 7 loads and of 40 zooms by key, each up to the frame that shows it, headless Chromium, "
       "1240 pixels wide")
NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))"


def page_of(build, folder, seconds):
    """With a take of white noise, which is the largest that a waveform gets."""
    trace, page = f"{folder}/{seconds}.hft", pathlib.Path(f"{folder}/{seconds}.html")
    subprocess.run([f"{build}/bench/glitch_trace", trace, str(seconds)], check=True)
    with wave.open(f"{folder}/{seconds}.wav", "wb") as take:
        take.setparams((1, 1, 48000, 0, "NONE", ""))
        for _ in range(seconds):
            take.writeframes(os.urandom(48000))
    subprocess.run([f"{build}/src/cmd/holdfast", "report", trace, "-o", str(page)], check=True)
    assert '"waveform":{' in page.read_text(encoding="utf-8"), "the take is not shown"
    return page


def times(path):
    """Medians of first draw and zoom in ms, and the points of lateness in the page."""
    draws = []
    with chromium.Chromium() as browser:
        for _ in range(LOADS):
            page = browser.open(path.as_uri())
            page.evaluate(NEXT_FRAME)
            draws.append(page.evaluate("performance.getEntriesByName('charts shown')[0].startTime"))
            if len(draws) < LOADS:
                page.close()
        zooms = json.loads(page.evaluate(f"""(async () => {{
            const took = [];
            for (let i = 0; i < {ZOOMS}; i++) {{
              const begin = performance.now(), key = i % 8 === 7 ? "0" : i % 8 === 4 ? "n" : "+";
              document.body.dispatchEvent(new KeyboardEvent("keydown", {{key, bubbles: true}}));
              await {NEXT_FRAME};
              took.push(performance.now() - begin);
            }}
            return JSON.stringify(took);
        }})()"""))
        points = page.evaluate("JSON.parse(document.getElementById('data').textContent).charts.lateness.most.length")
    return statistics.median(draws), statistics.median(zooms), points


def figures(build, is_timed=True):
    with tempfile.TemporaryDirectory(prefix="holdfast-page-") as folder:
        minute, hour = page_of(build, folder, 60), page_of(build, folder, 3600)
        for name, page, most in (("60 s", minute, MINUTE_BYTES), ("one hour", hour, HOUR_BYTES)):
            size = page.stat().st_size
            yield Figure(f"report page of a session of {name}", f"<= {most / 1000:.0f} KB",
                         f"{size / 1000:.0f} KB", size <= most, HOW)
        if not is_timed:
            return
        asked = (f"<= {DRAW_MS} ms", f"<= {ZOOM_MS} ms")
        if not chromium.find():
            yield skipped("first draw of the page of one hour", asked[0], "Chromium is not installed")
            yield skipped("zoom in the page of one hour", asked[1], "Chromium is not installed")
            return
        draw, zoom, points = times(hour)
        yield Figure(f"first draw of the page of one hour ({points} points of lateness)", asked[0],
                     f"{draw:.0f} ms", draw <= DRAW_MS, HOW)
        yield Figure("zoom in the page of one hour", asked[1], f"{zoom:.0f} ms", zoom <= ZOOM_MS, HOW)


if __name__ == "__main__":
    sys.exit(conclude(list(figures(sys.argv[1], "--timed" in sys.argv[2:]))))
