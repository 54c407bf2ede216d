// SPDX-License-Identifier: MIT
#include "core/seen_faults.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

Record fault(int64_t begin_ns, int64_t end_ns, uint16_t flags = 0) {
  FaultRecord record;
  record.head.kind = RecordKind::kFault;
  record.head.mono_ns = begin_ns;
  record.head.flags = flags;
  record.end_ns = end_ns;
  record.address = 0x7010;
  record.instruction = 0x1040;
  record.thread = 21;
  return record_cast<Record>(record);
}

Record sleep(int64_t begin_ns, int64_t end_ns, uint16_t flags = 0) {
  OffCpuRecord record;
  record.head.kind = RecordKind::kOffCpu;
  record.head.mono_ns = begin_ns;
  record.head.flags = flags;
  record.end_ns = end_ns;
  record.thread = 21;
  return record_cast<Record>(record);
}

std::vector<SeenFault> seen_in(SeenFaults& seen, const std::vector<Record>& records) {
  std::vector<SeenFault> faults;
  seen.add(records, faults);
  return faults;
}

std::vector<SeenFault> seen_in(const std::vector<Record>& records) {
  SeenFaults seen;
  return seen_in(seen, records);
}

TEST(SeenFaults, NamesComeFromTheLinesBeforeTheFault) {
  std::vector<Record> records;
  for (const char* line : {"maps 20", "program /bin/editor", "map 1000 2000 r-xp 0 aa /bin/editor",
                           "map 7000 9000 rw-p 0 -", "thread 21 audio", "stack 21 7000 8000",
                           "symbol 1040 .text work+0x40"}) {
    for (const Record& part : to_text_records(line, Nanos(1))) records.push_back(part);
  }
  records.push_back(fault(10, 20));
  const auto faults = seen_in(records);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].owner.role, MemoryRole::kStack);
  EXPECT_EQ(faults[0].owner.of, "audio");
  EXPECT_EQ(faults[0].toucher, "work+0x40");
  EXPECT_EQ(faults[0].address, 0x7010U);
  EXPECT_EQ(faults[0].time, Nanos(10));
}

TEST(SeenFaults, TimeAsleepIsWhatASleepAndTheFaultHaveInCommon) {
  const auto faults = seen_in({sleep(0, 90), sleep(110, 130), sleep(140, 150, kOffCpuIsPreempted),
                               sleep(160, 165), fault(100, 200, kFaultIsMajor)});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].kind, FaultKind::kMajor);
  EXPECT_EQ(faults[0].duration, Nanos(100));
  EXPECT_EQ(faults[0].asleep, Nanos(25));
}

TEST(SeenFaults, SleepToldOfOneLookEarlierStillCounts) {
  SeenFaults seen;
  EXPECT_TRUE(seen_in(seen, {sleep(110, 130)}).empty());
  EXPECT_EQ(seen_in(seen, {fault(100, 200)}).at(0).asleep, Nanos(20));
}

TEST(SeenFaults, MoreSleepsThanAreKeptMakeTheTimeAsleepUnknown) {
  SeenFaults seen;
  std::vector<Record> sleeps;
  const auto count = static_cast<int64_t>(SeenFaults::kMostSleeps) + 1;
  for (int64_t i = 0; i < count; i++) sleeps.push_back(sleep(10 * i, 10 * i + 5));
  EXPECT_TRUE(seen_in(seen, sleeps).empty());
  EXPECT_EQ(seen_in(seen, {fault(0, 10 * count)}).at(0).asleep, std::nullopt);
  EXPECT_EQ(seen_in(seen, {fault(5, 10 * count)}).at(0).asleep, Nanos(5 * (count - 1)));
}

TEST(SeenFaults, WhatWasNotSeenOfAFaultIsNotKnown) {
  const auto faults =
      seen_in({fault(10, 0, kFaultHasNoEnd), fault(20, 20, kFaultHasNoBegin | kFaultIsMajor)});
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].kind, FaultKind::kUnknown);
  EXPECT_EQ(faults[0].duration, std::nullopt);
  EXPECT_EQ(faults[1].kind, FaultKind::kMajor);
  EXPECT_EQ(faults[1].duration, std::nullopt);
  EXPECT_EQ(faults[1].asleep, std::nullopt);
}

TEST(SeenFaults, TotalsCountEveryFaultAndEveryLoss) {
  LostRecord lost;
  lost.head.kind = RecordKind::kLost;
  lost.facts = 7;
  SeenFaults seen;
  seen_in(seen, {fault(10, 15), fault(20, 50, kFaultIsMajor), record_cast<Record>(lost)});
  seen_in(seen, {fault(60, 0, kFaultHasNoEnd)});
  EXPECT_EQ(seen.totals().faults, 3);
  EXPECT_EQ(seen.totals().major, 1);
  EXPECT_EQ(seen.totals().time, Nanos(35));
  EXPECT_EQ(seen.totals().lost_facts, 7);
}

TEST(SeenFaults, KernelModeAndKindsHaveTheirWords) {
  EXPECT_TRUE(seen_in({fault(1, 2, kFaultIsInKernel)}).at(0).is_in_kernel);
  EXPECT_EQ(name_of(FaultKind::kMajor), "major");
  EXPECT_EQ(name_of(FaultKind::kMinor), "minor");
  EXPECT_EQ(name_of(FaultKind::kUnknown), "unknown");
}

}  // namespace
}  // namespace holdfast
