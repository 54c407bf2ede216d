// SPDX-License-Identifier: MIT
#include "core/graph_facts.h"

#include <gtest/gtest.h>

#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using namespace test;

constexpr uint32_t kServer = 90;
constexpr uint32_t kNear = 91;
constexpr uint32_t kFar = 92;

SessionInfo graph() {
  SessionInfo info;
  info.rate_hz = 48000;
  info.block_frames = 48;
  info.followed = {{"jackd (1)", true, Observation::kAllEvents, kServer},
                   {"near (2)", false, Observation::kAllEvents, kNear},
                   {"far (3)", false, Observation::kAllEvents, kFar}};
  return info;
}

Record of(uint32_t thread, OffCpuRecord record) {
  record.thread = thread;
  return record_cast<Record>(record);
}

Record sleep_of(uint32_t thread, int64_t begin_us, int64_t end_us) {
  return of(thread, record_cast<OffCpuRecord>(off_cpu(begin_us, end_us)));
}

Record fault_of(uint32_t thread, int64_t begin_us, int64_t end_us, uint64_t address = 0x1000) {
  auto record = record_cast<FaultRecord>(fault(begin_us, end_us, kFaultIsMajor, address));
  record.thread = thread;
  return record_cast<Record>(record);
}

Record line_of(uint32_t thread, const char* line) {
  Record record = to_text_records(line, Nanos(0), RecordKind::kFollowedText).front();
  record.head.epoch = thread;
  return record;
}

/// Due at 100 ms, back at 110 ms.
Gap gap_of(LossSource source) {
  Gap gap;
  gap.due = Nanos(100'000 * kMicro);
  gap.woke = Nanos(110'000 * kMicro);
  gap.source = source;
  return gap;
}

Attribution own(CauseKind cause) {
  Attribution answer;
  answer.cause = cause;
  return answer;
}

/// Sleeps of a program that is woken in time, once a millisecond.
void keep_time(GraphFacts& facts, uint32_t thread) {
  for (int64_t at = 90'000; at < 110'000; at += 1000) {
    facts.take(sleep_of(thread, at + 20, at + 1000));
  }
}

/// Readings of the counters before and after the gap.
void use_of(GraphFacts& facts, uint32_t thread, int64_t cpu_us) {
  for (const auto& [at_us, cpu] : {std::pair<int64_t, int64_t>{95'000, 0}, {115'000, cpu_us}}) {
    auto record = record_cast<ThreadUseRecord>(thread_use(at_us, cpu, 0));
    record.thread = thread;
    facts.take(record_cast<Record>(record));
  }
}

TEST(GraphFacts, ASlowProgramBeforeUsIsNamed) {
  GraphFacts facts(graph());
  use_of(facts, kFar, 10'100);
  keep_time(facts, kServer);
  keep_time(facts, kNear);
  facts.take(sleep_of(kFar, 99'000, 100'010));  // and then it worked, for 10 ms
  const auto blame = facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->program, "far (3)");
  EXPECT_EQ(blame->attribution.cause, CauseKind::kCallback);
}

TEST(GraphFacts, WhoeverSleepsOnIsNotTakenForOneWhoWorked) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  keep_time(facts, kNear);
  use_of(facts, kFar, 30);  // its sleep will be told when it ends
  EXPECT_FALSE(facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake)));
  const auto blame = facts.blame(gap_of(LossSource::kServer), own(CauseKind::kServer));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->program, "jackd (1)");
}

TEST(GraphFacts, OurOwnLatenessIsNobodyElses) {
  GraphFacts facts(graph());
  facts.take(fault_of(kFar, 100'000, 109'000));
  EXPECT_FALSE(facts.blame(gap_of(LossSource::kClient), own(CauseKind::kPageFault)));
  EXPECT_FALSE(facts.blame(gap_of(LossSource::kDevice), own(CauseKind::kDevice)));
}

TEST(GraphFacts, WhoeverKeepsTimeIsNotBlamed) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  keep_time(facts, kNear);
  keep_time(facts, kFar);
  EXPECT_FALSE(facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake)));
}

TEST(GraphFacts, OfThoseAsleepTheFirstInOrderOfWorkIsNamed) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  facts.take(sleep_of(kNear, 99'100, 109'950));  // waited for the other
  facts.take(sleep_of(kFar, 99'050, 109'900));
  const auto blame = facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->program, "far (3)");
}

TEST(GraphFacts, OneThatFellAsleepInItsWorkIsNamed) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  facts.take(sleep_of(kFar, 100'030, 109'900));
  const auto blame = facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->program, "far (3)");
  EXPECT_EQ(blame->attribution.cause, CauseKind::kBlocked);
}

TEST(GraphFacts, ALossOfTheServerIsTheServersWhenNothingExplainsIt) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  keep_time(facts, kNear);
  keep_time(facts, kFar);
  const auto blame = facts.blame(gap_of(LossSource::kServer), own(CauseKind::kServer));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->program, "jackd (1)");
}

TEST(GraphFacts, EachProgramHasItsOwnAddresses) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  keep_time(facts, kFar);
  facts.take(line_of(kFar, "symbol 1000 .data wrong+0x0"));
  facts.take(line_of(kNear, "symbol 1000 .data right+0x0"));
  facts.take(fault_of(kNear, 100'000, 109'500));
  const auto blame = facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->program, "near (2)");
  EXPECT_EQ(blame->attribution.is_memory, true);
  EXPECT_EQ(blame->attribution.budget.front().owner.symbol, "right+0x0");
  EXPECT_EQ(blame->attribution.budget.front().time, Nanos(9'500 * kMicro));
}

TEST(GraphFacts, WithoutFollowedProgramsNobodyIsBlamed) {
  GraphFacts facts(SessionInfo{});
  facts.take(fault_of(kNear, 100'000, 109'500));
  EXPECT_FALSE(facts.blame(gap_of(LossSource::kServer), own(CauseKind::kServer)));
}

TEST(GraphFacts, APauseOfOurProcessSaysNothingOfOthers) {
  GraphFacts facts(graph());
  keep_time(facts, kServer);
  facts.take(sleep_of(kFar, 99'050, 109'900));
  facts.take(pause(99'000, 109'900, 0));
  const auto blame = facts.blame(gap_of(LossSource::kClient), own(CauseKind::kLateWake));
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->attribution.cause, CauseKind::kLateWake);
}

}  // namespace
}  // namespace holdfast
