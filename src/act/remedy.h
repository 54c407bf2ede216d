// SPDX-License-Identifier: MIT
// Carries out what core/remedy planned: writes files of our own, and settings of the running
// kernel. A file that somebody else wrote is never touched, nor is a link followed.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "core/remedy.h"

namespace holdfast::act {

/// What has become of one change.
struct RemedyOutcome {
  RemedyChange change;
  bool was_needed = true;  ///< False: it was like that already; nothing was done.
  std::string old_value;   ///< Of a setting, as far as it could be read.
};

/// Is there anything to do? A setting that this machine does not have is not needed. Errors:
/// kUnavailable when a file of somebody else is in the way.
Result<RemedyOutcome> plan_change(const RemedyChange& change, const std::string& root = "");

/// Does it. A file appears whole or not at all. Errors: what the kernel refused. `root` goes in
/// front of every path (tests).
Result<RemedyOutcome> carry_out(const RemedyChange& change, const std::string& root = "");

}  // namespace holdfast::act
