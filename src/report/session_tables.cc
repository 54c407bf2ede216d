// SPDX-License-Identifier: MIT
#include "report/session_tables.h"

#include <algorithm>

#include "base/format.h"
#include "core/byte_size.h"
#include "report/budget_text.h"
#include "report/duration_text.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/machine_text.h"
#include "report/page_owner_text.h"
#include "report/session_json.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

constexpr size_t kListedOwners = 30;

std::string cell(std::string_view html, const char* style = nullptr) {
  return (style == nullptr ? "<td>" : "<td class=\"" + std::string(style) + "\">") +
         std::string(html) + "</td>";
}

std::string number_cell(int64_t number) {
  return cell(std::to_string(number), "number");
}

/// The largest part of the budget that has the glitch's cause.
const BudgetPart* main_part(const Glitch& glitch) {
  const auto found =
      std::find_if(glitch.budget.begin(), glitch.budget.end(),
                   [&](const BudgetPart& part) { return part.kind == glitch.cause; });
  return found == glitch.budget.end() ? nullptr : &*found;
}

std::string where_text(const Glitch& glitch) {
  const BudgetPart* part = main_part(glitch);
  if (part == nullptr) return "";
  std::string text = place_text(*part);
  if (text.empty()) text = part->by;
  if (!glitch.process.empty()) text += (text.empty() ? "in " : ", in ") + glitch.process;
  return text;
}

std::string lost_text(const Gap& gap) {
  const std::string count = std::to_string(gap.missing.count);
  return gap.is_exact ? count : count + " ± " + std::to_string(gap.error.count);
}

std::string glitch_row(const Glitch& glitch, const SessionFacts& facts) {
  const BudgetPart* part = main_part(glitch);
  std::string row = "<tr data-index=\"" + std::to_string(glitch.index) + "\">";
  row += "<th scope=\"row\">" + std::to_string(glitch.index) + "</th>";
  row += cell(html_text(moment_text(glitch.gap.due - facts.begin)), "number");
  row += cell(html_text(lost_text(glitch.gap)), "number");
  row +=
      cell(html_text(duration_text(duration_of(glitch.gap.missing, facts.info.rate_hz))), "number");
  row += cell(html_text(duration_text(lateness(glitch.gap))), "number");
  row += cell(swatch_html(glitch.cause) + html_text(words_of(glitch.cause)), "cause");
  row += cell(budget_bar_html(glitch));
  row += cell(html_text(where_text(glitch)), "where");
  row += cell(part == nullptr ? "" : html_text(evidence_text(*part)), "evidence");
  return row + "</tr>\n";
}

std::string owner_row(const PageCost& page, Nanos most) {
  const double share =
      most.count > 0 ? static_cast<double>(page.time.count) / static_cast<double>(most.count) : 0;
  return "<tr>" + cell(html_text(owner_text(page.owner, page.address)), "where") +
         cell(html_text(page.toucher), "where") +
         cell(html_text(duration_text(page.time)), "number") +
         cell(bar_html(share, "cause-page_fault")) + number_cell(page.glitches) +
         number_cell(page.major) + number_cell(page.minor) + "</tr>\n";
}

std::string headings(std::span<const char* const> names) {
  std::string html = "<thead><tr>";
  for (const char* name : names) html += "<th scope=\"col\">" + std::string(name) + "</th>";
  return html + "</tr></thead>\n";
}

std::string section(const char* id, const char* title, const std::string& content) {
  return "<section id=\"" + std::string(id) + "\" aria-labelledby=\"" + id +
         "-title\">\n<h2 id=\"" + id + "-title\">" + title + "</h2>\n" + content + "</section>\n";
}

std::string position_text(const SessionInfo& info) {
  std::string text(name_of(info.position_source));
  std::replace(text.begin(), text.end(), '_', ' ');
  if (info.exact_losses == "client server") return text + ": every loss is exact";
  if (info.exact_losses == "client") {
    return text + ": exact when our thread is late, bounded by the clock when the server is";
  }
  return text + ": every loss is bounded by the clock";
}

std::string own_faults_text(const Summary& summary) {
  if (!summary.own_major_faults) return "not counted";
  return std::to_string(*summary.own_major_faults) + " major, " +
         std::to_string(summary.own_minor_faults.value_or(0)) +
         " minor in the audio thread that counted";
}

std::string end_text(const Summary& summary) {
  if (!summary.end_reason) return "without an end record: killed, or cut off";
  constexpr const char* kWords[] = {"in order", "interrupted", "the device went away",
                                    "the observed thread ended"};
  const int64_t reason = *summary.end_reason;
  return reason >= 1 && reason <= 4 ? kWords[reason - 1] : "for a reason unknown here";
}

/// What a picture would need and this trace has not.
std::string absent_text(const SessionFacts& facts) {
  std::string text = facts.waveform ? "" : "samples (the waveform is drawn from the take); ";
  text += facts.residency.ranked().empty()
              ? "when a page left memory (only when the audio thread asked it back)"
              : "pages that left memory and came back between two looks at the regions";
  if (facts.faults.marks().empty()) text += "; single page faults";
  if (facts.memory.readings().size() < 2) text += "; memory, swap and stalls";
  if (facts.processors.readings().size() < 2) text += "; use of the processors";
  return text;
}

std::string trust_text(const SessionFacts& facts) {
  if (!facts.damage.empty()) return "Only what came before the damage counts.";
  if (facts.summary.is_trustworthy()) {
    return "The counter kept itself clean: no fact of the audio thread was dropped, and it took no "
           "page fault of its own.";
  }
  if (facts.summary.dropped_records > 0) {
    return "Not trustworthy: " + plural(facts.summary.dropped_records, "record") +
           " found no room, so facts are missing.";
  }
  return "The audio thread that counted took page faults itself. Where it was left unlocked to see "
         "that, this is the result; else do not trust the numbers.";
}

}  // namespace

std::string glitch_table_html(const SessionFacts& facts) {
  const std::vector<const Glitch*> listed = listed_glitches(facts.glitches);
  if (listed.empty()) return "";
  constexpr const char* kNames[] = {"#",       "At",    "Frames lost",         "Length",
                                    "Late by", "Cause", "Where the time went", "Whose",
                                    "Evidence"};
  std::string html;
  if (static_cast<int64_t>(listed.size()) < facts.summary.glitches) {
    html += "<p>The " + std::to_string(listed.size()) + " of " +
            plural(facts.summary.glitches, "glitch") +
            " that lost most; <code>holdfast explain</code> lists all.</p>\n";
  }
  html +=
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Glitches\">"
      "<table id=\"glitch-table\">\n" +
      headings(kNames) + "<tbody>\n";
  for (const Glitch* glitch : listed) html += glitch_row(*glitch, facts);
  return section("glitches", "Glitches", html + "</tbody>\n</table></div>\n");
}

std::string page_cost_table_html(const SessionFacts& facts) {
  const std::vector<PageCost>& pages = facts.summary.pages;
  if (pages.empty()) return "";
  constexpr const char* kNames[] = {
      "Page belongs to", "Touched by", "Cost in glitches", "", "Glitches", "Major", "Minor"};
  std::string html =
      "<p>What page faults cost in glitches, by the owner of the page: what to lock "
      "first.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Whose pages cost most\"><table class=\"costs\">\n" +
      headings(kNames) + "<tbody>\n";
  for (size_t i = 0; i < std::min(pages.size(), kListedOwners); i++) {
    html += owner_row(pages[i], pages.front().time);
  }
  html += "</tbody>\n</table></div>\n";
  if (pages.size() > kListedOwners) {
    html += "<p>" + std::to_string(pages.size() - kListedOwners) + " more are in the data.</p>\n";
  }
  return section("pages", "Whose pages cost most", html);
}

std::string machine_section_html(const SessionFacts& facts) {
  const SessionInfo& info = facts.info;
  Facts list = {{"Machine", info.machine},
                {"Program", info.program},
                {"Device", info.device},
                {"Sound system", info.sound_system},
                {"Format", std::to_string(info.rate_hz) + " Hz, " +
                               plural(info.block_frames, "frame") + " a block (" +
                               duration_text(duration_of(Frames(info.block_frames), info.rate_hz)) +
                               "), " + plural(info.channels, "channel")},
                {"Audio thread",
                 (facts.audio_thread.empty() ? "" : facts.audio_thread + ", ") + info.scheduling},
                {"Locked for it", format_byte_size(info.locked_bytes)}};
  if (info.system_locked_bytes > 0) {
    list.emplace_back("Locked by the sound system", format_byte_size(info.system_locked_bytes));
  }
  for (const FollowedProgram& program : info.followed) {
    list.emplace_back(program.is_server ? "Sound server" : "Before us",
                      program.name + ", observed by " + std::string(name_of(program.observation)));
  }
  constexpr std::string_view kKey = "machine        ";
  std::string use = machine_text(facts.summary.machine);
  if (use.starts_with(kKey)) use = use.substr(kKey.size(), use.size() - kKey.size() - 1);
  list.emplace_back("During the run", use);
  for (const std::string& limitation : info.limitations) list.emplace_back("Limited", limitation);
  return section("machine", "Machine and permissions", facts_html(list));
}

std::string trust_section_html(const SessionFacts& facts) {
  const Summary& summary = facts.summary;
  const Facts list = {
      {"Positions", position_text(facts.info)},
      {"Observed by", std::string(name_of(facts.info.observation)) + ": " +
                          std::string(statement_of(facts.info.observation))},
      {"Own page faults", own_faults_text(summary)},
      {"Dropped", plural(summary.dropped_records, "record") + ", " +
                      plural(summary.lost_facts, "fact") + " of probes"},
      {"Not drawn", facts.faults.hidden() > 0
                        ? plural(facts.faults.hidden(), "short fault") + "; they are counted"
                        : ""},
      {"Skipped", facts.skipped_records > 0
                      ? plural(facts.skipped_records, "record") + " of kinds not known here"
                      : ""},
      {"Ended", end_text(summary)},
      {"Damage", facts.damage},
      {"Not in a trace", absent_text(facts)}};
  return section("trust", "How far to trust it",
                 "<p>" + html_text(trust_text(facts)) + "</p>\n" + facts_html(list));
}

}  // namespace holdfast
