// SPDX-License-Identifier: MIT
#include "rt/workload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/page_buffer.h"

namespace holdfast {
namespace {

constexpr size_t kPage = Workload::kPageBytes;

/// How often the first byte of each page was touched.
std::vector<int> touches(PageBuffer<unsigned char>& data, size_t pages) {
  std::vector<int> counts;
  for (size_t page = 0; page < pages; ++page) counts.push_back(data.data()[page * kPage]);
  return counts;
}

TEST(Workload, HotPagesAreTouchedByEveryBlockAndRareOnesOnceAPeriod) {
  PageBuffer<unsigned char> data(20 * kPage);
  Workload workload({20 * kPage, 0.9, 12, 100}, data.span());
  for (int block = 0; block < 100; ++block) workload.run();
  const std::vector<int> counts = touches(data, 20);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 100), 2);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 1), 18);
}

TEST(Workload, RareThingsAreSpreadOverThePeriod) {
  PageBuffer<unsigned char> data(10 * kPage);
  Workload workload({10 * kPage, 1, 0, 100}, data.span());
  for (int block = 0; block < 50; ++block) workload.run();
  const std::vector<int> counts = touches(data, 10);
  EXPECT_EQ(std::count(counts.begin(), counts.end(), 1), 5);
}

TEST(Workload, NeighboursDoNotFollowEachOther) {
  PageBuffer<unsigned char> data(100 * kPage);
  Workload workload({100 * kPage, 1, 0, 100}, data.span());
  for (int block = 0; block < 20; ++block) workload.run();
  const std::vector<int> counts = touches(data, 100);
  int neighbours = 0;
  for (size_t page = 1; page < counts.size(); ++page) {
    neighbours += counts[page - 1] > 0 && counts[page] > 0;
  }
  EXPECT_LE(neighbours, 3);
}

TEST(Workload, WithoutAnythingToDoNothingIsDone) {
  PageBuffer<unsigned char> data(kPage);
  Workload workload({0, 0.5, 0, 0}, data.span());
  for (int block = 0; block < 10; ++block) workload.run();
  EXPECT_EQ(data.data()[0], 0);
}

TEST(Workload, EachPathHasAPageToItself) {
  const MemoryRange code = Workload::code();
  EXPECT_EQ(code.begin % kPage, 0U);
  EXPECT_EQ(code.size_bytes, Workload::kMostPaths * kPage);
}

}  // namespace
}  // namespace holdfast
