// SPDX-License-Identifier: MIT
#include "core/report_crossover.h"

#include <algorithm>

namespace holdfast {

std::vector<CrossoverSet> crossover_sets(const ReceivedReport& report) {
  std::vector<CrossoverSet> sets;
  for (const ReportedGlitch& glitch : report.listed) {
    const size_t size = std::min(glitch.cpu_percent.size(), glitch.memory_percent.size());
    const auto own = static_cast<size_t>(std::max<int64_t>(glitch.before, 0));
    if (own >= size) continue;
    CrossoverSet set;
    set.group = static_cast<int64_t>(report.install);
    for (size_t i = 0; i < size; ++i) {
      const LoadPoint point = {glitch.cpu_percent[i] / 100, glitch.memory_percent[i] / 100};
      i == own ? static_cast<void>(set.glitch = point) : set.others.push_back(point);
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace holdfast
