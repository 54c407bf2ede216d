// SPDX-License-Identifier: MIT
#include "core/attribute_counters.h"

#include <gtest/gtest.h>

#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using namespace test;

constexpr TimeSpan kWindow{Nanos(1000 * kMicro), Nanos(2000 * kMicro)};

std::vector<BudgetPart> divide(const std::vector<Record>& records, Observation level) {
  ThreadFacts facts(kThread);
  for (const Record& record : records) facts.add(record);
  return budget_from_counters(kWindow, {level, kThread, true}, facts, {}).parts();
}

CauseKind cause(const std::vector<Record>& records, Observation level) {
  return largest_cause(divide(records, level));
}

/// From 900 to 2000 us, of which it ran `cpu_us`.
CallbackRecord slow_callback(int64_t cpu_us) {
  CallbackRecord record = callback(900, 2000);
  record.cpu_ns = cpu_us * kMicro;
  return record;
}

Record with(CallbackRecord record, uint32_t major, uint32_t minor, uint32_t slept) {
  record.major = major;
  record.minor = minor;
  record.slept = slept;
  return record_cast<Record>(record);
}

TEST(AttributeCounters, SleepInACallbackWithMajorFaultsIsPaging) {
  const auto parts = divide({with(slow_callback(100), 2, 0, 2)}, Observation::kCounters);
  EXPECT_EQ(parts[0].kind, CauseKind::kPageFault);
  EXPECT_EQ(parts[0].detail, "major");
  EXPECT_EQ(parts[0].facts, 2);
  EXPECT_TRUE(parts[0].is_estimated);
}

TEST(AttributeCounters, SleepWithoutFaultsIsABlock) {
  EXPECT_EQ(cause({with(slow_callback(100), 0, 0, 1)}, Observation::kCounters),
            CauseKind::kBlocked);
}

TEST(AttributeCounters, TimeOnTheProcessorIsTheCallbacksOwn) {
  EXPECT_EQ(cause({with(slow_callback(1100), 0, 3, 0)}, Observation::kCounters),
            CauseKind::kCallback);
}

TEST(AttributeCounters, ManyMinorFaultsAreFirstTouches) {
  const auto parts = divide({with(slow_callback(1100), 0, 1200, 0)}, Observation::kCounters);
  EXPECT_EQ(parts[0].kind, CauseKind::kPageFault);
  EXPECT_EQ(parts[0].detail, "minor");
}

TEST(AttributeCounters, RunDelayInACallbackIsRunQueue) {
  EXPECT_EQ(
      cause({thread_use(800, 0, 0), with(slow_callback(100), 0, 0, 0), thread_use(2100, 100, 1000)},
            Observation::kCounters),
      CauseKind::kRunQueue);
}

TEST(AttributeCounters, LateWithoutASlowCallbackIsTheWait) {
  EXPECT_EQ(cause({thread_use(800, 0, 0), thread_use(2100, 10, 5)}, Observation::kCounters),
            CauseKind::kLateWake);
  EXPECT_EQ(cause({thread_use(800, 0, 0), thread_use(2100, 10, 900)}, Observation::kCounters),
            CauseKind::kRunQueue);
}

TEST(AttributeCounters, PollsAloneBlameNothingForASleep) {
  EXPECT_EQ(cause({thread_use(800, 0, 0), thread_use(2100, 10, 5)}, Observation::kPolls),
            CauseKind::kUnexplained);
}

TEST(AttributeCounters, PollsKnowFaultsStopsAndDelays) {
  const Record before = thread_use(800, 0, 0);
  EXPECT_EQ(cause({before, thread_use(1100, 10, 5), thread_use(1900, 10, 5, 3),
                   thread_use(2100, 10, 5, 3)},
                  Observation::kPolls),
            CauseKind::kPageFault);
  EXPECT_EQ(cause({before, thread_use(2100, 10, 900)}, Observation::kPolls), CauseKind::kRunQueue);
  EXPECT_EQ(cause({before, thread_use(2100, 990, 0)}, Observation::kPolls), CauseKind::kCallback);
  EXPECT_EQ(cause({before, thread_use(1500, 10, 0, 0, 0, 'T'), thread_use(2100, 10, 0)},
                  Observation::kPolls),
            CauseKind::kStopped);
}

TEST(AttributeCounters, FaultsThatMayHaveBeenOutsideTheWindowAreNotBlamed) {
  EXPECT_EQ(cause({thread_use(800, 0, 0), thread_use(2100, 10, 5, 3)}, Observation::kPolls),
            CauseKind::kUnexplained);
}

TEST(AttributeCounters, WithoutReadingsNothingIsKnown) {
  EXPECT_EQ(cause({}, Observation::kPolls), CauseKind::kUnexplained);
}

TEST(AttributeCounters, PageThatWasFoundToHaveComeBackIsNamed) {
  const auto parts = divide({fault(1500, 1500, kFaultHasNoBegin | kFaultIsMajor, 0xabc000),
                             with(slow_callback(100), 1, 0, 1)},
                            Observation::kCounters);
  EXPECT_EQ(parts[0].address, 0xabc000u);
}

TEST(AttributeCounters, PageIsNamedByTheFirstLookAfterItCameBack) {
  const auto parts =
      divide({fault(31'000, 31'000, kFaultHasNoBegin, 0xabc000), with(slow_callback(100), 1, 0, 1)},
             Observation::kCounters);
  EXPECT_EQ(parts[0].address, 0xabc000u);
}

}  // namespace
}  // namespace holdfast
