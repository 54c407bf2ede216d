// SPDX-License-Identifier: MIT
#include "core/lock_call.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

SystemCall wide(uint64_t number, std::array<uint64_t, 6> arguments = {}) {
  return {kArchitectureX86Wide, number, arguments};
}

TEST(LockCall, MlockIsReadWithAddressAndSize) {
  const auto call = decode_lock_call(wide(149, {0x7000, 8192}));
  ASSERT_TRUE(call);
  EXPECT_EQ(call->kind, LockCallKind::kMlock);
  EXPECT_EQ(call->address, 0x7000U);
  EXPECT_EQ(call->size_bytes, 8192U);
  EXPECT_EQ(call_words(*call), "mlock");
}

TEST(LockCall, FlagsBecomeWords) {
  const auto words = [](const SystemCall& call) { return call_words(*decode_lock_call(call)); };
  EXPECT_EQ(words(wide(325, {0x7000, 1, 1})), "mlock2(ONFAULT)");
  EXPECT_EQ(words(wide(325, {0x7000, 1, 0})), "mlock2(0)");
  EXPECT_EQ(words(wide(151, {7})), "mlockall(CURRENT|FUTURE|ONFAULT)");
  EXPECT_EQ(words(wide(151, {9})), "mlockall(CURRENT|8)");
  EXPECT_EQ(words(wide(28, {0x7000, 1, 21})), "madvise(PAGEOUT)");
  EXPECT_EQ(words(wide(440, {5, 0x7000, 1, 20})), "process_madvise(COLD)");
  EXPECT_EQ(words(wide(150, {0x7000, 1})), "munlock");
  EXPECT_EQ(words(wide(152)), "munlockall");
  EXPECT_EQ(words(wide(31, {5, 11})), "shmctl(SHM_LOCK)");
  EXPECT_EQ(words(wide(31, {5, 12})), "shmctl(SHM_UNLOCK)");
  EXPECT_EQ(words(wide(160, {8, 0x7000})), "setrlimit(MEMLOCK)");
}

TEST(LockCall, MmapCountsOnlyWithMapLocked) {
  EXPECT_FALSE(decode_lock_call(wide(9, {0, 4096, 3, 0x22})));
  const auto call = decode_lock_call(wide(9, {0, 4096, 3, 0x2022}));
  ASSERT_TRUE(call);
  EXPECT_EQ(call_words(*call), "mmap(MAP_LOCKED)");
}

TEST(LockCall, WhatAllocatorsDoAllDayIsNotTold) {
  constexpr uint64_t kDontNeed = 4;
  constexpr uint64_t kFree = 8;
  EXPECT_FALSE(decode_lock_call(wide(28, {0x7000, 4096, kDontNeed})));
  EXPECT_FALSE(decode_lock_call(wide(28, {0x7000, 4096, kFree})));
  EXPECT_FALSE(decode_lock_call(wide(31, {5, 0})));  // IPC_RMID
}

TEST(LockCall, LimitsThatAreOnlyAskedForAreNotTold) {
  EXPECT_FALSE(decode_lock_call(wide(302, {0, 8, 0, 0x7000})));
  EXPECT_TRUE(decode_lock_call(wide(302, {0, 8, 0x7000, 0})));
  EXPECT_FALSE(decode_lock_call(wide(302, {0, 7, 0x7000, 0})));
  EXPECT_FALSE(decode_lock_call(wide(160, {7, 0x7000})));
}

TEST(LockCall, NumbersBelongToTheirArchitecture) {
  EXPECT_EQ(decode_lock_call({kArchitectureX86, 150, {0x7000, 1}})->kind, LockCallKind::kMlock);
  EXPECT_EQ(decode_lock_call({kArchitectureArm64, 228, {0x7000, 1}})->kind, LockCallKind::kMlock);
  EXPECT_FALSE(decode_lock_call({kArchitectureArm64, 149, {0x7000, 1}}));
  EXPECT_FALSE(decode_lock_call({0x1234, 149, {0x7000, 1}}));
}

TEST(LockCall, X32CallsAreTheSameWithABitSet) {
  EXPECT_EQ(decode_lock_call(wide(149 | kX32Bit, {0x7000, 1}))->kind, LockCallKind::kMlock);
}

TEST(LockCall, ThirtyTwoBitCallersSetAVersionBit) {
  EXPECT_EQ(decode_lock_call({kArchitectureX86, 395, {5, 11 | 0x100}})->kind,
            LockCallKind::kShmLock);
}

TEST(LockCall, EachNumberStandsOnceInItsTable) {
  for (const uint32_t architecture : {kArchitectureX86, kArchitectureX86Wide, kArchitectureArm64}) {
    std::set<uint32_t> numbers;
    for (const WatchedCall& call : watched_calls(architecture)) {
      EXPECT_TRUE(numbers.insert(call.number).second) << call.number;
      EXPECT_LT(call.test.index, 6U);
    }
    EXPECT_EQ(numbers.size(), 11U);
  }
}

TEST(LockCall, EffectsTellLocksFromUnlocks) {
  EXPECT_EQ(effect_of(LockCallKind::kMmap), LockEffect::kLocks);
  EXPECT_EQ(effect_of(LockCallKind::kMunlockall), LockEffect::kUnlocks);
  EXPECT_EQ(effect_of(LockCallKind::kShmUnlock), LockEffect::kUnlocks);
  EXPECT_EQ(effect_of(LockCallKind::kMadvise), LockEffect::kAdvises);
  EXPECT_EQ(effect_of(LockCallKind::kLimit), LockEffect::kLimits);
}

}  // namespace
}  // namespace holdfast
