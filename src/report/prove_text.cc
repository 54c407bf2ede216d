// SPDX-License-Identifier: MIT
#include "report/prove_text.h"

#include <cmath>

#include "base/format.h"
#include "core/byte_size.h"
#include "report/duration_text.h"

namespace holdfast {
namespace {

/// Three digits that count: "0.023", "1.4", "210".
std::string number(double value) {
  if (std::isnan(value)) return "?";
  if (std::isinf(value)) return "inf";
  if (value == 0) return "0";
  if (value < 0.1) return format("%.3f", value);
  return format(value < 10 ? "%.2f" : (value < 100 ? "%.1f" : "%.0f"), value);
}

std::string range(const Interval& interval) {
  return number(interval.low) + " to " +
         (std::isinf(interval.high) ? std::string("any") : number(interval.high));
}

std::string rate(const EventCount& count, const Interval& interval) {
  return number(count.rate()) + " (" + range(interval) + ")";
}

std::string minutes(double value) {
  if (value < 2) return format("%.0f s", std::ceil(value * 60));
  return value < 120 ? format("%.0f min", std::ceil(value))
                     : format("%.0f h", std::ceil(value / 60));
}

LockArm arm_of(const ExperimentResult& result, const ArmComparison& one) {
  return result.design.arms[static_cast<size_t>(one.arm)];
}

std::string words(LockArm arm) {
  return std::string(words_for(arm));
}

/// The comparison with the clearest answer of that kind.
const ArmComparison* strongest(const ExperimentResult& result, Difference difference) {
  const ArmComparison* found = nullptr;
  for (const ArmComparison& one : result.comparisons) {
    if (one.difference != difference) continue;
    if (found == nullptr || one.interval.high < found->interval.high) found = &one;
  }
  return found;
}

std::string ratio_words(const ArmComparison& one) {
  return number(one.ratio) + " times as many (95 %: " + range(one.interval) + ")";
}

std::string removes(const ExperimentResult& result) {
  const ArmComparison& one = *strongest(result, Difference::kFewer);
  std::string text =
      "Memory pressure causes glitches in this thread, and locking removes them: with " +
      words(arm_of(result, one)) + ", glitches with a page fault inside are " + ratio_words(one) +
      " as with " + words(result.design.arms.front()) + ".";
  if (one.all_interval.high >= 1) {
    text += " Of all glitches together this cannot be said: others outnumber them.";
  }
  return text;
}

std::string worsens(const ExperimentResult& result) {
  const ArmComparison& one = *strongest(result, Difference::kMore);
  return "With " + words(arm_of(result, one)) + ", glitches with a page fault inside are " +
         ratio_words(one) + " as with " + words(result.design.arms.front()) +
         ": locking does not help here, it harms.";
}

std::string how_long(const ExperimentResult& result) {
  if (!result.minutes_needed) return " Press harder, or measure longer.";
  return " At this rate, finding a halving takes about " + minutes(*result.minutes_needed) + ".";
}

std::string no_difference(const ExperimentResult& result) {
  std::string text = "No difference was found";
  double worst = 0;
  bool could_find = true;
  for (const ArmComparison& one : result.comparisons) {
    could_find = could_find && one.detectable_ratio.has_value();
    worst = std::max(worst, one.ratio);
  }
  if (!could_find) {
    return text +
           ", and none could have been: " + format("%.0f", result.arms.front().page_fault.events) +
           " glitches with a page fault inside are too few." + how_long(result);
  }
  double detectable = 1;
  for (const ArmComparison& one : result.comparisons) {
    detectable = std::min(detectable, *one.detectable_ratio);
  }
  return text + " between the arms. A fall to " + percent_text(detectable) +
         " or less would have been found nine times out of ten." +
         (detectable < 0.5 ? how_long(result) : "");
}

std::string no_glitches(const ExperimentResult& result) {
  const ArmResult& reference = result.arms.front();
  return "With " + words(reference.arm) +
         " no glitch had a page fault inside, so there was nothing to remove: "
         "at this pressure they are rarer than " +
         number(reference.page_fault_rate.high) +
         " a minute (95 %). Press harder (--pressure), or give the thread more work (--workload).";
}

std::string too_early(const ExperimentResult& result) {
  if (result.rounds < 2)
    return "Interrupted before two rounds were complete: nothing can be said yet.";
  return "Interrupted after " + std::to_string(result.rounds) + " of " +
         std::to_string(result.design.rounds) + " rounds, and nothing is shown yet." +
         how_long(result);
}

/// An A/A experiment asks whether the method itself is sound.
std::string same_arms(const ExperimentResult& result) {
  const bool is_same = result.verdict == ExperimentVerdict::kNoDifference ||
                       result.verdict == ExperimentVerdict::kNoGlitches;
  if (is_same) return "The arms are the same, and no difference was found: as it should be.";
  return "The arms are the same, and yet a difference was found: it happens by chance in one of "
         "twenty "
         "such experiments; when it happens again, do not trust others made like this one.";
}

std::string row(const ArmResult& arm) {
  const std::string page_fault = rate(arm.page_fault, arm.page_fault_rate);
  const std::string all = rate(arm.all, arm.all_rate);
  return format("  %-7s %8s %8s  %9.0f  %-24s %9.0f  %s\n", std::string(name_of(arm.arm)).c_str(),
                minutes(arm.page_fault.time).c_str(),
                arm.locked_bytes > 0 ? format_byte_size(arm.locked_bytes).c_str() : "-",
                arm.page_fault.events, page_fault.c_str(), arm.all.events, all.c_str());
}

std::string comparison_row(const ExperimentResult& result, const ArmComparison& one) {
  return "  " + std::string(name_of(arm_of(result, one))) + " / " +
         std::string(name_of(result.design.arms.front())) + ": " + number(one.ratio) + " (" +
         range(one.interval) + "), p " + format("%.2g", one.p_value) + ", by exchange of blocks " +
         format("%.2g", one.permutation_p_value) + "; all glitches " + number(one.all_ratio) +
         " (" + range(one.all_interval) + ")\n";
}

std::string rounds_text(const ExperimentResult& result) {
  std::string text =
      std::to_string(result.rounds) + " of " + std::to_string(result.design.rounds) + " rounds";
  if (result.is_decided && result.rounds < result.design.rounds) text += ": decided early";
  return text;
}

std::string work_text(const ExperimentDesign& design) {
  if (design.program.empty()) {
    return "device         " + design.device + "\nwork           " + design.workload;
  }
  std::string text = "program       ";
  for (const std::string& word : design.program) text += " " + word;
  if (!design.thread.empty()) text += ", thread " + design.thread;
  return text;
}

}  // namespace

std::string prove_plan_text(const ExperimentDesign& design) {
  const double seconds = static_cast<double>(design.block.count) / 1e9;
  std::string text = "arms           " + to_text(design.arms) + ", " +
                     std::to_string(design.rounds) + " rounds, " + format("%g", seconds) +
                     " s counted in each block after " + duration_text(design.washout) + ", seed " +
                     std::to_string(design.seed) + "\n";
  text += work_text(design) + ", " + std::to_string(design.block_frames) + " frames at " +
          std::to_string(design.rate_hz) + " Hz\n";
  text += "pressure       " + design.pressure + "\n";
  text += "finds          a halving, nine times out of ten, from " +
          number(rate_for_halving(design)) + " glitches a minute on that come one by one\n";
  return text;
}

std::string prove_block_text(const ExperimentDesign& design, const BlockResult& block) {
  const std::string arm(name_of(design.arms[static_cast<size_t>(block.arm)]));
  const std::string head =
      format("round %d of %d  %-5s  ", block.round + 1, design.rounds, arm.c_str());
  if (!block.trouble.empty()) return head + "does not count: " + block.trouble;
  std::string text = head + format("%lld glitches, %lld with a page fault inside",
                                   static_cast<long long>(block.glitches),
                                   static_cast<long long>(block.page_fault_glitches));
  if (block.pressure) text += "  (pressure " + number(*block.pressure) + ")";
  return text;
}

std::string prove_verdict(const ExperimentResult& result) {
  if (result.verdict == ExperimentVerdict::kNotValid) {
    std::string text = "Not valid:";
    for (const std::string& reason : result.reasons) text += " " + reason + ".";
    return text;
  }
  if (result.verdict == ExperimentVerdict::kTooEarly) return too_early(result);
  if (is_same_throughout(result.design.arms)) return same_arms(result);
  switch (result.verdict) {
    case ExperimentVerdict::kRemoves:
      return removes(result);
    case ExperimentVerdict::kWorsens:
      return worsens(result);
    case ExperimentVerdict::kNoGlitches:
      return no_glitches(result);
    default:
      return no_difference(result);
  }
}

std::string prove_text(const ExperimentResult& result) {
  std::string text =
      "  arm      counted   locked  page fault  a minute (95 %)          all glitches  a minute "
      "(95 %)\n";
  for (const ArmResult& arm : result.arms) text += row(arm);
  text += "\nglitches with a page fault inside, as a ratio (" + rounds_text(result) + ")\n";
  for (const ArmComparison& one : result.comparisons) text += comparison_row(result, one);
  if (result.dispersion.factor > 1.5) {
    text += "They come in bursts: intervals are wider by a factor of " +
            number(std::sqrt(result.dispersion.factor)) + ".\n";
  }
  return text + "\n" + prove_verdict(result) + "\n";
}

}  // namespace holdfast
