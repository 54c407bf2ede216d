// SPDX-License-Identifier: MIT
#include "core/reading_line.h"

#include <gtest/gtest.h>

#include "rt/record.h"

namespace holdfast {
namespace {

ThreadUseRecord reading_at(int64_t ms, int64_t cpu) {
  ThreadUseRecord record;
  record.head.mono_ns = ms * kMillisecond.count;
  record.cpu_ns = cpu;
  return record;
}

TEST(ReadingLine, KeepsTheLastOfEachBucketAndTheFirstOfAll) {
  ReadingLine<ThreadUseRecord> line(kMillisecond * 100);
  for (const int64_t ms : {10, 20, 90, 110, 190, 210}) line.add(reading_at(ms, ms));
  std::vector<int64_t> kept;
  for (const ThreadUseRecord& one : line.readings()) kept.push_back(one.cpu_ns);
  EXPECT_EQ(kept, (std::vector<int64_t>{10, 90, 190, 210}));
}

TEST(ReadingLine, ThinsOutWithoutLosingTheWholeRise) {
  ReadingLine<ThreadUseRecord> line(kMillisecond, 8);
  for (int64_t ms = 0; ms < 1000; ms++) line.add(reading_at(ms, ms));
  EXPECT_LE(line.readings().size(), 8U);
  EXPECT_GE(line.readings().size(), 4U);
  EXPECT_EQ(line.readings().front().cpu_ns, 0);
  EXPECT_EQ(line.readings().back().cpu_ns, 999);
}

TEST(ReadingLine, OlderReadingIsIgnored) {
  ReadingLine<ThreadUseRecord> line;
  line.add(reading_at(500, 1));
  line.add(reading_at(300, 2));
  EXPECT_EQ(line.readings().size(), 1U);
}

}  // namespace
}  // namespace holdfast
