// SPDX-License-Identifier: MIT
#include "report/session_page.h"

#include "base/format.h"
#include "core/byte_size.h"
#include "report/budget_text.h"
#include "report/duration_text.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/page_shell.h"
#include "report/region_strips.h"
#include "report/session_json.h"
#include "report/session_plan.h"
#include "report/session_tables.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

std::string verdict_html(const SessionFacts& facts) {
  const auto [headline, rest] = first_sentence(verdict_text(facts.summary, facts.info));
  std::string html = "<h1>" + html_text(headline) + "</h1>\n";
  if (!rest.empty()) html += "<p class=\"lead\">" + html_text(rest) + ".</p>\n";
  if (!facts.damage.empty()) {
    html += "<p class=\"alarm\" role=\"note\">Damaged trace: " + html_text(facts.damage) + "</p>\n";
  } else if (facts.summary.dropped_records > 0) {
    html +=
        "<p class=\"alarm\" role=\"note\">Not trustworthy: facts are missing. See "
        "<a href=\"#trust\">how far to trust it</a>.</p>\n";
  }
  return html;
}

std::string page_fault_card(const Summary& summary) {
  constexpr auto kFault = static_cast<size_t>(CauseKind::kPageFault);
  int64_t all = 0;
  for (const Nanos time : summary.cause_times) all += time.count;
  const int64_t faults = summary.cause_times[kFault].count;
  const double share = all > 0 ? static_cast<double>(faults) / static_cast<double>(all) : 0;
  return card_html(
      "Page faults in them", data_html("cause_times_ns.page_fault", faults, percent_text(share)),
      "of the lateness; cause of " + data_html("summary.causes.page_fault", summary.causes[kFault],
                                               plural(summary.causes[kFault], "glitch")));
}

std::string faults_card(const SessionFacts& facts) {
  const bool has_events = facts.info.observation >= Observation::kUserEvents;
  if (has_events) {
    return card_html("Faults of the audio thread",
                     data_html("audio_thread_faults.major", facts.faults.major(),
                               std::to_string(facts.faults.major()) + " major"),
                     data_html("audio_thread_faults.minor", facts.faults.minor(),
                               std::to_string(facts.faults.minor()) + " minor"));
  }
  if (!facts.summary.own_major_faults) {
    return card_html("Faults of the audio thread", "?", "nobody looked");
  }
  return card_html(
      "Faults of the audio thread",
      data_html("summary.own_major_faults", *facts.summary.own_major_faults,
                std::to_string(*facts.summary.own_major_faults) + " major"),
      data_html("summary.own_minor_faults", facts.summary.own_minor_faults.value_or(0),
                std::to_string(facts.summary.own_minor_faults.value_or(0)) + " minor"));
}

std::string lateness_card(const LatenessHistogram& lateness) {
  const Nanos most = lateness.maximum();
  const Nanos usual = lateness.percentile(0.5);
  const Nanos seldom = lateness.percentile(0.999);
  return card_html(
      "Late by at most", data_html("summary.lateness_max_ns", most.count, duration_text(most)),
      data_html("summary.lateness_p50_ns", usual.count, duration_text(usual)) + " median, " +
          data_html("summary.lateness_p999_ns", seldom.count, duration_text(seldom)) + " (99.9 %)");
}

std::string cards_html(const SessionFacts& facts) {
  const Summary& summary = facts.summary;
  const SessionInfo& info = facts.info;
  const Nanos lost = duration_of(summary.totals.missing, info.rate_hz);
  const Nanos block = duration_of(Frames(info.block_frames), info.rate_hz);
  std::string html = "<dl class=\"cards\">\n";
  html += card_html(
      "Glitches", data_html("summary.glitches", summary.glitches, std::to_string(summary.glitches)),
      "in " + data_html("summary.episodes", summary.episodes, plural(summary.episodes, "episode")));
  html += card_html("Frames lost",
                    data_html("summary.missing_frames", summary.totals.missing.count,
                              std::to_string(summary.totals.missing.count)),
                    html_text(duration_text(lost)) + " of silence");
  html += page_fault_card(summary) + faults_card(facts) + lateness_card(summary.lateness);
  html += card_html(
      "Block",
      data_html("summary.block_frames", info.block_frames, plural(info.block_frames, "frame")),
      html_text(duration_text(block)) + " at " +
          data_html("summary.rate_hz", info.rate_hz, std::to_string(info.rate_hz) + " Hz"));
  html +=
      card_html("Locked for the thread",
                data_html("summary.locked_bytes", info.locked_bytes,
                          info.locked_bytes > 0 ? format_byte_size(info.locked_bytes) : "nothing"),
                html_text(info.scheduling));
  html += card_html("Length",
                    data_html("session.length_ns", (facts.end - facts.begin).count,
                              duration_text(facts.end - facts.begin)),
                    html_text(utc_text(facts.begin + facts.utc_minus_mono).substr(0, 19)) + " UTC");
  return html + "</dl>\n";
}

std::string legend_html(const Summary& summary) {
  std::string html;
  for (size_t i = 0; i < kCauseKinds; i++) {
    if (summary.causes[i] == 0) continue;
    const auto cause = static_cast<CauseKind>(i);
    html += "<li>" + swatch_html(cause) + html_text(words_of(cause)) + " × " +
            data_html("summary.causes." + std::string(name_of(cause)), summary.causes[i],
                      std::to_string(summary.causes[i])) +
            "</li>\n";
  }
  return html.empty() ? "" : "<ul class=\"legend\" aria-label=\"Causes\">\n" + html + "</ul>\n";
}

/// Drawn by the script into the empty element.
std::string charts_html(const SessionFacts& facts) {
  return "<section id=\"charts\" aria-label=\"What happened when\">\n<div class=\"toolbar\">\n" +
         legend_html(facts.summary) +
         "<p class=\"keys\" id=\"chart-keys\">drag or <kbd>+</kbd> <kbd>−</kbd> zoom · "
         "<kbd>←</kbd> <kbd>→</kbd> move · <kbd>n</kbd> <kbd>p</kbd> next and previous glitch · "
         "<kbd>0</kbd> all</p>\n"
         "<button type=\"button\" id=\"whole\">Whole run</button>\n</div>\n"
         "<div id=\"plots\" tabindex=\"0\" role=\"group\" aria-label=\"Charts on one axis of "
         "time\" aria-describedby=\"chart-keys\"></div>\n"
         "<p id=\"shown\" role=\"status\" aria-live=\"polite\"></p>\n"
         "<div id=\"detail\" aria-live=\"polite\"></div>\n"
         "<noscript><p>The pictures need JavaScript; all numbers are below.</p></noscript>\n"
         "</section>\n";
}

}  // namespace

std::string session_page(const SessionFacts& facts) {
  PageParts parts;
  parts.title = first_sentence(verdict_text(facts.summary, facts.info)).first + " – Holdfast";
  parts.body = "<header>\n" + verdict_html(facts) + "</header>\n" + cards_html(facts) +
               charts_html(facts) + glitch_table_html(facts) + page_cost_table_html(facts) +
               residency_section_html(facts) + lock_plan_section_html(facts) +
               machine_section_html(facts) + trust_section_html(facts);
  parts.json = session_report_json(facts);
  return page_html(parts);
}

}  // namespace holdfast
