// SPDX-License-Identifier: MIT
// How often threads may wake when they may only cost so much. A wake costs 3 us on one machine and
// 30 us on another (a virtual one pays for every timer), so a fixed period would be either blind or
// expensive; the period follows from what the wakes were measured to cost.
#pragma once

#include <cstdint>

#include "base/quantity.h"

namespace holdfast {

/// What waking may cost.
struct WakeBudget {
  Nanos shortest_period = kMillisecond;
  Nanos longest_period = kMillisecond * 50;
  int64_t cpu_per_million = 2500;  ///< Of one processor, for all threads together.
};

/// The period that keeps the budget, if `rounds` wakes of all threads cost `cpu` together. With
/// nothing measured: the longest.
Nanos period_within(const WakeBudget& budget, Nanos cpu, int64_t rounds);

}  // namespace holdfast
