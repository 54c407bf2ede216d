// SPDX-License-Identifier: MIT
// From finished blocks to a verdict: does memory cause the glitches, and does locking remove them?
// The same judge looks after every round, and at the end; it says no more than the blocks carry.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/event_rate.h"
#include "core/experiment_block.h"
#include "core/experiment_design.h"

namespace holdfast {

/// One arm so far. Rates are per minute.
struct ArmResult {
  LockArm arm = LockArm::kNone;
  int blocks = 0;            ///< That count.
  EventCount page_fault;     ///< Glitches with a page fault inside, and minutes.
  EventCount all;            ///< All glitches.
  EventCount episodes;       ///< Bursts of the first.
  Interval page_fault_rate;  ///< With the error of this look.
  Interval all_rate;
  int64_t major_faults = 0;
  int64_t locked_bytes = 0;        ///< The mean of its blocks.
  std::optional<double> pressure;  ///< The mean of its blocks.
};

/// What a comparison says.
enum class Difference { kUndecided, kFewer, kMore, kNone };

/// One arm beside the reference.
struct ArmComparison {
  int arm = 0;
  double ratio = 0;   ///< Of the rates of page-fault glitches; NaN without any.
  Interval interval;  ///< Of the same, with the error of this look.
  double p_value = 1;
  double permutation_p_value = 1;  ///< Beside it, without any assumption on how glitches come.
  double episode_ratio = 0;
  double all_ratio = 0;  ///< Of all glitches: what one hears.
  Interval all_interval;
  std::optional<double> detectable_ratio;  ///< What would have been found; nothing: not even none.
  Difference difference = Difference::kUndecided;
};

/// What the experiment says.
enum class ExperimentVerdict {
  kRemoves,       ///< Locking removes glitches that come from page faults.
  kWorsens,       ///< There are more of them with locking.
  kNoDifference,  ///< None was found; what would have been is told.
  kNoGlitches,    ///< Nothing to remove: no glitch with a page fault inside in the reference.
  kTooEarly,      ///< Interrupted before the planned end, and nothing shown yet.
  kNotValid,      ///< The arms cannot be compared; `reasons` say why.
};

/// "removes", "worsens", "no_difference", "no_glitches", "too_early", "not_valid".
std::string_view name_of(ExperimentVerdict verdict);

/// Everything that is concluded from the blocks.
struct ExperimentResult {
  ExperimentDesign design;
  int rounds = 0;                          ///< Complete ones; only these count.
  double look_error = 0;                   ///< Two-sided, of each interval at this look.
  Dispersion dispersion;                   ///< Of the page-fault glitches.
  std::vector<ArmResult> arms;             ///< As in the design.
  std::vector<ArmComparison> comparisons;  ///< Every arm but the first.
  ExperimentVerdict verdict = ExperimentVerdict::kTooEarly;
  bool is_decided = false;               ///< Each comparison has its answer: time to stop.
  std::vector<std::string> reasons;      ///< Why it is not valid.
  std::optional<double> minutes_needed;  ///< In all, to find a halving, when nothing was found.
};

/// Judges one experiment. What each look may spend is computed once.
class ExperimentJudge {
 public:
  explicit ExperimentJudge(ExperimentDesign design);

  /// `blocks` are the first so many of the plan; those of a round that is not complete wait for the
  /// rest of it.
  [[nodiscard]] ExperimentResult judge(const std::vector<BlockResult>& blocks) const;
  /// The same without intervals and permutation test, which take most of the time: the verdict and
  /// whether it is decided are those of judge().
  [[nodiscard]] ExperimentResult look(const std::vector<BlockResult>& blocks) const;

 private:
  [[nodiscard]] std::vector<BlockResult> whole_rounds(const std::vector<BlockResult>& blocks) const;

  ExperimentDesign design_;
  std::vector<double> look_errors_;
};

}  // namespace holdfast
