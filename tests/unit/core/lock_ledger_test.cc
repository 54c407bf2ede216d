// SPDX-License-Identifier: MIT
#include "core/lock_ledger.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr uint64_t kLedgerPage = 4096;

PageOwner owner(MemoryRole role, const std::string& mapping) {
  PageOwner owner;
  owner.role = role;
  owner.mapping = mapping;
  return owner;
}

TEST(LockLedger, WhatIsNotTakenIsMissing) {
  LockLedger ledger(kLedgerPage);
  ledger.note({0x2000, 0x4000}, PageFate::kOrdered, owner(MemoryRole::kHeap, "[heap]"));
  const std::vector<PageSpan> missing = {{0x1000, 0x2000}, {0x4000, 0x6000}};
  EXPECT_EQ(ledger.missing({0x1000, 0x6000}), missing);
  EXPECT_TRUE(ledger.is_taken(0x3fff));
  EXPECT_FALSE(ledger.is_taken(0x4000));
  EXPECT_FALSE(ledger.is_locked(0x3000));
}

TEST(LockLedger, SpansAreWidenedToWholePages) {
  LockLedger ledger(kLedgerPage);
  const std::vector<PageSpan> missing = {{0x1000, 0x3000}};
  EXPECT_EQ(ledger.missing({0x1ff0, 0x2001}), missing);
  ledger.note({0x1ff0, 0x2001}, PageFate::kLocked, owner(MemoryRole::kHeap, ""));
  EXPECT_EQ(ledger.bytes(PageFate::kLocked), 8192);
}

TEST(LockLedger, WhatWasLeftOutMayBeAskedForAgain) {
  LockLedger ledger(kLedgerPage);
  ledger.note({0x1000, 0x2000}, PageFate::kLeftOut, owner(MemoryRole::kText, "jackd"));
  EXPECT_EQ(ledger.missing({0x1000, 0x2000}).size(), 1U);
  ledger.note({0x1000, 0x2000}, PageFate::kOrdered, owner(MemoryRole::kText, "jackd"));
  ledger.note({0x1000, 0x2000}, PageFate::kLocked);
  EXPECT_TRUE(ledger.missing({0x1000, 0x2000}).empty());
  EXPECT_EQ(ledger.bytes(PageFate::kLeftOut), 0);
  EXPECT_EQ(ledger.bytes(PageFate::kOrdered), 0);
  EXPECT_EQ(ledger.bytes(PageFate::kLocked), 4096);
  EXPECT_TRUE(ledger.is_locked(0x1000));
}

TEST(LockLedger, AnAnswerAboutAStrangersPageIsNoPage) {
  LockLedger ledger(kLedgerPage);
  ledger.note({0x1000, 0x2000}, PageFate::kLocked);
  EXPECT_EQ(ledger.bytes(PageFate::kLocked), 0);
}

TEST(LockLedger, RowsAddUpByOwnerTheLargestFirst) {
  LockLedger ledger(kLedgerPage);
  ledger.note({0x1000, 0x2000}, PageFate::kLocked, owner(MemoryRole::kText, "jackd"));
  ledger.note({0x8000, 0xb000}, PageFate::kLocked, owner(MemoryRole::kLibraryText, "libc.so.6"));
  ledger.note({0xc000, 0xd000}, PageFate::kRefused, owner(MemoryRole::kText, "jackd"));
  const auto rows = ledger.rows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].mapping, "libc.so.6");
  EXPECT_EQ(rows[0].of(PageFate::kLocked), 3 * 4096);
  EXPECT_EQ(rows[1].of(PageFate::kLocked), 4096);
  EXPECT_EQ(rows[1].of(PageFate::kRefused), 4096);
}

TEST(LockLedger, UnmappedPagesAreForgotten) {
  LockLedger ledger(kLedgerPage);
  ledger.note({0x1000, 0x4000}, PageFate::kLocked, owner(MemoryRole::kHeap, ""));
  ledger.forget_unmapped([](uint64_t page) { return page == 0x2000; });
  EXPECT_EQ(ledger.bytes(PageFate::kLocked), 4096);
  const std::vector<PageSpan> spans = {{0x2000, 0x3000}};
  EXPECT_EQ(ledger.spans(PageFate::kLocked), spans);
}

}  // namespace
}  // namespace holdfast
