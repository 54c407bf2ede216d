// SPDX-License-Identifier: MIT
#include "report/region_strips.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "report/html_parts.h"
#include "report/html_text.h"

namespace holdfast {
namespace {

int64_t milliseconds(int64_t mono_ns, Nanos begin) {
  return (mono_ns - begin.count) / kMillisecond.count;
}

uint32_t out_of(const ResidencyRecord& record) {
  return std::min(record.out, record.used);
}

/// The readings that differ from the one before in what is drawn.
std::vector<const ResidencyRecord*> steps_of(const RegionLine& region) {
  std::vector<const ResidencyRecord*> steps;
  for (const ResidencyRecord& reading : region.readings.readings()) {
    const bool is_same =
        !steps.empty() && steps.back()->used == reading.used && steps.back()->out == reading.out;
    if (!is_same) steps.push_back(&reading);
  }
  return steps;
}

template <class Cell>
void add_steps(JsonWriter& json, const char* name, const std::vector<const ResidencyRecord*>& steps,
               Cell cell) {
  json.begin_array(name);
  for (const ResidencyRecord* const step : steps) json.value(cell(*step));
  json.end_array();
}

void add_region(JsonWriter& json, const RegionLine& region, Nanos begin) {
  const ResidencyRecord& worst = *region.worst;
  json.begin_object();
  json.field("kind", name_of(region.kind));
  json.field("name", region.name);
  json.field("pages", region.readings.readings().back().pages);
  json.field("worst_at_ms", milliseconds(worst.head.mono_ns, begin));
  json.field("worst_used", worst.used);
  json.field("worst_out", out_of(worst));
  const auto steps = steps_of(region);
  add_steps(json, "after_ms", steps, [&, before = int64_t{0}](const ResidencyRecord& step) mutable {
    const int64_t at = milliseconds(step.head.mono_ns, begin);
    return at - std::exchange(before, at);
  });
  add_steps(json, "used", steps, [](const ResidencyRecord& step) { return step.used; });
  add_steps(json, "out", steps, [](const ResidencyRecord& step) { return out_of(step); });
  json.end_object();
}

/// Of the regions that were looked at and are not drawn: those that lost pages.
int64_t lossy_among(const std::vector<const RegionLine*>& regions) {
  return std::count_if(regions.begin(), regions.end(),
                       [](const RegionLine* region) { return region->has_lost_pages(); });
}

std::vector<const RegionLine*> undrawn_regions(const ResidencyHistory& residency) {
  const std::vector<const RegionLine*> ranked = residency.ranked();
  const size_t drawn = std::min(ranked.size(), kDrawnRegions);
  return {ranked.begin() + static_cast<std::ptrdiff_t>(drawn), ranked.end()};
}

std::string row_html(const RegionLine& region, size_t index, Nanos begin) {
  const ResidencyRecord& worst = *region.worst;
  const std::string path = "charts.residency.regions." + std::to_string(index) + ".worst_";
  const uint32_t out = out_of(worst);
  const auto cell = [](const std::string& html) {
    return "<td class=\"number\">" + html + "</td>";
  };
  std::string row = "<tr><th scope=\"row\">" + html_text(region.name) + "</th>";
  row += cell(data_html(path + "used", worst.used, std::to_string(worst.used)));
  row += cell(data_html(path + "out", out, std::to_string(out)));
  row += cell(format("%.1f %%", static_cast<double>(*in_permille(worst)) / 10));
  row += cell(out == 0 ? "–" : html_text(moment_text(Nanos(worst.head.mono_ns) - begin)));
  return row + "</tr>\n";
}

bool has_unknown_pages(const std::vector<const RegionLine*>& regions) {
  return std::any_of(regions.begin(), regions.end(), [](const RegionLine* region) {
    return region->worst->out > 0 && region->worst->unknown > 0;
  });
}

/// What the rows leave out.
std::string rest_text(const ResidencyHistory& residency) {
  std::string text;
  const auto undrawn = undrawn_regions(residency);
  if (!undrawn.empty()) {
    const int64_t lossy = lossy_among(undrawn);
    text += plural(static_cast<int64_t>(undrawn.size()), "more region") +
            (lossy == 0 ? " lost no page." : ": " + std::to_string(lossy) + " lost pages.");
  }
  if (residency.passed_over_regions() > 0) {
    text += (text.empty() ? "" : " ") +
            plural(static_cast<int64_t>(residency.passed_over_regions()), "region") + " of " +
            plural(static_cast<int64_t>(residency.passed_over_pages()), "page") +
            " not looked at: too large to be read again and again.";
  }
  if (has_unknown_pages(residency.ranked())) {
    text += (text.empty() ? "" : " ");
    text +=
        "Pages of files that are not mapped in any more count as out of memory: this user is not "
        "told whether they still are in it.";
  }
  return text;
}

}  // namespace

std::vector<const RegionLine*> drawn_regions(const ResidencyHistory& residency) {
  std::vector<const RegionLine*> regions = residency.ranked();
  regions.resize(std::min(regions.size(), kDrawnRegions));
  return regions;
}

void add_residency(JsonWriter& json, const SessionFacts& facts) {
  const std::vector<const RegionLine*> drawn = drawn_regions(facts.residency);
  if (drawn.empty()) return json.null_field("residency");
  const std::vector<const RegionLine*> undrawn = undrawn_regions(facts.residency);
  json.begin_object("residency");
  json.begin_array("regions");
  for (const RegionLine* const region : drawn) add_region(json, *region, facts.begin);
  json.end_array();
  json.field("more_regions", undrawn.size());
  json.field("more_lossy_regions", lossy_among(undrawn));
  json.field("passed_over_regions", facts.residency.passed_over_regions());
  json.field("passed_over_pages", facts.residency.passed_over_pages());
  json.end_object();
}

std::string residency_section_html(const SessionFacts& facts) {
  const std::vector<const RegionLine*> drawn = drawn_regions(facts.residency);
  if (drawn.empty()) return "";
  std::string html =
      "<section id=\"residency\" aria-labelledby=\"residency-title\">\n"
      "<h2 id=\"residency-title\">Regions in memory</h2>\n"
      "<p>Each region when the smallest share of its used pages was in memory, as far as looks "
      "from time to time saw it: a page that left and came back between two is missing here. "
      "Used are pages that the process has had mapped in.</p>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Regions in memory\">"
      "<table class=\"numbers\">\n<thead><tr><th scope=\"col\">Region</th>"
      "<th scope=\"col\">Used pages</th><th scope=\"col\">Out of memory</th>"
      "<th scope=\"col\">In memory</th><th scope=\"col\">At</th></tr></thead>\n<tbody>\n";
  for (size_t i = 0; i < drawn.size(); i++) html += row_html(*drawn[i], i, facts.begin);
  html += "</tbody>\n</table></div>\n";
  const std::string rest = rest_text(facts.residency);
  if (!rest.empty()) html += "<p>" + html_text(rest) + "</p>\n";
  return html + "</section>\n";
}

}  // namespace holdfast
