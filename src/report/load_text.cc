// SPDX-License-Identifier: MIT
#include "report/load_text.h"

#include "base/format.h"
#include "core/byte_size.h"
#include "report/duration_text.h"
#include "report/json_writer.h"

namespace holdfast {
namespace {

std::string size_text(double size_bytes) {
  return format_byte_size(static_cast<int64_t>(size_bytes));
}

double seconds_of(Nanos time) {
  return static_cast<double>(time.count) / static_cast<double>(kSecond.count);
}

/// What is held, and how far it is.
std::string aim_text(const LoadSample& sample) {
  const LoadGoal goal = sample.target.goal;
  if (goal == LoadGoal::kPasses)
    return format("%lld passes", static_cast<long long>(sample.passes));
  const std::string actual = sample.actual ? load_value_text(goal, *sample.actual) : "?";
  return std::string(name_of(goal)) + " " + actual + " of " +
         load_value_text(goal, sample.target.value) + " (" + std::string(name_of(sample.phase)) +
         ")";
}

/// What it does to everybody inside, beyond what is held.
std::string effect_text(const LoadSample& sample) {
  const LoadRates& rates = sample.rates;
  const LoadGoal goal = sample.target.goal;
  std::string text;
  if (rates.stalls_some && goal != LoadGoal::kStallsSome) {
    text += "psi some " + percent_text(*rates.stalls_some) + ", ";
  }
  if (rates.swap_out_bytes && goal != LoadGoal::kSwapOut) {
    text += "swap out " + size_text(*rates.swap_out_bytes) + "/s, ";
  }
  if (rates.refaults && goal != LoadGoal::kRefaults) {
    text += format("%.0f refaults/s, ", *rates.refaults);
  }
  if (rates.other_major_faults) {
    text += format("others %.0f major faults/s, ", *rates.other_major_faults);
  }
  return text + size_text(static_cast<double>(sample.left_bytes)) + " left";
}

JsonWriter begin_event(const char* event, const LoadTarget& target) {
  JsonWriter json = begin_line("holdfast.load/1", event);
  json.field("goal", name_of(target.goal));
  json.field("target",
             target.goal == LoadGoal::kPasses ? std::nullopt : std::optional(target.value));
  return json;
}

std::string hold_text(const LoadStep& step) {
  const HoldResult& hold = step.hold;
  const LoadGoal goal = step.target.goal;
  if (step.reachable) {
    return "out of reach: all effort gives " + load_value_text(goal, *step.reachable);
  }
  if (hold.readings == 0) return "nothing was measured in " + duration_text(step.length);
  if (step.length < kShortestJudged) {
    return "mean " + load_value_text(goal, hold.mean) + " in " + duration_text(step.length) +
           ", too short to be judged (20 s)";
  }
  if (!hold.settled_after) {
    return "not reached in " + duration_text(step.length) + ": mean " +
           load_value_text(goal, hold.mean);
  }
  return "reached after " + duration_text(*hold.settled_after) +
         format(", then %lld of %lld windows of 10 s within 10 %%",
                static_cast<long long>(hold.windows_within), static_cast<long long>(hold.windows)) +
         ", mean " + load_value_text(goal, hold.mean) + ", varying by " +
         percent_text(hold.variation);
}

}  // namespace

std::string load_line(const LoadSample& sample) {
  const auto seconds = static_cast<int>(seconds_of(sample.elapsed));
  std::string text = format("%02d:%02d  ", seconds / 60, seconds % 60) + aim_text(sample) + " | " +
                     effect_text(sample) + " | costs " +
                     percent_text(sample.rates.processor_share) + " of a processor, " +
                     size_text(static_cast<double>(sample.ballast_bytes)) + " locked";
  if (sample.kills > 0) text += format(", killed %d times", sample.kills);
  return text;
}

std::string load_json(const LoadSample& sample) {
  JsonWriter json = begin_event("sample", sample.target);
  json.field("elapsed_s", seconds_of(sample.elapsed));
  json.field("phase", name_of(sample.phase));
  json.field("actual", sample.actual);
  json.field("psi_some", sample.rates.stalls_some);
  json.field("psi_full", sample.rates.stalls_full);
  json.field("swap_out_bytes_per_s", sample.rates.swap_out_bytes);
  json.field("refaults_per_s", sample.rates.refaults);
  json.field("other_major_faults_per_s", sample.rates.other_major_faults);
  json.field("left_bytes", sample.left_bytes);
  json.field("locked_bytes", sample.ballast_bytes);
  json.field("touched_bytes_per_s", sample.rates.touched_bytes);
  json.field("processor_share", sample.rates.processor_share);
  json.field("passes", sample.passes);
  json.field("kills", sample.kills);
  return end_line(json);
}

std::string load_note_json(const std::string& note) {
  JsonWriter json = begin_line("holdfast.load/1", "note");
  json.field("text", note);
  return end_line(json);
}

std::string load_step_text(const LoadStep& step) {
  std::string text;
  if (step.target.goal == LoadGoal::kPasses) {
    text = "pressed for " + duration_text(step.length);
  } else {
    text = std::string(name_of(step.target.goal)) + " " +
           load_value_text(step.target.goal, step.target.value) + ": " + hold_text(step);
  }
  if (step.other_major_faults) {
    text += format("; others had %.1f major faults/s", *step.other_major_faults);
  }
  return text + "; it cost " + percent_text(step.processor_share) + " of a processor";
}

std::string load_step_json(const LoadStep& step) {
  JsonWriter json = begin_event("step", step.target);
  json.field("length_s", seconds_of(step.length));
  json.field("settled_after_s", step.hold.settled_after
                                    ? std::optional(seconds_of(*step.hold.settled_after))
                                    : std::nullopt);
  json.field("windows", step.hold.windows);
  json.field("windows_within", step.hold.windows_within);
  const bool is_measured = step.hold.readings > 0;
  json.field("worst_share",
             step.hold.windows > 0 ? std::optional(step.hold.worst_share) : std::nullopt);
  json.field("mean", is_measured ? std::optional(step.hold.mean) : std::nullopt);
  json.field("variation", is_measured ? std::optional(step.hold.variation) : std::nullopt);
  json.field("reachable", step.reachable);
  json.field("other_major_faults_per_s", step.other_major_faults);
  json.field("processor_share", step.processor_share);
  return end_line(json);
}

std::string load_stairs_text(const std::vector<LoadStep>& steps) {
  std::string text = "        target        actual  varying  others' major faults/s  processor\n";
  for (const LoadStep& step : steps) {
    const LoadGoal goal = step.target.goal;
    const bool is_measured = step.hold.readings > 0;
    text += format("%14s%14s%9s", load_value_text(goal, step.target.value).c_str(),
                   is_measured ? load_value_text(goal, step.hold.mean).c_str() : "?",
                   is_measured ? percent_text(step.hold.variation).c_str() : "?");
    text +=
        step.other_major_faults ? format("%24.1f", *step.other_major_faults) : format("%24s", "?");
    text += format("%11s\n", percent_text(step.processor_share).c_str());
  }
  return text;
}

}  // namespace holdfast
