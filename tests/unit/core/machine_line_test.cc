// SPDX-License-Identifier: MIT
#include "core/machine_line.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(MachineLine, ComesBackAsWritten) {
  const MachineLine line = {"Linux", "6.1.0-28-amd64", "x86_64", 16, int64_t{15872} << 20};
  EXPECT_EQ(to_text(line), "Linux 6.1.0-28-amd64 x86_64, 16 processors, 15872 MiB");
  EXPECT_EQ(parse_machine_line(to_text(line)), line);
}

TEST(MachineLine, WhatIsNotAsExpectedIsLeftOut) {
  EXPECT_EQ(parse_machine_line(""), MachineLine());
  EXPECT_EQ(parse_machine_line("Linux 6.1, 2 processors, 8 GiB"),
            (MachineLine{"Linux", "6.1", "", 2, int64_t{8} << 30}));
  EXPECT_EQ(
      parse_machine_line("Plan9,, x processors, 99999999999999999999 MiB, 5 MiBs").memory_bytes, 0);
}

}  // namespace
}  // namespace holdfast
