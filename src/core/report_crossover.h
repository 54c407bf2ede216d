// SPDX-License-Identifier: MIT
// From a report that a collector keeps to what the case-crossover comparison takes.
#pragma once

#include <vector>

#include "core/case_crossover.h"
#include "core/received_report.h"

namespace holdfast {

/// One set for each glitch that comes with a history of the seconds around it; none without consent
/// to details. Their group is the installation.
std::vector<CrossoverSet> crossover_sets(const ReceivedReport& report);

}  // namespace holdfast
