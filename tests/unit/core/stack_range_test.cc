// SPDX-License-Identifier: MIT
#include "core/stack_range.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

constexpr size_t kLimit = size_t{8} << 20;

std::vector<Mapping> mappings_of(const std::string& text) {
  auto mappings = parse_proc_maps(text);
  EXPECT_TRUE(mappings);
  return mappings ? *mappings : std::vector<Mapping>();
}

ThreadPlace blocked_at(uintptr_t stack_pointer) {
  ThreadPlace place;
  place.stack_pointer = stack_pointer;
  place.stack_limit_bytes = kLimit;
  return place;
}

TEST(StackRange, GuardedMappingOfStackSizeIsTheStackExactly) {
  const auto stack =
      find_stack(mappings_of(test::proc_fixture("maps")), blocked_at(0x7f7194491b80));
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->range.begin, 0x7f7193c95000U);
  EXPECT_EQ(stack->range.end(), 0x7f7194495000U);
  EXPECT_TRUE(stack->is_exact);
}

TEST(StackRange, UpperEndOfAMergedMappingIsAnEstimate) {
  const auto stack =
      find_stack(mappings_of("10000000-10001000 ---p 0 0:0 0\n10001000-20001000 rw-p 0 0:0 0\n"),
                 blocked_at(0x107ff000));
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->range.begin, 0x10001000U);
  EXPECT_EQ(stack->range.size_bytes, kLimit);
  EXPECT_FALSE(stack->is_exact);
}

TEST(StackRange, StackLargerThanUsualReachesToTheEndOfTheMapping) {
  const auto stack =
      find_stack(mappings_of("10000000-10001000 ---p 0 0:0 0\n10001000-20001000 rw-p 0 0:0 0\n"),
                 blocked_at(0x1fff0000));
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->range.end(), 0x20001000U);
  EXPECT_FALSE(stack->is_exact);
}

TEST(StackRange, WithoutGuardItLiesAroundTheStackPointer) {
  const auto stack =
      find_stack(mappings_of("10000000-20000000 rw-p 0 0:0 0\n"), blocked_at(0x18000123));
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->range.begin, 0x18000000U - (256U << 10));
  EXPECT_EQ(stack->range.end(), 0x18000000U + kLimit);
  EXPECT_FALSE(stack->is_exact);
}

TEST(StackRange, MainThreadsStackHasALabel) {
  ThreadPlace place;
  place.is_main = true;
  const auto stack = find_stack(mappings_of(test::proc_fixture("maps")), place);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->range.begin, 0x7fffd9b73000U);
  EXPECT_TRUE(stack->is_exact);
}

TEST(StackRange, WhatTheThreadItselfSaysIsBelieved) {
  ThreadPlace place;
  place.stack = MemoryRange{0x5000, 0x2000, "stack"};
  const auto stack = find_stack({}, place);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->range.begin, 0x5000U);
  EXPECT_TRUE(stack->is_exact);
}

TEST(StackRange, NothingIsKnownOfARunningThread) {
  EXPECT_FALSE(find_stack(mappings_of(test::proc_fixture("maps")), ThreadPlace()));
}

TEST(StackRange, StackPointerOutsideOfWritableMemoryIsNotBelieved) {
  EXPECT_FALSE(find_stack(mappings_of("1000-2000 r-xp 0 0:0 0\n"), blocked_at(0x1800)));
  EXPECT_FALSE(find_stack(mappings_of("1000-2000 rw-p 0 0:0 0\n"), blocked_at(0x9000)));
}

}  // namespace
}  // namespace holdfast
