# SPDX-License-Identifier: MIT
"""Runs clang-tidy over the compile commands of src/, up to 16 files as one; see clang_tidy.sh.

Most of its time goes into the headers of the libraries, which it reads anew for every file. So the
files of one target are written one after the other into one file, and headers come once. (A file
of #include lines would not do: many checks look at the main file only.) Files that do not compile
together, for instance because both have a local function of the same name, are looked at apart.

usage: clang_tidy.py SOURCE_ROOT BUILD_DIR
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

# The path-sensitive analyzer is half of all time; `make verify` analyses, with HF_ANALYZE set.
ANALYSIS = ()
NO_ANALYSIS = ("--checks=-clang-analyzer-*",)
# Few enough that two processors are busy to the end, and that one changed file costs seconds.
FILES_TOGETHER = 16
# The path-sensitive analyzer explores up to 225,000 states per function by default. With 40,000 a file
# takes less than half the time (5.3 -> 2.3 s); what it finds here, it finds early.
FEWER_STATES = ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=40000")


class Batch:
    """Files of one target, compiled with the same `flags`, and `path`, where they are one file."""

    def __init__(self, flags, files, folder):
        self.flags, self.files = flags, files
        texts = [pathlib.Path(file).read_text(encoding="utf-8") for file in files]
        self.text = "".join(f'#line 1 "{file}"\n{text}\n' for file, text in zip(files, texts))
        self.path = folder / (hashlib.sha256(repr(files).encode()).hexdigest()[:16] + ".cc")
        self.path.write_text(self.text, encoding="utf-8")

    def clang(self, *options):
        return subprocess.run(["clang++", *self.flags, *options, self.path], capture_output=True,
                              check=False)

    def parts(self):
        """The files in groups that compile together."""
        run = self.clang("-fsyntax-only", "-Werror")
        if run.returncode == 0 or len(self.files) == 1:
            return [self.files]
        named = re.findall(r"^(.+?):\d+:\d+: error:", run.stderr.decode(), re.M)
        strangers = [file for file in self.files if file in named]
        if not strangers or len(strangers) == len(self.files):
            half = len(self.files) // 2
            return [self.files[:half], self.files[half:]]
        return [[file for file in self.files if file not in strangers], strangers]

    def complaints(self, settings, analysis):
        """What clang-tidy says, with the lines of the files; '' when it is content."""
        run = subprocess.run(["clang-tidy", "--quiet", f"--config-file={settings}", *analysis, self.path, "--",
                              *self.flags, *FEWER_STATES], capture_output=True, text=True, check=False)
        starts = [at for at, line in enumerate(self.text.splitlines(), 1) if line.startswith("#line")]

        def original(match):
            part = sum(start <= int(match[1]) for start in starts) - 1
            return f"{self.files[part]}:{int(match[1]) - starts[part]}"

        said = re.sub(re.escape(str(self.path)) + r":(\d+)", original, run.stdout + run.stderr)
        return said if run.returncode != 0 else ""


def tidy(flags, files, settings, passed, analysis):
    """All complaints about `files`; nothing is done when they passed as they are."""
    batch = Batch(flags, files, passed)
    seen = settings.read_bytes() + repr((flags, analysis)).encode() + batch.clang("-E").stdout
    stamp = passed / hashlib.sha256(seen).hexdigest()
    if stamp.exists():
        return ""
    parts = batch.parts()
    if len(parts) == 1:
        said = batch.complaints(settings, analysis)
    else:
        said = "".join(tidy(flags, part, settings, passed, analysis) for part in parts)
    if not said:
        stamp.touch()
    return said


def batches_of(commands, source):
    """[(flags, files)]: every .cc of src/ once, with those of its target. Commands come last in the
    list of CMake and have the largest headers, so that the longest work comes first here."""
    targets = {}
    for command in commands:
        file = pathlib.Path(command["file"])
        if file.suffix == ".cc" and file.is_relative_to(source / "src"):
            words = shlex.split(command["command"])
            output = words.index("-o")
            # What g++ alone knows is no reason for a file not to compile.
            flags = (*words[1:output], "-Wno-unknown-warning-option")
            key = (os.path.dirname(words[output + 1]), flags)
            targets.setdefault(key, []).append(str(file))
    seen = set()
    for (_, flags), files in reversed(targets.items()):
        files = [file for file in files if file not in seen]
        seen.update(files)
        count = -(-len(files) // FILES_TOGETHER)
        yield from ((flags, files[part::count]) for part in range(count))


def main():
    if hasattr(os, "SCHED_IDLE"):  # tests of live audio run beside it
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    batches = list(batches_of(commands, source))
    analysis = ANALYSIS if os.environ.get("HF_ANALYZE") else NO_ANALYSIS
    passed = build / "tidy_passed"
    passed.mkdir(exist_ok=True)

    def timed(batch):
        begin = time.monotonic()
        return *batch, tidy(*batch, source / ".clang-tidy", passed, analysis), time.monotonic() - begin

    said = ""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _, files, complaints, seconds in pool.map(timed, batches):
            names = " ".join(os.path.relpath(file, source / "src") for file in files)
            print(f"{seconds:6.1f} s  {names}\n{complaints}", end="")
            said += complaints
    print("complaints: see above" if said else f"no complaint about {sum(len(f) for _, f in batches)} files")
    return 1 if said or not batches else 0


if __name__ == "__main__":
    sys.exit(main())
