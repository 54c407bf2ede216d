// SPDX-License-Identifier: MIT
#include "core/fact_merge.h"

#include <gtest/gtest.h>

#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using namespace test;

std::vector<RecordKind> kinds(const std::vector<Record>& records) {
  std::vector<RecordKind> result;
  for (const Record& record : records) result.push_back(record.head.kind);
  return result;
}

FactMerge merge_of_333_us() {
  return FactMerge(Nanos(333 * kMicro));
}

TEST(FactMerge, FactsGoBeforeTheBlocksTheyBelongTo) {
  FactMerge merge = merge_of_333_us();
  std::vector<Record> out;
  merge.merge(std::vector{block(0, 0, 5), block(16, 333, 900)}, std::vector{fault(400, 890)},
              Nanos(1000 * kMicro), out);
  EXPECT_EQ(kinds(out), (std::vector{RecordKind::kFault, RecordKind::kBlock, RecordKind::kBlock}));
  EXPECT_FALSE(merge.is_waiting());
}

TEST(FactMerge, BlocksWaitUntilEveryProbeHasTold) {
  FactMerge merge = merge_of_333_us();
  std::vector<Record> out;
  merge.merge(std::vector{block(0, 0, 5), block(16, 333, 900)}, {}, Nanos(100 * kMicro), out);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_TRUE(merge.is_waiting());
  merge.merge({}, std::vector{pause(400, 890)}, Nanos(1000 * kMicro), out);
  EXPECT_EQ(kinds(out), (std::vector{RecordKind::kBlock, RecordKind::kPause, RecordKind::kBlock}));
}

TEST(FactMerge, WhoGivesUpSaysThatFactsAreLost) {
  FactMerge merge = merge_of_333_us();
  std::vector<Record> out;
  merge.merge(std::vector{block(0, 0, 5), block(16, 333, 900)}, std::vector{off_cpu(10, 890)},
              Nanos(0), out);
  merge.give_up(Nanos(2000 * kMicro), out);
  EXPECT_EQ(kinds(out), (std::vector{RecordKind::kLost, RecordKind::kOffCpu, RecordKind::kBlock,
                                     RecordKind::kBlock}));
  EXPECT_EQ(record_cast<LostRecord>(out[0]).end_ns, 2000 * kMicro);
}

TEST(FactMerge, SleepsOfEachThreadAreAStreamOfTheirOwn) {
  FactMerge merge(Nanos(333 * kMicro), std::vector<uint32_t>{98, 99});
  std::vector<Record> out;
  auto servers = record_cast<OffCpuRecord>(off_cpu(300, 880));
  servers.thread = 99;
  // Two threads are looked at one after the other, so their sleeps come out of order.
  merge.merge(std::vector{block(0, 0, 5), block(16, 333, 900)},
              std::vector{off_cpu(10, 895), record_cast<Record>(servers)}, Nanos(1000 * kMicro),
              out);
  EXPECT_EQ(kinds(out), (std::vector{RecordKind::kOffCpu, RecordKind::kOffCpu, RecordKind::kBlock,
                                     RecordKind::kBlock}));
}

}  // namespace
}  // namespace holdfast
