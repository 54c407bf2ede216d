// SPDX-License-Identifier: MIT
#include "core/fleet_overview.h"

namespace holdfast {

CellSums total_of(const std::array<CellSums, kInstallBuckets>& cells) {
  CellSums total{};
  for (const CellSums& bucket : cells) total += bucket;
  return total;
}

}  // namespace holdfast
