#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does a page that `holdfast evict` says has left have to be waited for, and how long does it take?

Shoots at tests/system/sniped, whose real-time thread uses the same 8 pages of code, data, stack and heap in
every period and counts its own page faults: a number of evictions of each kind, at two periods. Then, with a
heap large enough, whether the first second of evictions makes a glitch.

Usage: evict_pages.py BUILD_DIR [EVICTIONS]     (root; makes a swap file for the time being)
Exit: 0 all figures hold, 1 not, 77 cannot be done here.
"""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "system"))
import eviction_test as eviction  # noqa: E402
from figure import Figure, conclude, skipped  # noqa: E402

ASKED_EVICTIONS = 100
LONGEST_MS = 5
KINDS = ("text", "data", "stack", "heap")
ANSWERED = "evictions that the thread answers with a major fault"
GLITCH_HEAP_PAGES = {333_000: 8, 5_300_000: 1024}  # so many pages that getting them back takes a period
HOW = ("`bench/evict_pages.py`: `holdfast evict --every 50ms` of the 8 pages of one kind that a SCHED_FIFO thread "
       "(tests/system/sniped) uses in every period; major faults by the thread's own count in /proc, and by "
       "its own getrusage, which must not be fewer")
GLITCH_HOW = ("the same program with a heap whose return takes a period (8 pages at 333 us, 1024 at 5.3 ms); blocks "
              "with a major fault that took longer than the period, within as many blocks as a second has")


def period_text(period_ns):
    return f"{period_ns / 1e6:.3g} ms" if period_ns >= 1e6 else f"{period_ns // 1000} us"


def shoot(place, period_ns, kind, evictions):
    """([answered or not], [ms each took], is the program's own count of the same opinion)"""
    with place.start(period_ns) as victim:
        hits, counted, result = eviction.shoot(place, victim, victim.hot(kind), evictions, "50ms")
        took = [each["took_ns"] / 1e6 for each in eviction.events(result, "eviction")]
        return hits, took, counted["faulted_blocks"] >= sum(hits)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def answered_figure(period_ns, kind, evictions, hits, is_confirmed):
    is_enough = len(hits) >= 0.95 * evictions and evictions >= ASKED_EVICTIONS
    holds = sum(hits) >= 0.99 * len(hits) and is_confirmed
    text = f"{sum(hits)} of {len(hits)}" + ("" if is_confirmed else " (the program counted fewer)")
    return Figure(f"{ANSWERED}: {kind}, period {period_text(period_ns)}", ">= 99 of 100", text,
                  holds if is_enough or not holds else None, HOW)


def time_figure(took, evictions):
    text = (f"median {percentile(took, 0.5):.2f} ms, 99 %: {percentile(took, 0.99):.2f} ms, longest "
            f"{max(took):.2f} ms of {len(took)}")
    is_enough = evictions >= ASKED_EVICTIONS
    holds = max(took) <= LONGEST_MS
    return Figure("one eviction of 8 pages, verified", f"<= {LONGEST_MS} ms", text,
                  holds if is_enough or not holds else None, HOW)


def glitch_figure(place, period_ns):
    pages = GLITCH_HEAP_PAGES[period_ns]
    with place.start(period_ns, str(pages)) as victim:
        what = f"{victim.places['heap']:x},{pages * eviction.PAGE}"
        begin = victim.counts()
        eviction.evict(place, "--pid", victim.pid, "--what", what, "--every", "200ms", "--for", "900ms")
        end = victim.counts()
    glitches, blocks = (end[name] - begin[name] for name in ("glitches", "blocks"))
    return Figure(f"glitches in the first second of evictions, period {period_text(period_ns)}", ">= 1",
                  f"{glitches} in {blocks} blocks", glitches > 0, GLITCH_HOW)


def figures(build, evictions):
    if os.geteuid() != 0:
        return [skipped(ANSWERED, ">= 99 of 100", "needs root, to push out pages of another process")]
    stage = eviction.Stage(f"{build}/tests/blind/blind_stage")
    try:
        place = eviction.Place(f"{build}/src/cmd", f"{build}/tests/system/sniped", stage)
        return list(measure(place, evictions))
    finally:
        stage.close()


def measure(place, evictions):
    all_took = []
    for period_ns in eviction.PERIODS_NS:
        for kind in KINDS if eviction.has_free_swap() else ("text",):
            hits, took, is_confirmed = shoot(place, period_ns, kind, evictions)
            all_took += took
            yield answered_figure(period_ns, kind, evictions, hits, is_confirmed)
        if eviction.has_free_swap():
            yield glitch_figure(place, period_ns)
    yield time_figure(all_took, evictions)


if __name__ == "__main__":
    sys.exit(conclude(figures(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20)))
