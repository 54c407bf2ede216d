#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proof that each check can fail: small trees with one violation each, in a temporary folder."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import clang_tidy
import file_sizes
import layers
import pure_files_have_tests
import rt_symbols

TABLE = """
| layer | holds | may include |
|---|---|---|
| `src/base` | words | nothing |
| `src/rt` | real time | base |
| `src/act` | changes the machine | base |
| `src/cmd` | composes | everything |
"""


class TemporaryTree(unittest.TestCase):
    """A source tree made of {path: text}."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


@unittest.skipUnless(shutil.which("pyflakes3"), "no pyflakes3")
class PythonNames(TemporaryTree):
    def code_for(self, script):
        self.write({"bench/a.py": script, "packaging/b.sh": "", "tests/c.py": "import os\nprint(os.getpid())\n"})
        command = pathlib.Path(__file__).with_name("python_names.sh")
        return subprocess.run([command, self.root], capture_output=True, check=False).returncode

    def test_defined_and_used_names_pass(self):
        self.assertEqual(self.code_for("import sys\nsys.exit(0)\n"), 0)

    def test_an_undefined_or_unused_name_fails(self):
        self.assertNotEqual(self.code_for("print(nobody)\n"), 0)
        self.assertNotEqual(self.code_for("import sys\n"), 0)


class Layers(TemporaryTree):
    def expect(self, files, *fragments):
        self.write({"ARCHITECTURE.md": TABLE, **files})
        found = layers.violations(self.root)
        self.assertEqual(len(found), len(fragments), found)
        for violation, fragment in zip(found, fragments):
            self.assertIn(fragment, violation)

    def test_a_clean_tree_passes(self):
        self.expect({"src/base/a.h": "", "src/rt/b.h": '#include "base/a.h"\n#include "rt/c.h"',
                     "src/rt/c.h": "#include <vector>", "src/cmd/main.cc": '#include "version.h"',
                     "src/rt/CMakeLists.txt": "holdfast_layer(rt SOURCES b.cc USES base)"})

    def test_an_include_upwards_fails(self):
        self.expect({"src/base/a.h": '#include "rt/b.h"', "src/rt/b.h": ""}, "base may not include")

    def test_angle_brackets_do_not_hide_it(self):
        self.expect({"src/base/a.h": "# include <rt/b.h>", "src/rt/b.h": ""}, "base may not include")

    def test_nobody_includes_cmd(self):
        self.expect({"src/act/a.h": '#include "cmd/exit.h"', "src/cmd/exit.h": ""},
                    "act may not include cmd/exit.h")

    def test_a_folder_without_a_row_fails(self):
        self.expect({"src/misc/a.h": ""}, "has no row")

    def test_an_include_without_its_folder_fails(self):
        self.expect({"src/rt/a.cc": '#include "a.h"', "src/rt/a.h": ""}, "with its folder")

    def test_a_cycle_between_files_fails(self):
        self.expect({"src/rt/a.h": '#include "rt/b.h"', "src/rt/b.h": '#include "rt/a.h"'},
                    "include cycle: rt/a.h -> rt/b.h -> rt/a.h")

    def test_a_read_only_command_that_reaches_act_through_another_file_fails(self):
        self.expect({"src/cmd/watch.cc": '#include "cmd/shared.h"', "src/act/lock.h": "",
                     "src/cmd/shared.h": '#include "act/lock.h"'}, "a read-only command")

    def test_a_command_that_includes_another_fails(self):
        self.expect({"src/cmd/command.h": "Command add_watch(CLI::App&);\nCommand add_count(CLI::App&);",
                     "src/cmd/watch.h": "", "src/cmd/count.cc": '#include "cmd/watch.h"'},
                    "includes the command file cmd/watch.h")

    def test_links_that_differ_from_the_table_fail(self):
        self.expect({"src/rt/CMakeLists.txt": "holdfast_layer(rt SOURCES b.cc USES base act)"},
                    "rt links ['act', 'base']")

    def test_a_missing_table_fails(self):
        self.write({"ARCHITECTURE.md": "", "src/base/a.h": ""})
        self.assertEqual(len(layers.violations(self.root)), 1)


class PureFilesHaveTests(TemporaryTree):
    def found(self):
        return list(pure_files_have_tests.violations(self.root))

    def test_a_listed_test_passes(self):
        self.write({"src/core/a.cc": "", "tests/unit/core/a_test.cc": "",
                    "tests/unit/core/CMakeLists.txt": "holdfast_unit_tests(core SOURCES a_test.cc)"})
        self.assertEqual(self.found(), [])

    def test_a_missing_test_fails(self):
        self.write({"src/core/a.cc": ""})
        self.assertIn("has no test", self.found()[0])

    def test_a_test_that_nobody_builds_fails(self):
        self.write({"src/core/a.cc": "", "tests/unit/core/a_test.cc": "",
                    "tests/unit/core/CMakeLists.txt": "holdfast_unit_tests(core SOURCES b_test.cc)"})
        self.assertIn("is not listed", self.found()[0])


class FileSizes(TemporaryTree):
    def found(self, head):
        self.write({"src/core/a.cc": head + "\n" * 400})
        return list(file_sizes.violations(self.root))

    def test_a_long_file_fails(self):
        self.assertEqual(len(self.found("// SPDX-License-Identifier: MIT\n")), 1)

    def test_a_reason_broken_over_two_lines_passes(self):
        self.assertEqual(self.found("// One table, longer than 400\n// lines because it is one.\n"), [])

    def test_a_public_header_counts_and_its_reason_stands_in_a_comment_of_c(self):
        for head, count in (("/* What it is for. */\n", 1), ("/* All of it: longer than\n * 400 lines because it is. */\n", 0)):
            self.write({"include/a.h": head + "\n" * 400})
            self.assertEqual(len(list(file_sizes.violations(self.root))), count)

    def test_a_reason_further_down_does_not_count(self):
        self.assertEqual(len(self.found("int a;\n// longer than 400 lines because\n")), 1)


@unittest.skipUnless(shutil.which("clang-tidy") and shutil.which("clang++"), "no clang-tidy")
class ClangTidy(TemporaryTree):
    CLEAN = "int one();\nint one() { return 1; }\n"
    ZERO_POINTER = "int two(int* a);\nint two(int* a) {\n  return a == 0 ? 2 : 0;\n}\n"
    DEREFERENCES_NULL = "int two(int* a);\nint two(int* a) {\n  return a == nullptr ? *a : 0;\n}\n"

    def found(self, analysis=clang_tidy.NO_ANALYSIS, **texts):
        """Complaints about the files taken together, looked at once more to see what was kept."""
        self.write({f"{name}.cc": text for name, text in texts.items()})
        settings = self.root / ".clang-tidy"
        settings.write_text("Checks: '-*,clang-analyzer-core.*,misc-unused-using-decls,modernize-use-nullptr'\n"
                            "WarningsAsErrors: '*'\n", encoding="utf-8")
        files = [str(self.root / f"{name}.cc") for name in texts]
        flags = ("-Wall", "-std=c++20")
        first, second = (clang_tidy.tidy(flags, files, settings, self.root, analysis) for _ in "12")
        self.assertEqual(first, second)
        return first

    def test_clean_files_pass(self):
        self.assertEqual(self.found(a=self.CLEAN, b="int two();\nint two() { return 2; }\n"), "")

    def test_a_fault_in_the_second_file_is_told_with_its_line(self):
        self.assertIn(f"{self.root}/b.cc:3:", self.found(a=self.CLEAN, b=self.ZERO_POINTER))

    def test_the_analysis_finds_what_it_takes_a_path_to_see(self):
        self.assertEqual(self.found(a=self.DEREFERENCES_NULL), "")
        self.assertIn("a.cc:3:", self.found(analysis=clang_tidy.ANALYSIS, a=self.DEREFERENCES_NULL))

    def test_what_only_the_main_file_is_asked_for_is_found(self):
        self.assertIn("b.cc:2:", self.found(a=self.CLEAN, b="#include <vector>\nusing std::vector;\n"))

    def test_files_that_do_not_compile_together_are_looked_at_apart(self):
        local = "namespace {\nint same() { return 1; }\n}\n"
        self.assertIn("b.cc:6:", self.found(a=local + self.CLEAN.replace("1", "same()"),
                                            b=local + self.ZERO_POINTER.replace("2", "same()")))

    def test_a_file_that_does_not_compile_fails(self):
        self.assertIn("b.cc:1:", self.found(a=self.CLEAN, b="int two() { return three(); }\n"))


class RtSymbols(TemporaryTree):
    def found(self, code):
        """Violations of an archive made of `code`."""
        self.write({"a.cc": code})
        compiler = os.environ.get("CXX", "c++")
        subprocess.run([compiler, "-O1", "-fPIC", "-c", "a.cc", "-o", "a.o"], cwd=self.root, check=True)
        subprocess.run(["ar", "rc", "liba.a", "a.o"], cwd=self.root, check=True)
        allowlist = pathlib.Path(__file__).with_name("rt_symbols_allowed.txt")
        return "\n".join(rt_symbols.violations(self.root / "liba.a", rt_symbols.read_allowlist(allowlist)))

    def test_memcpy_passes(self):
        self.assertEqual(self.found("#include <cstring>\n"
                                    "void f(char* a, char* b, long n) { memcpy(a, b, n); }"), "")

    def test_malloc_fails(self):
        self.assertIn("needs malloc", self.found("#include <cstdlib>\nvoid* f() { return malloc(8); }"))

    def test_a_lock_fails(self):
        self.assertIn("pthread_mutex_lock", self.found(
            "#include <pthread.h>\nint f(pthread_mutex_t* m) { return pthread_mutex_lock(m); }"))

    def test_a_virtual_function_fails(self):
        self.assertIn("virtual calls", self.found(
            "struct A { virtual void f(); int a; };\nvoid A::f() { a = 1; }"))

    def test_a_static_local_fails(self):
        self.assertIn("locks at first use", self.found(
            "int g(int);\nint g(int a) { return a + 1; }\n"
            "int& f(int a) { static int b = g(a); return b; }"))


if __name__ == "__main__":
    unittest.main()
