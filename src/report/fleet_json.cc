// SPDX-License-Identifier: MIT
#include "report/fleet_json.h"

#include "core/report_forms.h"
#include "report/json_writer.h"

namespace holdfast {
namespace {

void add_interval(JsonWriter& json, std::string_view name, const Interval& interval) {
  json.begin_array(name);
  json.value(interval.low);
  json.value(interval.high);
  json.end_array();
}

void add_sums(JsonWriter& json, const SessionSums& sums) {
  const EventCount rate = glitches_in_hours(sums);
  json.field("reports", sums.reports);
  json.field("sessions", sums.sessions);
  json.field("glitched_sessions", sums.glitched);
  json.field("glitches", sums.glitches);
  json.field("hours", rate.time);
  json.field("frames_lost", sums.frames_lost);
  add_interval(json, "glitched_share_interval", glitched_share_interval(sums, kFleetError));
  json.field("glitches_per_hour", rate.rate());
  if (rate.time > 0) {
    add_interval(json, "glitches_per_hour_interval", rate_interval(rate, kFleetError));
  } else {
    json.null_field("glitches_per_hour_interval");
  }
}

void add_groups(JsonWriter& json, std::string_view name, std::string_view key,
                const std::vector<SessionGroup>& groups) {
  json.begin_array(name);
  for (const NamedSums& each : by_name(groups)) {
    json.begin_object();
    json.field(key,
               key == "day" ? day_text(std::strtoll(each.name.c_str(), nullptr, 10)) : each.name);
    add_sums(json, each.sums);
    json.end_object();
  }
  json.end_array();
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
  JsonWriter json = begin_line("holdfast.stats/1");
  add_filter(json, overview.filter);
  json.field("installs", overview.installs.installs);
  json.field("installs_without_glitch", overview.installs.without_glitch);
  json.begin_object("all");
  add_sums(json, total_of(overview.by_arm));
  json.end_object();
  add_groups(json, "days", "day", overview.by_day);
  add_groups(json, "versions", "version", overview.by_version);
  add_groups(json, "arms", "arm", overview.by_arm);
  add_groups(json, "systems", "os", overview.by_os);
  add_groups(json, "backends", "backend", overview.by_backend);
  add_cells(json, total_of(overview.cells));
  add_causes(json, "causes", overview.causes);
  add_causes(json, "worst_places", overview.worst_places);
  return end_line(std::move(json));
}

}  // namespace holdfast
