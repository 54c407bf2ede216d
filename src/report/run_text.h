// SPDX-License-Identifier: MIT
// The report of `holdfast run`, for people and for programs.
#pragma once

#include <string>

#include "core/run_report.h"

namespace holdfast {

/// The whole report. Lines end in line breaks.
std::string run_text(const RunReport& report);

/// Objects of schema "holdfast.run/1", one a line: event "region", "thread", "fault" and "note" for
/// each, "process" for each process, and "summary" at the end. Lines end in line breaks.
std::string run_json(const RunReport& report);

/// What is told as soon as a process is protected; without a line break.
std::string protected_text(const RunProcess& process);
/// Event "protected"; without a line break.
std::string protected_json(const RunProcess& process);

}  // namespace holdfast
