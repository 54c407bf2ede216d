// SPDX-License-Identifier: MIT
#include "report/fleet_json.h"

#include "core/fleet_answers.h"
#include "core/report_forms.h"
#include "report/json_writer.h"

namespace holdfast {
namespace {

std::string_view name_of(IntervalBasis basis) {
  return basis == IntervalBasis::kUsers ? "users" : "sessions";
}

void add_answer(JsonWriter& json, const GroupAnswer& group) {
  const SessionSums& sums = group.sums;
  json.field("reports", sums.reports);
  json.field("sessions", sums.sessions);
  json.field("glitched_sessions", sums.glitched);
  json.field("glitches", sums.glitches);
  json.field("hours", sums.hours());
  json.field("frames_lost", sums.frames_lost);
  json.field("glitched_share", group.glitched_share.value);
  json.range_field("glitched_share_interval", group.glitched_share.interval.low,
                   group.glitched_share.interval.high);
  json.field("interval_basis", name_of(group.glitched_share.basis));
  if (!group.has_hours()) {
    json.null_field("glitches_per_hour");
    json.null_field("glitches_per_hour_interval");
    return;
  }
  json.field("glitches_per_hour", group.per_hour.value);
  json.range_field("glitches_per_hour_interval", group.per_hour.interval.low,
                   group.per_hour.interval.high);
}

void add_groups(JsonWriter& json, std::string_view name, std::string_view key,
                const std::vector<GroupAnswer>& groups) {
  json.begin_array(name);
  for (const GroupAnswer& group : groups) {
    json.begin_object();
    json.field(key,
               key == "day" ? day_text(std::strtoll(group.name.c_str(), nullptr, 10)) : group.name);
    json.field("few_installs", group.is_few());
    if (!group.is_few()) add_answer(json, group);
    json.end_object();
  }
  json.end_array();
}

void add_arms(JsonWriter& json, const std::vector<ArmAnswer>& arms) {
  json.begin_array("comparisons");
  for (const ArmAnswer& arm : arms) {
    json.begin_object();
    json.field("arm", arm.arm);
    json.field("reference", "none");
    json.field("ratio", arm.comparison.ratio.value);
    json.range_field("ratio_interval", arm.comparison.ratio.interval.low,
                     arm.comparison.ratio.interval.high);
    json.field("interval_basis", name_of(arm.comparison.ratio.basis));
    json.field("p_value", arm.comparison.p_value);
    json.field("more_sessions", arm.comparison.more_sessions);
    json.end_object();
  }
  json.end_array();
}

void add_trend(JsonWriter& json, std::string_view name, const LoadTrend& trend) {
  json.begin_object(name);
  json.field("z", trend.z);
  json.field("p_value", trend.p_value);
  json.end_object();
}

void add_slope(JsonWriter& json, std::string_view name, const CrossoverSlope& slope) {
  json.begin_object(name);
  json.field("slope", slope.slope);
  json.range_field("slope_interval", slope.interval.low, slope.interval.high);
  json.end_object();
}

/// Logarithms of rate ratios from no use to full use.
void add_crossover(JsonWriter& json, const Crossover& found) {
  if (!found.is_known) return json.null_field("case_crossover");
  json.begin_object("case_crossover");
  json.field("glitches", found.sets);
  add_slope(json, "memory", found.memory);
  add_slope(json, "processor", found.cpu);
  json.end_object();
}

void add_cells(JsonWriter& json, const CellSums& cells) {
  json.begin_array("cells");
  for (size_t place = 0; place < cells.size(); place++) {
    if (cells[place] == CellCount{}) continue;
    json.begin_object();
    json.field("cpu_bin", place / 10);
    json.field("memory_bin", place % 10);
    json.field("seconds", cells[place].seconds);
    json.field("glitches", cells[place].glitches);
    json.end_object();
  }
  json.end_array();
}

void add_causes(JsonWriter& json, std::string_view name, const std::vector<CauseGroup>& groups) {
  json.begin_array(name);
  for (const CauseGroup& group : groups) {
    json.begin_object();
    json.field("cause", group.cause);
    json.text_field("object", group.object);
    json.text_field("symbol", group.symbol);
    json.field("glitches", group.sums.glitches);
    json.field("stall_us", group.sums.stall_us);
    json.end_object();
  }
  json.end_array();
}

void add_filter(JsonWriter& json, const FleetFilter& filter) {
  json.begin_object("filter");
  json.text_field("app", filter.app);
  json.text_field("version", filter.version);
  json.text_field("arm", filter.arm);
  json.text_field("since", filter.first_day > 0 ? day_text(filter.first_day) : "");
  json.end_object();
}

}  // namespace

std::string fleet_json(const FleetOverview& overview) {
  const FleetAnswers answers = answers_of(overview);
  JsonWriter json = begin_line("holdfast.stats/1");
  add_filter(json, overview.filter);
  json.field("installs", overview.installs.installs);
  json.field("installs_without_glitch", overview.installs.without_glitch);
  json.begin_object("all");
  add_answer(json, answers.all);
  json.end_object();
  add_groups(json, "days", "day", answers.by_day);
  add_groups(json, "versions", "version", answers.by_version);
  add_groups(json, "arms", "arm", answers.by_arm);
  add_groups(json, "systems", "os", answers.by_os);
  add_groups(json, "backends", "backend", answers.by_backend);
  add_arms(json, answers.arms);
  add_cells(json, answers.cells);
  add_trend(json, "memory_trend", answers.memory_trend);
  add_trend(json, "processor_trend", answers.processor_trend);
  add_crossover(json, answers.crossover);
  add_causes(json, "causes", overview.causes);
  add_causes(json, "worst_places", overview.worst_places);
  return end_line(std::move(json));
}

}  // namespace holdfast
