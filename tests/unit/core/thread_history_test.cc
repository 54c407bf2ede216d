// SPDX-License-Identifier: MIT
#include "core/thread_history.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/perf_ring_file.h"

namespace holdfast {
namespace {

constexpr uint32_t kThread = 9;
constexpr uint64_t kCode = 0x400'123;

PerfEvent event_at(int64_t time_ns, PerfEventKind kind) {
  PerfEvent event;
  event.kind = kind;
  event.time_ns = time_ns;
  event.processor = 1;
  return event;
}

PerfEvent begin_at(int64_t time_ns, uint64_t address) {
  PerfEvent event = event_at(time_ns, PerfEventKind::kFaultBegin);
  event.address = address;
  event.instruction = kCode;
  return event;
}

PerfEvent end_at(int64_t time_ns, uint64_t address) {
  PerfEvent event = event_at(time_ns, PerfEventKind::kFaultEnd);
  event.address = address;
  event.instruction = kCode;
  return event;
}

PerfEvent in_kernel(PerfEvent event) {
  event.is_in_kernel = true;
  return event;
}

PerfEvent loss_at(int64_t time_ns, uint64_t lost) {
  PerfEvent event = event_at(time_ns, PerfEventKind::kLost);
  event.lost = lost;
  return event;
}

PerfEvent out_at(int64_t time_ns, bool is_preempted = false) {
  PerfEvent event = event_at(time_ns, PerfEventKind::kSwitchOut);
  event.is_preempted = is_preempted;
  return event;
}

PerfEvent back_at(int64_t time_ns, uint32_t processor) {
  PerfEvent event = event_at(time_ns, PerfEventKind::kSwitchIn);
  event.processor = processor;
  return event;
}

std::vector<Record> history_of(const std::vector<PerfEvent>& events) {
  ThreadHistory history(kThread, Nanos(50));
  std::vector<Record> records;
  for (const PerfEvent& event : events) history.add(event, records);
  return records;
}

std::vector<FaultRecord> faults_of(const std::vector<PerfEvent>& events) {
  std::vector<FaultRecord> faults;
  for (const Record& record : history_of(events)) {
    if (record.head.kind == RecordKind::kFault) faults.push_back(record_cast<FaultRecord>(record));
  }
  return faults;
}

TEST(ThreadHistory, FaultHasBeginEndAddressAndInstruction) {
  PerfEvent end = end_at(700, 0x5008);
  end.processor = 2;
  const auto faults = faults_of({begin_at(100, 0x5008), end});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].head.mono_ns, 100);
  EXPECT_EQ(faults[0].head.flags, 0);
  EXPECT_EQ(faults[0].end_ns, 700);
  EXPECT_EQ(faults[0].address, 0x5008U);
  EXPECT_EQ(faults[0].instruction, kCode);
  EXPECT_EQ(faults[0].thread, kThread);
  EXPECT_EQ(faults[0].processor, 2U);
}

TEST(ThreadHistory, FaultThatNeededTheDiskIsMajor) {
  PerfEvent end = end_at(700, 0x5008);
  end.is_major = true;
  EXPECT_EQ(faults_of({begin_at(100, 0x5008), end}).at(0).head.flags, kFaultIsMajor);
}

TEST(ThreadHistory, EndMayNameThePageOnly) {
  const auto faults = faults_of({begin_at(100, 0x5008), end_at(700, 0x5000)});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].head.flags, 0);
  EXPECT_EQ(faults[0].address, 0x5008U);
}

TEST(ThreadHistory, KernelFaultHidesWhereTheKernelLies) {
  const auto faults = faults_of({in_kernel(begin_at(100, 0x5008)), in_kernel(end_at(200, 0x5008))});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].head.flags, kFaultIsInKernel);
  EXPECT_EQ(faults[0].instruction, 0U);
}

TEST(ThreadHistory, FaultThatFailedHasNoEndOnceTheThreadFaultsAgain) {
  const auto faults =
      faults_of({begin_at(100, 0x7000), begin_at(200, 0x5000), end_at(300, 0x5000)});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].head.mono_ns, 100);
  EXPECT_EQ(faults[0].head.flags, kFaultHasNoEnd);
  EXPECT_EQ(faults[0].end_ns, 0);
  EXPECT_EQ(faults[1].head.mono_ns, 200);
  EXPECT_EQ(faults[1].head.flags, 0);
}

TEST(ThreadHistory, RetryBeginsAnew) {
  const auto faults =
      faults_of({begin_at(100, 0x5000), begin_at(200, 0x5010), end_at(300, 0x5010)});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].head.flags, kFaultHasNoEnd);
  EXPECT_EQ(faults[1].head.mono_ns, 200);
  EXPECT_EQ(faults[1].end_ns, 300);
}

TEST(ThreadHistory, RetryInTheKernelBeginsAnew) {
  const auto faults = faults_of({in_kernel(begin_at(100, 0x5000)), in_kernel(begin_at(200, 0x5000)),
                                 in_kernel(end_at(300, 0x5000))});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].head.flags, kFaultHasNoEnd | kFaultIsInKernel);
  EXPECT_EQ(faults[1].head.mono_ns, 200);
}

TEST(ThreadHistory, KernelFaultInsideAnotherLeavesTheOuterOneOpen) {
  const auto faults = faults_of({begin_at(100, 0x5000), in_kernel(begin_at(200, 0x6000)),
                                 in_kernel(end_at(300, 0x6000)), end_at(400, 0x5000)});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].head.mono_ns, 200);
  EXPECT_EQ(faults[0].end_ns, 300);
  EXPECT_EQ(faults[1].head.mono_ns, 100);
  EXPECT_EQ(faults[1].end_ns, 400);
}

TEST(ThreadHistory, OuterEndSaysThatTheInnerFaultHadNone) {
  const auto faults =
      faults_of({begin_at(100, 0x5000), in_kernel(begin_at(200, 0x6000)), end_at(400, 0x5000)});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].head.flags, kFaultHasNoEnd | kFaultIsInKernel);
  EXPECT_EQ(faults[1].head.flags, 0);
}

TEST(ThreadHistory, EndlessNestingDropsTheOutermost) {
  const auto faults =
      faults_of({in_kernel(begin_at(100, 0x1000)), in_kernel(begin_at(101, 0x2000)),
                 in_kernel(begin_at(102, 0x3000)), in_kernel(begin_at(103, 0x4000)),
                 in_kernel(begin_at(104, 0x5000)), in_kernel(begin_at(105, 0x6000))});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].address, 0x1000U);
  EXPECT_EQ(faults[1].address, 0x2000U);
}

TEST(ThreadHistory, EndWithoutBeginIsKeptAsSuch) {
  const auto faults = faults_of({end_at(700, 0x5008)});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].head.flags, kFaultHasNoBegin);
  EXPECT_EQ(faults[0].head.mono_ns, 700);
  EXPECT_EQ(faults[0].end_ns, 700);
}

TEST(ThreadHistory, ClockThatStepsBackMakesNoNegativeDuration) {
  EXPECT_EQ(faults_of({begin_at(100, 0x5000), end_at(98, 0x5000)}).at(0).end_ns, 100);
}

TEST(ThreadHistory, SleepIsTheTimeBetweenOutAndIn) {
  const auto records = history_of({out_at(100), back_at(400, 3)});
  ASSERT_EQ(records.size(), 1U);
  const auto record = record_cast<OffCpuRecord>(records[0]);
  EXPECT_EQ(record.head.kind, RecordKind::kOffCpu);
  EXPECT_EQ(record.head.flags, 0);
  EXPECT_EQ(record.head.mono_ns, 100);
  EXPECT_EQ(record.end_ns, 400);
  EXPECT_EQ(record.thread, kThread);
  EXPECT_EQ(record.processor, 3U);
  EXPECT_EQ(record.instead, 0U);
}

TEST(ThreadHistory, PreemptionIsToldFromSleep) {
  const auto records =
      history_of({out_at(100, true), back_at(400, 3), out_at(500), back_at(600, 3)});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].head.flags, kOffCpuIsPreempted);
  EXPECT_EQ(records[1].head.flags, 0);
}

TEST(ThreadHistory, SleepInsideAFaultLeavesTheFaultOpen) {
  const auto records =
      history_of({begin_at(100, 0x5000), out_at(200), back_at(400, 3), end_at(500, 0x5000)});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].head.kind, RecordKind::kOffCpu);
  EXPECT_EQ(records[1].head.kind, RecordKind::kFault);
  EXPECT_EQ(records[1].head.mono_ns, 100);
}

TEST(ThreadHistory, ReturnFromBeforeTheObservationIsNoInterval) {
  EXPECT_TRUE(history_of({back_at(400, 3)}).empty());
}

TEST(ThreadHistory, ThreadThatIsAwayIsKnownLive) {
  ThreadHistory history(kThread, Nanos(50));
  std::vector<Record> records;
  EXPECT_EQ(history.known_until(), Nanos(50));
  history.add(out_at(100), records);
  EXPECT_EQ(history.off_cpu_since(), Nanos(100));
  history.add(back_at(400, 3), records);
  EXPECT_EQ(history.off_cpu_since(), Nanos());
  EXPECT_EQ(history.known_until(), Nanos(400));
}

TEST(ThreadHistory, LossHasAWindowFromTheLastEventToTheNext) {
  const auto records = history_of({back_at(100, 1), loss_at(900, 5)});
  ASSERT_EQ(records.size(), 1U);
  const auto record = record_cast<LostRecord>(records[0]);
  EXPECT_EQ(record.head.kind, RecordKind::kLost);
  EXPECT_EQ(record.head.mono_ns, 100);
  EXPECT_EQ(record.end_ns, 900);
  EXPECT_EQ(record.facts, 5);
}

TEST(ThreadHistory, LossBeforeTheFirstEventBeginsWithTheObservation) {
  EXPECT_EQ(history_of({loss_at(900, 5)}).at(0).head.mono_ns, 50);
}

TEST(ThreadHistory, LossEndsWhatIsOpen) {
  const auto records = history_of(
      {begin_at(100, 0x5000), out_at(200), loss_at(900, 5), back_at(900, 1), end_at(950, 0x5000)});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].head.kind, RecordKind::kFault);
  EXPECT_EQ(records[0].head.flags, kFaultHasNoEnd);
  EXPECT_EQ(records[1].head.kind, RecordKind::kLost);
  EXPECT_EQ(records[1].head.mono_ns, 200);
  EXPECT_EQ(records[2].head.flags, kFaultHasNoBegin);
}

TEST(ThreadHistory, RecordedThreadTellsWhatItDid) {
  const auto file =
      test::read_perf_ring(std::string(HF_SOURCE_DIR) + "/tests/fixtures/perf/one_thread.ring");
  std::vector<PerfEvent> events;
  PerfRecords reader(file.view());
  for (PerfEvent event; reader.next(event);) events.push_back(event);
  const auto records = history_of(events);
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(record_cast<LostRecord>(records[0]).facts, 57);
  EXPECT_EQ(record_cast<FaultRecord>(records[1]).end_ns - records[1].head.mono_ns, 5418);
  EXPECT_EQ(record_cast<OffCpuRecord>(records[2]).end_ns - records[2].head.mono_ns, 2076631);
  EXPECT_EQ(records[3].head.flags, kFaultIsInKernel);
  EXPECT_EQ(records[4].head.flags, kFaultHasNoEnd);
  EXPECT_EQ(record_cast<FaultRecord>(records[4]).address, 0x7000U);
  EXPECT_EQ(records[5].head.kind, RecordKind::kOffCpu);
  EXPECT_EQ(records[6].head.flags, kFaultIsMajor);
  EXPECT_EQ(record_cast<FaultRecord>(records[6]).end_ns - records[6].head.mono_ns, 637729);
}

}  // namespace
}  // namespace holdfast
