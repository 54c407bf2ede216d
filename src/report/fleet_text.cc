// SPDX-License-Identifier: MIT
#include "report/fleet_text.h"

#include <algorithm>

#include "core/fleet_answers.h"
#include "report/fleet_parts.h"
#include "report/printable.h"

namespace holdfast {
namespace {

constexpr size_t kNameWidth = 18;

std::string in_column(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + " ";
}

std::string group_line(const GroupAnswer& group) {
  const std::string name = "  " + in_column(printable(group.name), kNameWidth);
  if (group.is_few()) return name + "fewer than 5 installations\n";
  std::string line = name + in_column(one_of(group.sums), 14);
  if (group.has_hours()) {
    line += in_column(with_interval(group.per_hour.value, group.per_hour.interval) + "/h", 30);
  }
  return line + grouped_digits(group.sums.sessions) + " sessions\n";
}

std::string groups_text(std::string_view title, const std::vector<GroupAnswer>& groups) {
  std::string text = "\n" + std::string(title) + "\n";
  for (const GroupAnswer& group : groups) text += group_line(group);
  return text;
}

std::string arms_text(const std::vector<ArmAnswer>& arms) {
  std::string text;
  for (const ArmAnswer& arm : arms) {
    text += "  " + printable(arm.arm) + " / none: " + comparison_words(arm.comparison) + "\n";
  }
  return text;
}

std::string response_text(const FleetAnswers& answers) {
  std::string text = "\nglitches per hour by memory use, at about the same processor use\n  " +
                     in_column("processors", kNameWidth);
  for (int bin = 0; bin < kLoadBins; bin++) text += in_column(std::to_string(bin * 10) + " %", 7);
  text += "\n";
  for (const MemoryBinRates& rates : answers.by_memory) {
    text += "  " + in_column(std::to_string(rates.first_cpu_bin * 10) + " to " +
                                 std::to_string(rates.last_cpu_bin * 10 + 10) + " %",
                             kNameWidth);
    for (const EventCount& count : rates.by_memory) {
      text += in_column(count.time > 0 ? short_number(count.rate()) : "-", 7);
    }
    text += "\n";
  }
  return text + "  with memory use, at the same processor use, the rate " +
         trend_words(answers.memory_trend) + "\n  with processor use, at the same memory use, it " +
         trend_words(answers.processor_trend) + "\n";
}

std::string crossover_text(const Crossover& found) {
  if (!found.is_known) return "";
  return "\nthe second of a glitch against others of the same session (" +
         grouped_digits(found.sets) + " glitches)\n  " + slope_words(found.memory, "memory use") +
         "\n  " + slope_words(found.cpu, "processor use") + "\n";
}

std::string causes_text(const FleetOverview& overview) {
  if (overview.causes.empty()) return "";
  std::string text = "\ncauses\n";
  for (const CauseGroup& group : overview.causes) {
    text += "  " + in_column(printable(group.cause), kNameWidth) +
            grouped_digits(group.sums.glitches) + " glitches\n";
  }
  if (overview.worst_places.empty()) return text;
  text += "\nworst pages\n";
  for (const CauseGroup& group : overview.worst_places) {
    text += "  " + in_column(grouped_digits(group.sums.glitches), 8) + printable(group.object) +
            (group.symbol.empty() ? "" : ": " + printable(group.symbol)) + "\n";
  }
  return text;
}

}  // namespace

std::string fleet_text(const FleetOverview& overview) {
  const FleetAnswers answers = answers_of(overview);
  const SessionSums& total = answers.all.sums;
  if (total.sessions == 0) return "no sessions\n";
  const FleetEstimate& share = answers.all.glitched_share;
  const std::string lowest =
      share.interval.low > 0 ? " to 1 of " + short_number(1 / share.interval.low) : " or fewer";
  std::string text =
      one_of(total) + " sessions has a glitch (95 %, " + std::string(basis_words(share.basis)) +
      ": 1 of " + short_number(1 / share.interval.high) + lowest + ")\n" +
      grouped_digits(total.sessions) + " sessions (" + grouped_digits(total.reports) +
      " reports) of " + grouped_digits(overview.installs.installs) + " installations, " +
      grouped_digits(overview.installs.without_glitch) + " of which have had none\n";
  text += groups_text("locked", answers.by_arm) + arms_text(answers.arms) +
          groups_text("versions", answers.by_version) + groups_text("systems", answers.by_os) +
          groups_text("sound systems", answers.by_backend);
  return text + response_text(answers) + crossover_text(answers.crossover) + causes_text(overview);
}

}  // namespace holdfast
