// SPDX-License-Identifier: MIT
#include "report/prove_json.h"

#include "report/json_writer.h"
#include "report/prove_text.h"

namespace holdfast {
namespace {

std::string_view name_of(Difference difference) {
  switch (difference) {
    case Difference::kUndecided:
      return "undecided";
    case Difference::kFewer:
      return "fewer";
    case Difference::kMore:
      return "more";
    case Difference::kNone:
      return "none";
  }
  return "";
}

void add_design(JsonWriter& json, const ExperimentDesign& design) {
  json.field("arms", to_text(design.arms));
  json.field("seed", design.seed);
  json.field("rounds", design.rounds);
  json.field("block_ns", design.block.count);
  json.field("washout_ns", design.washout.count);
  json.field("block_frames", design.block_frames);
  json.field("rate_hz", design.rate_hz);
  json.text_field("device", design.device);
  json.text_field("workload", design.workload);
  json.begin_array("program");
  for (const std::string& word : design.program) json.value(word);
  json.end_array();
  json.text_field("thread", design.thread);
  json.field("pressure", design.pressure);
}

void add_arm(JsonWriter& json, const ArmResult& arm) {
  json.begin_object();
  json.field("arm", holdfast::name_of(arm.arm));
  json.field("blocks", arm.blocks);
  json.field("minutes", arm.page_fault.time);
  json.field("page_fault_glitches", static_cast<int64_t>(arm.page_fault.events));
  json.field("page_fault_glitches_per_min", arm.page_fault.rate());
  json.range_field("page_fault_glitches_per_min_interval", arm.page_fault_rate.low,
                   arm.page_fault_rate.high);
  json.field("page_fault_episodes", static_cast<int64_t>(arm.episodes.events));
  json.field("glitches", static_cast<int64_t>(arm.all.events));
  json.field("glitches_per_min", arm.all.rate());
  json.range_field("glitches_per_min_interval", arm.all_rate.low, arm.all_rate.high);
  json.field("own_major_faults", arm.major_faults);
  json.field("locked_bytes", arm.locked_bytes);
  json.field("pressure", arm.pressure);
  json.end_object();
}

void add_comparison(JsonWriter& json, const ExperimentResult& result, const ArmComparison& one) {
  json.begin_object();
  json.field("arm", holdfast::name_of(result.design.arms[static_cast<size_t>(one.arm)]));
  json.field("difference", name_of(one.difference));
  json.field("ratio", one.ratio);
  json.range_field("ratio_interval", one.interval.low, one.interval.high);
  json.field("p_value", one.p_value);
  json.field("permutation_p_value", one.permutation_p_value);
  json.field("episode_ratio", one.episode_ratio);
  json.field("all_glitches_ratio", one.all_ratio);
  json.range_field("all_glitches_ratio_interval", one.all_interval.low, one.all_interval.high);
  json.field("detectable_ratio", one.detectable_ratio);
  json.end_object();
}

}  // namespace

std::string prove_design_json(const ExperimentDesign& design) {
  JsonWriter json = begin_line("holdfast.prove_design/1");
  add_design(json, design);
  return end_line(json);
}

std::string prove_block_json(const ExperimentDesign& design, const BlockResult& block) {
  JsonWriter json = begin_line("holdfast.prove_block/1");
  json.field("index", block.index);
  json.field("round", block.round);
  json.field("arm_index", block.arm);
  json.field("arm", holdfast::name_of(design.arms[static_cast<size_t>(block.arm)]));
  json.field("seconds", block.seconds);
  json.field("glitches", block.glitches);
  json.field("page_fault_glitches", block.page_fault_glitches);
  json.field("episodes", block.episodes);
  json.field("page_fault_episodes", block.page_fault_episodes);
  json.field("missing_frames", block.missing_frames);
  json.field("own_major_faults", block.major_faults);
  json.field("own_minor_faults", block.minor_faults);
  json.field("locked_bytes", block.locked_bytes);
  json.field("lost_facts", block.lost_facts);
  json.field("pressure", block.pressure);
  json.field("trouble", block.trouble);
  json.field("limitation", block.limitation);
  return end_line(json);
}

std::string prove_json(const ExperimentResult& result) {
  JsonWriter json = begin_line("holdfast.prove/1");
  json.field("verdict", holdfast::name_of(result.verdict));
  json.field("sentence", prove_verdict(result));
  add_design(json, result.design);
  json.field("rounds_measured", result.rounds);
  json.field("interval_error", result.look_error);
  json.field("dispersion", result.dispersion.factor);
  json.field("minutes_needed_for_halving", result.minutes_needed);
  json.begin_array("arm_results");
  for (const ArmResult& arm : result.arms) add_arm(json, arm);
  json.end_array();
  json.begin_array("comparisons");
  for (const ArmComparison& one : result.comparisons) add_comparison(json, result, one);
  json.end_array();
  json.begin_array("reasons");
  for (const std::string& reason : result.reasons) json.value(reason);
  json.end_array();
  return end_line(json);
}

}  // namespace holdfast
