// SPDX-License-Identifier: MIT
#include "report/fleet_page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/fleet_answers.h"
#include "core/report_forms.h"
#include "report/fleet_parts.h"
#include "report/html_text.h"

namespace holdfast {
namespace {

constexpr std::string_view kFewWords = "fewer than 5 installations";

std::string document(std::string_view title, const std::string& body) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
         html_text(title) +
         "</title><link rel=\"stylesheet\" href=\"/style.css\"></head><body><main>" + body +
         "</main></body></html>\n";
}

std::string section(std::string_view title, std::string_view what, const std::string& body) {
  return "<section><h2>" + std::string(title) + "</h2><p class=\"what\">" + std::string(what) +
         "</p>" + body + "</section>";
}

/// The address of this page with another value for one part of the filter.
std::string link_with(const FleetFilter& filter, std::string_view part, std::string_view value) {
  std::string query;
  const std::array<std::pair<std::string_view, std::string>, 4> parts = {
      {{"app", filter.app},
       {"version", filter.version},
       {"arm", filter.arm},
       {"since", filter.first_day > 0 ? day_text(filter.first_day) : ""}}};
  for (const auto& [name, now] : parts) {
    const std::string_view chosen = name == part ? value : std::string_view(now);
    if (chosen.empty()) continue;
    query += (query.empty() ? "?" : "&amp;") + std::string(name) + "=" + escaped_query(chosen);
  }
  return "/" + query;
}

std::string linked(const FleetFilter& filter, std::string_view part, const std::string& value) {
  return "<a href=\"" + link_with(filter, part, value) + "\"><bdi>" + html_text(value) +
         "</bdi></a>";
}

std::string choice(std::string_view name, std::string_view label, std::string_view now,
                   const std::vector<std::pair<std::string, std::string>>& values) {
  std::string html =
      "<label>" + std::string(label) + " <select name=\"" + std::string(name) + "\">";
  for (const auto& [value, text] : values) {
    html += "<option value=\"" + html_text(value) + "\"" + (value == now ? " selected" : "") + ">" +
            html_text(text) + "</option>";
  }
  return html + "</select></label> ";
}

std::vector<std::pair<std::string, std::string>> choices_of(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string>> values = {{"", "all"}};
  for (const std::string& name : names) values.emplace_back(name, name);
  return values;
}

/// A plain form: the filter stands in the address, which can be kept and passed on.
std::string filter_form(const FleetOverview& overview, int64_t today) {
  const FleetFilter& filter = overview.filter;
  std::vector<std::pair<std::string, std::string>> since = {{"", "always"}};
  for (const int64_t days : {7, 30, 90, 365}) {
    since.emplace_back(day_text(today - days), "the last " + std::to_string(days) + " days");
  }
  const std::string first = filter.first_day > 0 ? day_text(filter.first_day) : "";
  const bool is_listed = std::any_of(since.begin(), since.end(),
                                     [&](const auto& each) { return each.first == first; });
  if (!is_listed) since.emplace_back(first, first);
  return "<form method=\"get\" action=\"/\">" +
         choice("app", "App", filter.app, choices_of(overview.apps)) +
         choice("version", "Version", filter.version, choices_of(overview.versions)) +
         choice("arm", "Locked", filter.arm,
                {{"", "any"}, {"none", "none"}, {"parts", "parts"}, {"all", "all"}}) +
         choice("since", "Since", first, since) + "<button>Show</button></form>";
}

std::string headline(const FleetOverview& overview, const GroupAnswer& all) {
  const SessionSums& total = all.sums;
  if (total.sessions == 0) {
    return "<h1>No sessions yet</h1><p>Reports show up here as they come in.</p>";
  }
  const Interval& share = all.glitched_share.interval;
  std::string html =
      "<h1>" + (total.glitched > 0 ? one_of(total) : "None of " + grouped_digits(total.sessions)) +
      " sessions has a glitch</h1><p>";
  if (total.glitched > 0) {
    html += "95 % interval, " + std::string(basis_words(all.glitched_share.basis)) + ": 1 of " +
            short_number(1 / share.high) + " to 1 of " + short_number(1 / share.low) + ". ";
  } else {
    html +=
        "So it is, with 95 % confidence, fewer than 1 of " + short_number(1 / share.high) + ". ";
  }
  if (all.has_hours()) {
    html += with_interval(all.per_hour.value, all.per_hour.interval) + " glitches per hour.";
  }
  html +=
      "</p><p>" + grouped_digits(total.sessions) + " sessions (" + grouped_digits(total.reports) +
      " reports) of " + grouped_digits(overview.installs.installs) + " installations, " +
      short_number(total.hours()) + " hours; " + grouped_digits(total.glitches) + " glitches. " +
      grouped_digits(overview.installs.without_glitch) + " installations have had none.</p>";
  if (overview.installs.installs < kFewInstalls) {
    html +=
        "<p class=\"warning\">Fewer than five installations: this says more about them than "
        "about everybody.</p>";
  }
  return html;
}

ChartPoint rate_point(std::string label, const EventCount& count) {
  if (count.time <= 0) return {std::move(label), 0, {}, false};
  return {std::move(label), count.rate(), rate_interval(count, kFleetError), true};
}

std::string trend(const std::vector<GroupAnswer>& days) {
  ChartSeries series{"sessions with a glitch, in %", {}};
  int64_t next_day = 0;
  for (const GroupAnswer& day : days) {
    const int64_t number = std::strtoll(day.name.c_str(), nullptr, 10);
    // Days without a session are shown as such, but not years of them.
    for (; next_day != 0 && next_day < number && series.points.size() < 800; next_day++) {
      series.points.push_back({day_text(next_day).substr(5), 0, {}, false});
    }
    next_day = number + 1;
    const Interval& share = day.glitched_share.interval;
    series.points.push_back({day_text(number).substr(5),
                             100 * day.glitched_share.value,
                             {100 * share.low, 100 * share.high},
                             day.sums.sessions > 0 && !day.is_few()});
  }
  return section("Over time", "Sessions with a glitch by day, in percent, with 95 % intervals.",
                 chart_svg("Sessions with a glitch by day, in percent", "%", {series}));
}

std::string dose_response(const FleetAnswers& answers) {
  std::vector<ChartSeries> series;
  std::vector<std::vector<std::string>> rows;
  for (const MemoryBinRates& response : answers.by_memory) {
    const std::string range = std::to_string(response.first_cpu_bin * 10) + " to " +
                              std::to_string((response.last_cpu_bin + 1) * 10) + " %";
    series.push_back({"processors at " + range, {}});
    rows.push_back({range});
    for (size_t bin = 0; bin < 10; bin++) {
      const std::string label =
          std::to_string(bin * 10) + "-" + std::to_string(bin * 10 + 10) + " %";
      series.back().points.push_back(rate_point(label, response.by_memory[bin]));
      const EventCount& count = response.by_memory[bin];
      rows.back().push_back(count.time > 0 ? short_number(count.rate()) : "");
    }
  }
  std::vector<std::string> heads = {"processors"};
  for (int bin = 0; bin < 10; bin++) heads.push_back(std::to_string(bin * 10) + " %");
  return section(
      "Is it memory, or the processor?",
      "Glitches per hour by memory use, each line at about the same use of the processors. "
      "A line that rises rises with memory use. What fewer than five installations have told is "
      "left out.",
      chart_svg("Glitches per hour by memory use", "per hour", series) + table_html(heads, rows) +
          "<p>With memory use, at the same processor use, the rate <b>" +
          trend_words(answers.memory_trend) +
          "</b>; with processor use, at the same memory use, it <b>" +
          trend_words(answers.processor_trend) + "</b>.</p>");
}

/// What the histories around glitches tell, without a session that had none.
std::string crossover(const Crossover& found) {
  const std::string what =
      "The second of a glitch against the other seconds of the same session: users and machines "
      "cancel out. From the newest reports that tell the load around each glitch.";
  if (!found.is_known) {
    return section(
        "Within one session", what,
        "<p>Too few glitches with load that varies, or of fewer than five installations: " +
            grouped_digits(found.sets) + " of " + grouped_digits(found.groups) + ".</p>");
  }
  return section("Within one session", what,
                 "<p>" + slope_words(found.memory, "memory use") + ", at the same processor use; " +
                     slope_words(found.cpu, "processor use") +
                     ", at the same memory use (95 % intervals, " + grouped_digits(found.sets) +
                     " glitches).</p>");
}

/// One row per group: how often, how many per hour, and on how much that rests.
std::string groups_table(std::vector<GroupAnswer> groups, std::string_view head,
                         const FleetFilter& filter, std::string_view part) {
  std::stable_sort(groups.begin(), groups.end(), [](const GroupAnswer& a, const GroupAnswer& b) {
    return a.sums.sessions > b.sums.sessions;
  });
  std::vector<std::vector<std::string>> rows;
  for (const GroupAnswer& each : groups) {
    const std::string name =
        part.empty() ? "<bdi>" + html_text(each.name) + "</bdi>" : linked(filter, part, each.name);
    if (rows.size() == 30) break;
    if (each.is_few()) {
      rows.push_back({name, std::string(kFewWords), "", "", ""});
      continue;
    }
    const std::string rate =
        each.has_hours() ? with_interval(each.per_hour.value, each.per_hour.interval) : "";
    rows.push_back({name, one_of(each.sums), rate, grouped_digits(each.sums.sessions),
                    grouped_digits(each.sums.glitches)});
  }
  return table_html(
      {std::string(head), "sessions with a glitch", "glitches per hour", "sessions", "glitches"},
      rows);
}

/// Each arm against the sessions with nothing locked.
std::string arm_ratios(const std::vector<ArmAnswer>& arms) {
  std::string html;
  for (const ArmAnswer& arm : arms) {
    html += "<p><b>" + html_text(arm.arm) +
            "</b> locked against none: " + comparison_words(arm.comparison) + ".</p>";
  }
  return html;
}

std::string causes(const FleetOverview& overview) {
  int64_t all = 0;
  for (const CauseGroup& group : overview.causes) all += group.sums.glitches;
  std::vector<std::vector<std::string>> rows;
  for (const CauseGroup& group : overview.causes) {
    const double share =
        static_cast<double>(group.sums.glitches) / static_cast<double>(std::max<int64_t>(all, 1));
    rows.push_back({html_text(group.cause), bar_svg(share) + short_number(100 * share) + " %",
                    grouped_digits(group.sums.glitches),
                    short_number(static_cast<double>(group.sums.stall_us) / 1e6) + " s"});
  }
  return table_html({"cause", "share", "glitches", "stalled"}, rows);
}

std::string places(const FleetOverview& overview) {
  std::vector<std::vector<std::string>> rows;
  for (const CauseGroup& group : overview.worst_places) {
    rows.push_back({"<bdi>" + html_text(group.object) + "</bdi>",
                    "<bdi>" + html_text(group.symbol) + "</bdi>", html_text(group.cause),
                    grouped_digits(group.sums.glitches),
                    short_number(static_cast<double>(group.sums.stall_us) / 1e6) + " s"});
  }
  return table_html({"object", "symbol", "cause", "glitches", "stalled"}, rows);
}

std::string installs(const FleetOverview& overview) {
  std::vector<std::vector<std::string>> rows;
  for (const InstallLine& line : overview.worst_installs) {
    rows.push_back({"<code>" + install_text(line.install) + "</code>",
                    "<bdi>" + html_text(line.version) + "</bdi>", grouped_digits(line.sessions),
                    grouped_digits(line.glitched), grouped_digits(line.glitches)});
  }
  return table_html({"installation", "version", "sessions", "with a glitch", "glitches"}, rows);
}

std::string reports(const FleetOverview& overview) {
  std::vector<std::vector<std::string>> rows;
  for (const ReportLine& line : overview.glitched_reports) {
    const std::string id = report_id_text(line.id);
    std::string link = "<a href=\"/report/";
    link.append(id).append("\"><code>").append(id).append("</code></a>");
    rows.push_back({std::move(link), report_hour_text(line.start_hour),
                    "<bdi>" + html_text(line.version) + "</bdi>", html_text(line.arm),
                    grouped_digits(line.glitches)});
  }
  return table_html({"report", "hour, UTC", "version", "locked", "glitches"}, rows);
}

/// JSON with line breaks: a step to the right for each bracket.
std::string indented_json(std::string_view json) {
  std::string text;
  size_t depth = 0;
  bool is_text = false;
  for (size_t i = 0; i < json.size(); i++) {
    const char c = json[i];
    if (is_text) {
      text += c;
      if (c == '\\' && i + 1 < json.size()) text += json[++i];
      is_text = c != '"';
      continue;
    }
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    is_text = c == '"';
    if (c == '{') depth++;
    if (c == '}' && depth > 0) depth--;
    std::string line = "\n";
    line.append(2 * depth, ' ');
    if (c == '}') text += line;
    text += c;
    if (c == '{' || (c == ',' && depth < 3)) text += line;
  }
  return text;
}

constexpr std::string_view kStyle = R"(:root{color-scheme:light dark;
--back:#fff;--text:#1b1f24;--soft:#5b6570;--line:#d7dce1;--a:#0b61a4;--b:#b3541e;--c:#5f4b8b}
@media (prefers-color-scheme:dark){:root{
--back:#14181d;--text:#e6e9ec;--soft:#9aa5b1;--line:#353d46;--a:#6cb6ff;--b:#f0a36b;--c:#b7a1ec}}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:2rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 0}
.what,.legend{color:var(--soft);margin:.2rem 0}.warning{border-left:4px solid var(--b);padding-left:.6rem}
form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;border-bottom:1px solid var(--line);padding-bottom:.8rem}
section{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}th{color:var(--soft);font-weight:600}
a{color:var(--a)}code,pre{font:13px/1.5 ui-monospace,monospace}pre{overflow-x:auto}
svg.chart{width:100%;height:auto}svg text{font-size:11px;fill:var(--soft)}
svg .grid{stroke:var(--line)}svg path{fill:none;stroke:currentColor;stroke-width:1.5}
svg circle{fill:currentColor}svg .whisker{stroke:currentColor;opacity:.5}
.bar rect{fill:var(--a)}.bar{margin-right:.5rem}.s0{color:var(--a)}.s1{color:var(--b)}.s2{color:var(--c)}
)";

}  // namespace

std::string fleet_page(const FleetOverview& overview, int64_t today) {
  const FleetFilter& filter = overview.filter;
  const FleetAnswers answers = answers_of(overview);
  std::string body = filter_form(overview, today) + headline(overview, answers.all);
  body += trend(answers.by_day) + dose_response(answers) + crossover(answers.crossover);
  body += section("Does locking help?",
                  "By how much of the program's memory was locked in the session.",
                  groups_table(answers.by_arm, "locked", filter, "arm") + arm_ratios(answers.arms));
  body += section("Why", "What made the audio thread late, as far as reports list it.",
                  causes(overview));
  body += section("Worst pages", "Whose code or data was not in memory when it was needed.",
                  places(overview));
  body += section("Versions", "A link shows that version alone.",
                  groups_table(answers.by_version, "version", filter, "version"));
  body += section("Systems", "",
                  groups_table(answers.by_os, "system", filter, "") +
                      groups_table(answers.by_backend, "sound system", filter, ""));
  body +=
      section("Installations",
              "Those with most sessions that glitched. A few of them can make a fleet look bad.",
              installs(overview));
  body += section("Reports", "The newest ones with glitches.", reports(overview));
  return document("Holdfast: field reports", body);
}

std::string report_page(std::string_view id, std::string_view text) {
  return document("Report " + std::string(id),
                  "<p><a href=\"/\">All sessions</a></p><h1>Report</h1><p><code>" + html_text(id) +
                      "</code>, as it came in.</p><pre>" + html_text(indented_json(text)) +
                      "</pre>");
}

std::string missing_page(std::string_view what) {
  return document("Not here", "<h1>Not here</h1><p>" + html_text(what) +
                                  "</p><p><a href=\"/\">All sessions</a></p>");
}

std::string_view fleet_style() {
  return kStyle;
}

}  // namespace holdfast
