// SPDX-License-Identifier: MIT
#include "core/address_lines.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(AddressLines, ThreadsAreNamedByDecimalIds) {
  EXPECT_EQ(thread_line(21731, "audio (in) R 1"), "thread 21731 audio (in) R 1");
  EXPECT_EQ(maps_line(21730), "maps 21730");
  EXPECT_EQ(program_line("/usr/bin/my editor"), "program /usr/bin/my editor");
}

TEST(AddressLines, RangesAreHexadecimal) {
  EXPECT_EQ(stack_line(5, {0x7f00, 0x100}), "stack 5 7f00 8000");
  EXPECT_EQ(tls_line(5, {0x7f80, 0x80}), "tls 5 7f80 8000");
}

TEST(AddressLines, AMappingKeepsPermissionsOffsetAndPath) {
  Mapping mapping;
  mapping.begin = 0x1000;
  mapping.end = 0x3000;
  mapping.is_readable = mapping.is_executable = true;
  mapping.offset_bytes = 0x26000;
  mapping.path = "/tmp/my file (deleted)";
  EXPECT_EQ(map_line(mapping, "c0ffee"), "map 1000 3000 r-xp 26000 c0ffee /tmp/my file (deleted)");
  mapping.is_shared = mapping.is_writable = true;
  mapping.path = "";
  EXPECT_EQ(map_line(mapping, ""), "map 1000 3000 rwxs 26000 -");
}

TEST(AddressLines, WhatIsNotKnownOfASymbolIsADash) {
  EXPECT_EQ(symbol_line(0x1040, ".text", "Biquad::process+0x40"),
            "symbol 1040 .text Biquad::process+0x40");
  EXPECT_EQ(symbol_line(0x1040, ".text", ""), "symbol 1040 .text -");
  EXPECT_EQ(symbol_line(0x1040, "", ""), "symbol 1040 - -");
}

TEST(AddressLines, RegionIsNumberedAndKeepsTheBlanksOfItsName) {
  EXPECT_EQ(region_line(3, RegionKind::kLibraryText, "libm.so.6 text"),
            "region 3 library_text libm.so.6 text");
  EXPECT_EQ(passed_over_line(2, 51'200), "passed_over 2 51200");
}

}  // namespace
}  // namespace holdfast
