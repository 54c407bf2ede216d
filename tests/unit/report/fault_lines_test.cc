// SPDX-License-Identifier: MIT
#include "report/fault_lines.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast {
namespace {

SeenFault minor_fault() {
  SeenFault fault;
  fault.kind = FaultKind::kMinor;
  fault.duration = kMillisecond;
  return fault;
}

SeenFault major_fault() {
  SeenFault fault = minor_fault();
  fault.kind = FaultKind::kMajor;
  return fault;
}

/// As many as are shown within one second.
std::string fill(FaultLines& lines, Nanos now) {
  std::string text;
  for (int i = 0; i < FaultLines::kMostPerSecond; i++) text += lines.add(minor_fault(), "t", now);
  return text;
}

TEST(FaultLines, FiftyInASecondAreShown) {
  FaultLines lines;
  const std::string text = fill(lines, kSecond);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), FaultLines::kMostPerSecond);
  EXPECT_EQ(lines.rest(), "");
}

TEST(FaultLines, FurtherOnesAreCountedAndSaidWhenTheSecondIsOver) {
  FaultLines lines;
  fill(lines, kSecond);
  EXPECT_EQ(lines.add(minor_fault(), "t", kSecond), "");
  EXPECT_EQ(lines.add(major_fault(), "t", kSecond * 2 - Nanos(1)), "");
  EXPECT_EQ(lines.turn(kSecond * 2 - Nanos(1)), "");
  EXPECT_EQ(lines.turn(kSecond * 2), "and 2 more page faults, 1 of them major, 2.00 ms in all\n");
  EXPECT_EQ(lines.turn(kSecond * 3), "");
}

TEST(FaultLines, NextSecondShowsFiftyAgainBehindWhatWasHidden) {
  FaultLines lines;
  fill(lines, kSecond);
  lines.add(minor_fault(), "t", kSecond);
  const std::string text = lines.add(minor_fault(), "t", kSecond * 2);
  EXPECT_EQ(text.find("and 1 more page fault, 0 of them major, 1.00 ms in all\nt minor fault"), 0U)
      << text;
}

TEST(FaultLines, WhatIsHiddenAtTheEndIsSaidOnce) {
  FaultLines lines;
  fill(lines, kSecond);
  lines.add(major_fault(), "t", kSecond);
  EXPECT_EQ(lines.rest(), "and 1 more page fault, 1 of them major, 1.00 ms in all\n");
  EXPECT_EQ(lines.rest(), "");
}

}  // namespace
}  // namespace holdfast
