// SPDX-License-Identifier: MIT
// A fleet's numbers for people at a terminal: the headline, and what is behind it.
#pragma once

#include <string>

#include "core/fleet_overview.h"

namespace holdfast {

/// Several lines, complete with line breaks. What came in with reports is made printable.
std::string fleet_text(const FleetOverview& overview);

}  // namespace holdfast
