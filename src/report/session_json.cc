// SPDX-License-Identifier: MIT
#include "report/session_json.h"

#include <algorithm>

#include "report/budget_text.h"
#include "report/glitch_text.h"
#include "report/json_writer.h"
#include "report/session_columns.h"
#include "report/session_plan.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

void add_session(JsonWriter& json, const SessionFacts& facts) {
  json.begin_object("session");
  json.field("program", facts.info.program);
  json.text_field("machine", facts.info.machine);
  json.text_field("audio_thread", facts.audio_thread);
  json.field("channels", facts.info.channels);
  json.field("begin_utc", utc_iso_text(facts.begin + facts.utc_minus_mono));
  json.field("begin_mono_ns", facts.begin.count);
  json.field("length_ns", (facts.end - facts.begin).count);
  json.text_field("damage", facts.damage);
  json.field("skipped_records", facts.skipped_records);
  json.end_object();
}

void add_cause_times(JsonWriter& json, const Summary& summary) {
  json.begin_object("cause_times_ns");
  for (size_t i = 0; i < kCauseKinds; i++) {
    const Nanos time = summary.cause_times[i];
    if (time > Nanos(0)) json.field(name_of(static_cast<CauseKind>(i)), time.count);
  }
  json.end_object();
}

void add_faults(JsonWriter& json, const FaultMarks& faults) {
  json.begin_object("audio_thread_faults");
  json.field("major", faults.major());
  json.field("minor", faults.minor());
  json.field("not_drawn", faults.hidden());
  json.end_object();
}

/// What the table and the words below the charts show; holdfast.glitch/1 has more.
void add_glitch(JsonWriter& json, const Glitch& glitch, Nanos begin) {
  json.begin_object();
  json.field("index", glitch.index);
  json.field("at_us", (glitch.gap.due - begin).count / 1000);
  json.field("missing_frames", glitch.gap.missing.count);
  json.field("error_frames", glitch.gap.error.count);
  json.field("source", name_of(glitch.gap.source));
  json.field("lateness_ns", lateness(glitch.gap).count);
  json.field("cause", name_of(glitch.cause));
  if (!glitch.process.empty()) json.field("process", glitch.process);
  if (glitch.has_lost_facts) json.field("facts_lost", true);
  json.begin_array("budget");
  for (const BudgetPart& part : glitch.budget) {
    json.begin_object();
    json.field("cause", name_of(part.kind));
    json.field("ns", part.time.count);
    const std::string place = place_text(part);
    if (!place.empty() || !part.by.empty()) json.field("place", place.empty() ? part.by : place);
    json.text_field("evidence", evidence_text(part));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

std::vector<const Glitch*> listed_glitches(std::span<const Glitch> glitches) {
  std::vector<const Glitch*> listed;
  for (const Glitch& glitch : glitches) listed.push_back(&glitch);
  if (listed.size() <= kListedGlitches) return listed;
  const auto end = listed.begin() + kListedGlitches;
  std::nth_element(listed.begin(), end, listed.end(), [](const Glitch* a, const Glitch* b) {
    return a->gap.missing != b->gap.missing ? a->gap.missing > b->gap.missing : a->index < b->index;
  });
  listed.erase(end, listed.end());
  std::sort(listed.begin(), listed.end(),
            [](const Glitch* a, const Glitch* b) { return a->index < b->index; });
  return listed;
}

std::string session_report_json(const SessionFacts& facts) {
  JsonWriter json = begin_line("holdfast.report/1");
  json.field("kind", "session");
  json.field("verdict", verdict_text(facts.summary, facts.info));
  add_session(json, facts);
  json.json_field("summary", summary_json(facts.summary, facts.info));
  add_cause_times(json, facts.summary);
  add_faults(json, facts.faults);
  json.begin_array("glitches");
  for (const Glitch* glitch : listed_glitches(facts.glitches)) {
    add_glitch(json, *glitch, facts.begin);
  }
  json.end_array();
  add_lock_plan(json, facts);
  add_charts(json, facts);
  return end_line(std::move(json));
}

}  // namespace holdfast
