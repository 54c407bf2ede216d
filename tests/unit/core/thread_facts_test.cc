// SPDX-License-Identifier: MIT
#include "core/thread_facts.h"

#include <gtest/gtest.h>

#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using namespace test;

TimeSpan micros(int64_t begin, int64_t end) {
  return {Nanos(begin * kMicro), Nanos(end * kMicro)};
}

TEST(TimeSpan, OverlapNeedsCommonTime) {
  EXPECT_TRUE(micros(1, 3).overlaps(micros(2, 4)));
  EXPECT_FALSE(micros(1, 3).overlaps(micros(3, 4)));
  EXPECT_EQ(micros(1, 3).clipped_to(micros(2, 4)), micros(2, 3));
  EXPECT_EQ(micros(1, 2).clipped_to(micros(3, 4)).length(), Nanos(0));
}

TEST(ThreadFacts, FindsWhatOverlapsInOrderOfTime) {
  ThreadFacts facts(kThread);
  facts.add(fault(500, 600));
  facts.add(fault(100, 200));
  facts.add(fault(900, 990));
  const auto found = facts.faults(micros(150, 700));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_LT(found[0].head.mono_ns, found[1].head.mono_ns);
}

TEST(ThreadFacts, FaultWithoutBeginOrEndIsAnInstant) {
  EXPECT_EQ(span_of(record_cast<FaultRecord>(fault(100, 900, kFaultHasNoEnd))).length(), Nanos(0));
  EXPECT_EQ(span_of(record_cast<FaultRecord>(fault(100, 50, kFaultHasNoBegin))).length(), Nanos(0));
}

TEST(ThreadFacts, ForgetsWhatEndedBefore) {
  ThreadFacts facts(kThread);
  facts.add(off_cpu(100, 200));
  facts.add(off_cpu(300, 400));
  facts.forget_before(Nanos(250 * kMicro));
  EXPECT_EQ(facts.off_cpu(micros(0, 1000)).size(), 1u);
}

TEST(ThreadFacts, KeepsTheLastReadingBeforeWhatItForgets) {
  ThreadFacts facts(kThread);
  for (const int64_t at : {100, 200, 300, 400}) facts.add(thread_use(at, at / 10, at / 100));
  facts.forget_before(Nanos(350 * kMicro));
  const auto use = facts.use(micros(350, 390));
  ASSERT_TRUE(use);
  EXPECT_EQ(use->between, micros(300, 400));
  EXPECT_EQ(use->cpu, Nanos(10 * kMicro));
  EXPECT_EQ(use->run_delay, Nanos(1 * kMicro));
}

TEST(ThreadFacts, UsualRunDelayIsTheLeastOfTheIntervalsBefore) {
  ThreadFacts facts(kThread);
  for (const auto& [at, delay] : {std::pair(100, 0), {200, 30}, {300, 50}, {400, 900}}) {
    facts.add(thread_use(at, 0, delay));
  }
  const auto use = facts.use(micros(310, 390));
  ASSERT_TRUE(use);
  EXPECT_EQ(use->run_delay, Nanos(850 * kMicro));
  EXPECT_EQ(use->usual_run_delay, Nanos(20 * kMicro));
}

TEST(ThreadFacts, UseNeedsAReadingOnBothSides) {
  ThreadFacts facts(kThread);
  facts.add(thread_use(100, 0, 0));
  EXPECT_FALSE(facts.use(micros(50, 90)));
  EXPECT_FALSE(facts.use(micros(150, 190)));
}

TEST(ThreadFacts, ReadingThatFoundTheThreadStoppedIsRemembered) {
  ThreadFacts facts(kThread);
  facts.add(thread_use(100, 0, 0));
  facts.add(thread_use(200, 0, 0, 0, 0, 'T'));
  facts.add(thread_use(300, 0, 0));
  EXPECT_TRUE(facts.use(micros(150, 250))->is_stopped);
}

TEST(ThreadFacts, LossesAreKnownWhereTheyWere) {
  ThreadFacts facts(kThread);
  facts.add(lost(100, 200));
  EXPECT_TRUE(facts.has_lost(micros(150, 160)));
  EXPECT_FALSE(facts.has_lost(micros(250, 260)));
}

TEST(ThreadFacts, CraftedTimesDoNotOverflow) {
  ThreadFacts facts(kThread);
  auto record = record_cast<OffCpuRecord>(off_cpu(0, 0));
  record.head.mono_ns = INT64_MIN;
  record.end_ns = INT64_MAX;
  facts.add(record_cast<Record>(record));
  const auto found = facts.off_cpu(micros(0, 1));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GT(span_of(found[0]).length(), Nanos(0));
}

TEST(ThreadFacts, TooManyOfOneKindCountAsLost) {
  ThreadFacts facts(kThread);
  for (size_t i = 0; i < ThreadFacts::kMostFacts; i++) facts.add(fault(1, 2));
  EXPECT_FALSE(facts.has_lost(micros(0, 100)));
  facts.add(fault(5, 6));
  facts.add(fault(50, 60));
  EXPECT_TRUE(facts.has_lost(micros(0, 100)));
  EXPECT_TRUE(facts.has_lost(micros(55, 56))) << "the whole time of what was not kept";
  EXPECT_EQ(facts.dropped(), 2);
}

}  // namespace
}  // namespace holdfast
