// SPDX-License-Identifier: MIT
#include "report/glitch_text.h"

#include "base/format.h"
#include "report/budget_text.h"
#include "report/duration_text.h"
#include "report/json_writer.h"
#include "report/machine_text.h"
#include "report/utc_time.h"
#include "rt/record.h"

namespace holdfast {
namespace {

/// What of a loss is counted and what is estimated.
std::string trust_in_losses(const SessionInfo& info) {
  if (info.exact_losses == "client server") return "; every loss is exact\n";
  if (info.exact_losses == "client") {
    return "; exact when our thread is late, bounded by the clock when the server is\n";
  }
  return "; every loss is bounded by the clock\n";
}

/// "128 frames (2.67 ms)", and the bound where there is one.
std::string loss_text(const Gap& gap, const SessionInfo& info) {
  const std::string length = duration_text(duration_of(gap.missing, info.rate_hz));
  std::string text = plural(gap.missing.count, "frame") + " (" + length + ") lost";
  if (!gap.is_exact) text += format(", +-%lld", static_cast<long long>(gap.error.count));
  return text;
}

std::string clock_text(Frames position, int64_t rate_hz) {
  const int64_t ms = duration_of(position, rate_hz).count / kMillisecond.count;
  return format("%02lld:%02lld:%02lld.%03lld", static_cast<long long>(ms / 3'600'000),
                static_cast<long long>(ms / 60'000 % 60), static_cast<long long>(ms / 1000 % 60),
                static_cast<long long>(ms % 1000));
}

std::string lateness_text(const LatenessHistogram& lateness) {
  return format("audio thread   late by %s (median), %s (99 %%), %s (99.9 %%), %s at most\n",
                duration_text(lateness.percentile(0.5)).c_str(),
                duration_text(lateness.percentile(0.99)).c_str(),
                duration_text(lateness.percentile(0.999)).c_str(),
                duration_text(lateness.maximum()).c_str());
}

std::string own_faults_text(const Summary& summary) {
  if (!summary.own_major_faults) return "own faults     not counted\n";
  return format("own faults     %lld major, %lld minor\n",
                static_cast<long long>(*summary.own_major_faults),
                static_cast<long long>(summary.own_minor_faults.value_or(0)));
}

/// Corrections of wrong labels, where there were any.
std::string oddities_text(const Totals& totals) {
  std::string text;
  const auto add = [&](int64_t count, const char* noun) {
    if (count > 0) text += (text.empty() ? "" : ", ") + plural(count, noun);
  };
  add(totals.twins, "repeated label");
  add(totals.relocated, "relocated block");
  add(totals.without_data, "block without data");
  add(totals.torn, "torn block");
  add(totals.backward, "backward step");
  add(totals.restarts, "restart");
  return text.empty() ? "" : "corrected      " + text + "\n";
}

std::string lost_text(const Summary& summary) {
  if (summary.lost_facts == 0) return "";
  return "lost facts     " + plural(summary.lost_facts, "fact") + " of probes found no room\n";
}

std::string trust_text(const Summary& summary) {
  if (summary.is_trustworthy()) return "";
  std::string text = "NOT TRUSTWORTHY";
  if (summary.dropped_records > 0) {
    text += ": " + plural(summary.dropped_records, "record") + " dropped, with " +
            plural(summary.unlisted_glitches, "glitch") + " not listed";
  }
  const int64_t faults =
      summary.own_major_faults.value_or(0) + summary.own_minor_faults.value_or(0);
  if (faults > 0) {
    text += ": the counter's own audio thread took " + plural(faults, "page fault");
  }
  return text + "\n";
}

std::string end_text(const Summary& summary) {
  if (!summary.end_reason) return "ended          without an end record: killed, or cut off\n";
  if (*summary.end_reason == static_cast<int64_t>(EndReason::kDeviceGone)) {
    return "ended          the device went away\n";
  }
  if (*summary.end_reason == static_cast<int64_t>(EndReason::kThreadEnded)) {
    return "ended          the thread ended\n";
  }
  return "";
}

/// How the run ended; null when its trace just stops: killed, cut off, or still running.
void add_end(JsonWriter& json, const Summary& summary) {
  constexpr const char* kNames[] = {"finished", "interrupted", "device_gone", "thread_ended"};
  const int64_t reason = summary.end_reason.value_or(0);
  if (reason >= 1 && reason <= 4) {
    json.field("ended", kNames[reason - 1]);
  } else {
    json.null_field("ended");
  }
}

/// Null for what is negative: not known.
void add_known(JsonWriter& json, const char* name, int64_t value) {
  if (value < 0) {
    json.null_field(name);
  } else {
    json.field(name, value);
  }
}

void add_part(JsonWriter& json, const BudgetPart& part) {
  const bool has_page = part.kind == CauseKind::kPageFault && part.address != 0;
  json.begin_object();
  json.field("cause", name_of(part.kind));
  json.text_field("kind", part.detail);
  json.field("ns", part.time.count);
  json.text_field("where", has_page ? std::string(name_of(part.owner.role)) : "");
  json.text_field("mapping", part.owner.mapping);
  json.text_field("symbol", part.owner.symbol);
  json.text_field("address",
                  has_page ? format("0x%llx", static_cast<unsigned long long>(part.address)) : "");
  json.text_field("backing", backing_text(part));
  json.text_field("evidence", evidence_text(part));
  json.field("facts", part.facts);
  json.field("whole_ns", part.whole.count);
  json.field("asleep_ns", part.slept.count);
  json.text_field("by", part.by);
  json.field("estimated", part.is_estimated);
  json.end_object();
}

void add_page(JsonWriter& json, const PageCost& page) {
  json.begin_object();
  json.field("where", name_of(page.owner.role));
  json.text_field("of", page.owner.of);
  json.text_field("mapping", page.owner.mapping);
  json.text_field("symbol", page.owner.symbol);
  json.field("ns", page.time.count);
  json.field("glitches", page.glitches);
  json.field("major_faults", page.major);
  json.field("minor_faults", page.minor);
  json.end_object();
}

void add_causes(JsonWriter& json, const Summary& summary) {
  json.begin_object("causes");
  for (size_t i = 0; i < kCauseKinds; i++) {
    if (summary.causes[i] > 0) json.field(name_of(static_cast<CauseKind>(i)), summary.causes[i]);
  }
  json.end_object();
}

void add_faults(JsonWriter& json, const char* name, const std::optional<int64_t>& count) {
  if (count) {
    json.field(name, *count);
  } else {
    json.null_field(name);
  }
}

}  // namespace

std::string glitch_line(const Glitch& glitch, const SessionInfo& info) {
  return utc_text(glitch.utc) + "  glitch " + std::to_string(glitch.index) + " at " +
         clock_text(glitch.gap.position, info.rate_hz) + ": " + loss_text(glitch.gap, info) + ", " +
         std::string(name_of(glitch.gap.source)) + " late by " +
         duration_text(lateness(glitch.gap)) + ", cause: " + cause_text(glitch) +
         (glitch.process.empty() ? "" : " in " + glitch.process);
}

std::string glitch_json(const Glitch& glitch) {
  JsonWriter json = begin_line("holdfast.glitch/1");
  json.field("index", glitch.index);
  json.field("utc", utc_iso_text(glitch.utc));
  json.field("mono_ns", glitch.gap.due.count);
  json.field("position_frames", glitch.gap.position.count);
  json.field("missing_frames", glitch.gap.missing.count);
  json.field("error_frames", glitch.gap.error.count);
  json.field("exact", glitch.gap.is_exact);
  json.field("source", name_of(glitch.gap.source));
  json.field("lateness_ns", lateness(glitch.gap).count);
  json.field("cause", name_of(glitch.cause));
  if (glitch.is_memory) {
    json.field("memory", *glitch.is_memory);
  } else {
    json.null_field("memory");
  }
  json.field("facts_lost", glitch.has_lost_facts);
  json.text_field("process", glitch.process);
  json.begin_array("budget");
  for (const BudgetPart& part : glitch.budget) add_part(json, part);
  json.end_array();
  return end_line(json);
}

std::string summary_text(const Summary& summary, const SessionInfo& info) {
  const Totals& totals = summary.totals;
  std::string text = summary.glitches > 0 ? verdict_text(summary, info) + "\n" : "";
  text += format("%s in %s, %s lost (%s)\n", plural(summary.glitches, "glitch").c_str(),
                 summary.glitches == 0 ? "no episode" : plural(summary.episodes, "episode").c_str(),
                 plural(totals.missing.count, "frame").c_str(),
                 duration_text(duration_of(totals.missing, info.rate_hz)).c_str());
  text += format("frames         %lld elapsed = %lld received + %lld missing (%s)\n",
                 static_cast<long long>(totals.elapsed.count),
                 static_cast<long long>(totals.received.count),
                 static_cast<long long>(totals.missing.count),
                 clock_text(totals.elapsed, info.rate_hz).c_str());
  text += lateness_text(summary.lateness) + own_faults_text(summary) + oddities_text(totals);
  text += machine_text(summary.machine) + pages_text(summary) + lost_text(summary);
  for (const std::string& limitation : info.limitations)
    text += "limited        " + limitation + "\n";
  return text + end_text(summary) + trust_text(summary);
}

std::string summary_json(const Summary& summary, const SessionInfo& info) {
  JsonWriter json = begin_line("holdfast.summary/1");
  json.field("device", info.device);
  json.field("position_source", name_of(info.position_source));
  json.field("rate_hz", info.rate_hz);
  json.field("block_frames", info.block_frames);
  json.field("elapsed_frames", summary.totals.elapsed.count);
  json.field("received_frames", summary.totals.received.count);
  json.field("missing_frames", summary.totals.missing.count);
  json.field("glitches", summary.glitches);
  json.field("episodes", summary.episodes);
  add_causes(json, summary);
  add_faults(json, "own_major_faults", summary.own_major_faults);
  add_faults(json, "own_minor_faults", summary.own_minor_faults);
  json.field("dropped_records", summary.dropped_records);
  json.field("lost_facts", summary.lost_facts);
  json.field("observation", name_of(info.observation));
  json.field("verdict", verdict_text(summary, info));
  json.begin_array("pages");
  for (const PageCost& page : summary.pages) add_page(json, page);
  json.end_array();
  add_machine(json, summary.machine);
  add_end(json, summary);
  json.field("trustworthy", summary.is_trustworthy());
  json.field("scheduling", info.scheduling);
  json.field("locked_bytes", info.locked_bytes);
  json.field("sound_system", info.sound_system);
  json.field("exact_losses", info.exact_losses);
  add_known(json, "system_locked_bytes", info.system_locked_bytes);
  add_known(json, "late_tolerance_ns", info.late_tolerance_ns);
  json.begin_array("limitations");
  for (const std::string& limitation : info.limitations) json.value(limitation);
  json.end_array();
  json.field("lateness_p50_ns", summary.lateness.percentile(0.5).count);
  json.field("lateness_p99_ns", summary.lateness.percentile(0.99).count);
  json.field("lateness_p999_ns", summary.lateness.percentile(0.999).count);
  json.field("lateness_max_ns", summary.lateness.maximum().count);
  return end_line(json);
}

std::string session_text(const SessionInfo& info) {
  std::string text = "device         " + info.device;
  if (!info.sound_system.empty()) text += " (" + info.sound_system + ")";
  text += "\n";
  text += format("format         %lld Hz, %lld frames a block (%s), %lld channels\n",
                 static_cast<long long>(info.rate_hz), static_cast<long long>(info.block_frames),
                 duration_text(duration_of(Frames(info.block_frames), info.rate_hz)).c_str(),
                 static_cast<long long>(info.channels));
  text += "observed by    " + std::string(name_of(info.observation)) + ": " +
          std::string(statement_of(info.observation)) + "\n";
  for (const FollowedProgram& program : info.followed) {
    text += (program.is_server ? "server         " : "before us      ") + program.name +
            ", observed by " + std::string(name_of(program.observation)) + "\n";
  }
  text += "position from  " + std::string(name_of(info.position_source)) + trust_in_losses(info);
  text += "audio thread   " + info.scheduling +
          format(", %.0f KiB locked for it", static_cast<double>(info.locked_bytes) / 1024);
  if (info.system_locked_bytes > 0) {
    text += format(", %.0f KiB by the sound system",
                   static_cast<double>(info.system_locked_bytes) / 1024);
  }
  text += "\n";
  for (const std::string& limitation : info.limitations)
    text += "limited        " + limitation + "\n";
  return text;
}

}  // namespace holdfast
