// SPDX-License-Identifier: MIT
#include "report/residency_json.h"

#include "base/format.h"
#include "report/json_writer.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

/// The names of page counts, in the order of PageState.
constexpr std::string_view kCountNames[kPageStates] = {
    "resident_pages", "swap_cache_pages", "page_cache_pages",  "untouched_pages",
    "unknown_pages",  "swapped_pages",    "not_resident_pages"};

JsonWriter begin_event(std::string_view name, Nanos utc) {
  JsonWriter json = begin_line("holdfast.residency/1", name);
  json.field("utc", utc_iso_text(utc));
  return json;
}

void count_fields(JsonWriter& json, const PageCounts& pages) {
  for (size_t i = 0; i < kPageStates; ++i) json.field(kCountNames[i], pages.by_state[i]);
}

void seen_fault_fields(JsonWriter& json, const std::optional<FaultTotals>& seen) {
  const auto add = [&](std::string_view name, int64_t value) {
    json.field(name, seen ? std::optional(value) : std::nullopt);
  };
  const FaultTotals totals = seen.value_or(FaultTotals());
  add("faults_seen", totals.faults);
  add("major_faults_seen", totals.major);
  add("fault_time_ns", totals.time.count);
  add("lost_facts", totals.lost_facts);
}

/// Which pages of which region: "left" and "unmapped".
std::string departure_json(std::string_view name, const ResidencyEvent& event,
                           const PageCounts& pages) {
  JsonWriter json = begin_event(name, event.utc);
  json.field("region", event.region);
  json.field("pages", pages.total());
  json.field("resident_before_pages", event.change.resident_before);
  count_fields(json, pages);
  if (event.left_address != 0) json.field("first_address", hex_text(event.left_address));
  return end_line(json);
}

std::string returned_json(const ResidencyEvent& event) {
  JsonWriter json = begin_event("returned", event.utc);
  json.field("region", event.region);
  json.field("pages", event.change.returned);
  json.field("first_address", hex_text(event.returned_address));
  json.field("longest_away_at_least_ns", event.change.longest_away.at_least.count);
  json.field("longest_away_at_most_ns", event.change.longest_away.at_most.count);
  return end_line(json);
}

}  // namespace

std::string thread_json(Nanos utc, int pid, const ProcessStatus& process,
                        const ThreadChoice& choice) {
  JsonWriter json = begin_event("thread", utc);
  json.field("pid", pid);
  json.field("process", process.name);
  json.field("tid", choice.thread.id);
  json.field("thread", choice.thread.name);
  json.field("policy", to_text(choice.thread.policy));
  json.field("priority", choice.thread.rt_priority);
  json.field("chosen", choice.reason);
  json.field("process_locked_bytes", process.locked_bytes);
  json.field("process_resident_bytes", process.resident_bytes);
  json.field("process_swapped_bytes", process.swapped_bytes);
  return end_line(json);
}

std::string missing_json(Nanos utc, const Unavailable& missing) {
  JsonWriter json = begin_event("missing", utc);
  json.field("why", missing.why);
  json.field("how_to_get_it", missing.how_to_get_it);
  return end_line(json);
}

std::string region_json(Nanos utc, const RegionRow& row) {
  JsonWriter json = begin_event("region", utc);
  json.field("region", row.name);
  json.field("kind", name_of(row.kind));
  json.field("first_address", hex_text(row.begin));
  json.field("size_bytes", row.size_bytes);
  json.field("pages", row.pages.total());
  count_fields(json, row.pages);
  json.field("locked_bytes", row.locked_bytes);
  json.field("is_extent_exact", row.is_extent_exact);
  json.field("is_watched", row.is_watched);
  return end_line(json);
}

std::vector<std::string> change_json(const ResidencyEvent& event) {
  std::vector<std::string> lines;
  const ResidencyChange& change = event.change;
  if (change.left.total() > 0) lines.push_back(departure_json("left", event, change.left));
  if (change.unmapped.total() > 0) {
    ResidencyEvent without_address = event;
    without_address.left_address = 0;
    lines.push_back(departure_json("unmapped", without_address, change.unmapped));
  }
  if (change.returned > 0) lines.push_back(returned_json(event));
  return lines;
}

std::string summary_json(Nanos utc, const ResidencySummary& summary) {
  JsonWriter json = begin_event("summary", utc);
  json.field("watched_ns", summary.watched.count);
  json.field("polls", summary.polls);
  json.field("left_pages", summary.left_pages);
  json.field("returned_pages", summary.returned_pages);
  json.field("unmapped_pages", summary.unmapped_pages);
  json.field("pages_out", summary.pages_out);
  json.field("longest_away_at_most_ns",
             summary.longest_away ? std::optional(summary.longest_away->count) : std::nullopt);
  json.field("thread_major_faults", summary.major_faults);
  json.field("thread_minor_faults", summary.minor_faults);
  seen_fault_fields(json, summary.seen_faults);
  json.field("has_process_ended", summary.has_process_ended);
  return end_line(json);
}

}  // namespace holdfast
