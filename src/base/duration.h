// SPDX-License-Identifier: MIT
// Durations as people write them: 10s, 2.5s, 400ms, 50us, 10min, 1h.
#pragma once

#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast {

/// Parses a number with a unit (ns, us, ms, s, min, h). Exact to the nanosecond; up to 10 years.
/// Errors: kUsage, with an example.
Result<Nanos> parse_duration(std::string_view text);

/// An exact form that parse_duration() reads back, in the largest whole unit: "2500ms", "1h".
std::string to_text(Nanos duration);

}  // namespace holdfast
