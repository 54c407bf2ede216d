#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proof that the check man_pages can fail: one page and one --help, with one difference each."""
import pathlib
import tempfile
import unittest

import man_pages

HELP = """Press.
Usage: press [OPTIONS]

Options:
  -h,--help                   Print this help message and exit
  --color TEXT:{auto,never}=auto
                              auto or never
  --limit SIZE  at most SIZE, see --floor
  --quiet, --version

Exit codes: 0 done, 2 bad usage
"""
PAGE = """press(1)

# OPTIONS

*-h*, *--help*
	Print help, as *--version* does not.

*--color* _WHEN_
	auto or never.

*--limit* _SIZE_
	At most that.

*--quiet*
	Say nothing.

*--version*
	The version.

# EXIT STATUS

*0*
	Done.
*2*
	Bad usage.
"""


class ManPages(unittest.TestCase):
    def expect(self, page, *fragments, text=HELP, name="press"):
        found = list(man_pages.violations({name: page}, {name: text}, {"0", "2"}))
        self.assertEqual(len(found), len(fragments), found)
        for violation, fragment in zip(found, fragments):
            self.assertIn(fragment, violation)

    def test_a_page_that_matches_passes(self):
        self.expect(PAGE)

    def test_an_option_that_the_page_forgets_fails(self):
        self.expect(PAGE.replace("*--quiet*\n\tSay nothing.\n", ""), "option --quiet is missing")

    def test_an_option_that_only_the_page_has_fails(self):
        self.expect(PAGE, "option --color is in the man page only", "mentions --color",
                    text=HELP.replace("  --color TEXT:{auto,never}=auto\n", ""))

    def test_a_short_option_counts(self):
        self.expect(PAGE.replace("*-h*, ", ""), "option -h is missing")

    def test_an_invented_option_in_the_text_fails(self):
        self.expect(PAGE.replace("At most that.", "At most, unless *--force*."), "mentions --force")

    def test_a_missing_exit_code_fails(self):
        self.expect(PAGE.replace("*2*\n\tBad usage.\n", ""), "exit code 2 is missing")

    def test_an_exit_code_too_many_fails(self):
        self.expect(PAGE + "*7*\n\tLuck.\n", "exit code 7 is in the man page only")

    def test_holdfast_has_the_exit_codes_of_the_contract(self):
        self.expect(PAGE.replace("*2*", "*3*"), "exit code 2 is missing", "exit code 3 is in",
                    name="holdfast")

    def test_a_command_without_mention_fails(self):
        self.expect(PAGE, "command count is missing",
                    text=HELP + "\nSubcommands:\n  count    Count\n")

    def test_a_program_without_a_page_fails(self):
        self.assertEqual(list(man_pages.violations({}, {"press": HELP}, set())),
                         ["press: has no man page"])

    def test_a_help_that_says_nothing_fails(self):
        self.assertIn("saw nothing", next(iter(man_pages.violations({"press": ""}, {"press": ""}, set()))))

    def test_the_contract_is_read_from_its_enum(self):
        self.assertEqual(man_pages.codes_of_contract("enum ExitCode : int {\n kA = 0,  ///< 7\n kB = 4,\n};"),
                         {"0", "4"})

    def test_a_page_that_nobody_builds_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            pages = pathlib.Path(folder) / "docs/man"
            pages.mkdir(parents=True)
            (pages / "a.1.scd").touch()
            (pages / "b.1.scd").touch()
            (pages / "CMakeLists.txt").write_text("set(pages\n  a.1)", encoding="utf-8")
            self.assertEqual(len(list(man_pages.unbuilt_pages(pathlib.Path(folder)))), 1)


if __name__ == "__main__":
    unittest.main()
