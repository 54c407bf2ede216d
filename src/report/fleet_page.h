// SPDX-License-Identifier: MIT
// The dashboard's pages as HTML that needs no script: tables, and drawings as SVG inside. Whatever
// came in with a report is text on them and never markup.
#pragma once

#include <string>
#include <string_view>

#include "core/fleet_overview.h"

namespace holdfast {

/// What every page is sent with: nothing of anybody else's, no script, no frame around it.
inline constexpr const char* kPagePolicy =
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

/// The page of a fleet. `today`: days since 1970.
std::string fleet_page(const FleetOverview& overview, int64_t today);

/// The page of one report, of which `text` is the JSON that came in.
std::string report_page(std::string_view id, std::string_view text);

/// A page that says that there is none.
std::string missing_page(std::string_view what);

/// The one style sheet, light and dark.
std::string_view fleet_style();

}  // namespace holdfast
