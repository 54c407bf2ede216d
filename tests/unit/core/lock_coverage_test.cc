// SPDX-License-Identifier: MIT
#include "core/lock_coverage.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr size_t kCoverPage = 4096;

Mapping mapping(uintptr_t begin_page, size_t pages) {
  Mapping made;
  made.begin = begin_page * kCoverPage;
  made.end = (begin_page + pages) * kCoverPage;
  return made;
}

Region region(RegionKind kind, std::vector<Mapping> parts) {
  return {kind, "a region", std::move(parts), true};
}

TEST(LockCoverage, OnlyPagesInUseAreMissed) {
  const std::vector<PageState> pages = {PageState::kResident, PageState::kUntouched,
                                        PageState::kSwapped, PageState::kNotResident};
  const RegionCoverage row =
      cover_region(region(RegionKind::kStack, {mapping(10, 4)}), pages, {}, kCoverPage);
  EXPECT_EQ(row.size_bytes, 4 * kCoverPage);
  EXPECT_EQ(row.in_use_bytes, 2 * kCoverPage);
  EXPECT_EQ(row.open_bytes, 2 * kCoverPage);
  EXPECT_EQ(row.locked_bytes, 0U);
  EXPECT_EQ(row.address, 10 * kCoverPage);
}

TEST(LockCoverage, LockedPagesAreFoundThroughSeveralPartsAndRanges) {
  const std::vector<PageState> pages(6, PageState::kResident);
  const std::vector<MemoryRange> locked = {{0, kCoverPage, ""},
                                           {11 * kCoverPage, kCoverPage, ""},
                                           {12 * kCoverPage, kCoverPage, ""},
                                           {21 * kCoverPage, 9 * kCoverPage, ""}};
  const RegionCoverage row =
      cover_region(region(RegionKind::kLibraryText, {mapping(10, 3), mapping(20, 3)}), pages,
                   locked, kCoverPage);
  EXPECT_EQ(row.locked_bytes, 4 * kCoverPage);
  EXPECT_EQ(row.open_bytes, 2 * kCoverPage);
}

TEST(LockCoverage, LockedButUnusedIsNoUse) {
  const std::vector<PageState> pages(2, PageState::kUntouched);
  const std::vector<MemoryRange> locked = {{10 * kCoverPage, 2 * kCoverPage, ""}};
  const RegionCoverage row =
      cover_region(region(RegionKind::kHeap, {mapping(10, 2)}), pages, locked, kCoverPage);
  EXPECT_EQ(row.locked_bytes, 2 * kCoverPage);
  EXPECT_EQ(row.in_use_bytes, 0U);
  EXPECT_EQ(row.open_bytes, 0U);
}

TEST(LockCoverage, PagesThatWereNotReadAreNotInUse) {
  const RegionCoverage row =
      cover_region(region(RegionKind::kHeap, {mapping(10, 2)}), {}, {}, kCoverPage);
  EXPECT_EQ(row.in_use_bytes, 0U);
}

TEST(LockCoverage, WhatBelongsToOthersIsNotJudged) {
  ThreadCoverage coverage;
  coverage.regions.push_back({RegionKind::kAnonymous, "other", 0, 8192, 8192, 0, 8192});
  EXPECT_TRUE(coverage.holds());
  coverage.regions.push_back({RegionKind::kHeap, "heap", 0, 8192, 8192, 4096, 4096});
  EXPECT_FALSE(coverage.holds());
  EXPECT_EQ(coverage.open_bytes(), 4096U);
  EXPECT_EQ(coverage.held_bytes(), 4096U);
}

TEST(LockCoverage, UnknownLocksDoNotHold) {
  ThreadCoverage coverage;
  coverage.are_locks_known = false;
  EXPECT_FALSE(coverage.holds());
}

TEST(LockCoverage, EveryKindButThoseOfOthersIsNeeded) {
  EXPECT_TRUE(is_needed(RegionKind::kStack));
  EXPECT_TRUE(is_needed(RegionKind::kLibraryData));
  EXPECT_FALSE(is_needed(RegionKind::kSharedMemory));
  EXPECT_FALSE(is_needed(RegionKind::kAnonymous));
}

TEST(LockCoverage, LibrariesAreOneRowForPeople) {
  const std::vector<RegionCoverage> joined =
      join_coverage({{RegionKind::kProgramText, "program text", 1, 1, 1, 1, 1},
                     {RegionKind::kLibraryText, "a text", 1, 10, 20, 30, 40},
                     {RegionKind::kLibraryText, "b text", 1, 1, 2, 3, 4}});
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[0].name, "program text");
  EXPECT_EQ(joined[1].name, "libraries' text");
  EXPECT_EQ(joined[1].size_bytes, 11U);
  EXPECT_EQ(joined[1].in_use_bytes, 22U);
  EXPECT_EQ(joined[1].locked_bytes, 33U);
  EXPECT_EQ(joined[1].open_bytes, 44U);
}

TEST(LockCoverage, TheFullerLookIsKeptAndOfEqualsTheLater) {
  ThreadCoverage full;
  full.regions.push_back({RegionKind::kHeap, "heap", 0, 8192, 8192, 8192, 0});
  ThreadCoverage empty;
  empty.regions.push_back({RegionKind::kHeap, "heap", 0, 8192, 8192, 0, 8192});
  ThreadCoverage again = full;
  EXPECT_EQ(&fuller(full, empty), &full);
  EXPECT_EQ(&fuller(empty, full), &full);
  EXPECT_EQ(&fuller(full, again), &again);
}

}  // namespace
}  // namespace holdfast
