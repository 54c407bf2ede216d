// SPDX-License-Identifier: MIT
// Names a moment for people and for machines. Always UTC, so that a glitch in a report, a log and a
// trace from another continent can be laid side by side.
#pragma once

#include <string>

#include "base/quantity.h"

namespace holdfast {

/// "2024-02-13 16:26:25.258015 UTC". `utc` counts from 1970-01-01; below a microsecond is cut off.
std::string utc_text(Nanos utc);

/// "2024-02-13T16:26:25.258015Z" (ISO 8601), for JSON.
std::string utc_iso_text(Nanos utc);

/// "16:26:25.258015 UTC", for lines that follow each other within a day.
std::string utc_clock_text(Nanos utc);

}  // namespace holdfast
