# SPDX-License-Identifier: MIT
"""holdfast prove, as a program: blocks, journal, Ctrl-C, SIGKILL, bad input. How clear an answer is
depends on the machine, and is measured by bench/verify.py; here everything is counted.

usage: prove_test.py PROGRAM_DIR REALTIME_PROGRAM
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HOLDFAST = ""
REALTIME_PROGRAM = ""
SHORT = ["prove", "--block", "1s", "--washout", "1500ms", "--seed", "7", "--json"]


def run(*arguments, **options):
    return subprocess.run([HOLDFAST, *arguments], capture_output=True, text=True, timeout=120,
                          check=False, **options)


def objects(text, schema):
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [one for one in lines if one["schema"] == schema]


def copies():
    return set(pathlib.Path("/var/tmp").glob("holdfast-copy-*"))


class Prove(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.journal = os.path.join(self.directory.name, "journal")
        self.copies = copies()

    def tearDown(self):
        self.directory.cleanup()

    def test_two_rounds_of_equal_arms_are_measured_and_judged(self):
        done = run(*SHORT, "--arms", "none,none", "--pressure", "page_out", "--for", "27s",
                   "--resume", self.journal)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        blocks = objects(done.stdout, "holdfast.prove_block/1")
        result, = objects(done.stdout, "holdfast.prove/1")
        self.assertEqual(len(blocks), 4, done.stdout)
        self.assertEqual([block["trouble"] for block in blocks], [""] * 4)
        self.assertEqual(result["rounds_measured"], 2)
        for arm in range(2):
            counted = sum(b["glitches"] for b in blocks if b["arm_index"] == arm)
            self.assertEqual(result["arm_results"][arm]["glitches"], counted)
        self.assertEqual(copies(), self.copies, "a copy was left behind")
        # All is measured: the journal alone gives the same verdict, at once.
        again = run("prove", "--json", "--for", "27s", "--resume", self.journal)
        self.assertEqual(objects(again.stdout, "holdfast.prove/1"), [result])
        self.assertEqual(objects(again.stdout, "holdfast.prove_block/1"), [])

    def test_what_is_interrupted_goes_on(self):
        arguments = [*SHORT, "--arms", "none,stack", "--pressure", "none", "--for", "27s",
                     "--resume", self.journal]
        with subprocess.Popen([HOLDFAST, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as process:
            process.stdout.readline()  # the first block
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            self.assertEqual(process.wait(60), 1)
        result, = objects(rest, "holdfast.prove/1")
        self.assertEqual(result["verdict"], "too_early")
        self.assertEqual(copies(), self.copies)
        with open(self.journal, "a", encoding="utf-8") as journal:
            journal.write('{"schema":"holdfast.prove_block/1","index":1')  # killed while it wrote
        done = run(*arguments)
        self.assertEqual(len(objects(done.stdout, "holdfast.prove_block/1")), 3, done.stderr)
        lines = pathlib.Path(self.journal).read_text(encoding="utf-8").splitlines()
        self.assertEqual([json.loads(line)["index"] for line in lines[1:]], [0, 1, 2, 3])

    def test_nothing_is_left_after_sigkill(self):
        arguments = [*SHORT, "--arms", "none,all", "--pressure", "none", "--for", "27s"]
        with subprocess.Popen([HOLDFAST, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as process:
            process.stdout.readline()
            self.assertGreater(len(copies() - self.copies), 0)
            process.kill()
        for _ in range(600):
            if copies() <= self.copies:
                break
            time.sleep(0.1)
        self.assertLessEqual(copies(), self.copies)

    def program(self, marker):
        """A real-time thread that wakes 187.5 times a second, and a process beside it."""
        counts = os.path.join(self.directory.name, "counts")
        return ["sh", "-c", f"sleep {marker} | {REALTIME_PROGRAM} {counts} 5333333 64"]

    @unittest.skipUnless(os.geteuid() == 0, "needs root: events and real-time priority")
    def test_an_unmodified_program_is_measured_alone_and_under_run(self):
        marker = 1000 + os.getpid() / 1e7  # to find it again among all processes
        done = run(*SHORT, "--arms", "none,plan", "--pressure", "none", "--for", "27s", "--frames", "256",
                   "--resume", self.journal, "--", *self.program(marker))
        blocks = objects(done.stdout, "holdfast.prove_block/1")
        self.assertEqual([block["trouble"] for block in blocks], [""] * 4, done.stderr)
        for block in blocks:
            self.assertGreaterEqual(block["seconds"], 0.9)
            self.assertEqual(block["locked_bytes"] > 0, block["arm"] == "plan", block)
        result, = objects(done.stdout, "holdfast.prove/1")
        self.assertEqual(result["program"], self.program(marker))
        commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(f"sleep {marker}", commands)
        self.assertEqual(copies(), self.copies)
        other = run(*SHORT, "--arms", "none,plan", "--resume", self.journal, "--", "true")
        self.assertEqual(other.returncode, 2, other.stderr)
        self.assertIn("begun on", other.stderr)

    def test_a_program_that_ends_is_trouble_with_its_last_words(self):
        done = run(*SHORT, "--arms", "none,plan", "--pressure", "none", "--for", "27s", "--",
                   "sh", "-c", "echo no strings attached; exit 7")
        self.assertEqual(done.returncode, 4, done.stderr)
        for block in objects(done.stdout, "holdfast.prove_block/1"):
            self.assertIn("exit code 7; its last words: no strings attached", block["trouble"])

    def test_bad_input_is_refused_in_one_line(self):
        wrong = pathlib.Path(self.directory.name, "wrong")
        wrong.write_text("hello\n", encoding="utf-8")
        for arguments in (["--arms", "none"], ["--arms", "none,heap"], ["--for", "20s"],
                          ["--block", "0s"], ["--washout", "1s"], ["--workload", "rare=200%"],
                          ["--pressure", "hard"], ["--pressure", "psi=300%"], ["--seed", "0"],
                          ["--frames", "0"], ["--rate", "1"], ["--resume", str(wrong)],
                          ["--resume", "/dev/null"], ["--resume", "/absent/journal"],
                          ["--report", self.directory.name], ["--limit", "1M"], ["--thread", "audio"],
                          ["--arms", "none,stack", "--", "true"],
                          ["--workload", "paths=1", "--", "true"],
                          ["--pressure", "page_out", "--", "true"]):
            done = run("prove", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(wrong.read_text(encoding="utf-8"), "hello\n")
        self.assertEqual(copies(), self.copies)


if __name__ == "__main__":
    HOLDFAST = os.path.join(sys.argv.pop(1), "holdfast")
    REALTIME_PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
