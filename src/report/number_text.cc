// SPDX-License-Identifier: MIT
#include "report/number_text.h"

#include <cmath>

#include "base/format.h"

namespace holdfast {

std::string number_text(double value) {
  if (std::isnan(value)) return "?";
  if (std::isinf(value)) return "inf";
  if (value == 0) return "0";
  if (value < 0.1) return format("%.3f", value);
  return format(value < 10 ? "%.2f" : (value < 100 ? "%.1f" : "%.0f"), value);
}

std::string range_text(const Interval& interval) {
  return number_text(interval.low) + " to " +
         (std::isinf(interval.high) ? std::string("any") : number_text(interval.high));
}

}  // namespace holdfast
