// SPDX-License-Identifier: MIT
#include "core/page_costs.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

BudgetPart fault(const std::string& symbol, int64_t ns, const char* detail = "major") {
  BudgetPart part;
  part.kind = CauseKind::kPageFault;
  part.time = Nanos(ns);
  part.detail = detail;
  part.facts = 2;
  part.owner.path = "/lib/libfoo.so";
  part.owner.symbol = symbol;
  return part;
}

Glitch glitch(int64_t index, std::vector<BudgetPart> budget) {
  Glitch result;
  result.index = index;
  result.budget = std::move(budget);
  return result;
}

TEST(PageCosts, RanksOwnersByTheirTime) {
  PageCosts costs;
  costs.add(glitch(1, {fault("f+0x10", 100), fault("g", 150)}));
  costs.add(glitch(2, {fault("f+0x20", 90, "minor")}));
  const auto ranking = costs.ranking();
  ASSERT_EQ(ranking.size(), 2u);
  EXPECT_EQ(ranking[0].time, Nanos(190));
  EXPECT_EQ(ranking[0].owner.symbol, "f+0x10");
  EXPECT_EQ(ranking[0].major, 2);
  EXPECT_EQ(ranking[0].minor, 2);
  EXPECT_EQ(ranking[0].glitches, 2);
}

TEST(PageCosts, OtherCausesCostNoPages) {
  PageCosts costs;
  costs.add(glitch(1, {BudgetPart()}));
  EXPECT_TRUE(costs.ranking().empty());
}

TEST(PageCosts, MemoryDoesNotGrowWithTheRun) {
  PageCosts costs;
  constexpr auto kOwners = static_cast<int64_t>(PageCosts::kMostOwners) + 500;
  for (int64_t i = 0; i < kOwners; i++) costs.add(glitch(i, {fault("s" + std::to_string(i), 1)}));
  const auto ranking = costs.ranking();
  EXPECT_EQ(ranking.size(), PageCosts::kMostOwners + 1);
  EXPECT_EQ(ranking[0].time, Nanos(500)) << "all others as one";
  EXPECT_TRUE(ranking[0].owner.path.empty());
}

}  // namespace
}  // namespace holdfast
