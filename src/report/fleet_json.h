// SPDX-License-Identifier: MIT
// A fleet's numbers for programs: what the pages show, as one object holdfast.stats/1.
#pragma once

#include <string>

#include "core/fleet_overview.h"

namespace holdfast {

/// One line of JSON, without its line feed. Intervals are for 95 %, and say what they rest on
/// (`interval_basis`).
std::string fleet_json(const FleetOverview& overview);

}  // namespace holdfast
