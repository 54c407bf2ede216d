// SPDX-License-Identifier: MIT
#include "core/fault_marks.h"

#include <gtest/gtest.h>

#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

FaultRecord fault_of(int64_t begin_us, int64_t end_us, uint16_t flags, uint64_t address) {
  return record_cast<FaultRecord>(test::fault(begin_us, end_us, flags, address));
}

TEST(FaultMarks, EachFaultIsAMarkOnItsPage) {
  FaultMarks marks;
  marks.add(fault_of(10, 25, kFaultIsMajor, 0x5008), {});
  marks.add(fault_of(40, 41, 0, 0x5ff0), {});
  marks.add(fault_of(50, 51, 0, 0x6000), {});
  marks.finish({});
  ASSERT_EQ(marks.marks().size(), 3U);
  EXPECT_EQ(marks.marks()[0].length, kMicrosecond * 15);
  EXPECT_EQ(marks.marks()[1].page, marks.marks()[0].page);
  ASSERT_EQ(marks.pages().size(), 2U);
  EXPECT_EQ(marks.pages()[0].address, 0x5000U);
  EXPECT_EQ(marks.pages()[0].major, 1);
  EXPECT_EQ(marks.pages()[0].minor, 1);
  EXPECT_EQ(marks.hidden(), 0);
}

TEST(FaultMarks, OwnerIsNamedByWhatWasToldLater) {
  FaultMarks marks;
  AddressSpace space;
  marks.add(fault_of(10, 25, kFaultIsMajor, 0x5008), space);
  EXPECT_EQ(marks.pages()[0].owner.role, MemoryRole::kUnknown);
  space.take_line("maps 1");
  space.take_line("map 5000 6000 rw-p 0 - [heap]");
  marks.finish(space);
  EXPECT_EQ(marks.pages()[0].owner.role, MemoryRole::kHeap);
}

TEST(FaultMarks, ShortMinorFaultsGiveWayAndAreCounted) {
  FaultMarks marks(100, 10);
  for (int64_t i = 0; i < 500; i++) {
    marks.add(fault_of(i * 100, i * 100 + 1 + i % 50, 0, 0x1000), {});
    if (i % 50 == 0) marks.add(fault_of(i * 100 + 60, i * 100 + 61, kFaultIsMajor, 0x1000), {});
  }
  EXPECT_LE(marks.marks().size(), 100U);
  EXPECT_EQ(marks.major() + marks.minor(), 510);
  EXPECT_EQ(marks.hidden(), 510 - static_cast<int64_t>(marks.marks().size()));
  int64_t major = 0;
  for (const FaultMark& mark : marks.marks()) major += mark.is_major ? 1 : 0;
  EXPECT_EQ(major, 10);
}

TEST(FaultMarks, FaultsOfOneLengthAreThinnedOutAllThroughTheRun) {
  FaultMarks marks(100, 10);
  for (int64_t i = 0; i < 1600; i++) marks.add(fault_of(i * 10, i * 10 + 2, 0, 0x1000), {});
  marks.finish({});
  EXPECT_GE(marks.marks().size(), 25U);
  EXPECT_LE(marks.marks().front().begin, kMicrosecond * 1600);
  EXPECT_GE(marks.marks().back().begin, kMicrosecond * 14'400);
}

TEST(FaultMarks, MorePagesThanRowsStillCount) {
  FaultMarks marks(100, 2);
  for (uint64_t page = 1; page <= 4; page++) marks.add(fault_of(1, 2, 0, page << 12), {});
  EXPECT_EQ(marks.pages().size(), 2U);
  EXPECT_EQ(marks.marks().back().page, FaultMarks::kNoPage);
  EXPECT_EQ(marks.minor(), 4);
}

}  // namespace
}  // namespace holdfast
