# SPDX-License-Identifier: MIT
"""Runs clang-tidy over the compile commands of src/, two files at a time; see clang_tidy.sh.

usage: clang_tidy.py SOURCE_ROOT BUILD_DIR
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time


# The path-sensitive analyzer explores up to 225,000 states per function by default. With 40,000 a file
# takes less than half the time (5.3 -> 2.3 s); what it finds here, it finds early.
FEWER_STATES = [f"--extra-arg={word}" for word in
                ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=40000")]


def fingerprint_of(command, settings):
    """Changes when anything that clang-tidy would see changes."""
    words = shlex.split(command["command"])
    output = words.index("-o")
    words = words[:output] + words[output + 2:]
    words[words.index("-c")] = "-E"
    text = subprocess.run(words, cwd=command["directory"], capture_output=True, check=True).stdout
    return hashlib.sha256(settings + text).hexdigest()


def tidy(command, settings, passed):
    """(file, seconds, complaint or '')."""
    begin = time.monotonic()
    stamp = passed / fingerprint_of(command, settings)
    complaint = ""
    if not stamp.exists():
        run = subprocess.run(["clang-tidy", "--quiet", *FEWER_STATES, "-p", command["directory"],
                              command["file"]], capture_output=True, text=True, check=False)
        complaint = run.stdout + run.stderr if run.returncode != 0 else ""
        if not complaint:
            stamp.touch()
    return command["file"], time.monotonic() - begin, complaint


def main():
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    settings = (source / ".clang-tidy").read_bytes()
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    commands = [c for c in commands if pathlib.Path(c["file"]).is_relative_to(source / "src")
                and c["file"].endswith(".cc")]
    commands = list({c["file"]: c for c in commands}.values())
    passed = build / "tidy_passed"
    passed.mkdir(exist_ok=True)
    complaints = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, seconds, complaint in pool.map(lambda c: tidy(c, settings, passed), commands):
            print(f"{seconds:6.1f} s  {pathlib.Path(file).relative_to(source)}")
            if complaint:
                complaints += 1
                print(complaint)
    print(f"{complaints} of {len(commands)} files with complaints")
    return 1 if complaints or not commands else 0


if __name__ == "__main__":
    sys.exit(main())
