// SPDX-License-Identifier: MIT
#include "cmd/verdict.h"

#include "cmd/exit.h"
#include "report/glitch_text.h"
#include "rt/record.h"

namespace holdfast::cmd {

void print_glitch(const Glitch& glitch, const SessionInfo& info, Output& output) {
  if (output.is_json()) {
    output.line(glitch_json(glitch));
  } else {
    output.alarm_line(glitch_line(glitch, info));
  }
}

void print_summary(const Summary& summary, const SessionInfo& info, Output& output) {
  if (output.is_json()) {
    output.line(summary_json(summary, info));
  } else {
    output.text(summary_text(summary, info));
  }
}

int exit_code_of(const Summary& summary) {
  if (!summary.is_trustworthy()) return kNotTrustworthy;
  const bool is_cut_short = summary.end_reason == static_cast<int64_t>(EndReason::kDeviceGone);
  return summary.glitches > 0 || is_cut_short ? kGlitches : kHolds;
}

}  // namespace holdfast::cmd
