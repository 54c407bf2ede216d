// SPDX-License-Identifier: MIT
#include "core/sleep_filter.h"

#include <gtest/gtest.h>

#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using namespace test;

std::vector<Record> filter(const std::vector<Record>& facts, const std::vector<Record>& blocks) {
  SleepFilter filter(Nanos(100 * kMicro));
  std::vector<Record> kept;
  filter.add(facts);
  filter.settle(blocks, kept);
  return kept;
}

TEST(SleepFilter, SleepBeforeABlockOnTimeIsDropped) {
  EXPECT_TRUE(filter({off_cpu(10, 330)}, {block(0, 0, 5), block(16, 333, 340)}).empty());
}

TEST(SleepFilter, SleepBeforeALateBlockIsKept) {
  EXPECT_EQ(filter({off_cpu(10, 530)}, {block(0, 0, 5), block(16, 333, 540)}).size(), 1u);
}

TEST(SleepFilter, SleepBeforeAJumpIsKeptEvenWhenTheNextBlockIsOnTime) {
  EXPECT_EQ(filter({off_cpu(10, 665)}, {block(0, 0, 5), block(32, 666, 670)}).size(), 1u);
}

TEST(SleepFilter, PreemptionsAndOtherFactsAreAlwaysKept) {
  const auto kept = filter({off_cpu(10, 20, kOffCpuIsPreempted), fault(30, 40)},
                           {block(0, 0, 5), block(16, 333, 340)});
  EXPECT_EQ(kept.size(), 2u);
}

TEST(SleepFilter, SleepsWaitForTheBlockAfterThem) {
  SleepFilter filter(Nanos(100 * kMicro));
  std::vector<Record> kept;
  filter.settle(std::vector<Record>{block(0, 0, 5)}, kept);
  filter.add(std::vector<Record>{off_cpu(10, 900)});
  filter.settle({}, kept);
  EXPECT_TRUE(kept.empty());
  filter.settle(std::vector<Record>{block(16, 333, 905)}, kept);
  EXPECT_EQ(kept.size(), 1u);
}

TEST(SleepFilter, OnlyTheSleepOfTheLateBlockIsKeptAmongMany) {
  std::vector<Record> facts;
  std::vector<Record> blocks = {block(0, 0, 1)};
  for (int64_t i = 1; i < 100; i++) {
    const int64_t late = i == 50 ? 200 : 1;
    facts.push_back(off_cpu((i - 1) * 333 + 10, i * 333 + late - 1));
    blocks.push_back(block(16 * i, i * 333, i * 333 + late));
  }
  EXPECT_EQ(filter(facts, blocks).size(), 1u);
}

}  // namespace
}  // namespace holdfast
