// SPDX-License-Identifier: MIT
#include "core/processor_history.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr uint32_t kThread = 9;
constexpr uint32_t kEnded = ~uint32_t{0};

PerfEvent come_at(int64_t time_ns, uint32_t thread, uint32_t before) {
  PerfEvent event;
  event.kind = PerfEventKind::kSwitchIn;
  event.time_ns = time_ns;
  event.thread = thread;
  event.other = before;
  event.processor = 1;
  return event;
}

std::vector<ThreadReturn> returns_of(const std::vector<PerfEvent>& events) {
  ProcessorHistory history(kThread);
  std::vector<ThreadReturn> returns;
  for (const PerfEvent& event : events) history.add(event, returns);
  return returns;
}

std::vector<Record> off_cpu(int64_t begin_ns, int64_t end_ns, uint32_t processor) {
  OffCpuRecord record;
  record.head.kind = RecordKind::kOffCpu;
  record.head.mono_ns = begin_ns;
  record.end_ns = end_ns;
  record.processor = processor;
  return {record_cast<Record>(record)};
}

TEST(ProcessorHistory, ReturnNamesWhoRanBeforeAndSinceWhen) {
  const auto returns = returns_of({come_at(100, 21, 9), come_at(400, kThread, 21)});
  ASSERT_EQ(returns.size(), 1U);
  EXPECT_EQ(returns[0].time_ns, 400);
  EXPECT_EQ(returns[0].processor, 1U);
  EXPECT_EQ(returns[0].before, 21U);
  EXPECT_EQ(returns[0].before_since_ns, 100);
}

TEST(ProcessorHistory, IdleProcessorHasNoName) {
  const auto returns = returns_of({come_at(100, 0, 21), come_at(400, kThread, 0)});
  EXPECT_EQ(returns.at(0).before, 0U);
  EXPECT_EQ(returns.at(0).before_since_ns, 0);
}

TEST(ProcessorHistory, ThreadThatHasEndedIsKnownFromWhenItCame) {
  const auto returns = returns_of({come_at(100, 21, 9), come_at(400, kThread, kEnded)});
  EXPECT_EQ(returns.at(0).before, 21U);
  EXPECT_EQ(returns.at(0).before_since_ns, 100);
}

TEST(ProcessorHistory, FirstReturnHasANameWithoutATime) {
  const auto returns = returns_of({come_at(400, kThread, 21)});
  EXPECT_EQ(returns.at(0).before, 21U);
  EXPECT_EQ(returns.at(0).before_since_ns, 0);
}

TEST(ProcessorHistory, AfterALossTheTimeIsNotKnown) {
  PerfEvent loss;
  loss.kind = PerfEventKind::kLost;
  const auto returns = returns_of({come_at(100, 21, 9), loss, come_at(400, kThread, 21)});
  EXPECT_EQ(returns.at(0).before, 21U);
  EXPECT_EQ(returns.at(0).before_since_ns, 0);
}

TEST(ProcessorHistory, DeparturesTellNothing) {
  PerfEvent out = come_at(400, kThread, 21);
  out.kind = PerfEventKind::kSwitchOut;
  EXPECT_TRUE(returns_of({out}).empty());
}

TEST(ProcessorHistory, IntervalGetsTheReturnThatLiesInIt) {
  const std::vector<ThreadReturn> returns = {
      {100, 1, 20, 50}, {399, 1, 21, 150}, {600, 1, 22, 500}};
  auto records = off_cpu(120, 400, 1);
  name_others(returns, 0, records);
  const auto record = record_cast<OffCpuRecord>(records[0]);
  EXPECT_EQ(record.instead, 21U);
  EXPECT_EQ(record.instead_since_ns, 150);
}

TEST(ProcessorHistory, ReturnToAnotherProcessorIsNotBelieved) {
  auto records = off_cpu(120, 400, 2);
  name_others({{399, 1, 21, 150}}, 0, records);
  EXPECT_EQ(record_cast<OffCpuRecord>(records[0]).instead, 0U);
}

TEST(ProcessorHistory, RecordsBeforeTheFirstAndOfOtherKindsStayAsTheyAre) {
  auto records = off_cpu(120, 400, 1);
  records.push_back(Record{{RecordKind::kLost, 0, 0, 120}, {}});
  name_others({{399, 1, 21, 150}}, 1, records);
  EXPECT_EQ(record_cast<OffCpuRecord>(records[0]).instead, 0U);
  EXPECT_EQ(record_cast<LostRecord>(records[1]).end_ns, 0);
}

TEST(ProcessorHistory, ReturnsAreForgottenOnceTheThreadsRingIsPastThem) {
  std::vector<ThreadReturn> returns = {{100, 1, 20, 50}, {399, 1, 21, 150}};
  forget_returns(100, returns);
  ASSERT_EQ(returns.size(), 1U);
  EXPECT_EQ(returns[0].time_ns, 399);
}

}  // namespace
}  // namespace holdfast
