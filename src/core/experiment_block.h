// SPDX-License-Identifier: MIT
// What one block of an experiment measured, and the journal of finished blocks: lines of JSON, the
// design first, from which an interrupted experiment goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/experiment_design.h"

namespace holdfast {

/// One finished block.
struct BlockResult {
  int index = 0;
  int round = 0;
  int arm = 0;  ///< Index into the design's arms.
  double seconds = 0;
  int64_t glitches = 0;
  int64_t page_fault_glitches = 0;  ///< Those with a page fault inside: the primary outcome.
  int64_t episodes = 0;             ///< Glitches less than 1 s apart count once.
  int64_t page_fault_episodes = 0;
  int64_t missing_frames = 0;
  int64_t major_faults = 0;  ///< Of the audio thread, while it was counted.
  int64_t minor_faults = 0;
  int64_t locked_bytes = 0;
  int64_t lost_facts = 0;          ///< A glitch may have had a page fault that nobody saw.
  std::optional<double> pressure;  ///< What was held, as it was; page-outs a second without cgroup.
  std::string trouble;             ///< Why it does not count; empty: it counts.
  std::string limitation;          ///< What was not granted, in every arm alike; empty: nothing.

  friend bool operator==(const BlockResult&, const BlockResult&) = default;
};

/// Reads one line of schema "holdfast.prove_block/1". Errors: kSystem for anything else.
Result<BlockResult> parse_block(std::string_view line);

/// Reads one line of schema "holdfast.prove_design/1". Errors: kUsage for anything else.
Result<ExperimentDesign> parse_design(std::string_view line);

/// A journal as far as it is whole.
struct ExperimentJournal {
  ExperimentDesign design;
  std::vector<BlockResult> blocks;  ///< The first so many of the plan, in its order.
  size_t size_bytes = 0;            ///< What was understood: a journal that goes on begins there.
};

/// Reads the text of a journal. A last line that was cut off is dropped; a line that does not
/// belong to the plan is an error. Errors: kUsage, with the line.
Result<ExperimentJournal> parse_journal(std::string_view text);

}  // namespace holdfast
