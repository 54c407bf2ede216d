// SPDX-License-Identifier: MIT
#include "core/record_columns.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

TEST(RecordColumns, RecordsComeBackBitForBit) {
  for (const size_t count : {0, 1, 2, 7, 4096}) {
    const std::vector<Record> records = test::sample_blocks(count);
    std::vector<uint64_t> columns(count * kRecordWords);
    to_columns(records, columns);
    std::vector<Record> back(count);
    from_columns(columns, back);
    EXPECT_TRUE(test::are_equal(back, records)) << count;
  }
}

TEST(RecordColumns, SteadyBlocksBecomeConstantColumns) {
  const std::vector<Record> records = test::sample_blocks(100);
  std::vector<uint64_t> columns(100 * kRecordWords);
  to_columns(records, columns);
  constexpr size_t kPositionWord = 2;
  for (size_t r = 1; r < 100; r++) EXPECT_EQ(columns[kPositionWord * 100 + r], 16u);
}

TEST(RecordColumns, FallingValuesWrapAround) {
  std::vector<Record> records = test::sample_blocks(2);
  std::swap(records[0], records[1]);
  std::vector<uint64_t> columns(2 * kRecordWords);
  to_columns(records, columns);
  std::vector<Record> back(2);
  from_columns(columns, back);
  EXPECT_TRUE(test::are_equal(back, records));
}

}  // namespace
}  // namespace holdfast
