// SPDX-License-Identifier: MIT
// The clock that every record uses, and how far UTC is from it.
#pragma once

#include "base/quantity.h"

namespace holdfast::probe {

/// CLOCK_MONOTONIC now. Any thread.
Nanos monotonic_now();

/// How long the calling thread has run on a processor.
Nanos thread_cpu_now();

/// UTC minus CLOCK_MONOTONIC, now; changes when the wall clock is set. Any thread.
Nanos utc_minus_monotonic();

}  // namespace holdfast::probe
