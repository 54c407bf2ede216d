// SPDX-License-Identifier: MIT
// Residency for programs: JSON Lines of schema "holdfast.residency/1". Every object says in "event"
// what it is: thread, missing, region, left, unmapped, returned or summary.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "report/residency_text.h"

namespace holdfast {

/// event "thread": which thread of which process is watched, and why that one.
std::string thread_json(Nanos utc, int pid, const ProcessStatus& process,
                        const ThreadChoice& choice);

/// event "missing": something that could not be found out, and what it would take.
std::string missing_json(Nanos utc, const Unavailable& missing);

/// event "region": one row of the table.
std::string region_json(Nanos utc, const RegionRow& row);

/// events "left", "unmapped" and "returned", as far as they happened.
std::vector<std::string> change_json(const ResidencyEvent& event);

/// event "summary".
std::string summary_json(Nanos utc, const ResidencySummary& summary);

}  // namespace holdfast
