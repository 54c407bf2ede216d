// SPDX-License-Identifier: MIT
#include "core/lock_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace holdfast {
namespace {

constexpr int64_t kPage = 4096;
constexpr uint32_t kThread = 21;
constexpr int64_t kUnlimited = INT64_MAX;

AddressSpace editor() {
  AddressSpace space;
  for (const char* line :
       {"maps 20", "program /bin/editor", "map 100000 140000 r-xp 0 aa /bin/editor",
        "map 140000 150000 rw-p 40000 aa /bin/editor", "map 500000 520000 r-xp 10000 bb /lib/m.so",
        "map 700000 800000 rw-p 0 -", "thread 21 audio", "stack 21 700000 800000"}) {
    space.take_line(line);
  }
  return space;
}

void touch(WorkingSet& set, const AddressSpace& space, uint64_t address, FaultKind kind,
           Nanos duration) {
  SeenFault fault;
  fault.address = address;
  fault.kind = kind;
  fault.duration = duration;
  fault.owner = space.owner_of(address, kThread);
  set.add(fault);
}

std::vector<LockReason> reasons(const std::vector<PlannedLock>& locks) {
  std::vector<LockReason> all;
  for (const PlannedLock& lock : locks) all.push_back(lock.reason);
  return all;
}

TEST(LockPlan, TheStackComesFirstAsDeepAsItWasUsedAndAMargin) {
  const AddressSpace space = editor();
  WorkingSet set(kPage);
  touch(set, space, 0x7f0123, FaultKind::kMinor, Nanos(5));
  touch(set, space, 0x7fe000, FaultKind::kMajor, Nanos(50));
  touch(set, space, 0x100010, FaultKind::kMajor, Nanos(900));
  const LockPlan plan = plan_locks(set, space, kThread, kUnlimited);
  const PlannedLock& stack = plan.locks.front();
  EXPECT_EQ(stack.reason, LockReason::kStack);
  EXPECT_EQ(stack.begin, 0x7f0000U - 0x10000U);
  EXPECT_EQ(stack.begin + static_cast<uint64_t>(stack.size_bytes), 0x800000U);
  EXPECT_EQ(stack.owner.of, "audio");
  EXPECT_EQ(stack.major, 1);
  EXPECT_EQ(stack.time, Nanos(55));
}

TEST(LockPlan, OfAStackThatWasNotSeenInUseItTakesTheUpperEnd) {
  const AddressSpace space = editor();
  const LockPlan plan = plan_locks(WorkingSet(kPage), space, kThread, kUnlimited);
  ASSERT_EQ(plan.locks.size(), 1U);
  EXPECT_EQ(plan.locks[0].size_bytes, 256 * 1024);
}

TEST(LockPlan, TheMarginDoesNotReachBelowTheStack) {
  const AddressSpace space = editor();
  WorkingSet set(kPage);
  touch(set, space, 0x701000, FaultKind::kMinor, Nanos(5));
  EXPECT_EQ(plan_locks(set, space, kThread, kUnlimited).locks[0].begin, 0x700000U);
}

TEST(LockPlan, WaitedForComesBeforeTouchedAndTheDearestFirst) {
  const AddressSpace space = editor();
  WorkingSet set(kPage);
  touch(set, space, 0x100010, FaultKind::kMajor, Nanos(100));
  touch(set, space, 0x141000, FaultKind::kMinor, Nanos(800));
  touch(set, space, 0x511000, FaultKind::kMajor, Nanos(300));
  const LockPlan plan = plan_locks(set, space, kThread, kUnlimited);
  EXPECT_EQ(plan.locks[1].begin, 0x511000U);
  EXPECT_EQ(plan.locks[1].owner.file_offset, 0x21000U);
  EXPECT_EQ(plan.locks[2].begin, 0x100000U);
  EXPECT_EQ(plan.locks[3].begin, 0x141000U);
  EXPECT_EQ(plan.locks[3].reason, LockReason::kTouched);
  EXPECT_EQ(plan.locks[4].reason, LockReason::kAlongside);
}

TEST(LockPlan, NeighboursOfOneOwnerAreOneRangeNamedAfterTheDearest) {
  const AddressSpace space = editor();
  WorkingSet set(kPage);
  for (uint64_t page = 0; page < 3; ++page) {
    SeenFault fault;
    fault.address = 0x100000 + page * kPage;
    fault.kind = FaultKind::kMajor;
    fault.duration = Nanos(page == 1 ? 70 : 10);
    fault.owner = space.owner_of(fault.address, kThread);
    fault.owner.symbol = page == 1 ? "dear" : "cheap";
    set.add(fault);
  }
  const LockPlan plan = plan_locks(set, space, kThread, kUnlimited);
  EXPECT_EQ(plan.locks[1].size_bytes, 3 * kPage);
  EXPECT_EQ(plan.locks[1].owner.symbol, "dear");
  EXPECT_EQ(plan.locks[1].major, 3);
  EXPECT_EQ(plan.locks[1].time, Nanos(90));
}

TEST(LockPlan, AlongsideIsTheRestOf64KiBOfTheSameFileAndNothingElse) {
  const AddressSpace space = editor();
  WorkingSet set(kPage);
  touch(set, space, 0x13f000, FaultKind::kMajor, Nanos(10));  // the data behind is another mapping
  const LockPlan plan = plan_locks(set, space, kThread, kUnlimited);
  ASSERT_EQ(plan.locks.size(), 3U);
  EXPECT_EQ(plan.locks[2].reason, LockReason::kAlongside);
  EXPECT_EQ(plan.locks[2].begin, 0x130000U);
  EXPECT_EQ(plan.locks[2].size_bytes, 15 * kPage);
}

TEST(LockPlan, WhatDoesNotFitIsLeftOutAndSmallerOnesStillGetTheirChance) {
  const AddressSpace space = editor();
  WorkingSet set(kPage);
  touch(set, space, 0x100010, FaultKind::kMajor, Nanos(900));
  touch(set, space, 0x101010, FaultKind::kMajor, Nanos(900));
  touch(set, space, 0x141000, FaultKind::kMinor, Nanos(8));
  const LockPlan plan = plan_locks(set, space, kThread, 256 * 1024 + kPage);
  EXPECT_EQ(reasons(plan.locks), (std::vector{LockReason::kStack, LockReason::kTouched}));
  EXPECT_EQ(plan.left_out.front().begin, 0x100000U);
  EXPECT_EQ(plan.locked_bytes(), 256 * 1024 + kPage);
  EXPECT_GT(plan.left_out_bytes(), 0);
}

TEST(LockPlan, WhatIsMappedNoMoreAndWhatIsTheKernelsIsCountedNotPlanned) {
  AddressSpace space = editor();
  space.take_line("map 900000 901000 r-xp 0 - [vdso]");
  WorkingSet set(kPage);
  touch(set, space, 0x900010, FaultKind::kMinor, Nanos(8));
  touch(set, space, 0xa00000, FaultKind::kMinor, Nanos(8));
  const LockPlan plan = plan_locks(set, space, kThread, kUnlimited);
  EXPECT_EQ(plan.locks.size(), 1U);
  EXPECT_EQ(plan.gone_pages, 2);
}

TEST(LockPlan, MlockallIsTheSizeOfAllMappings) {
  const LockPlan plan = plan_locks(WorkingSet(kPage), editor(), kThread, kUnlimited);
  EXPECT_EQ(plan.mapped_bytes, 0x40000 + 0x10000 + 0x20000 + 0x100000);
}

TEST(LockPlan, WithoutAStackThereIsNoneInThePlan) {
  AddressSpace space;
  EXPECT_TRUE(plan_locks(WorkingSet(kPage), space, kThread, kUnlimited).locks.empty());
}

/// Whatever was touched: no page twice, every lockable page in exactly one range, the limit kept.
TEST(LockPlan, EveryTouchedPageIsInExactlyOneRangeAndTheLimitHolds) {
  std::mt19937 random(7);
  const AddressSpace space = editor();
  for (int round = 0; round < 200; ++round) {
    WorkingSet set(kPage);
    for (int i = 0; i < 40; ++i) {
      const uint64_t starts[] = {0x100000, 0x140000, 0x500000, 0x700000};
      const uint64_t sizes[] = {0x40000, 0x10000, 0x20000, 0x100000};
      const size_t which = random() % 4;
      touch(set, space, starts[which] + random() % sizes[which],
            random() % 2 != 0 ? FaultKind::kMajor : FaultKind::kMinor, Nanos(random() % 1000));
    }
    const int64_t limit = static_cast<int64_t>(random() % 2'000'000);
    const LockPlan plan = plan_locks(set, space, kThread, limit);
    EXPECT_LE(plan.locked_bytes(), limit);
    std::map<uint64_t, int> times;
    for (const auto* list : {&plan.locks, &plan.left_out}) {
      for (const PlannedLock& lock : *list) {
        for (int64_t at = 0; at < lock.size_bytes; at += kPage) {
          ++times[lock.begin + static_cast<uint64_t>(at)];
        }
      }
    }
    for (const auto& [address, count] : times) EXPECT_EQ(count, 1) << address;
    for (const auto& [address, page] : set.pages()) EXPECT_TRUE(times.contains(address)) << address;
  }
}

TEST(LockPlan, ReasonsHaveNames) {
  EXPECT_EQ(name_of(LockReason::kStack), "stack");
  EXPECT_EQ(name_of(LockReason::kWaited), "waited");
  EXPECT_EQ(name_of(LockReason::kTouched), "touched");
  EXPECT_EQ(name_of(LockReason::kAlongside), "alongside");
}

}  // namespace
}  // namespace holdfast
