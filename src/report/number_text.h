// SPDX-License-Identifier: MIT
// Estimates for people.
#pragma once

#include <string>

#include "core/event_rate.h"

namespace holdfast {

/// Three digits that count: "0.023", "1.40", "210"; "?" for what cannot be known, "inf".
std::string number_text(double value);

/// "0.40 to 1.2"; "any" for no upper end.
std::string range_text(const Interval& interval);

}  // namespace holdfast
