// SPDX-License-Identifier: MIT
// How fast a counter of the kernel grows. Some of them stand still between updates (stall times are
// summed up every 2 s only), so the rate runs from change to change, not from reading to reading.
#pragma once

#include <cstdint>
#include <optional>

#include "base/quantity.h"

namespace holdfast {

/// The rate of one counter, from readings taken often.
class CounterRate {
 public:
  /// A rate covers `shortest` or more; a counter that has not moved for `longest` has rate 0.
  CounterRate(Nanos shortest, Nanos longest) : shortest_(shortest), longest_(longest) {}

  /// One reading; a rate per second whenever a new one is known. Readings of -1 (not known) give
  /// none, and a counter that went back begins anew.
  std::optional<double> add(Nanos now, int64_t counter);

 private:
  Nanos shortest_;
  Nanos longest_;
  Nanos begin_;
  int64_t begin_counter_ = -1;
};

}  // namespace holdfast
