#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proof that exported_symbols can fail."""
import unittest

import exported_symbols

MAP = "/* a; b; */ V_0 { global: hf_a; hf_b; local: *; };"
HEADER = "/* HF_PUBLIC int hf_z(void); */\nHF_PUBLIC int hf_a(int x,\n  int y);\nHF_PUBLIC const char* hf_b(void) NOTHROW;"
SHOWN = {"hf_a@@V_0", "hf_b@@V_0"}


class ExportedSymbols(unittest.TestCase):
    def expect(self, fragments, shown=SHOWN, text=MAP, header=HEADER, page="hf_a and hf_b"):
        found = list(exported_symbols.violations(shown, exported_symbols.listed(text),
                                                 exported_symbols.declared(header), {"page": page}))
        self.assertEqual(len(found), len(fragments), found)
        for violation, fragment in zip(found, fragments):
            self.assertIn(fragment, violation)

    def test_what_agrees_passes(self):
        self.expect([])

    def test_a_symbol_too_many_fails(self):
        self.expect(["hf_c@@V_0: is shown"], shown=SHOWN | {"hf_c@@V_0"})

    def test_a_symbol_that_is_gone_fails(self):
        self.expect(["hf_b@@V_0: is in the list, but the library"], shown={"hf_a@@V_0"})

    def test_another_version_fails(self):
        self.expect(["hf_b@@V_0", "hf_b@@V_1"], shown={"hf_a@@V_0", "hf_b@@V_1"})

    def test_what_only_the_header_has_fails(self):
        self.expect(["hf_d: is declared"], header=HEADER + "\nHF_PUBLIC int hf_d(void);")

    def test_what_the_header_does_not_have_fails(self):
        self.expect(["hf_b: is in the list, but the header"], header=HEADER.split("\nHF_PUBLIC const")[0])

    def test_a_page_that_forgets_one_fails(self):
        self.expect(["hf_b: page does not name it"], page="hf_a, and hf_box")

    def test_a_wildcard_is_no_list(self):
        self.assertEqual(exported_symbols.listed("V_0 { global: hf_*; local: *; };"), {"hf_*@@V_0"})


if __name__ == "__main__":
    unittest.main()
