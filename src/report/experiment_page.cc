// SPDX-License-Identifier: MIT
#include "report/experiment_page.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "core/byte_size.h"
#include "report/duration_text.h"
#include "report/experiment_figures.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/json_writer.h"
#include "report/number_text.h"
#include "report/page_shell.h"
#include "report/printable.h"
#include "report/private_text.h"
#include "report/prove_json.h"
#include "report/prove_text.h"

namespace holdfast {
namespace {

std::string arm_words(LockArm arm) {
  return std::string(words_for(arm));
}

LockArm arm_of(const ExperimentResult& result, const ArmComparison& one) {
  return result.design.arms.at(static_cast<size_t>(one.arm));
}

std::string with_range(double value, const Interval& interval) {
  return number_text(value) + " (" + range_text(interval) + ")";
}

std::string td(std::string_view text, const char* style = "number") {
  return "<td class=\"" + std::string(style) + "\">" + html_text(text) + "</td>";
}

std::string table(std::initializer_list<const char*> headings, const std::string& rows,
                  const std::string& label) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + label +
                     "\"><table class=\"numbers\">\n<thead><tr>";
  for (const char* heading : headings) {
    html += "<th scope=\"col\">" + std::string(heading) + "</th>";
  }
  return html + "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table></div>\n";
}

std::string arm_table(const ExperimentResult& result) {
  std::string rows;
  for (const ArmResult& arm : result.arms) {
    rows += "<tr><th scope=\"row\">" + html_text(arm_words(arm.arm)) + "</th>" +
            td(std::to_string(arm.blocks)) + td(number_text(arm.page_fault.time) + " min") +
            td(arm.locked_bytes > 0 ? format_byte_size(arm.locked_bytes) : "–") +
            td(format("%.0f", arm.page_fault.events)) +
            td(with_range(arm.page_fault.rate(), arm.page_fault_rate)) +
            td(format("%.0f", arm.all.events)) + td(with_range(arm.all.rate(), arm.all_rate)) +
            td(arm.pressure ? number_text(*arm.pressure) : "–") + "</tr>\n";
  }
  return table({"Arm", "Blocks", "Counted", "Locked", "Glitches with a page fault",
                "a minute (95 %)", "All glitches", "a minute (95 %)", "Pressure"},
               rows, "Arms");
}

std::string ratio_table(const ExperimentResult& result) {
  std::string rows;
  for (const ArmComparison& one : result.comparisons) {
    rows += "<tr><th scope=\"row\">" + html_text(arm_words(arm_of(result, one))) + "</th>" +
            td(with_range(one.ratio, one.interval)) + td(format("%.2g", one.p_value)) +
            td(format("%.2g", one.permutation_p_value)) + td(number_text(one.episode_ratio)) +
            td(with_range(one.all_ratio, one.all_interval)) +
            td(one.detectable_ratio ? number_text(*one.detectable_ratio) : "none") + "</tr>\n";
  }
  return table({"Compared with the reference", "Ratio (95 %)", "p", "p by exchange of blocks",
                "Ratio of bursts", "Ratio of all glitches (95 %)", "Ratio that would be found"},
               rows, "Ratios");
}

std::string rates_svg(const ExperimentResult& result) {
  std::vector<IntervalRow> rows;
  for (const ArmResult& arm : result.arms) {
    rows.push_back({arm_words(arm.arm), arm.page_fault.rate(), arm.page_fault_rate,
                    with_range(arm.page_fault.rate(), arm.page_fault_rate)});
  }
  return rate_figure(rows, "Glitches a minute with a page fault inside, with 95 % intervals");
}

std::string ratios_svg(const ExperimentResult& result) {
  std::vector<IntervalRow> rows;
  for (const ArmComparison& one : result.comparisons) {
    rows.push_back({arm_words(arm_of(result, one)), one.ratio, one.interval,
                    with_range(one.ratio, one.interval)});
  }
  return ratio_figure(rows, "Ratio of the rates to the reference, with 95 % intervals");
}

std::string cards(const ExperimentResult& result, const std::string& path) {
  const ExperimentDesign& design = result.design;
  std::string html = "<dl class=\"cards\">\n";
  html += card_html(
      "Rounds", data_html(path + "rounds_measured", result.rounds, std::to_string(result.rounds)),
      "of " + data_html(path + "rounds", design.rounds, std::to_string(design.rounds)) +
          (result.is_decided && result.rounds < design.rounds ? ", decided early" : ""));
  for (const ArmResult& arm : result.arms) {
    html += card_html(
        "With " + arm_words(arm.arm), html_text(number_text(arm.page_fault.rate()) + " a minute"),
        html_text(format("%.0f", arm.page_fault.events)) + " glitches with a page fault inside");
  }
  html += card_html("Pressure", html_text(design.pressure), "held in every arm");
  return html + "</dl>\n";
}

std::string program_words(const ExperimentDesign& design) {
  std::string words;
  for (const std::string& word : design.program) words += (words.empty() ? "" : " ") + word;
  return design.thread.empty() ? words : words + ", thread " + design.thread;
}

std::string design_facts(const ExperimentResult& result) {
  const ExperimentDesign& design = result.design;
  Facts list = {
      {"Arms", to_text(design.arms)},
      {"Blocks", duration_text(design.block) + " each, after " + duration_text(design.washout) +
                     " that is not counted; order drawn "
                     "from seed " +
                     std::to_string(design.seed)},
      {"Program", program_words(design)},
      {"Device", design.device},
      {"Work", design.workload},
      {"Format",
       plural(design.block_frames, "frame") + " at " + std::to_string(design.rate_hz) + " Hz"},
      {"Pressure", design.pressure},
      {"Scatter", result.dispersion.factor > 1.5
                      ? "glitches come in bursts: intervals are wider by a factor of " +
                            number_text(std::sqrt(result.dispersion.factor))
                      : "as of glitches that come one by one"}};
  if (result.minutes_needed) {
    list.emplace_back("To find a halving", number_text(*result.minutes_needed) + " min in all");
  }
  for (const std::string& reason : result.reasons) list.emplace_back("Not valid", reason);
  return facts_html(list);
}

std::string trust_facts(const ExperimentView& view) {
  Facts list;
  int64_t lost = 0;
  std::vector<std::string> told;
  const auto tell = [&](const std::string& name, const std::string& text) {
    if (text.empty() || std::find(told.begin(), told.end(), text) != told.end()) return;
    told.push_back(text);
    list.emplace_back(name, text);
  };
  for (const BlockResult& block : view.blocks) {
    lost += block.lost_facts;
    tell("Block " + std::to_string(block.index + 1) + " does not count", block.trouble);
    tell("Limited", block.limitation);
  }
  list.emplace_back("Lost", plural(lost, "fact") + " of probes");
  list.emplace_back("Counts as",
                    "a glitch with a page fault inside: memory is never blamed without "
                    "a fault record in the lateness");
  return facts_html(list);
}

std::string one_experiment(const ExperimentView& view, const std::string& path) {
  const ExperimentResult& result = view.result;
  return cards(result, path) + "<section>\n<h2>Glitches a minute with a page fault inside</h2>\n" +
         rates_svg(result) + "</section>\n<section>\n<h2>Ratio to " +
         html_text(arm_words(result.design.arms.front())) +
         "</h2>\n<p>Left of 1: fewer. An interval that does not reach 1 is a difference.</p>\n" +
         ratios_svg(result) + "</section>\n<section>\n<h2>Blocks over time</h2>\n" +
         blocks_figure(result, view.blocks) + "</section>\n<section>\n<h2>Numbers</h2>\n" +
         arm_table(result) + "<h3>Ratios</h3>\n" + ratio_table(result) +
         "</section>\n<section>\n<h2>Design</h2>\n" + design_facts(result) +
         "</section>\n<section>\n<h2>How far to trust it</h2>\n" + trust_facts(view) +
         "</section>\n";
}

/// The reference arm at each pressure.
std::string dose_section(std::span<const ExperimentView> views) {
  std::vector<IntervalRow> rows;
  for (const ExperimentView& view : views) {
    if (view.result.arms.empty()) continue;
    const ArmResult& reference = view.result.arms.front();
    rows.push_back({view.result.design.pressure, reference.page_fault.rate(),
                    reference.page_fault_rate,
                    with_range(reference.page_fault.rate(), reference.page_fault_rate)});
  }
  const bool has_steps = std::any_of(rows.begin(), rows.end(), [&](const IntervalRow& row) {
    return row.label != rows.front().label;
  });
  if (!has_steps) return "";
  return "<section>\n<h2>Dose and response</h2>\n<p>Glitches a minute with a page fault inside, in "
         "the reference arm, at each pressure.</p>\n" +
         rate_figure(rows, "Rate of the reference arm at each pressure") + "</section>\n";
}

std::string verdict_head(const ExperimentResult& result, const char* tag) {
  const auto [headline, rest] = first_sentence(prove_verdict(result));
  std::string html = format("<%s>", tag) + html_text(headline) + format("</%s>\n", tag);
  return rest.empty() ? html : html + "<p class=\"lead\">" + html_text(rest) + "</p>\n";
}

}  // namespace

std::vector<ExperimentView> views_of(std::span<const ExperimentJournal> journals) {
  std::vector<ExperimentView> views;
  for (const ExperimentJournal& journal : journals) {
    views.push_back({ExperimentJudge(journal.design).judge(journal.blocks), journal.blocks});
  }
  return views;
}

std::string experiment_page(std::span<const ExperimentView> views) {
  PageParts parts;
  parts.title = "Experiment – Holdfast";
  for (size_t i = 0; i < views.size(); i++) {
    const ExperimentResult& result = views[i].result;
    parts.body += "<header>\n" + verdict_head(result, i == 0 ? "h1" : "h2") + "</header>\n";
    if (i == 0) parts.title = first_sentence(prove_verdict(result)).first + " – Holdfast";
    if (i == 0) parts.body += dose_section(views);
    parts.body += one_experiment(views[i], "experiments." + std::to_string(i) + ".result.");
  }
  parts.json = experiment_report_json(views);
  return page_html(parts);
}

std::string experiment_report_json(std::span<const ExperimentView> views) {
  JsonWriter json = begin_line("holdfast.report/1");
  json.field("kind", "experiment");
  json.field("verdict", views.empty() ? "" : prove_verdict(views.front().result));
  json.begin_array("experiments");
  for (const ExperimentView& view : views) {
    json.begin_object();
    json.json_field("result", prove_json(view.result));
    json.begin_array("blocks");
    for (const BlockResult& block : view.blocks) {
      json.json_value(prove_block_json(view.result.design, block));
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  return end_line(std::move(json));
}

std::string experiment_paste_text(std::span<const ExperimentView> views,
                                  std::span<const std::string> names) {
  std::string text;
  for (const ExperimentView& view : views) {
    if (!text.empty()) text += "\n";
    text += prove_verdict(view.result) + "\n\n" + prove_plan_text(view.result.design) + "\n" +
            prove_text(view.result);
  }
  return printable(without_private(text, names));
}

}  // namespace holdfast
