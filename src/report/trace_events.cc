// SPDX-License-Identifier: MIT
// The format: "Trace Event Format" (Google, 2016), with the phases X (slice), C (counter) and
// M (name). Slices of one lane must nest: those of a lane here follow each other.
#include "report/trace_events.h"

#include <algorithm>

#include "base/format.h"
#include "report/budget_text.h"
#include "report/html_parts.h"
#include "report/json_writer.h"
#include "report/region_strips.h"
#include "report/session_columns.h"

namespace holdfast {
namespace {

constexpr size_t kMostLatenessPoints = 200'000;

enum Lane : int { kGlitchLane = 1, kFaultLane = 2, kPauseLane = 3 };

double microseconds(Nanos time) {
  return static_cast<double>(time.count) / 1e3;
}

void begin_event(JsonWriter& json, const char* phase, std::string_view name, Nanos at) {
  json.begin_object();
  json.field("ph", phase);
  json.field("pid", 1);
  json.field("name", name);
  json.field("ts", microseconds(at));
}

void add_name(JsonWriter& json, const char* what, int lane, std::string_view name) {
  begin_event(json, "M", what, Nanos(0));
  json.field("tid", lane);
  json.begin_object("args");
  json.field("name", name);
  json.end_object();
  json.end_object();
}

void begin_slice(JsonWriter& json, Lane lane, std::string_view name, TimeSpan span) {
  begin_event(json, "X", name, span.begin);
  json.field("tid", static_cast<int>(lane));
  json.field("dur", microseconds(span.length()));
  json.begin_object("args");
}

void end_slice(JsonWriter& json) {
  json.end_object();
  json.end_object();
}

/// -1 and less: not known, no event.
void add_counter(JsonWriter& json, const char* name, Nanos at, double value) {
  if (value < 0) return;
  begin_event(json, "C", name, at);
  json.begin_object("args");
  json.field("value", value);
  json.end_object();
  json.end_object();
}

void add_glitches(JsonWriter& json, const SessionFacts& facts) {
  for (const Glitch& glitch : facts.glitches) {
    begin_slice(json, kGlitchLane, words_of(glitch.cause), {glitch.gap.due, glitch.gap.woke});
    json.field("index", glitch.index);
    json.field("missing_frames", glitch.gap.missing.count);
    json.field("cause", cause_text(glitch));
    end_slice(json);
  }
}

void add_fault_events(JsonWriter& json, const FaultMarks& faults) {
  for (const FaultMark& mark : faults.marks()) {
    begin_slice(json, kFaultLane, mark.is_major ? "major fault" : "minor fault",
                {mark.begin, mark.begin + mark.length});
    if (mark.page != FaultMarks::kNoPage) {
      const FaultedPage& page = faults.pages()[mark.page];
      json.field("page", hex_text(page.address));
      json.field("owner", page_group(page.owner));
    }
    end_slice(json);
  }
}

void add_pause_events(JsonWriter& json, const SessionFacts& facts) {
  for (const TimeSpan& pause : facts.pauses) {
    begin_slice(json, kPauseLane, "pause", pause);
    end_slice(json);
  }
}

/// The worst of each stretch of time.
void add_lateness(JsonWriter& json, const SessionFacts& facts) {
  const std::vector<int32_t>& buckets = facts.lateness.buckets();
  const size_t step = buckets.size() / kMostLatenessPoints + 1;
  for (size_t i = 0; i < buckets.size(); i += step) {
    const auto begin = buckets.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end =
        buckets.begin() + static_cast<std::ptrdiff_t>(std::min(i + step, buckets.size()));
    const int64_t most = *std::max_element(begin, end);
    add_counter(json, "lateness (us)",
                facts.begin + facts.lateness.width() * static_cast<int64_t>(i),
                static_cast<double>(most * LatenessLine::kUnit.count) / 1e3);
  }
}

void add_machine(JsonWriter& json, const SessionFacts& facts) {
  for (const MemoryRecord& memory : facts.memory.readings()) {
    const Nanos at(memory.head.mono_ns);
    add_counter(json, "memory available (bytes)", at, static_cast<double>(memory.available_bytes));
    add_counter(json, "swap used (bytes)", at, static_cast<double>(memory.swap_used_bytes));
    add_counter(json, "stalled for memory (ns)", at, static_cast<double>(memory.stalled_some_ns));
  }
  for (const ProcessorsRecord& processors : facts.processors.readings()) {
    const Nanos at(processors.head.mono_ns);
    add_counter(json, "processors busy (ns)", at, static_cast<double>(processors.busy_ns));
    add_counter(json, "taken by the host (ns)", at, static_cast<double>(processors.steal_ns));
  }
}

/// In percent of the pages that the process has used.
void add_regions(JsonWriter& json, const SessionFacts& facts) {
  for (const RegionLine* const region : drawn_regions(facts.residency)) {
    const std::string name = "in memory: " + region->name + " (%)";
    for (const ResidencyRecord& reading : region->readings.readings()) {
      const auto share = in_permille(reading);
      if (!share) continue;
      add_counter(json, name.c_str(), Nanos(reading.head.mono_ns),
                  static_cast<double>(*share) / 10);
    }
  }
}

}  // namespace

std::string trace_events_json(const SessionFacts& facts) {
  JsonWriter json;
  json.begin_object();
  json.field("displayTimeUnit", "ns");
  json.begin_object("otherData");
  json.field("clock", "CLOCK_MONOTONIC");
  json.field("program", facts.info.program);
  json.end_object();
  json.begin_array("traceEvents");
  const std::string thread = facts.audio_thread.empty() ? "audio thread" : facts.audio_thread;
  add_name(json, "process_name", 0, "holdfast");
  add_name(json, "thread_name", kGlitchLane, "glitches");
  add_name(json, "thread_name", kFaultLane, "page faults of " + thread);
  add_name(json, "thread_name", kPauseLane, "pauses");
  add_glitches(json, facts);
  add_fault_events(json, facts.faults);
  add_pause_events(json, facts);
  add_lateness(json, facts);
  add_machine(json, facts);
  add_regions(json, facts);
  json.end_array();
  json.end_object();
  return json.text();
}

}  // namespace holdfast
