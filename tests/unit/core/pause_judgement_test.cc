// SPDX-License-Identifier: MIT
#include "core/pause_judgement.h"

#include <gtest/gtest.h>

#include <vector>

namespace holdfast {
namespace {

Nanos us(int64_t count) {
  return kMicrosecond * count;
}

/// Monitor `monitor` was due at `due_us` and woke at `woke_us`, untouched.
Oversleep untouched(size_t monitor, int64_t due_us, int64_t woke_us) {
  Oversleep sleep;
  sleep.due = us(due_us);
  sleep.woke = us(woke_us);
  sleep.monitor = monitor;
  return sleep;
}

Oversleep stopped(size_t monitor, int64_t due_us, int64_t woke_us) {
  Oversleep sleep = untouched(monitor, due_us, woke_us);
  sleep.extra_switches = 1;
  return sleep;
}

/// A judge between two moments: time 0, and ten seconds.
class Bench {
 public:
  explicit Bench(size_t monitors, MachineMoment growth = {}) : judge_(monitors, us(300)) {
    MachineMoment before;
    before.steal = growth.steal < Nanos(0) ? Nanos(-1) : kSecond;
    judge_.add(before);
    growth.time = kSecond * 10;
    if (growth.steal >= Nanos(0)) growth.steal += before.steal;
    judge_.add(growth);
  }

  Bench& tell(const Oversleep& sleep) {
    judge_.add(sleep);
    return *this;
  }
  std::vector<PauseRecord> settle(Nanos until = kSecond * 10) {
    std::vector<Record> records;
    settled_ = judge_.settle(until, records);
    std::vector<PauseRecord> pauses;
    pauses.reserve(records.size());
    for (const Record& record : records) pauses.push_back(record_cast<PauseRecord>(record));
    return pauses;
  }
  [[nodiscard]] bool has_open_questions() const { return judge_.has_open_questions(); }
  [[nodiscard]] const PauseCounts& counts() const { return judge_.counts(); }

  [[nodiscard]] Nanos settled() const { return settled_; }

 private:
  PauseJudge judge_;
  Nanos settled_;
};

MachineMoment growth(Nanos steal, Nanos suspended) {
  MachineMoment moment;
  moment.steal = steal;
  moment.suspended = suspended;
  return moment;
}

void expect_span(const PauseRecord& pause, int64_t begin_us, int64_t end_us) {
  EXPECT_EQ(pause.head.kind, RecordKind::kPause);
  EXPECT_EQ(pause.head.mono_ns, us(begin_us).count);
  EXPECT_EQ(pause.end_ns, us(end_us).count);
}

TEST(PauseJudgement, HostPausedWhileBothProcessorsStoodStill) {
  Bench bench(2);
  const auto pauses = bench.tell(untouched(0, 1000, 5000)).tell(untouched(1, 2000, 6000)).settle();
  ASSERT_EQ(pauses.size(), 1U);
  expect_span(pauses[0], 2000, 5000);
  EXPECT_EQ(pauses[0].head.flags, kPauseIsHost);
  EXPECT_EQ(pauses[0].steal_ns, -1);
  EXPECT_EQ(bench.counts().host_pauses, 1);
  EXPECT_EQ(bench.counts().paused, 2);
}

TEST(PauseJudgement, OneLateProcessorIsNotTheMachine) {
  Bench bench(2);
  EXPECT_TRUE(bench.tell(untouched(0, 1000, 5000)).settle().empty());
  EXPECT_EQ(bench.counts().alone, 1);
}

TEST(PauseJudgement, TwoLateProcessorsAtDifferentTimesAreNotTheMachine) {
  Bench bench(2);
  bench.tell(untouched(0, 1000, 2000)).tell(untouched(1, 2000, 3000));
  EXPECT_TRUE(bench.settle().empty());
  EXPECT_EQ(bench.counts().alone, 2);
}

TEST(PauseJudgement, AllMonitorsMustAgreeNotOnlyTwo) {
  Bench bench(3);
  EXPECT_TRUE(bench.tell(untouched(0, 1000, 5000)).tell(untouched(1, 1000, 5000)).settle().empty());
  EXPECT_EQ(bench.counts().alone, 2);
}

TEST(PauseJudgement, WaitingForABusyProcessorIsNoPause) {
  Bench bench(2);
  Oversleep waited = untouched(1, 1000, 5000);
  waited.run_delay = us(3900);
  EXPECT_TRUE(bench.tell(untouched(0, 1000, 5000)).tell(waited).settle().empty());
  EXPECT_EQ(bench.counts().waited, 1);
  EXPECT_EQ(bench.counts().alone, 1);
}

TEST(PauseJudgement, WaitAfterThePauseIsTakenOffItsEnd) {
  Bench bench(2);
  Oversleep waited = untouched(1, 1000, 5000);
  waited.run_delay = us(1000);
  const auto pauses = bench.tell(untouched(0, 1000, 4100)).tell(waited).settle();
  ASSERT_EQ(pauses.size(), 1U);
  expect_span(pauses[0], 1000, 4000);
}

TEST(PauseJudgement, MonitorThatFaultedProvesNothing) {
  for (const int64_t faults : {1, -1}) {
    Bench bench(2);
    Oversleep faulted = stopped(1, 1000, 5000);
    faulted.faults = faults;
    EXPECT_TRUE(bench.tell(stopped(0, 1000, 5000)).tell(faulted).settle().empty());
    EXPECT_EQ(bench.counts().disturbed, 1);
  }
}

TEST(PauseJudgement, ProcessWasStoppedWhenAllWereTakenOffTwice) {
  Bench bench(2);
  const auto pauses = bench.tell(stopped(0, 1000, 5000)).tell(stopped(1, 1000, 5001)).settle();
  ASSERT_EQ(pauses.size(), 1U);
  expect_span(pauses[0], 1000, 5000);
  EXPECT_EQ(pauses[0].head.flags, 0);
  EXPECT_EQ(bench.counts().stops, 1);
}

TEST(PauseJudgement, StopAndStillnessDoNotTestifyForEachOther) {
  Bench bench(2);
  EXPECT_TRUE(bench.tell(stopped(0, 1000, 5000)).tell(untouched(1, 1000, 5000)).settle().empty());
  EXPECT_EQ(bench.counts().alone, 2);
}

TEST(PauseJudgement, OneMonitorIsEnoughForAStop) {
  Bench bench(1);
  ASSERT_EQ(bench.tell(stopped(0, 1000, 5000)).settle().size(), 1U);
}

TEST(PauseJudgement, OneMonitorNeedsTheMachinesWordForAHostPause) {
  Bench silent(1);
  EXPECT_TRUE(silent.tell(untouched(0, 1000, 101'000)).settle().empty());
  Bench takes_nothing(1, growth(Nanos(0), Nanos(0)));
  EXPECT_TRUE(takes_nothing.tell(untouched(0, 1000, 101'000)).settle().empty());
  Bench suspended(1, growth(Nanos(-1), kSecond));
  EXPECT_EQ(suspended.tell(untouched(0, 1000, 101'000)).settle().size(), 1U);
  Bench admitted(1, growth(kMillisecond * 60, Nanos(0)));
  const auto pauses = admitted.tell(untouched(0, 1000, 101'000)).settle();
  ASSERT_EQ(pauses.size(), 1U);
  EXPECT_EQ(pauses[0].steal_ns, (kMillisecond * 60).count);
}

TEST(PauseJudgement, OneTickOfStealMayBeOldAndProvesNothing) {
  Bench bench(1, growth(kMillisecond * 10, Nanos(0)));
  EXPECT_TRUE(bench.tell(untouched(0, 1000, 5000)).settle().empty());
}

TEST(PauseJudgement, StealThatFellIsNotKnown) {
  PauseJudge judge(2, us(300));
  judge.add(MachineMoment{Nanos(0), kSecond, Nanos(0)});
  judge.add(MachineMoment{kSecond, Nanos(0), Nanos(0)});
  judge.add(untouched(0, 1000, 5000));
  judge.add(untouched(1, 1000, 5000));
  std::vector<Record> records;
  judge.settle(kSecond, records);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(record_cast<PauseRecord>(records[0]).steal_ns, -1);
}

TEST(PauseJudgement, OneLongSleepBesideTwoShortOnesIsTwoPauses) {
  Bench bench(2);
  bench.tell(untouched(0, 1000, 9000)).tell(untouched(1, 1000, 3000));
  const auto pauses = bench.tell(untouched(1, 6000, 9000)).settle();
  ASSERT_EQ(pauses.size(), 2U);
  expect_span(pauses[0], 1000, 3000);
  expect_span(pauses[1], 6000, 9000);
  EXPECT_EQ(bench.counts().paused, 3);
}

TEST(PauseJudgement, WhatStraddlesTheSettledTimeWaitsWithAllThatOverlapsIt) {
  Bench bench(2);
  bench.tell(untouched(0, 1000, 5000)).tell(untouched(1, 4000, 8000));
  EXPECT_TRUE(bench.settle(us(6000)).empty());
  EXPECT_EQ(bench.counts().alone, 0);
  EXPECT_TRUE(bench.has_open_questions());
  EXPECT_EQ(bench.settled(), us(1000)) << "no pause may begin before what is told";
  const auto pauses = bench.settle(us(8000));
  ASSERT_EQ(pauses.size(), 1U);
  expect_span(pauses[0], 4000, 5000);
  EXPECT_FALSE(bench.has_open_questions());
  EXPECT_TRUE(bench.settle(us(9000)).empty());
}

TEST(PauseJudgement, StealOfLaterPausesIsCountedFromTheMomentBeforeThem) {
  PauseJudge judge(2, us(300));
  std::vector<Record> records;
  for (int64_t i = 0; i < 3; ++i)
    judge.add(MachineMoment{kSecond * i, kMillisecond * 20 * i, Nanos(0)});
  judge.settle(kSecond * 2, records);
  judge.add(MachineMoment{kSecond * 3, kMillisecond * 90, Nanos(0)});
  for (const size_t monitor : {0U, 1U}) judge.add(untouched(monitor, 2'100'000, 2'200'000));
  judge.settle(kSecond * 3, records);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(record_cast<PauseRecord>(records[0]).steal_ns, (kMillisecond * 50).count);
}

}  // namespace
}  // namespace holdfast
