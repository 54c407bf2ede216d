// SPDX-License-Identifier: MIT
// A moment as people write it, and as this project prints it.
#pragma once

#include <string_view>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast {

/// "2024-02-13 16:26:25.258015 UTC" as since 1970-01-01; also with 'T' between date and time, with
/// 'Z' or without a zone, and with fewer digits of a second, or none. Errors: kUsage.
Result<Nanos> parse_utc(std::string_view text);

}  // namespace holdfast
