# SPDX-License-Identifier: MIT
"""The program that is shot at (program.cc), with the files and the swap that it takes."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import time

PAGE = 4096
HOT_BYTES = 8 * PAGE  # what the program touches of each kind in every period


class Stage:
    """A directory on a disk and, for root, a swap file: taken away again, whatever happens."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        made = json.loads(self.process.stdout.readline())
        self.directory, self.shared, self.swap = made["directory"], made["shared"], made["swap"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Sniped:
    """The program, from a copy of its own: code that others run as well does not leave memory."""

    def __init__(self, stage, program, period_ns=333_000, *options):
        path = pathlib.Path(stage.directory) / f"sniped-{period_ns}"
        if not path.exists():
            shutil.copy(program, path)
            os.sync()  # what is not on the disk yet cannot be dropped
        self.counts_path = f"{stage.shared}/counts-{period_ns}"
        self.process = subprocess.Popen([path, self.counts_path, str(period_ns), *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.places = json.loads(self.process.stdout.readline())
        self.pid = self.process.pid
        self.path = str(path)
        self.wait_for_blocks(10)

    def counts(self):
        names = ("blocks", "major_faults", "faulted_blocks", "glitches")
        return dict(zip(names, struct.unpack("4Q", pathlib.Path(self.counts_path).read_bytes()[:32])))

    def wait_for_blocks(self, number):
        """Until that many more have run; a program that stands still is a failure."""
        begin = self.counts()["blocks"]
        for _ in range(6000):
            if self.counts()["blocks"] >= begin + number:
                return
            time.sleep(0.005)
        raise AssertionError("the program stands still")

    def hot(self, kind):
        return f"{self.places[kind]:x},{HOT_BYTES}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=20)


class Place:
    def __init__(self, binaries, sniped, stage):
        self.holdfast = str(pathlib.Path(binaries) / "holdfast")
        self.sniped = sniped
        self.stage = stage

    def start(self, *arguments):
        return Sniped(self.stage, self.sniped, *arguments)


def events(result, name):
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return [each for each in found if each.get("event") == name]
