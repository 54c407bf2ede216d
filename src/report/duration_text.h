// SPDX-License-Identifier: MIT
// Durations for people.
#pragma once

#include <string>

#include "base/quantity.h"

namespace holdfast {

/// "2.67 ms", "340 us", "1.50 s": three significant digits.
std::string duration_text(Nanos duration);

}  // namespace holdfast
