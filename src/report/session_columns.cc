// SPDX-License-Identifier: MIT
#include "report/session_columns.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/format.h"
#include "report/page_owner_text.h"
#include "report/region_strips.h"

namespace holdfast {
namespace {

/// A column with `cell(row)` for each row: an integer, or an optional one. Null for one of which
/// nothing is known.
template <class Rows, class Cell>
void add_column(JsonWriter& json, const char* name, const Rows& rows, Cell cell) {
  const bool is_known = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
    return std::optional<int64_t>(cell(row)).has_value();
  });
  if (!is_known && rows.begin() != rows.end()) return json.null_field(name);
  json.begin_array(name);
  for (const auto& row : rows) {
    const std::optional<int64_t> value = cell(row);
    value ? json.value(*value) : json.json_value("null");
  }
  json.end_array();
}

/// A reading and the one before it.
template <class Reading>
struct Step {
  const Reading& before;
  const Reading& now;
};

template <class Reading>
std::vector<Step<Reading>> steps_of(const ReadingLine<Reading>& line) {
  std::vector<Step<Reading>> steps;
  const std::vector<Reading>& readings = line.readings();
  for (size_t i = 1; i < readings.size(); i++) steps.push_back({readings[i - 1], readings[i]});
  return steps;
}

template <class Reading>
void add_times(JsonWriter& json, const std::vector<Step<Reading>>& steps, Nanos begin) {
  add_column(json, "at_ms", steps, [begin](const Step<Reading>& step) {
    return (step.now.head.mono_ns - begin.count) / kMillisecond.count;
  });
}

std::optional<int64_t> known(int64_t value, int64_t unit) {
  return value < 0 ? std::nullopt : std::optional(value / unit);
}

/// What a counter rose by, `scale` times, for each unit of `whole`; nothing where either is not
/// known.
std::optional<int64_t> rise_of(int64_t before, int64_t now, double whole, double scale) {
  if (before < 0 || now < before || whole <= 0) return std::nullopt;
  constexpr double kMost = 1e15;  // a crafted trace may say anything
  return std::llround(std::min(static_cast<double>(now - before) * scale / whole, kMost));
}

/// Of a counter of nanoseconds: per mille of the time between the readings.
template <auto kCounter, class Reading>
std::optional<int64_t> time_share(const Step<Reading>& step) {
  const auto between = static_cast<double>(step.now.head.mono_ns - step.before.head.mono_ns);
  const auto share = rise_of(step.before.*kCounter, step.now.*kCounter, between, 1000);
  return share ? std::optional(std::min<int64_t>(*share, 1000)) : share;
}

template <auto kCounter>
std::optional<int64_t> kib_per_second(const Step<MemoryRecord>& step) {
  const auto between = static_cast<double>(step.now.head.mono_ns - step.before.head.mono_ns);
  return rise_of(step.before.*kCounter, step.now.*kCounter, between, 1e9 / 1024);
}

/// Of the time of all processors.
template <auto kCounter>
std::optional<int64_t> processor_share(const Step<ProcessorsRecord>& step) {
  double all = 0;
  for (const auto counter : {&ProcessorsRecord::busy_ns, &ProcessorsRecord::idle_ns,
                             &ProcessorsRecord::iowait_ns, &ProcessorsRecord::steal_ns}) {
    const int64_t before = step.before.*counter;
    const int64_t now = step.now.*counter;
    if (before >= 0 && now > before) all += static_cast<double>(now - before);
  }
  return rise_of(step.before.*kCounter, step.now.*kCounter, all, 1000);
}

void add_memory(JsonWriter& json, const SessionFacts& facts) {
  const auto steps = steps_of(facts.memory);
  if (steps.empty()) return json.null_field("memory");
  using Memory = Step<MemoryRecord>;
  json.begin_object("memory");
  add_times(json, steps, facts.begin);
  add_column(json, "available_kib", steps,
             [](const Memory& step) { return known(step.now.available_bytes, 1024); });
  add_column(json, "swap_used_kib", steps,
             [](const Memory& step) { return known(step.now.swap_used_bytes, 1024); });
  add_column(json, "swapped_in_kib_per_second", steps,
             kib_per_second<&MemoryRecord::swapped_in_bytes>);
  add_column(json, "swapped_out_kib_per_second", steps,
             kib_per_second<&MemoryRecord::swapped_out_bytes>);
  add_column(json, "stalled_some_permille", steps,
             time_share<&MemoryRecord::stalled_some_ns, MemoryRecord>);
  add_column(json, "stalled_full_permille", steps,
             time_share<&MemoryRecord::stalled_full_ns, MemoryRecord>);
  json.end_object();
}

void add_processors(JsonWriter& json, const SessionFacts& facts) {
  const auto steps = steps_of(facts.processors);
  if (steps.empty()) return json.null_field("processors");
  json.begin_object("processors");
  add_times(json, steps, facts.begin);
  add_column(json, "busy_permille", steps, processor_share<&ProcessorsRecord::busy_ns>);
  add_column(json, "iowait_permille", steps, processor_share<&ProcessorsRecord::iowait_ns>);
  add_column(json, "steal_permille", steps, processor_share<&ProcessorsRecord::steal_ns>);
  add_column(json, "cgroup_stalled_permille", steps,
             time_share<&ProcessorsRecord::cgroup_stalled_ns, ProcessorsRecord>);
  json.end_object();
}

void add_thread(JsonWriter& json, const SessionFacts& facts) {
  const auto steps = steps_of(facts.thread);
  if (steps.empty()) return json.null_field("thread");
  json.begin_object("thread");
  add_times(json, steps, facts.begin);
  add_column(json, "running_permille", steps,
             time_share<&ThreadUseRecord::cpu_ns, ThreadUseRecord>);
  add_column(json, "waiting_permille", steps,
             time_share<&ThreadUseRecord::run_delay_ns, ThreadUseRecord>);
  json.end_object();
}

void add_lateness(JsonWriter& json, const LatenessLine& line) {
  json.begin_object("lateness");
  json.field("width_ns", line.width().count);
  json.field("unit_ns", LatenessLine::kUnit.count);
  add_column(json, "most", line.buckets(), [](int32_t value) { return int64_t{value}; });
  json.end_object();
}

void add_flags(JsonWriter& json, const SessionFacts& facts) {
  json.begin_object("flags");
  add_column(json, "at_us", facts.glitches, [&facts](const Glitch& glitch) {
    return (glitch.gap.due - facts.begin).count / 1000;
  });
  add_column(json, "late_us", facts.glitches,
             [](const Glitch& glitch) { return lateness(glitch.gap).count / 1000; });
  add_column(json, "missing_frames", facts.glitches,
             [](const Glitch& glitch) { return glitch.gap.missing.count; });
  add_column(json, "cause", facts.glitches,
             [](const Glitch& glitch) { return static_cast<int64_t>(glitch.cause); });
  json.begin_array("causes");
  for (size_t i = 0; i < kCauseKinds; i++) json.value(name_of(static_cast<CauseKind>(i)));
  json.end_array();
  json.end_object();
}

/// The rows of the picture of pages: groups by the faults in them, pages by address.
struct PageRows {
  std::vector<uint32_t> order;   ///< Row -> index of the page.
  std::vector<uint32_t> row_of;  ///< The inverse.
  std::vector<std::string> groups;
  std::vector<int64_t> pages_in;  ///< Beside groups.
};

PageRows rows_of(const std::vector<FaultedPage>& pages) {
  std::map<std::string, int64_t> major;  // first those that had to be read back
  std::vector<std::string> group(pages.size());
  for (size_t i = 0; i < pages.size(); i++) {
    group[i] = page_group(pages[i].owner);
    major[group[i]] += pages[i].major;
  }
  PageRows rows;
  rows.order.resize(pages.size());
  std::iota(rows.order.begin(), rows.order.end(), 0U);
  std::sort(rows.order.begin(), rows.order.end(), [&](uint32_t a, uint32_t b) {
    if (group[a] == group[b]) return pages[a].address < pages[b].address;
    const int64_t majors_a = major[group[a]];
    const int64_t majors_b = major[group[b]];
    return majors_a != majors_b ? majors_a > majors_b : group[a] < group[b];
  });
  rows.row_of.resize(pages.size());
  for (size_t row = 0; row < rows.order.size(); row++) {
    const std::string& name = group[rows.order[row]];
    rows.row_of[rows.order[row]] = static_cast<uint32_t>(row);
    if (rows.groups.empty() || rows.groups.back() != name) {
      rows.groups.push_back(name);
      rows.pages_in.push_back(0);
    }
    rows.pages_in.back()++;
  }
  return rows;
}

void add_pages(JsonWriter& json, const FaultMarks& faults, const PageRows& rows) {
  json.begin_array("groups");
  for (size_t i = 0; i < rows.groups.size(); i++) {
    json.begin_object();
    json.field("name", rows.groups[i]);
    json.field("pages", rows.pages_in[i]);
    json.end_object();
  }
  json.end_array();
  json.begin_array("addresses");
  for (const uint32_t page : rows.order) json.value(hex_text(faults.pages()[page].address));
  json.end_array();
  const auto page_of = [&](uint32_t page) -> const FaultedPage& { return faults.pages()[page]; };
  add_column(json, "page_major", rows.order, [&](uint32_t page) { return page_of(page).major; });
  add_column(json, "page_minor", rows.order, [&](uint32_t page) { return page_of(page).minor; });
}

void add_faults(JsonWriter& json, const SessionFacts& facts) {
  const FaultMarks& faults = facts.faults;
  if (faults.marks().empty()) return json.null_field("faults");
  const PageRows rows = rows_of(faults.pages());
  json.begin_object("faults");
  int64_t before_us = 0;
  json.begin_array("after_us");
  for (const FaultMark& mark : faults.marks()) {
    const int64_t at_us = (mark.begin - facts.begin).count / 1000;
    json.value(at_us - before_us);
    before_us = at_us;
  }
  json.end_array();
  add_column(json, "length_100ns", faults.marks(),
             [](const FaultMark& mark) { return mark.length.count / 100; });
  json.begin_array("major");
  for (size_t i = 0; i < faults.marks().size(); i++) {
    if (faults.marks()[i].is_major) json.value(i);
  }
  json.end_array();
  add_column(json, "row", faults.marks(), [&](const FaultMark& mark) -> std::optional<int64_t> {
    if (mark.page == FaultMarks::kNoPage) return std::nullopt;
    return rows.row_of[mark.page];
  });
  add_pages(json, faults, rows);
  json.end_object();
}

/// Percent of the peak, away from zero: only what is silent is drawn as silence.
int64_t percent_of_peak(float sample, float peak) {
  const float percent = peak > 0 ? sample / peak * 100 : 0;
  return static_cast<int64_t>(percent < 0 ? std::floor(percent) : std::ceil(percent));
}

/// Frame 0 of the take was taken in when the first block began. The device's own clock counts: the
/// take is stretched to the time that its frames took.
void add_waveform(JsonWriter& json, const SessionFacts& facts) {
  const int64_t elapsed = facts.summary.totals.elapsed.count;
  if (!facts.waveform || elapsed <= 0) return json.null_field("waveform");
  const Nanos block = duration_of(Frames(facts.info.block_frames), facts.info.rate_hz);
  const Nanos length = facts.last_due - facts.begin + block;
  json.begin_object("waveform");
  json.field("begin_us", -block.count / kMicrosecond.count);
  json.field("span_us", static_cast<double>(facts.waveform->span().count) *
                            static_cast<double>(length.count) / 1000 /
                            static_cast<double>(elapsed));
  const float peak = facts.waveform->peak();
  json.field("peak_permille", std::llround(peak * 1000));
  const auto percent = [peak](float sample) { return percent_of_peak(sample, peak); };
  add_column(json, "low_percent", facts.waveform->low(), percent);
  add_column(json, "high_percent", facts.waveform->high(), percent);
  json.end_object();
}

void add_pauses(JsonWriter& json, const SessionFacts& facts) {
  json.begin_array("pauses_us");
  for (const TimeSpan& pause : facts.pauses) {
    json.begin_array();
    json.value((pause.begin - facts.begin).count / 1000);
    json.value((pause.end - facts.begin).count / 1000);
    json.end_array();
  }
  json.end_array();
}

}  // namespace

std::string page_group(const PageOwner& owner) {
  PageOwner region = owner;
  region.symbol.clear();
  region.section.clear();
  region.is_file_backed = false;
  if (region.role == MemoryRole::kUnknown) return std::string(name_of(region.role));
  return owner_text(region, 0);
}

void add_charts(JsonWriter& json, const SessionFacts& facts) {
  json.begin_object("charts");
  add_lateness(json, facts.lateness);
  add_flags(json, facts);
  add_memory(json, facts);
  add_processors(json, facts);
  add_thread(json, facts);
  add_faults(json, facts);
  add_residency(json, facts);
  add_pauses(json, facts);
  add_waveform(json, facts);
  json.end_object();
}

}  // namespace holdfast
