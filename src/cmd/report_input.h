// SPDX-License-Identifier: MIT
// What `holdfast report` was given: a trace, or an experiment.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "core/experiment_block.h"
#include "core/session_facts.h"

namespace holdfast::cmd {

/// Experiments of one folder; one journal each.
using Experiments = std::vector<ExperimentJournal>;

/// A run or an experiment.
using ReportInput = std::variant<SessionFacts, Experiments>;

/// Reads `path`: a .hft trace ("-": standard input), a journal of `holdfast prove`, or a folder
/// with such journals. Errors: kUsage or kBadData when it is none of these, else what the system
/// says.
Result<ReportInput> read_report_input(const std::string& path);

}  // namespace holdfast::cmd
