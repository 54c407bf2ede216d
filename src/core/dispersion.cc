// SPDX-License-Identifier: MIT
#include "core/dispersion.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr double kLeastFactor = 0.2;

}  // namespace

EventCount sum_of(const ArmBlocks& blocks) {
  EventCount sum;
  for (const EventCount& block : blocks) {
    sum.events += block.events;
    sum.time += block.time;
  }
  return sum;
}

Dispersion estimate_dispersion(const std::vector<ArmBlocks>& arms) {
  double chi_squared = 0;
  double degrees = 0;
  bool has_events = false;
  for (const ArmBlocks& blocks : arms) {
    const EventCount sum = sum_of(blocks);
    if (sum.events <= 0) continue;
    has_events = true;
    degrees += static_cast<double>(blocks.size()) - 1;
    for (const EventCount& block : blocks) {
      const double expected = block.time * sum.rate();
      if (expected <= 0) continue;
      const double excess = block.events - expected;
      chi_squared += excess * excess / expected;
    }
  }
  if (!has_events) return {};
  if (degrees <= 0) return {1, 0};
  return {std::max(kLeastFactor, chi_squared / degrees), degrees};
}

}  // namespace holdfast
