// SPDX-License-Identifier: MIT
// Every recorded run of a real sound system: net lost by the timeline == frames truly missing by
// content. Reads the folder named by HF_RECORDED_RUNS, else the project's own fixtures.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/support/recorded_run.h"

namespace holdfast::test {
namespace {

std::string folder() {
  const char* named = std::getenv("HF_RECORDED_RUNS");
  return named != nullptr ? named : HF_SOURCE_DIR "/tests/fixtures/recorded_runs";
}

TEST(RecordedRuns, LostFramesEqualFramesMissingByContent) {
  const std::vector<std::string> paths = recorded_runs_in(folder());
  ASSERT_FALSE(paths.empty()) << "no *.csv.gz in " << folder();
  int64_t exact = 0;
  int64_t blocks = 0;
  int64_t misplaced = 0;
  for (const std::string& path : paths) {
    const Result<RecordedRun> run = read_recorded_run(path);
    ASSERT_TRUE(run.ok()) << run.error().what;
    ASSERT_GT(run->blocks.size(), 100U) << path << ": too short to say anything";
    const RunVerdict verdict = judge(*run);
    const bool is_exact = verdict.lost_frames == run->missing_frames;
    std::cout << (is_exact ? "exact " : "WRONG ") << run->name << "  lost " << verdict.lost_frames
              << "  missing by content " << run->missing_frames << "  gaps " << verdict.gaps
              << "  blocks " << run->blocks.size() << "  relocated " << verdict.relocated_blocks
              << "  misplaced " << verdict.misplaced_blocks << '\n';
    EXPECT_EQ(verdict.lost_frames, run->missing_frames) << path;
    exact += is_exact ? 1 : 0;
    blocks += static_cast<int64_t>(run->blocks.size());
    misplaced += verdict.misplaced_blocks;
  }
  std::cout << exact << " of " << paths.size() << " runs exact; " << misplaced << " of " << blocks
            << " blocks misplaced\n";
}

}  // namespace
}  // namespace holdfast::test
