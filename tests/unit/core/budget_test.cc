// SPDX-License-Identifier: MIT
#include "core/budget.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

BudgetPart part(CauseKind kind, int64_t ns, const std::string& symbol = "", int64_t whole = 0) {
  BudgetPart result;
  result.kind = kind;
  result.time = Nanos(ns);
  result.owner.symbol = symbol;
  result.whole = Nanos(whole);
  result.facts = 1;
  return result;
}

TEST(Budget, WhatNobodyClaimsIsUnexplained) {
  Budget budget(Nanos(100));
  budget.add(part(CauseKind::kCallback, 60));
  const auto parts = budget.parts();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[1].kind, CauseKind::kUnexplained);
  EXPECT_EQ(parts[1].time, Nanos(40));
}

TEST(Budget, NobodyGetsMoreThanThereIs) {
  Budget budget(Nanos(100));
  budget.add(part(CauseKind::kCallback, 60));
  budget.add(part(CauseKind::kBlocked, 60));
  budget.add(part(CauseKind::kStopped, -5));
  const auto parts = budget.parts();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[1].time, Nanos(40));
}

TEST(Budget, PartsOfOneSymbolAreOne) {
  Budget budget(Nanos(100));
  budget.add(part(CauseKind::kPageFault, 10, "f+0x10", 5));
  budget.add(part(CauseKind::kPageFault, 20, "f+0x1010", 9));
  budget.add(part(CauseKind::kPageFault, 30, "g+0x10"));
  const auto parts = budget.parts();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].owner.symbol, "f+0x1010") << "that of the longest";
  EXPECT_EQ(parts[0].facts, 2);
  EXPECT_EQ(parts[0].whole, Nanos(14));
}

TEST(Budget, LargestComesFirstAndUnexplainedLast) {
  Budget budget(Nanos(100));
  budget.add(part(CauseKind::kCallback, 10));
  budget.add(part(CauseKind::kBlocked, 20));
  const auto parts = budget.parts();
  EXPECT_EQ(parts[0].kind, CauseKind::kBlocked);
  EXPECT_EQ(parts[2].kind, CauseKind::kUnexplained);
  EXPECT_EQ(largest_cause(parts), CauseKind::kUnexplained);
}

TEST(Budget, LatenessOfNothingOrLessIsUnexplainedAsAWhole) {
  for (const int64_t ns : {int64_t{0}, int64_t{-50}}) {
    Budget budget{Nanos(ns)};
    budget.add(part(CauseKind::kCallback, 10));
    const auto parts = budget.parts();
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].time, Nanos(ns));
    EXPECT_EQ(largest_cause(parts), CauseKind::kUnexplained);
  }
}

TEST(Budget, CausesAreComparedBySumNotByPart) {
  const std::vector<BudgetPart> parts = {part(CauseKind::kCallback, 40),
                                         part(CauseKind::kPageFault, 30, "f+0x1"),
                                         part(CauseKind::kPageFault, 30, "g+0x1")};
  EXPECT_EQ(largest_cause(parts), CauseKind::kPageFault);
}

}  // namespace
}  // namespace holdfast
