#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proof that each measurement can fall short: its judgement, fed with made-up observations."""
import contextlib
import dataclasses
import io
import tempfile
import unittest

import benchmarks_page
import clickhouse_speed
import explain_memory
import field_report_cost
import lateness_vs_cyclictest as lateness
import lock_call_cost
import pressure_comparison
import pressure_soak
import real_experiments
import record_pressure
import record_take
import recorder_survival
import recorders_told
import slow_disk
import system_calls
import take_survival
from figure import Figure, conclude

STRACE = """10 clone3(...) = 11
11 prctl(PR_SET_NAME, "audio") = 0
11 futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL) = 0
11 clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {...},  <unfinished ...>
10 read(3, "x", 1) = 1
11 <... clock_nanosleep resumed>NULL) = 0
11 clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {...}, NULL) = 0
11 madvise(0x1, 2, MADV_DONTNEED) = 0
11 +++ exited with 0 +++""".splitlines()


class RealExperiments(unittest.TestCase):
    def result(self, difference="fewer", end=0.2, verdict="shown"):
        arms = [{"arm": arm, "minutes": 1.0, "blocks": 20, "page_fault_glitches": glitches, "own_major_faults": glitches,
                 "page_fault_glitches_per_min": float(glitches), "page_fault_glitches_per_min_interval": [0, 0.2],
                 "locked_bytes": 1 << 20} for arm, glitches in (("none", 50), ("plan", 0), ("all", 0))]
        return {"verdict": verdict, "arm_results": arms,
                "comparisons": [{"arm": arm, "difference": difference, "ratio_interval": [0.0, end]}
                                for arm in ("plan", "all")]}

    def test_ten_that_agree_hold_and_one_that_does_not_falls_short(self):
        agreeing = [self.result()] * 9
        self.assertTrue(real_experiments.agreement_figure([*agreeing, self.result()]).holds)
        for other in (self.result(end=1.0), self.result(difference="none"), None):
            self.assertFalse(real_experiments.agreement_figure([*agreeing, other]).holds)

    def test_two_that_agree_decide_nothing(self):
        self.assertIsNone(real_experiments.agreement_figure([self.result()] * 2).holds)

    def test_equal_arms_called_different_more_than_one_time_in_twenty_fall_short(self):
        same = [self.result(difference="none")] * 47
        self.assertTrue(real_experiments.equal_arms_figure([*same, self.result(), self.result("more"), self.result("none")]).holds)
        self.assertFalse(real_experiments.equal_arms_figure([*same, self.result(), self.result(), self.result("more")]).holds)

    def test_equal_arms_without_glitches_decide_nothing(self):
        quiet = self.result(difference="none")
        for arm in quiet["arm_results"]:
            arm["page_fault_glitches"] = 0
        self.assertIsNone(real_experiments.equal_arms_figure([quiet] * 50).holds)

    def test_a_major_fault_with_the_plan_falls_short(self):
        self.assertTrue(real_experiments.plan_figure(self.result()).holds)
        faulted = self.result()
        faulted["arm_results"][1]["own_major_faults"] = 1
        self.assertFalse(real_experiments.plan_figure(faulted).holds)


class LockCallCost(unittest.TestCase):
    def judged(self, audit_seconds):
        seconds = {"bare": ([0.001], [0.002]), "audit": ([0.1], [audit_seconds]), "strace": ([0.1], [0.9]),
                   "strace-bpf": ([0.1], [0.6])}
        return lock_call_cost.judge(lock_call_cost.pair_costs(seconds, 100), seconds, 100, 1)

    def test_cheaper_than_either_strace_holds(self):
        figure = self.judged(0.3)
        self.assertTrue(figure.holds)
        self.assertIn("2000 us a pair", figure.measured)

    def test_dearer_than_the_cheaper_strace_falls_short(self):
        self.assertFalse(self.judged(0.7).holds)


class FieldReportCost(unittest.TestCase):
    def judged(self, noise_ns=100, **changed):
        without = {"thread_percent": 0, "anonymous_kib": 100, "faults": 0, "p50_ns": 3000, "block_cpu_ns": 2000}
        pairs = [({**without, "thread_percent": 0.2, "anonymous_kib": 500, "p50_ns": 3000 + noise, **changed}, without)
                 for noise in (-noise_ns, noise_ns, 0)]
        return [figure.holds for figure in field_report_cost.judge(pairs, "")]

    def test_a_report_that_costs_little_holds(self):
        self.assertEqual(self.judged(), [True, True, True])

    def test_a_busy_machine_decides_nothing_about_the_audio_thread(self):
        self.assertEqual(self.judged(noise_ns=9000), [True, True, None])

    def test_each_cost_falls_short_alone(self):
        self.assertEqual(self.judged(thread_percent=0.6), [False, True, True])
        self.assertEqual(self.judged(anonymous_kib=1200), [True, False, True])
        self.assertEqual(self.judged(faults=1), [True, True, False])
        self.assertEqual(self.judged(p50_ns=5000), [True, True, False])


class SystemCalls(unittest.TestCase):
    def judged(self, lines, blocks):
        calls = system_calls.calls_between_waits(lines, system_calls.audio_thread(lines))
        return system_calls.judge(calls, blocks)

    def test_one_wait_per_block_holds(self):
        self.assertIsNone(self.judged(STRACE, 2))

    def test_another_call_between_two_waits_falls_short(self):
        self.assertIn("write x1", self.judged([*STRACE[:6], '11 write(1, "", 0) = 0', *STRACE[6:]], 2))

    def test_a_signal_between_two_waits_falls_short(self):
        self.assertIn("signal", self.judged([*STRACE[:6], "11 --- SIGALRM {} ---", *STRACE[6:]], 2))

    def test_a_second_clock_read_falls_short(self):
        reads = ["11 clock_gettime(CLOCK_MONOTONIC, {...}) = 0"] * 3
        self.assertIn("clock reads", self.judged([*STRACE[:6], *reads, *STRACE[6:]], 2))

    def test_more_waits_than_blocks_fall_short(self):
        self.assertIn("2 waits for 1 blocks", self.judged(STRACE, 1))

    def test_a_run_without_an_audio_thread_has_none(self):
        self.assertIsNone(system_calls.audio_thread(STRACE[:1]))


class Pressure(unittest.TestCase):
    STEP = {"settled_after_s": 12.0, "windows": 290, "windows_within": 290, "worst_share": 0.09, "mean": 0.4,
            "processor_share": 0.5}

    def held(self, seconds=600, **changes):
        return pressure_comparison.hold_figure("--psi", "40%", {**self.STEP, **changes}, seconds).holds

    def test_target_held_for_ten_minutes_holds(self):
        self.assertIs(self.held(), True)

    def test_shorter_runs_decide_only_that_it_falls_short(self):
        self.assertIsNone(self.held(60))
        self.assertIs(self.held(60, windows_within=289), False)

    def test_late_or_never_reached_falls_short(self):
        self.assertIs(self.held(settled_after_s=31.0), False)
        self.assertIs(self.held(settled_after_s=None), False)
        self.assertIs(pressure_comparison.hold_figure("--psi", "40%", "no cgroup", 600).holds, False)

    def test_the_best_of_the_others_decides(self):
        def rounds(first, per_s):
            return [{"first_s": first, "per_s": per_s, "variation": 0.1, "processor": 0.1}]
        others = {"stress-ng a": rounds(0.1, 10), "stress-ng b": rounds(0.04, 300)}
        sooner, more = pressure_comparison.judge_comparison(
            "ab", "asked", {"holdfast load": rounds(0.01, 1500), **others}, 1)
        self.assertEqual((sooner.holds, more.holds), (False, True))
        self.assertEqual(sooner.measured, "sooner: 4.0 x b, 10.0 x a")

    def test_faults_are_counted_from_the_start_of_the_presser(self):
        noted = pressure_comparison.judge_round([0.05, 1.5, 2.5, 2.6], 1.0)
        self.assertEqual((noted["first_s"], noted["per_s"]), (0.05, 0.4))
        self.assertEqual(pressure_comparison.judge_round([], 1.0)["first_s"], float("inf"))


class Lateness(unittest.TestCase):
    def figure(self, ours, theirs):
        return lateness.figure_of([(ours, theirs)] * 3, "median", 0.5, "how")

    def test_percentiles_are_by_nearest_rank(self):
        latencies = list(range(1, 1001))
        self.assertEqual([lateness.percentile(latencies, f) for f in (0.5, 0.99, 0.999)], [500, 990, 999])
        self.assertEqual(lateness.percentile([7], 0.999), 7)

    def test_longer_latencies_than_the_histogram_holds_are_not_lost(self):
        thread = {"histogram": {"3": 2, "1": 1}, "cycles": 5, "max": 2_000_000}
        self.assertEqual(lateness.latencies_of_histogram(thread), [1, 3, 3, 1_000_000, 1_000_000])

    def test_arms_take_turns_and_keep_their_places(self):
        order = []
        results = lateness.alternate(lambda: order.append("A") or [1], lambda: order.append("B") or [2],
                                     3, is_verbose=False)
        self.assertEqual((order, results), (list("ABBAAB"), [([1], [2])] * 3))

    def test_ten_percent_later_holds_and_eleven_falls_short(self):
        self.assertTrue(self.figure([110] * 9, [100] * 9).holds)
        self.assertFalse(self.figure([111] * 9, [100] * 9).holds)

    def test_two_that_are_both_later_than_can_be_told_decide_nothing(self):
        self.assertIsNone(self.figure([lateness.LONGEST_NS] * 9, [lateness.LONGEST_NS] * 9).holds)
        self.assertFalse(self.figure([lateness.LONGEST_NS] * 9, [100] * 9).holds)

    def test_a_ratio_that_noise_leaves_open_says_so(self):
        results = [([100], [100])] * 3 + [([150], [100])] * 2
        self.assertIn("noise leaves it open", lateness.figure_of(results, "median", 0.5, "how").measured)
        self.assertNotIn("noise", self.figure([100], [100]).measured)


class PressureSoak(unittest.TestCase):
    COUNTER = {"seconds": 600, "major_faults": 0, "minor_faults": 0, "peak_resident_kib": 3072,
               "locked_kib": 1024}
    UNLOCKED = {"own_major_faults": 900}

    def test_one_minor_fault_falls_short(self):
        self.assertTrue(pressure_soak.faults_figure(self.COUNTER, self.UNLOCKED).holds)
        self.assertFalse(pressure_soak.faults_figure({**self.COUNTER, "minor_faults": 1}, self.UNLOCKED).holds)

    def test_faults_without_any_pressure_say_nothing(self):
        idle = {"own_major_faults": 0}
        self.assertIsNone(pressure_soak.faults_figure(self.COUNTER, idle).holds)

    def test_a_short_run_without_faults_decides_nothing_and_with_one_falls_short(self):
        short = {**self.COUNTER, "seconds": 8}
        self.assertIsNone(pressure_soak.faults_figure(short, self.UNLOCKED).holds)
        self.assertFalse(pressure_soak.faults_figure({**short, "major_faults": 1}, self.UNLOCKED).holds)

    def test_one_page_too_many_falls_short(self):
        self.assertTrue(all(f.holds for f in pressure_soak.size_figures(self.COUNTER)))
        larger = {**self.COUNTER, "peak_resident_kib": 3076, "locked_kib": 1028}
        self.assertFalse(any(f.holds for f in pressure_soak.size_figures(larger)))


class SlowDisk(unittest.TestCase):
    RUN = {"frames": 9000, "elapsed": 9000, "device": 64, "dropped_records": 0, "own": 0, "filled": 64, "buffer": 4096,
           "unlocked": 0, "wrong": 0, "silent": 64, "exit": 0}

    def kept_up(self, **changes):
        return slow_disk.kept_up("n", {**self.RUN, **changes}, 8192, "how").holds

    def owned_up(self, **changes):
        return slow_disk.owned_up("n", {**self.RUN, "own": 100, "filled": 164, "silent": 164, "exit": 4, **changes}, "how").holds

    def test_frames_lost_an_unlocked_ring_or_one_too_large_fall_short(self):
        self.assertTrue(self.kept_up())
        for changes in ({"own": 1}, {"unlocked": 4096}, {"buffer": 8193}, {"exit": 4}, {"dropped_records": 1}):
            self.assertFalse(self.kept_up(**changes), changes)

    def test_a_loss_that_is_hidden_or_misplaced_falls_short(self):
        self.assertTrue(self.owned_up())
        for changes in ({"exit": 0}, {"frames": 8999}, {"wrong": 1}, {"silent": 163}, {"silent": 200}, {"filled": 64}):
            self.assertFalse(self.owned_up(**changes), changes)

    def test_a_ring_that_never_was_full_shows_nothing(self):
        self.assertIsNone(slow_disk.owned_up("n", self.RUN, "how").holds)


class TakeSurvival(unittest.TestCase):
    def judged(self, *result, part="moments"):
        return take_survival.figure_of(part, result, "how").holds

    def test_half_a_second_or_one_take_in_trouble_falls_short(self):
        self.assertIs(self.judged(9, 0, 23999, 5, []), True)
        self.assertIs(self.judged(9, 0, 24000, 5, []), False)
        self.assertIs(self.judged(9, 0, 0, 5, ["sox: no"]), False)

    def test_no_kill_no_marker_or_no_full_disk_shows_nothing(self):
        self.assertIsNone(self.judged(0, 9, 0, 5, []))
        self.assertIsNone(self.judged(9, 0, 0, 0, []))
        self.assertIsNone(self.judged(9, 0, 0, 5, [], part="full"))


class RecorderSurvival(unittest.TestCase):
    def ended(self, says=4.9, gives=4.9, refused=None):
        seen = {reader: None if reader == refused else (says, gives) for reader in recorder_survival.READERS}
        return [recorder_survival.Ended(5.0, seen)]

    def judged(self, killed, cut):
        return recorder_survival.judge({"holdfast record": (killed, cut)}).holds

    def test_a_reader_that_refuses_a_wrong_length_or_a_long_loss_falls_short(self):
        good = self.ended()
        self.assertTrue(self.judged(good, good))
        for bad in (self.ended(refused="sox"), self.ended(says=5000.0), self.ended(4.3, 4.3)):
            self.assertFalse(self.judged(bad, good))
        self.assertFalse(self.judged(good, [recorder_survival.Ended(15.2, good[0].seen)]))
        self.assertFalse(self.judged(good, self.ended(refused="sox")))
        self.assertTrue(self.judged(good, self.ended(says=8.0)))
        self.assertFalse(self.judged([], good))

    def test_the_table_says_the_worst(self):
        two = self.ended() + self.ended(15000.0, 4.0, refused="sox")
        self.assertEqual(recorder_survival.cell(two, "ffmpeg"), "1.0 s lost, says 4.2 h")
        self.assertEqual(recorder_survival.cell(two, "sox"), "0.1 s lost, refuses 1 of 2")
        self.assertEqual(recorder_survival.cell(self.ended(refused="sox"), "sox"), "refuses")


class RecordPressure(unittest.TestCase):
    OURS = {"with_fault": 0, "glitches": 1, "missing": 64, "major": 0, "minor": 0, "own": 0, "length": 9, "elapsed": 9,
            "causes": {"run_queue": 1, "blocked": 0}}

    def judged(self, theirs=5, **changes):
        return record_pressure.judge({"seconds": 8, "locked": {**self.OURS, **changes}, "unlocked": {**self.OURS, "major": theirs},
                                      "arecord": {"missing": 100, "faults": theirs, "overruns": 1}}).holds

    def test_one_loss_with_a_fault_inside_falls_short(self):
        self.assertIs(self.judged(), True)
        for changes in ({"with_fault": 1}, {"major": 1}, {"own": 1}, {"length": 8}):
            self.assertIs(self.judged(**changes), False, changes)

    def test_a_step_backwards_is_no_loss_of_millions(self):
        self.assertEqual(record_pressure.missing_in([5, 6, 9, 4, 5, 5, 10]), 2 + 4)

    def test_without_faults_beside_it_nothing_was_pressed(self):
        self.assertIsNone(self.judged(theirs=0))


class RecordersTold(unittest.TestCase):
    def judged(self, *rounds):
        return recorders_told.judge([("Alsa", "holdfast record", list(rounds)), ("Alsa", "arecord", [(70, "3 overruns", None)])])

    def test_one_frame_beside_the_content_falls_short(self):
        self.assertIs(self.judged((64, "1 losses", 64), (9, "1 losses", 9)).holds, True)
        self.assertIs(self.judged((64, "1 losses", 64), (9, "1 losses", 10)).holds, False)
        self.assertIsNone(self.judged((0, "0 losses", 0)).holds, "nothing was lost")

    def test_numbers_in_words_are_added_up(self):
        self.assertEqual(recorders_told.told_in_words([(1, "2 flags; skip 30 frames", 30), (1, "1 flags; skip 5 frames", 5)]),
                         "3 flags; skip 35 frames")
        self.assertEqual(recorders_told.told_in_words([(1, "nothing", None)]), "nothing")

    def test_silence_is_missing_and_a_block_that_was_repeated_is_not(self):
        silence = recorders_told.MODULUS // 2
        self.assertEqual(recorders_told.missing_in([silence, 7, 8, silence, silence, 11]), 2)
        self.assertEqual(recorders_told.missing_in([7, 8, 7, 8, 11, 12]), 0)
        self.assertEqual(recorders_told.missing_in([recorders_told.MODULUS - 1, 2]), 2)


class LongTake(unittest.TestCase):
    PLAYED = bytes(range(5 * record_take.STEREO_BYTES))  # five frames, over and over

    def difference(self, gaps, length, samples):
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(record_take.HEAD_BYTES) + samples)
            file.flush()
            return record_take.first_difference(file.name, gaps, length, self.PLAYED)

    def frames(self, first, count):
        return b"".join(self.PLAYED[at % 5 * 6:][:6] for at in range(first, first + count))

    def test_what_was_played_with_silence_in_its_gaps_is_right(self):
        samples = self.frames(0, 7) + bytes(3 * 6) + self.frames(10, 4)
        self.assertIsNone(self.difference([(7, 3)], 14, samples))
        self.assertIsNone(self.difference([(7, 3)], 14, samples + b"LIST"))

    def test_a_wrong_sample_a_moved_gap_and_a_wrong_length_are_found(self):
        samples = self.frames(0, 7) + bytes(3 * 6) + self.frames(10, 4)
        self.assertEqual(self.difference([(7, 3)], 14, samples[:20] + b"x" + samples[21:]), 0)
        for gaps, length, changed in (([(8, 3)], 14, samples), ([(7, 2)], 14, samples), ([(7, 3)], 13, samples),
                                      ([(7, 3)], 15, samples), ([(7, 3)], 14, samples[6:])):
            self.assertIsNotNone(self.difference(gaps, length, changed), (gaps, length))


class ExplainMemory(unittest.TestCase):
    def test_growth_with_the_length_falls_short(self):
        self.assertTrue(explain_memory.memory_figure({"1min": (8000, 1, 2), "1h": (8512, 1, 2)}).holds)
        self.assertFalse(explain_memory.memory_figure({"1min": (8000, 1, 2), "1h": (8513, 1, 2)}).holds)

    def test_six_seconds_fall_short(self):
        self.assertFalse(explain_memory.time_figure((8000, 6.0, 121.0)).holds)


class ClickhouseSpeed(unittest.TestCase):
    def shipped(self, **changes):
        seen = {"said": {"per_second": 30_000, "p99_ms": 9.0}, "emptied": (60_000, 2.0), "memory": 100, **changes}
        return [figure.holds for figure in clickhouse_speed.judge_shipping(**seen)]

    def test_what_was_asked_holds_and_less_falls_short(self):
        self.assertEqual(self.shipped(), [True, True, True])
        self.assertEqual(self.shipped(said={"per_second": 29_999, "p99_ms": 9.0})[0], False)
        self.assertEqual(self.shipped(emptied=(60_000, 2.1))[1], False)
        self.assertEqual(self.shipped(memory=101)[2], False)

    def test_one_slow_question_falls_short(self):
        self.assertTrue(clickhouse_speed.judge_questions([0.1, 1.0], 10).holds)
        self.assertFalse(clickhouse_speed.judge_questions([0.1, 1.1], 10).holds)

    def test_questions_to_sums_can_hold_fall_short_and_be_undecided(self):
        self.assertEqual([clickhouse_speed.judge_sums(seconds, 10).holds for seconds in (0.4, 7.0, 1.0)],
                         [True, False, None])

    def test_no_statement_in_the_log_decides_nothing(self):
        self.assertIsNone(clickhouse_speed.judge_questions([], 10).holds)


class Page(unittest.TestCase):
    FIGURE = Figure("work", "<= 1", "2", False, "counted")

    def test_only_the_part_between_the_marks_is_replaced(self):
        begin, end = benchmarks_page.MARKS
        page = f"# Benchmarks\n\n{begin}\nold\n{end}\n\nkept\n"
        self.assertEqual(benchmarks_page.replace_section(page, "new\n"),
                         f"# Benchmarks\n\n{begin}\nnew\n{end}\n\nkept\n")

    def test_a_page_without_marks_gets_them(self):
        self.assertEqual(benchmarks_page.replace_section("text\n", "new\n").count(benchmarks_page.MARKS[0]), 1)

    def test_the_section_says_asked_measured_verdict_run_and_how(self):
        text = benchmarks_page.section(benchmarks_page.add_run(benchmarks_page.empty(), "part", [self.FIGURE], "today"))
        self.assertIn("| work | <= 1 | 2 | **falls short** | 1 |", text)
        self.assertIn("1. today", text)
        self.assertIn("- *work*: counted.", text)

    def test_a_part_measured_again_leaves_the_others_as_they_were(self):
        book = benchmarks_page.empty()
        for part, run in (("a", "monday"), ("b", "monday"), ("a", "tuesday")):
            book = benchmarks_page.add_run(book, part, [self.FIGURE, dataclasses.replace(self.FIGURE, name=part)], run)
        self.assertEqual([(row["part"], book["runs"][row["run"] - 1]) for row in book["figures"]],
                         [("a", "tuesday"), ("a", "tuesday"), ("b", "monday"), ("b", "monday")])
        book = benchmarks_page.add_run(book, "b", [self.FIGURE], "tuesday")
        self.assertEqual((book["runs"], len(book["figures"])), (["tuesday"], 3))

    def test_exit_codes_tell_falling_short_from_not_measured(self):
        held, skipped = (Figure("a", "b", "c", holds, "d") for holds in (True, None))
        with contextlib.redirect_stdout(io.StringIO()):
            codes = [conclude(figures) for figures in ([held, skipped], [self.FIGURE, held], [skipped])]
        self.assertEqual(codes, [0, 1, 77])


if __name__ == "__main__":
    unittest.main()
