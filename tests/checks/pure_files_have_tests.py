#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every .cc of the pure layers has its test under the same path in tests/unit, listed in CMake.

usage: pure_files_have_tests.py SOURCE_ROOT
"""
import pathlib
import sys

PURE_LAYERS = ("base", "rt", "core", "report")


def violations(root):
    for layer in PURE_LAYERS:
        tests = root / "tests/unit" / layer
        cmake = tests / "CMakeLists.txt"
        listed = cmake.read_text(encoding="utf-8").split() if cmake.exists() else []
        listed = [word.strip("()") for word in listed]
        for path in sorted((root / "src" / layer).rglob("*.cc")):
            relative = path.relative_to(root / "src" / layer)
            test = relative.with_name(relative.stem + "_test.cc").as_posix()
            if not (tests / test).exists():
                yield f"src/{layer}/{relative.as_posix()}: has no test tests/unit/{layer}/{test}"
            elif test not in listed:
                yield f"tests/unit/{layer}/{test}: is not listed in tests/unit/{layer}/CMakeLists.txt"


if __name__ == "__main__":
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every pure file has its test")
    sys.exit(1 if found else 0)
