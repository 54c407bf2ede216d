// SPDX-License-Identifier: MIT
#include "report/coverage_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

ThreadCoverage audio_thread() {
  ThreadCoverage coverage;
  coverage.pid = 2340;
  coverage.process = "jackd";
  coverage.thread.id = 2345;
  coverage.thread.name = "jackd";
  coverage.thread.policy = SchedulingPolicy::kFifo;
  coverage.thread.rt_priority = 70;
  coverage.reason = "real-time";
  coverage.moment = CoverageMoment::kThreadEnd;
  coverage.regions = {{RegionKind::kStack, "stack of jackd", 0, 524288, 16384, 0, 16384},
                      {RegionKind::kLibraryText, "a.so text", 0, 40960, 40960, 40960, 0},
                      {RegionKind::kLibraryText, "b.so text", 0, 81920, 40960, 8192, 32768},
                      {RegionKind::kSharedMemory, "shared memory x", 0, 4096, 4096, 0, 4096}};
  return coverage;
}

TEST(CoverageText, SaysWhoseMemoryWhenAndWhatNobodyLocked) {
  EXPECT_EQ(coverage_text(audio_thread()),
            "thread 2345 \"jackd\" of process 2340 \"jackd\": SCHED_FIFO 70 (real-time); when the "
            "thread ended\n"
            "region                         KiB    in use    locked      open\n"
            "stack of jackd                 512        16         0        16\n"
            "libraries' text                120        80        48        32\n"
            "shared memory                    4         4         0         4  not judged\n"
            "in use, and nobody locked it: b.so text (32 KiB), stack of jackd (16 KiB)\n");
}

TEST(CoverageText, SaysWhenEverythingIsLocked) {
  ThreadCoverage coverage = audio_thread();
  coverage.regions.resize(1);
  coverage.regions[0].open_bytes = 0;
  EXPECT_TRUE(coverage_text(coverage).ends_with("all that is in use is locked\n"));
}

TEST(CoverageText, ClaimsNothingWhereLocksAreNotKnown) {
  ThreadCoverage coverage = audio_thread();
  coverage.are_locks_known = false;
  EXPECT_TRUE(coverage_text(coverage).ends_with("which mappings are locked is not known\n"));
}

TEST(CoverageText, NamesTheLargestAndCountsTheRest) {
  ThreadCoverage coverage = audio_thread();
  for (int i = 0; i < 8; ++i) {
    coverage.regions.push_back({RegionKind::kLibraryData, "x data", 0, 4096, 4096, 0, 4096});
  }
  const std::string text = coverage_text(coverage);
  EXPECT_NE(text.find("locked it: b.so text (32 KiB), stack of jackd (16 KiB), x data (4 KiB)"),
            std::string::npos);
  EXPECT_TRUE(text.ends_with(" and 4 more\n")) << text;
}

TEST(CoverageText, MomentsHaveWords) {
  EXPECT_EQ(name_of(CoverageMoment::kNow), "now");
  EXPECT_EQ(name_of(CoverageMoment::kBeforeUnlock), "before the program unlocked memory");
}

}  // namespace
}  // namespace holdfast
