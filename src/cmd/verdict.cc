// SPDX-License-Identifier: MIT
#include "cmd/verdict.h"

#include "cmd/exit.h"
#include "rt/record.h"

namespace holdfast::cmd {

int exit_code_of(const Summary& summary) {
  if (!summary.is_trustworthy()) return kNotTrustworthy;
  const bool is_cut_short = summary.end_reason == static_cast<int64_t>(EndReason::kDeviceGone);
  return summary.glitches > 0 || is_cut_short ? kGlitches : kHolds;
}

}  // namespace holdfast::cmd
