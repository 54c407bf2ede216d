// SPDX-License-Identifier: MIT
// Recorded runs of real sound systems in which every sample equals its frame number: what the
// system said (labels) beside the truth (contents). Read from
// tests/fixtures/recorded_runs/*.csv.gz.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "rt/block.h"
#include "rt/timeline.h"

namespace holdfast::test {

/// One recorded run, trimmed to the part in which the source played.
struct RecordedRun {
  std::string name;
  std::vector<Block> blocks;    ///< As the sound system labelled them.
  std::vector<int64_t> truths;  ///< Per block: true position of its first frame; -1 when all zero.
  int64_t missing_frames = 0;   ///< Frames of the span that no block contains.
};

/// What the timeline made of a run.
struct RunVerdict {
  int64_t lost_frames = 0;       ///< Net, by the timeline, because the client was late.
  int64_t estimated_frames = 0;  ///< By the clock: the server was late, or the stream restarted.
  int64_t misplaced_blocks = 0;  ///< Final place differs from the truth.
  int64_t relocated_blocks = 0;
  int64_t gaps = 0;
  std::vector<Gap> all_gaps;  ///< In order.
};

/// Where the true position lies that a block labelled `label` tells modulo 2^24.
int64_t unwrap_truth(int64_t told, int64_t label);

/// Cuts off what came before the source played and after it ended, and counts what is missing.
/// Every block has its truth by now.
void complete(RecordedRun& run);

/// Reads one file. Errors: kBadData when a column is missing or the file is not gzip.
Result<RecordedRun> read_recorded_run(const std::string& path);

/// All *.csv.gz of a folder, sorted by name.
std::vector<std::string> recorded_runs_in(const std::string& folder);

/// Places every block of the run on a timeline.
RunVerdict judge(const RecordedRun& run);

}  // namespace holdfast::test
