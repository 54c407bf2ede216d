// SPDX-License-Identifier: MIT
#include "core/experiment_judge.h"

#include <algorithm>
#include <cmath>

#include "core/block_permutation.h"
#include "core/dispersion.h"
#include "core/experiment_power.h"
#include "core/sequential_boundary.h"

namespace holdfast {
namespace {

/// Arms are equally pressed when their means are nearer than this, the limits in which two drugs
/// count as equivalent (D. Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987), or when they are
/// farther apart by chance alone: pressure goes up and down from block to block.
constexpr double kMostPressureRatio = 1.25;
constexpr double kPressureError = 0.05;
/// An arm that failed more often than this is not measured but guessed.
constexpr double kMostTroubleShare = 0.25;
constexpr double kSecondsPerMinute = 60;

using Outcome = int64_t BlockResult::*;

/// The blocks of one arm that count.
std::vector<const BlockResult*> sound_blocks(const std::vector<BlockResult>& blocks, int arm) {
  std::vector<const BlockResult*> sound;
  for (const BlockResult& block : blocks) {
    if (block.arm == arm && block.trouble.empty()) sound.push_back(&block);
  }
  return sound;
}

EventCount count_of(const BlockResult& block, Outcome outcome) {
  return {static_cast<double>(block.*outcome), block.seconds / kSecondsPerMinute};
}

ArmBlocks counts(const std::vector<BlockResult>& blocks, int arm, Outcome outcome) {
  ArmBlocks counted;
  for (const BlockResult* block : sound_blocks(blocks, arm)) {
    counted.push_back(count_of(*block, outcome));
  }
  return counted;
}

Dispersion dispersion_of(const std::vector<BlockResult>& blocks, size_t arms, Outcome outcome) {
  std::vector<ArmBlocks> all;
  for (size_t arm = 0; arm < arms; ++arm) {
    all.push_back(counts(blocks, static_cast<int>(arm), outcome));
  }
  return estimate_dispersion(all);
}

/// Rounds in which the blocks of both arms count; `count` makes an EventCount of a block.
template <class Count>
std::vector<BlockPair> pairs(const std::vector<BlockResult>& blocks, int arm, const Count& count) {
  std::vector<BlockPair> all;
  const auto treated = sound_blocks(blocks, arm);
  for (const BlockResult* reference : sound_blocks(blocks, 0)) {
    for (const BlockResult* block : treated) {
      if (block->round == reference->round) all.push_back({count(*block), count(*reference)});
    }
  }
  return all;
}

EventCount page_fault_count(const BlockResult& block) {
  return count_of(block, &BlockResult::page_fault_glitches);
}

EventCount pressure_of(const BlockResult& block) {
  return {block.pressure.value_or(0), 1};
}

ArmResult sum_up(const std::vector<BlockResult>& blocks, int arm) {
  ArmResult result;
  result.page_fault = sum_of(counts(blocks, arm, &BlockResult::page_fault_glitches));
  result.all = sum_of(counts(blocks, arm, &BlockResult::glitches));
  result.episodes = sum_of(counts(blocks, arm, &BlockResult::page_fault_episodes));
  const auto sound = sound_blocks(blocks, arm);
  result.blocks = static_cast<int>(sound.size());
  double pressure = 0;
  int pressed = 0;
  for (const BlockResult* block : sound) {
    result.major_faults += block->major_faults;
    result.locked_bytes += block->locked_bytes / result.blocks;
    pressure += block->pressure.value_or(0);
    pressed += block->pressure.has_value();
  }
  if (pressed > 0) result.pressure = pressure / pressed;
  return result;
}

std::string label(const ExperimentDesign& design, int arm) {
  return "'" + std::string(name_of(design.arms[static_cast<size_t>(arm)])) + "'";
}

/// Why an arm is not what it should have been.
void check_arm(const ExperimentDesign& design, const std::vector<BlockResult>& blocks, int arm,
               std::vector<std::string>& reasons) {
  int tried = 0;
  int failed = 0;
  std::string trouble;
  for (const BlockResult& block : blocks) {
    if (block.arm != arm) continue;
    ++tried;
    if (block.trouble.empty()) continue;
    ++failed;
    trouble = block.trouble;
  }
  if (failed <= tried * kMostTroubleShare) return;
  reasons.push_back("arm " + label(design, arm) + " failed in " + std::to_string(failed) + " of " +
                    std::to_string(tried) + " blocks: " + trouble);
}

void check_pressure(const ExperimentDesign& design, const std::vector<BlockResult>& blocks,
                    const std::vector<ArmResult>& arms, std::vector<std::string>& reasons) {
  const auto& reference = arms.front().pressure;
  for (size_t i = 1; i < arms.size(); ++i) {
    if (!reference || !arms[i].pressure) continue;
    const double high = std::max(*reference, *arms[i].pressure);
    const double low = std::min(*reference, *arms[i].pressure);
    if (high <= low * kMostPressureRatio) continue;
    const auto rounds = pairs(blocks, static_cast<int>(i), pressure_of);
    if (permutation_p_value(rounds, design.seed) > kPressureError) continue;
    const long percent = low > 0 ? std::lround((high / low - 1) * 100) : 0;
    reasons.push_back("arm " + label(design, static_cast<int>(i)) + " was pressed " +
                      (percent > 0 ? std::to_string(percent) + " % " : "") +
                      (*arms[i].pressure > *reference ? "harder" : "less hard") + " than " +
                      label(design, 0));
  }
}

/// Reasons that concern what was measured, not how much of it there is.
std::vector<std::string> find_reasons(const ExperimentDesign& design,
                                      const std::vector<BlockResult>& blocks,
                                      const std::vector<ArmResult>& arms) {
  std::vector<std::string> reasons;
  for (size_t arm = 0; arm < arms.size(); ++arm) {
    check_arm(design, blocks, static_cast<int>(arm), reasons);
  }
  check_pressure(design, blocks, arms, reasons);
  return reasons;
}

/// By the test, which agrees with the interval.
Difference difference_of(const ArmComparison& one, const ExperimentResult& result) {
  if (one.p_value < result.look_error) {
    return one.ratio < 1 ? Difference::kFewer : Difference::kMore;
  }
  const bool is_at_end = result.rounds == result.design.rounds;
  return is_at_end ? Difference::kNone : Difference::kUndecided;
}

ExperimentVerdict verdict_of(const ExperimentResult& result) {
  const auto& all = result.comparisons;
  const auto says = [&](Difference difference) {
    return std::any_of(all.begin(), all.end(),
                       [&](const ArmComparison& one) { return one.difference == difference; });
  };
  if (!result.reasons.empty()) return ExperimentVerdict::kNotValid;
  if (says(Difference::kFewer)) return ExperimentVerdict::kRemoves;
  if (says(Difference::kMore)) return ExperimentVerdict::kWorsens;
  if (result.rounds < 2 || says(Difference::kUndecided)) return ExperimentVerdict::kTooEarly;
  if (result.arms.front().page_fault.events == 0) return ExperimentVerdict::kNoGlitches;
  return ExperimentVerdict::kNoDifference;
}

/// Power is reckoned with bursts, never with less scatter than chance has, and with Student's
/// quantile, as the test: two rounds could have found nothing, however large.
PowerWish wish_of(const ExperimentResult& result, double error) {
  const double quantile = student_tail_quantile(error / 2, result.dispersion.degrees);
  return {2 * normal_tail(quantile), kExperimentPower, std::max(1.0, result.dispersion.factor)};
}

/// One arm beside the reference; both are in `result` already.
ArmComparison compare(const ExperimentResult& result, int arm) {
  const ArmResult& treated = result.arms[static_cast<size_t>(arm)];
  const ArmResult& reference = result.arms.front();
  ArmComparison one;
  one.arm = arm;
  one.ratio = ratio_of(treated.page_fault, reference.page_fault);
  one.episode_ratio = ratio_of(treated.episodes, reference.episodes);
  one.all_ratio = ratio_of(treated.all, reference.all);
  one.p_value = ratio_p_value(treated.page_fault, reference.page_fault, result.dispersion);
  one.detectable_ratio = detectable_ratio(
      reference.page_fault.rate(), std::min(treated.page_fault.time, reference.page_fault.time),
      wish_of(result, result.look_error));
  one.difference = difference_of(one, result);
  return one;
}

/// What a reader wants to see besides.
void add_intervals(ExperimentResult& result, const Dispersion& all) {
  const double error = result.look_error;
  const ArmResult& reference = result.arms.front();
  for (ArmResult& arm : result.arms) {
    arm.page_fault_rate = rate_interval(arm.page_fault, error, result.dispersion);
    arm.all_rate = rate_interval(arm.all, error, all);
  }
  for (ArmComparison& one : result.comparisons) {
    const ArmResult& arm = result.arms[static_cast<size_t>(one.arm)];
    one.interval = ratio_interval(arm.page_fault, reference.page_fault, error, result.dispersion);
    one.all_interval = ratio_interval(arm.all, reference.all, error, all);
  }
}

}  // namespace

std::string_view name_of(ExperimentVerdict verdict) {
  switch (verdict) {
    case ExperimentVerdict::kRemoves:
      return "removes";
    case ExperimentVerdict::kWorsens:
      return "worsens";
    case ExperimentVerdict::kNoDifference:
      return "no_difference";
    case ExperimentVerdict::kNoGlitches:
      return "no_glitches";
    case ExperimentVerdict::kTooEarly:
      return "too_early";
    case ExperimentVerdict::kNotValid:
      return "not_valid";
  }
  return "";
}

ExperimentJudge::ExperimentJudge(ExperimentDesign design)
    : design_(std::move(design)),
      look_errors_(sequential_errors(design_.rounds, comparison_error(design_))) {}

std::vector<BlockResult> ExperimentJudge::whole_rounds(
    const std::vector<BlockResult>& blocks) const {
  const size_t arms = design_.arms.size();
  const size_t rounds = std::min(blocks.size() / arms, static_cast<size_t>(design_.rounds));
  return {blocks.begin(), blocks.begin() + static_cast<int64_t>(rounds * arms)};
}

ExperimentResult ExperimentJudge::look(const std::vector<BlockResult>& blocks) const {
  ExperimentResult result;
  result.design = design_;
  const size_t arm_count = design_.arms.size();
  const std::vector<BlockResult> whole = whole_rounds(blocks);
  result.rounds = static_cast<int>(whole.size() / arm_count);
  if (result.rounds > 0) result.look_error = look_errors_[static_cast<size_t>(result.rounds - 1)];
  result.dispersion = dispersion_of(whole, arm_count, &BlockResult::page_fault_glitches);
  for (size_t arm = 0; arm < arm_count; ++arm) {
    result.arms.push_back(sum_up(whole, static_cast<int>(arm)));
    result.arms.back().arm = design_.arms[arm];
  }
  for (size_t arm = 1; arm < arm_count; ++arm) {
    result.comparisons.push_back(compare(result, static_cast<int>(arm)));
  }
  result.reasons = find_reasons(design_, whole, result.arms);
  result.verdict = verdict_of(result);
  result.is_decided = std::none_of(
      result.comparisons.begin(), result.comparisons.end(),
      [](const ArmComparison& one) { return one.difference == Difference::kUndecided; });
  const double minutes = time_needed(result.arms.front().page_fault.rate(), kHalving,
                                     wish_of(result, comparison_error(design_)));
  if (std::isfinite(minutes)) result.minutes_needed = minutes * static_cast<double>(arm_count);
  return result;
}

ExperimentResult ExperimentJudge::judge(const std::vector<BlockResult>& blocks) const {
  ExperimentResult result = look(blocks);
  const std::vector<BlockResult> whole = whole_rounds(blocks);
  add_intervals(result, dispersion_of(whole, design_.arms.size(), &BlockResult::glitches));
  for (ArmComparison& one : result.comparisons) {
    one.permutation_p_value =
        permutation_p_value(pairs(whole, one.arm, page_fault_count), design_.seed);
  }
  return result;
}

}  // namespace holdfast
