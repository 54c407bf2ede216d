// SPDX-License-Identifier: MIT
#include "core/wake_budget.h"

#include <algorithm>

namespace holdfast {

Nanos period_within(const WakeBudget& budget, Nanos cpu, int64_t rounds) {
  if (cpu <= Nanos(0) || rounds <= 0 || budget.cpu_per_million <= 0) return budget.longest_period;
  const Nanos affordable{cpu.count / rounds * 1'000'000 / budget.cpu_per_million};
  return std::clamp(affordable, budget.shortest_period, budget.longest_period);
}

}  // namespace holdfast
