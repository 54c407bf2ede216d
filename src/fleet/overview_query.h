// SPDX-License-Identifier: MIT
// The filter in a page's address: /?app=my-editor&version=1.2&arm=none&since=2026-01-31.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/fleet_overview.h"

namespace holdfast::fleet {

/// The path of a target, without its query.
std::string_view path_of(std::string_view target);

/// The filter of a target's query. Words that it does not know, and values that no report could
/// have, are left out.
FleetFilter filter_of(std::string_view target);

}  // namespace holdfast::fleet
