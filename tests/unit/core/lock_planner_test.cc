// SPDX-License-Identifier: MIT
#include "core/lock_planner.h"

#include <gtest/gtest.h>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(LockPlanner, FaultsOfATraceBecomeRangesToLock) {
  LockPlanner planner(4096);
  planner.take(test::shown_run());
  EXPECT_EQ(planner.totals().faults, 1);
  EXPECT_EQ(planner.pages(), 1U);
  EXPECT_EQ(planner.missed(), 0);
  const LockPlan plan = planner.plan(test::kThread, INT64_MAX);
  ASSERT_FALSE(plan.locks.empty());
  EXPECT_EQ(plan.locks.front().reason, LockReason::kWaited);
  EXPECT_EQ(plan.locks.front().begin, 0x6000U);
}

TEST(LockPlanner, LostFactsAreCounted) {
  LostRecord lost;
  lost.head = {RecordKind::kLost, 0, 0, 5};
  lost.facts = 3;
  LockPlanner planner(4096);
  planner.take(std::vector<Record>{record_cast<Record>(lost)});
  EXPECT_EQ(planner.missed(), 3);
  EXPECT_TRUE(planner.plan(test::kThread, INT64_MAX).locks.empty());
}

TEST(LockPlanner, SessionFactsHoldThePlanOfTheirRecords) {
  const SessionFacts facts = test::shown_facts();
  LockPlanner planner(4096);
  planner.take(test::shown_run());
  ASSERT_TRUE(facts.lock_plan);
  EXPECT_EQ(facts.lock_plan->locked_bytes(), planner.plan(test::kThread, INT64_MAX).locked_bytes());
  EXPECT_FALSE(test::facts_of(test::sample_info(), {}).lock_plan);
}

}  // namespace
}  // namespace holdfast
