#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every program in examples/ builds against an installed libholdfast, as its first lines say, and does what it
says there. Nothing of the source tree is on its path.

Usage: examples_test.py BUILD_DIRECTORY SOURCE_DIRECTORY C_COMPILER CXX_COMPILER. Exit code 77 without pkg-config.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from field_reports import Collector, add_token
from library_test import STRICT, flags_of, run
from script import NOBODY, become_nobody, run_checks
from sound_systems.sound_system import wait_for

# As a program that copies the header would compile it.
LANGUAGES = (["-std=c99"], ["-std=c11"], ["-x", "c++", "-std=c++11"], ["-x", "c++", "-std=c++20"])


class Place:
    def __init__(self, build, source, compilers, prefix):
        self.build, self.examples, self.compilers, self.prefix = build, source / "examples", compilers, prefix
        prefix.chmod(0o755)
        run("cmake", "--install", build, "--component", "library", "--prefix", prefix)
        self.library = next(prefix.glob("**/libholdfast.so")).parent

    def environment(self, **more):
        return dict(os.environ, LD_LIBRARY_PATH=str(self.library), **more)

    def compile(self, name, *flags):
        program = self.prefix / name
        run(self.compilers[0], *STRICT, "-O2", self.examples / f"{name}.c", *flags, "-o", program)
        return program

    def run_as_user(self, program, *arguments, code=0):
        """As somebody who owns the program, as developers do."""
        if os.geteuid() == 0:
            os.chown(program, NOBODY, NOBODY)
        result = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False,
                                env=self.environment(), stdin=subprocess.DEVNULL, preexec_fn=become_nobody)
        assert result.returncode == code, (program, result.returncode, result.stdout, result.stderr)
        return result.stdout


def callback_through_cmake(place):
    build = place.prefix / "callback-build"
    run("cmake", "-S", place.examples / "cmake", "-B", build, f"-DCMAKE_PREFIX_PATH={place.prefix}",
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_CXX_COMPILER={place.compilers[1]}",
        "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-exceptions -fno-rtti")
    run("cmake", "--build", build)
    for _ in range(5):  # the kernel may move a locked page, which is a minor fault: not every time
        printed = place.run_as_user(build / "callback")
        assert "lost 100 frames at frame 32000" in printed, printed
        assert "64100 frames = 64000 received + 100 missing" in printed, printed
        if "page faults in 1000 blocks: 0\n" in printed:
            return
    raise AssertionError(printed)


def protect_thread_through_pkg_config(place):
    program = place.compile("protect_thread", *flags_of(place.prefix), "-lpthread")
    printed = place.run_as_user(program)
    assert re.search(r"stack +\d{3,} KiB locked\n", printed) and "\n0 major faults" in printed, printed
    printed = place.run_as_user(program, "unprotected", code=1)
    assert "locked" not in printed and not printed.startswith("0 major faults"), printed


def evict_table_through_pkg_config(place):
    printed = place.run_as_user(place.compile("evict_table", *flags_of(place.prefix)))
    assert "pages left" in printed, printed


def field_report_through_pkg_config(place):
    """The whole way: nothing without consent; then a report, told to the byte, that either the program or
    `holdfast send` delivers to a collector."""
    program = place.compile("field_report", *flags_of(place.prefix), "-lpthread")
    folder = place.prefix / "user"
    folder.mkdir()
    folder.chmod(0o777)
    settings = folder / "settings"
    printed = place.run_as_user(program, settings, "session")
    assert "99 blocks, 1 glitches, 480 frames lost" in printed and printed.endswith("reports are off\n"), printed
    assert not settings.exists(), list(folder.rglob("*"))
    if not (place.build / "src/lib/holdfast/fleet.so").exists():
        return "SKIP: the rest needs holdfast collect, which is not built"
    there = {"holdfast": place.build / "src/cmd/holdfast", "folder": folder}
    token = add_token(there, app="field-report")
    with Collector(there) as collector:
        url = f"http://127.0.0.1:{collector.port}"
        place.run_as_user(program, settings, "agree", url, token)
        printed = place.run_as_user(program, settings, "session")
        assert printed.endswith("queued\n"), printed
        waiting = next((settings / "reports/waiting").iterdir())
        assert waiting.read_text() == printed.splitlines()[0], (waiting.read_text(), printed)
        assert place.run_as_user(program, settings, "send") == "1 delivered, 0 refused, 0 waiting\n"
        place.run_as_user(program, settings, "session")
        assert "1 delivered, 0 refused, 0 waiting" in run(there["holdfast"], "send", "--folder", settings, "--now")
        place.run_as_user(program, settings, "off")
        assert "1 delivered" in place.run_as_user(program, settings, "send"), "the wish to be deleted"


def rt_only_needs_no_library(place):
    """The one header, alone in a folder, in each language."""
    alone = place.prefix / "copied"
    (alone / "holdfast").mkdir(parents=True)
    shutil.copy(place.prefix / "include/holdfast/rt.h", alone / "holdfast")
    for compiler in (place.compilers[0], shutil.which("clang")):
        for language in LANGUAGES if compiler is not None else ():
            program = alone / "rt_only"
            run(compiler, *language, "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror",
                f"-I{alone}", place.examples / "rt_only.c", "-lpthread", "-o", program)
            printed = place.run_as_user(program)
            assert "locked: all of the stack, all of what is marked\n100 frames lost in 1 gaps\n" == printed, printed
            assert "libholdfast" not in run("ldd", program)


def headers_are_content_with_strict_compilers(place):
    for header, language in (("holdfast.h", ["-x", "c", "-std=c99"]), ("holdfast.h", ["-x", "c++", "-std=c++11"]),
                             ("holdfast.hpp", ["-x", "c++", "-std=c++11"]), ("holdfast.hpp", ["-x", "c++", "-std=c++20"])):
        code = place.prefix / "header_only.c"
        code.write_text(f"#include <holdfast/{header}>\nint main(void) {{ return 0; }}\n")
        run(place.compilers[0], *language, "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror",
            f"-I{place.prefix}/include", code, "-c", "-o", "/dev/null")


def count_lost_through_ctypes(place):
    result = subprocess.run([sys.executable, place.examples / "count_lost.py"], capture_output=True, text=True,
                            check=False, env=place.environment(), input="0 64\n64 64\n228 64\n")
    assert result.returncode == 0 and "lost 100 frames at frame 128\n" in result.stdout, (result.stdout, result.stderr)
    result = subprocess.run([sys.executable, place.examples / "count_lost.py", "--rate", "0"], capture_output=True,
                            text=True, check=False, env=place.environment(), stdin=subprocess.DEVNULL)
    assert result.returncode == 1 and "no sample rate" in result.stderr, (result.returncode, result.stderr)


def jack_client_under_a_dummy_server(place):
    jackd = shutil.which("jackd")
    if jackd is None or subprocess.run(["pkg-config", "--exists", "jack"], check=False).returncode != 0:
        return "SKIP: no jackd, or no libjack-jackd2-dev"
    jack_flags = run("pkg-config", "--cflags", "--libs", "jack").split()
    program = place.compile("jack_client", "-D_DEFAULT_SOURCE", *flags_of(place.prefix), *jack_flags)
    environment = place.environment(JACK_DEFAULT_SERVER=f"holdfast-examples-{os.getpid()}",
                                    JACK_NO_AUDIO_RESERVATION="1", JACK_NO_START_SERVER="1")
    result = subprocess.run([program, "10"], env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1 and "no JACK server" in result.stderr, (result.returncode, result.stderr)
    priority = ("-R", "-P", "70") if os.geteuid() == 0 else ("-r",)
    server = subprocess.Popen([jackd, "-n", environment["JACK_DEFAULT_SERVER"], *priority, "-p", "64", "-d", "dummy",
                               "-r", "48000", "-p", "256"], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def connect():
            nonlocal result
            result = subprocess.run([program, "400"], env=environment, capture_output=True, text=True, check=False,
                                    timeout=60)
            return "no JACK server" not in result.stderr
        wait_for(connect)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    assert result.returncode == 0, (result.returncode, result.stdout, result.stderr)
    elapsed, received, missing = map(int, re.search(r"(\d+) frames = (\d+) received \+ (\d+) missing",
                                                    result.stdout).groups())
    assert elapsed == received + missing and received >= 300 * 256, result.stdout
    assert "major faults of the audio thread: 0" in result.stdout, result.stdout
    return result.stdout.splitlines()[-3]


CHECKS = (callback_through_cmake, protect_thread_through_pkg_config, evict_table_through_pkg_config,
          field_report_through_pkg_config, rt_only_needs_no_library, headers_are_content_with_strict_compilers, count_lost_through_ctypes,
          jack_client_under_a_dummy_server)


def told(note):
    """What a check found out is worth a line, and no reason against it."""
    if note:
        print("     ", note)


def main():
    build, source = map(pathlib.Path, sys.argv[1:3])
    if shutil.which("pkg-config") is None:
        print("SKIP: no pkg-config")
        return 77
    with tempfile.TemporaryDirectory(prefix="holdfast-examples-", dir="/var/tmp") as directory:
        place = Place(build, source, sys.argv[3:5], pathlib.Path(directory))
        return run_checks(CHECKS, lambda check: told(check(place)))


if __name__ == "__main__":
    sys.exit(main())
