// SPDX-License-Identifier: MIT
#include "core/protection.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <utility>

namespace holdfast {
namespace {

constexpr size_t kPageBytes = 4096;

Region region_of(RegionKind kind, const std::string& name, uintptr_t begin, size_t pages) {
  Mapping mapping;
  mapping.begin = begin;
  mapping.end = begin + pages * kPageBytes;
  return {kind, name, {mapping}, true};
}

/// What a program with two libraries has.
std::vector<Region> some_regions() {
  return {region_of(RegionKind::kStack, "stack of audio", 0x700000, 16),
          region_of(RegionKind::kProgramText, "program text", 0x100000, 4),
          region_of(RegionKind::kProgramConstants, "program constants", 0x110000, 2),
          region_of(RegionKind::kProgramData, "program data", 0x120000, 1),
          region_of(RegionKind::kProgramBss, "program bss", 0x121000, 3),
          region_of(RegionKind::kHeap, "heap", 0x130000, 8),
          region_of(RegionKind::kLibraryText, "large.so text", 0x200000, 100),
          region_of(RegionKind::kLibraryText, "small.so text", 0x300000, 5),
          region_of(RegionKind::kAnonymous, "other anonymous memory", 0x400000, 1000)};
}

/// Locks everything but what begins at `refused`; keeps what it was asked.
class FakeLocker : public PageLocker {
 public:
  int lock(uintptr_t begin, size_t size_bytes) override {
    asked.emplace_back(begin, size_bytes);
    return begin == refused ? EAGAIN : 0;
  }
  uintptr_t refused = 0;
  std::vector<std::pair<uintptr_t, size_t>> asked;
};

const ProtectedTotal& of(const Protection& protection, ProtectedKind kind) {
  return protection.kinds[static_cast<size_t>(kind)];
}

TEST(PlanProtection, TheThreadsOwnComesBeforeTheProgramAndThatBeforeLibraries) {
  ProtectionWish wish;
  wish.stack_in_use = {0x70e000, 2 * kPageBytes, ""};
  wish.stack_headroom = {0x708000, 6 * kPageBytes, ""};
  wish.marked_text = {0x101010, 16, ""};
  wish.given = {{0x131000, 100, "delay line"}};
  wish.has_program = wish.has_libraries = true;
  std::vector<std::string> names;
  for (const ProtectedRange& range : plan_protection(some_regions(), wish, kPageBytes)) {
    names.push_back(range.name);
  }
  const std::vector<std::string> expected = {"stack",        "marked text",  "delay line",
                                             "stack",        "program text", "program constants",
                                             "program data", "program bss",  "small.so text",
                                             "large.so text"};
  EXPECT_EQ(names, expected);
}

TEST(PlanProtection, RangesBecomeWholePages) {
  ProtectionWish wish;
  wish.marked_text = {0x101ff0, 0x20, ""};
  const auto plan = plan_protection({}, wish, kPageBytes);
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_EQ(plan[0].begin, 0x101000U);
  EXPECT_EQ(plan[0].size_bytes, 2 * kPageBytes);
}

TEST(PlanProtection, ARangeThatEndsAtTheEndOfAllAddressesIsLeftOut) {
  ProtectionWish wish;
  wish.given = {{UINTPTR_MAX - 10, 10, ""}};
  EXPECT_TRUE(plan_protection({}, wish, kPageBytes).empty());
}

TEST(PlanProtection, TheHeapIsThereOnlyWhenAskedFor) {
  ProtectionWish wish;
  EXPECT_TRUE(plan_protection(some_regions(), wish, kPageBytes).empty());
  wish.has_heap = true;
  const auto plan = plan_protection(some_regions(), wish, kPageBytes);
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_EQ(plan[0].kind, ProtectedKind::kHeap);
}

TEST(Protect, WithRoomEverythingIsLocked) {
  ProtectionWish wish;
  wish.has_program = wish.has_libraries = true;
  FakeLocker locker;
  const Protection protection = protect(plan_protection(some_regions(), wish, kPageBytes),
                                        {SIZE_MAX, ENOMEM, {}}, kPageBytes, locker);
  EXPECT_EQ(protection.refused_bytes, 0U);
  EXPECT_EQ(protection.locked_bytes, 115 * kPageBytes);
  EXPECT_EQ(of(protection, ProtectedKind::kLibraryText).locked_bytes, 105 * kPageBytes);
  EXPECT_EQ(protection.first_refused, "");
}

TEST(Protect, WhatDoesNotFitIsLeftOutAndSmallerOnesBehindItAreLocked) {
  const std::vector<ProtectedRange> plan = {
      {ProtectedKind::kGiven, "first", 0x1000, 2 * kPageBytes, false},
      {ProtectedKind::kGiven, "large", 0x10000, 10 * kPageBytes, false},
      {ProtectedKind::kProgramText, "small", 0x30000, kPageBytes, false}};
  FakeLocker locker;
  const Protection protection = protect(plan, {3 * kPageBytes, ENOMEM, {}}, kPageBytes, locker);
  EXPECT_EQ(locker.asked.size(), 2U);
  EXPECT_EQ(protection.locked_bytes, 3 * kPageBytes);
  EXPECT_EQ(protection.refused_bytes, 10 * kPageBytes);
  EXPECT_EQ(protection.first_refused, "large");
  EXPECT_EQ(of(protection, ProtectedKind::kGiven).refusal, ENOMEM);
  EXPECT_EQ(of(protection, ProtectedKind::kGiven).asked_bytes, 12 * kPageBytes);
}

TEST(Protect, OfTheHeadroomThePartNextToTheStackPointerIsLocked) {
  const std::vector<ProtectedRange> plan = {
      {ProtectedKind::kStack, "stack", 0x10000, 8 * kPageBytes, true}};
  FakeLocker locker;
  const Protection protection = protect(plan, {3 * kPageBytes + 5, ENOMEM, {}}, kPageBytes, locker);
  ASSERT_EQ(locker.asked.size(), 1U);
  EXPECT_EQ(locker.asked[0].first, 0x10000 + 5 * kPageBytes);
  EXPECT_EQ(locker.asked[0].second, 3 * kPageBytes);
  EXPECT_EQ(protection.refused_bytes, 5 * kPageBytes);
}

TEST(Protect, WhatIsLockedAlreadyCostsNothing) {
  const std::vector<ProtectedRange> plan = {
      {ProtectedKind::kGiven, "again", 0x10000, 8 * kPageBytes, false}};
  FakeLocker locker;
  const LockAllowance room = {kPageBytes, ENOMEM, {{0x11000, 20 * kPageBytes, ""}}};
  const Protection protection = protect(plan, room, kPageBytes, locker);
  EXPECT_EQ(protection.locked_bytes, 8 * kPageBytes);
  EXPECT_EQ(protection.charged_bytes, kPageBytes);
  EXPECT_EQ(protection.refused_bytes, 0U);
}

TEST(Protect, ARefusalOfTheKernelIsToldAndTheRestGoesOn) {
  const std::vector<ProtectedRange> plan = {
      {ProtectedKind::kGiven, "hole", 0x1000, kPageBytes, false},
      {ProtectedKind::kGiven, "good", 0x3000, kPageBytes, false}};
  FakeLocker locker;
  locker.refused = 0x1000;
  const Protection protection = protect(plan, {SIZE_MAX, ENOMEM, {}}, kPageBytes, locker);
  EXPECT_EQ(of(protection, ProtectedKind::kGiven).refusal, EAGAIN);
  EXPECT_EQ(protection.locked_bytes, kPageBytes);
  EXPECT_EQ(protection.first_refused, "hole");
}

/// Law: whatever the room, the kernel is never asked for more, and asked = locked + refused.
TEST(Protect, NeverAsksForMoreThanTheRoom) {
  ProtectionWish wish;
  wish.stack_in_use = {0x70e000, 2 * kPageBytes, ""};
  wish.stack_headroom = {0x708000, 6 * kPageBytes, ""};
  wish.marked_text = {0x101010, 16, ""};
  wish.has_program = wish.has_libraries = wish.has_heap = true;
  const auto plan = plan_protection(some_regions(), wish, kPageBytes);
  for (size_t room = 0; room < 160 * kPageBytes; room += kPageBytes / 2) {
    FakeLocker locker;
    const Protection protection = protect(plan, {room, ENOMEM, {}}, kPageBytes, locker);
    EXPECT_LE(protection.charged_bytes, room);
    EXPECT_EQ(protection.charged_bytes, protection.locked_bytes);
    size_t refused = 0;
    for (const ProtectedTotal& total : protection.kinds) {
      EXPECT_EQ(total.asked_bytes, total.locked_bytes + total.refused_bytes);
      refused += total.refused_bytes;
    }
    EXPECT_EQ(refused, protection.refused_bytes);
  }
}

}  // namespace
}  // namespace holdfast
