// SPDX-License-Identifier: MIT
// Two laws over random facts, time adds up and memory is never blamed without a fault in the
// window; and each cause by the facts that prove it.
#include "core/attribute.h"

#include <gtest/gtest.h>

#include <random>

#include "core/budget.h"
#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using namespace test;

constexpr ObservedThread kTimed{Observation::kAllEvents, kThread, true};
constexpr ObservedThread kUntimed{Observation::kAllEvents, kThread, false};

/// Due at 1000 us, back at `woke_us`.
Gap gap_until(int64_t woke_us) {
  Gap gap;
  gap.due = Nanos(1000 * kMicro);
  gap.woke = Nanos(woke_us * kMicro);
  return gap;
}

Attribution judge(const std::vector<Record>& records, const ObservedThread& observed,
                  const Gap& gap = gap_until(2000), const AddressSpace& space = {}) {
  ThreadFacts facts(kThread);
  for (const Record& record : records) facts.add(record);
  return attribute(gap, observed, facts, space);
}

Nanos time_of(const Attribution& attribution, CauseKind kind) {
  Nanos time;
  for (const BudgetPart& part : attribution.budget) {
    if (part.kind == kind) time += part.time;
  }
  return time;
}

Nanos micros(int64_t count) {
  return Nanos(count * kMicro);
}

Record plain(const CallbackRecord& record) {
  return record_cast<Record>(record);
}

TEST(Attribute, WithoutFactsEverythingIsUnexplained) {
  const Attribution answer = judge({}, {Observation::kNone, kThread, false});
  ASSERT_EQ(answer.budget.size(), 1u);
  EXPECT_EQ(answer.cause, CauseKind::kUnexplained);
  EXPECT_EQ(answer.budget[0].time, micros(1000));
  EXPECT_FALSE(answer.is_memory.has_value());
}

TEST(Attribute, FaultInTheCallbackIsBlamedForItsTimeInTheWindow) {
  const auto answer = judge({plain(callback(700, 1990)), fault(800, 1900)}, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kPageFault);
  EXPECT_EQ(answer.is_memory, true);
  EXPECT_EQ(time_of(answer, CauseKind::kPageFault), micros(900));
  EXPECT_EQ(time_of(answer, CauseKind::kCallback), micros(90));
  EXPECT_EQ(time_of(answer, CauseKind::kUnexplained), micros(10));
  EXPECT_EQ(answer.budget[0].whole, micros(1100));
  EXPECT_EQ(answer.budget[0].detail, "major");
}

TEST(Attribute, SleepWithinAFaultIsTheFaultsOwn) {
  const auto answer =
      judge({plain(callback(700, 2000)), fault(800, 1900), off_cpu(900, 1800)}, kTimed);
  EXPECT_EQ(time_of(answer, CauseKind::kBlocked), Nanos(0));
  EXPECT_EQ(answer.budget[0].slept, micros(900));
}

TEST(Attribute, PreemptionWithinAFaultIsRunQueue) {
  const auto answer = judge(
      {plain(callback(700, 2000)), fault(800, 1900), off_cpu(1200, 1500, kOffCpuIsPreempted, 99)},
      kTimed);
  EXPECT_EQ(time_of(answer, CauseKind::kRunQueue), micros(300));
  EXPECT_EQ(time_of(answer, CauseKind::kPageFault), micros(600));
}

TEST(Attribute, FaultOutsideTheWindowIsNotBlamed) {
  const auto answer = judge({plain(callback(700, 2000)), fault(100, 900)}, kTimed);
  EXPECT_EQ(time_of(answer, CauseKind::kPageFault), Nanos(0));
  EXPECT_EQ(answer.is_memory, false);
}

TEST(Attribute, ManyFaultsAtOnePlaceAreOnePart) {
  std::vector<Record> records = {plain(callback(700, 2000))};
  for (int64_t i = 0; i < 500; i++) records.push_back(fault(1000 + 2 * i, 1001 + 2 * i, 0));
  const auto answer = judge(records, kTimed);
  ASSERT_EQ(answer.budget.size(), 2u);
  EXPECT_EQ(time_of(answer, CauseKind::kPageFault), micros(500));
  for (const BudgetPart& part : answer.budget) {
    EXPECT_EQ(part.facts, part.kind == CauseKind::kPageFault ? 500 : 0);
  }
}

TEST(Attribute, PreemptionNamesWhoRanInstead) {
  AddressSpace space;
  space.take_line("thread 99 hog");
  const auto answer =
      judge({plain(callback(900, 2000)), off_cpu(950, 1950, kOffCpuIsPreempted, 99)}, kTimed,
            gap_until(2000), space);
  EXPECT_EQ(answer.cause, CauseKind::kRunQueue);
  EXPECT_EQ(answer.budget[0].by, "hog 99");
  EXPECT_EQ(answer.budget[0].detail, "preempted");
}

TEST(Attribute, SleepForTheDeviceThatEndsLateIsALateWake) {
  const auto answer = judge({off_cpu(700, 1990)}, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kLateWake);
  EXPECT_EQ(time_of(answer, CauseKind::kLateWake), micros(1000));
}

TEST(Attribute, RunDelayAtTheEndOfASleepIsRunQueue) {
  const std::vector<Record> records = {thread_use(0, 0, 0), off_cpu(700, 1990, 0, 99),
                                       thread_use(10'000, 50, 800)};
  const auto answer = judge(records, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kRunQueue);
  EXPECT_EQ(time_of(answer, CauseKind::kRunQueue), micros(800));
  EXPECT_EQ(time_of(answer, CauseKind::kLateWake), micros(200));
}

TEST(Attribute, RunDelayOfPreemptionsIsNotCountedTwice) {
  const std::vector<Record> records = {thread_use(0, 0, 0),
                                       off_cpu(100, 900, kOffCpuIsPreempted, 99),
                                       off_cpu(910, 1990, 0, 99), thread_use(10'000, 50, 800)};
  EXPECT_EQ(time_of(judge(records, kTimed), CauseKind::kRunQueue), Nanos(0));
}

TEST(Attribute, ThreadThatRanInsteadSinceBeforeTheDueTimeIsRunQueue) {
  const auto answer = judge({off_cpu(700, 1990, 0, 99, 800)}, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kRunQueue);
  EXPECT_EQ(time_of(answer, CauseKind::kRunQueue), micros(990));
  EXPECT_EQ(answer.budget[0].detail, "not scheduled");
}

TEST(Attribute, SleepInACallbackIsABlock) {
  const auto answer = judge({plain(callback(700, 1995)), off_cpu(800, 1900)}, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kBlocked);
  EXPECT_EQ(time_of(answer, CauseKind::kBlocked), micros(900));
}

TEST(Attribute, WithoutTimedCallbacksASleepBegunLateIsABlock) {
  EXPECT_EQ(judge({off_cpu(1010, 1990)}, kUntimed).cause, CauseKind::kBlocked);
  EXPECT_EQ(judge({off_cpu(990, 1990)}, kUntimed).cause, CauseKind::kLateWake);
}

TEST(Attribute, CallbackThatRunsThroughTheWindowWasTooSlow) {
  EXPECT_EQ(judge({plain(callback(700, 2000))}, kTimed).cause, CauseKind::kCallback);
  EXPECT_EQ(judge({}, kUntimed).cause, CauseKind::kCallback);
}

TEST(Attribute, StopBySignalShowsAsASleepDuringAPause) {
  const auto answer = judge({off_cpu(800, 1980), pause(790, 1985, 0)}, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kStopped);
  EXPECT_EQ(time_of(answer, CauseKind::kStopped), micros(980));
}

TEST(Attribute, SleepThatEndsWithAContinueSignalWasAStop) {
  EXPECT_EQ(judge({off_cpu(800, 1980), pause(2400, 2400, kPauseHasNoBegin)}, kTimed).cause,
            CauseKind::kStopped);
  EXPECT_EQ(judge({off_cpu(800, 1980), pause(190'000, 190'000, kPauseHasNoBegin)}, kTimed).cause,
            CauseKind::kLateWake);
}

TEST(Attribute, EachContinueSignalEndsASleepSinceTheOneBefore) {
  const std::vector<Record> records = {off_cpu(-9000, -3000), pause(-2900, -2900, kPauseHasNoBegin),
                                       off_cpu(800, 1980), pause(2400, 2400, kPauseHasNoBegin)};
  EXPECT_EQ(judge(records, kTimed).cause, CauseKind::kStopped);
}

TEST(Attribute, ContinueSignalEndsTheSleepNextToItRatherThanALongerOneBefore) {
  const std::vector<Record> records = {off_cpu(-25'000, -20'000), off_cpu(800, 1980),
                                       pause(2000, 2000, kPauseHasNoBegin)};
  EXPECT_EQ(judge(records, kTimed).cause, CauseKind::kStopped);
}

TEST(Attribute, ContinueSignalHeardLateEndedNoneOfTheShortSleepsSince) {
  const std::vector<Record> records = {off_cpu(800, 1980), off_cpu(28'900, 29'100),
                                       pause(29'200, 29'200, kPauseHasNoBegin)};
  EXPECT_EQ(judge(records, kTimed).cause, CauseKind::kStopped);
}

TEST(Attribute, ContinueSignalWithoutAStopTakesNothingFromAFault) {
  const auto answer = judge({plain(callback(700, 2000)), fault(800, 1900), off_cpu(810, 1890),
                             pause(2400, 2400, kPauseHasNoBegin)},
                            kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kPageFault);
}

TEST(Attribute, NotMemoryNeedsSomebodyWhoWouldHaveSeenIt) {
  EXPECT_FALSE(judge({lost(900, 2100)}, kUntimed).is_memory.has_value());
  EXPECT_FALSE(judge({}, {Observation::kPolls, kThread, false}).is_memory.has_value());
  EXPECT_EQ(judge({}, kUntimed).is_memory, false);
}

TEST(Attribute, OtherThreadsThatRanMeanwhileAreNoRunQueue) {
  const std::vector<Record> records = {thread_use(0, 0, 0), off_cpu(700, 1990, 0, 99, 800),
                                       thread_use(10'000, 50, 5)};
  EXPECT_EQ(judge(records, kTimed).cause, CauseKind::kLateWake);
}

TEST(Attribute, HostPauseOutranksEverything) {
  const auto answer =
      judge({plain(callback(700, 2000)), fault(800, 1900), pause(900, 2000)}, kTimed);
  EXPECT_EQ(answer.cause, CauseKind::kHostPause);
  EXPECT_EQ(time_of(answer, CauseKind::kHostPause), micros(1000));
}

TEST(Attribute, LostFactsForbidConclusionsFromAbsence) {
  const auto answer = judge({lost(900, 1500)}, kUntimed);
  EXPECT_EQ(answer.cause, CauseKind::kUnexplained);
  EXPECT_TRUE(answer.has_lost_facts);
}

TEST(Attribute, LossesOfServerAndDeviceAreTheirOwn) {
  Gap gap = gap_until(2000);
  gap.source = LossSource::kServer;
  EXPECT_EQ(judge({fault(1000, 2000)}, kTimed, gap).cause, CauseKind::kServer);
  gap.source = LossSource::kDevice;
  EXPECT_EQ(judge({fault(1000, 2000)}, kTimed, gap).cause, CauseKind::kDevice);
}

TEST(Attribute, FaultsOfOtherThreadsAreIgnored) {
  auto other = record_cast<FaultRecord>(fault(1000, 2000));
  other.thread = 8;
  EXPECT_EQ(judge({record_cast<Record>(other)}, kUntimed).is_memory, false);
}

/// Facts of all kinds around the window, some of them nonsense.
std::vector<Record> random_facts(std::mt19937_64& random, bool with_faults) {
  std::vector<Record> records;
  const auto time = [&] { return static_cast<int64_t>(random() % 3000); };
  for (uint64_t i = random() % 30; i > 0; i--) {
    const int64_t begin = time();
    const int64_t end = begin + time() / 4 - 20;
    const auto flags = static_cast<uint16_t>(random() % 2);
    switch (random() % 6) {
      case 0:
        if (with_faults) records.push_back(fault(begin, end, static_cast<uint16_t>(random() % 16)));
        break;
      case 1:
        records.push_back(off_cpu(begin, end, flags, static_cast<uint32_t>(random() % 3), time()));
        break;
      case 2:
        records.push_back(plain(callback(begin, end)));
        break;
      case 3:
        records.push_back(pause(begin, end, flags));
        break;
      case 4:
        records.push_back(thread_use(begin, time(), time(), with_faults ? 1 : 0, 0));
        break;
      default:
        if (random() % 8 == 0) records.push_back(lost(begin, end));
    }
  }
  return records;
}

TEST(Attribute, LawTimeAddsUpAndMemoryNeedsAFault) {
  std::mt19937_64 random(20261123);
  for (int round = 0; round < 20'000; round++) {
    const bool with_faults = random() % 2 == 0;
    const ObservedThread observed{static_cast<Observation>(random() % 5), kThread,
                                  random() % 2 == 0};
    const Gap gap = gap_until(900 + static_cast<int64_t>(random() % 2000));
    const Attribution answer = judge(random_facts(random, with_faults), observed, gap);
    Nanos sum;
    for (const BudgetPart& part : answer.budget) {
      sum += part.time;
      EXPECT_TRUE(part.time > Nanos(0) || part.kind == CauseKind::kUnexplained);
    }
    ASSERT_EQ(sum, lateness(gap)) << "round " << round;
    const bool is_blamed = time_of(answer, CauseKind::kPageFault) > Nanos(0);
    ASSERT_TRUE(with_faults || !is_blamed) << "round " << round;
  }
}

}  // namespace
}  // namespace holdfast
