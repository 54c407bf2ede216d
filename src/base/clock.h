// SPDX-License-Identifier: MIT
// Time as an argument: whoever needs to know when it is takes a Clock, so that tests run hours in
// milliseconds. The audio thread never calls through this interface; it reads its clock directly.
#pragma once

#include "base/quantity.h"

namespace holdfast {

/// A monotonic clock that can also wait.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Now, on CLOCK_MONOTONIC or its simulation. Any thread.
  [[nodiscard]] virtual Nanos now() const = 0;
  /// Returns at `time` or later; at once when it has passed.
  virtual void sleep_until(Nanos time) = 0;
};

}  // namespace holdfast
