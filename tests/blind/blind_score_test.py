#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The judge of the judge can fail: each thing that is asked of a verdict, once right and once wrong."""
import copy
import unittest

from blind_score import ClassScore, match

PERIOD_NS = 1_000_000
BASE = 0x5000


def truth_at(time_ns, cause="page_fault"):
    touches = [{"address": BASE + 0x3010, "begin_ns": time_ns + 100, "end_ns": time_ns + 500_100}]
    is_page = cause == "page_fault"
    return {"cause": cause, "begin_ns": time_ns, "end_ns": time_ns + 600_000,
            "kind": "major" if is_page else None, "where": "data" if is_page else None,
            "mapping": "victim" if is_page else None, "symbol": "table" if is_page else None,
            "symbol_begin": BASE, "touches": touches if is_page else []}


def glitch_at(time_ns, cause="page_fault"):
    part = {"cause": cause, "ns": 500_000, "kind": "major", "where": "data", "mapping": "victim",
            "symbol": "table+0x3000"}
    rest = {"cause": "unexplained", "ns": 20_000}
    return {"mono_ns": time_ns, "lateness_ns": 520_000, "cause": cause, "budget": [part, rest]}


def many(make, *arguments):
    return [make(i * PERIOD_NS, *arguments) for i in range(20)]


class BlindScore(unittest.TestCase):
    def failures(self, glitches, truths, rung="kernel"):
        return ClassScore("some", truths, glitches).failures(rung)

    def changed(self, count, change):
        glitches = many(glitch_at)
        for glitch in glitches[:count]:
            change(glitch)
        return self.failures(glitches, many(truth_at))

    def test_all_right_passes(self):
        self.assertEqual(self.failures(many(glitch_at), many(truth_at)), [])

    def test_one_wrong_cause_passes_and_two_fail(self):
        def blame_callback(glitch):
            glitch["cause"] = "callback"
        self.assertEqual(self.changed(1, blame_callback), [])
        self.assertIn("causes are wrong", self.changed(2, blame_callback)[0])

    def test_wrong_pages_fail(self):
        for name, value in (("where", "heap"), ("mapping", "other"), ("kind", "minor"),
                            ("symbol", "other+0x3000"), ("symbol", "table+0x4000"), ("symbol", None)):
            def spoil(glitch, name=name, value=value):
                glitch["budget"][0][name] = value
            self.assertIn("pages are wrong", self.changed(2, spoil)[0], (name, value))

    def test_time_that_is_not_explained_fails(self):
        def forget(glitch):
            glitch["budget"][1]["ns"] = 60_000
        self.assertIn("explained", self.changed(20, forget)[0])

    def test_wrong_durations_fail(self):
        def stretch(glitch):
            glitch["budget"][0]["ns"] = 530_000
        self.assertIn("durations", self.changed(20, stretch)[0])

    def test_memory_blamed_for_something_else_fails_on_every_rung(self):
        glitches = many(glitch_at, "blocked")
        glitches[3] = copy.deepcopy(glitch_at(3 * PERIOD_NS))
        self.assertIn("blamed on page_fault", self.failures(glitches, many(truth_at, "blocked"), "polls")[0])

    def test_bystander_blamed_on_memory_fails(self):
        glitches = [*many(glitch_at), glitch_at(100 * PERIOD_NS)]
        self.assertIn("blamed on page_fault", self.failures(glitches, many(truth_at))[0])

    def test_glitch_outside_every_injection_has_no_truth(self):
        self.assertIsNone(match([glitch_at(50 * PERIOD_NS)], many(truth_at))[0][0][1])

    def test_glitch_that_began_long_before_its_injection_is_mixed(self):
        self.assertEqual(match([glitch_at(-400_000)], [truth_at(0)]), ([], 1))
        self.assertEqual(match([glitch_at(-100_000)], [truth_at(0)])[1], 0)


if __name__ == "__main__":
    unittest.main()
