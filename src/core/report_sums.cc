// SPDX-License-Identifier: MIT
#include "core/report_sums.h"

#include <bitset>
#include <cstdlib>

namespace holdfast {
namespace {

constexpr int64_t kLongestGapUs = 1'000'000;  // a longer one counts as this much in sums

std::string check_session(const ReceivedReport& report, int64_t now_hour) {
  if (report.start_hour < now_hour - kOldestReportHours) {
    return "session.start_hour: more than 45 days ago";
  }
  if (report.start_hour > now_hour + kNewestReportHours) {
    return "session.start_hour: more than a day ahead";
  }
  if (report.suspended_ms > report.duration_ms) return "session.suspended_ms: above duration_ms";
  if (report.weight != 1 && report.glitches > 0) {
    return "sample_weight: must be 1 for a session with glitches";
  }
  return "";
}

std::string check_exposure(const ReceivedReport& report) {
  if (report.frames_lost > report.frames_expected) {
    return "exposure.frames_lost: above frames_expected";
  }
  if (report.glitches == 0 && report.frames_lost > 0) {
    return "exposure.frames_lost: not 0 without a glitch";
  }
  if (report.gap_us_sum > report.glitches * kLongestGapUs) {
    return "exposure.gap_us_sum: above 1 s for each glitch";
  }
  return "";
}

std::string check_cells(const ReceivedReport& report) {
  std::bitset<100> seen;
  int64_t seconds = 0;
  int64_t glitches = 0;
  for (const LoadCell& cell : report.cells) {
    const size_t place = cell.cpu_bin * size_t{10} + cell.memory_bin;
    if (seen[place]) return "cells.rows: a cell is there twice";
    seen[place] = true;
    seconds += cell.seconds;
    glitches += cell.glitches;
  }
  if (std::abs(seconds * 1000 - report.exposure_ms()) > kCellSlackMs) {
    return "cells.rows: seconds differ from the session's by more than 2 s";
  }
  if (glitches != report.glitches) return "cells.rows: glitches differ from exposure.glitches";
  return "";
}

std::string check_list(const ReceivedReport& report) {
  const auto listed = static_cast<int64_t>(report.listed.size());
  if (listed + report.glitches_dropped > report.glitches) {
    return "glitches: more than exposure.glitches";
  }
  int64_t frames = 0;
  for (const ReportedGlitch& glitch : report.listed) {
    if (glitch.at_ms > report.duration_ms) return "glitches.t_ms: above session.duration_ms";
    frames += glitch.frames;
  }
  return frames > report.frames_lost ? "glitches.frames: above exposure.frames_lost in sum" : "";
}

}  // namespace

std::string find_contradiction(const ReceivedReport& report, int64_t now_hour) {
  if (report.kind == ReportKind::kDeletion) return "";
  if (std::string wrong = check_session(report, now_hour); !wrong.empty()) return wrong;
  if (std::string wrong = check_exposure(report); !wrong.empty()) return wrong;
  if (std::string wrong = check_cells(report); !wrong.empty()) return wrong;
  return check_list(report);
}

}  // namespace holdfast
