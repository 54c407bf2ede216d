// SPDX-License-Identifier: MIT
#include "report/fleet_text.h"

#include <algorithm>

#include "report/fleet_parts.h"
#include "report/printable.h"

namespace holdfast {
namespace {

constexpr size_t kNameWidth = 18;

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + " ";
}

std::string sums_line(std::string_view name, const SessionSums& sums) {
  const EventCount rate = glitches_in_hours(sums);
  std::string line = "  " + padded(printable(name), kNameWidth) + padded(one_of(sums), 14);
  if (rate.time > 0) {
    line += padded(with_interval(rate.rate(), rate_interval(rate, kFleetError)) + "/h", 30);
  }
  return line + grouped_digits(sums.sessions) + " sessions\n";
}

std::string groups_text(std::string_view title, const std::vector<SessionGroup>& groups) {
  std::string text = "\n" + std::string(title) + "\n";
  for (const NamedSums& each : by_name(groups)) text += sums_line(each.name, each.sums);
  return text;
}

std::string response_text(const FleetOverview& overview) {
  std::string text = "\nglitches per hour by memory use, at about the same processor use\n  " +
                     padded("processors", kNameWidth);
  for (int bin = 0; bin < 10; bin++) text += padded(std::to_string(bin * 10) + " %", 7);
  text += "\n";
  for (const MemoryResponse& response : memory_responses(total_of(overview.cells))) {
    text += "  " + padded(std::to_string(response.first_cpu_bin * 10) + " to " +
                              std::to_string(response.last_cpu_bin * 10 + 10) + " %",
                          kNameWidth);
    for (const EventCount& count : response.by_memory) {
      text += padded(count.time > 0 ? short_number(count.rate()) : "-", 7);
    }
    text += "\n";
  }
  return text;
}

std::string causes_text(const FleetOverview& overview) {
  if (overview.causes.empty()) return "";
  std::string text = "\ncauses\n";
  for (const CauseGroup& group : overview.causes) {
    text += "  " + padded(printable(group.cause), kNameWidth) +
            grouped_digits(group.sums.glitches) + " glitches\n";
  }
  if (overview.worst_places.empty()) return text;
  text += "\nworst pages\n";
  for (const CauseGroup& group : overview.worst_places) {
    text += "  " + padded(grouped_digits(group.sums.glitches), 8) + printable(group.object) +
            (group.symbol.empty() ? "" : ": " + printable(group.symbol)) + "\n";
  }
  return text;
}

}  // namespace

std::string fleet_text(const FleetOverview& overview) {
  const SessionSums total = total_of(overview.by_arm);
  if (total.sessions == 0) return "no sessions\n";
  const Interval share = glitched_share_interval(total, kFleetError);
  const std::string lowest =
      share.low > 0 ? " to 1 of " + short_number(1 / share.low) : " or fewer";
  std::string text =
      one_of(total) + " sessions has a glitch (95 %, if sessions were independent: 1 of " +
      short_number(1 / share.high) + lowest + ")\n" + grouped_digits(total.sessions) +
      " sessions (" + grouped_digits(total.reports) + " reports) of " +
      grouped_digits(overview.installs.installs) + " installations, " +
      grouped_digits(overview.installs.without_glitch) + " of which have had none\n";
  text += groups_text("locked", overview.by_arm) + groups_text("versions", overview.by_version) +
          groups_text("systems", overview.by_os) +
          groups_text("sound systems", overview.by_backend);
  return text + response_text(overview) + causes_text(overview);
}

}  // namespace holdfast
