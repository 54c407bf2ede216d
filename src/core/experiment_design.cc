// SPDX-License-Identifier: MIT
#include "core/experiment_design.h"

#include <numeric>
#include <random>
#include <utility>

#include "base/duration.h"
#include "core/experiment_power.h"

namespace holdfast {
namespace {

constexpr int64_t kMostRounds = 1000;

/// Uniform below `bound`. std::uniform_int_distribution gives other numbers in other libraries; the
/// bias of a remainder of 64 bits is nothing here.
size_t below(size_t bound, std::mt19937_64& random) {
  return static_cast<size_t>(random() % bound);
}

}  // namespace

std::vector<PlannedBlock> plan_blocks(const ExperimentDesign& design) {
  std::mt19937_64 random(design.seed);
  std::vector<PlannedBlock> blocks;
  std::vector<int> order(design.arms.size());
  std::iota(order.begin(), order.end(), 0);
  for (int round = 0; round < design.rounds; ++round) {
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i, random)]);
    for (const int arm : order) blocks.push_back({static_cast<int>(blocks.size()), round, arm});
  }
  return blocks;
}

Result<int> rounds_in(Nanos whole, const ExperimentDesign& design, Nanos settling, Nanos overhead) {
  const Nanos round =
      (design.block + design.washout + overhead) * static_cast<int64_t>(design.arms.size());
  const int64_t rounds = (whole - settling).count / round.count;
  if (rounds < 2) {
    const int64_t seconds = (settling.count + round.count * 2 + kSecond.count - 1) / kSecond.count;
    return usage_error("--for must hold two rounds of all arms: " + to_text(kSecond * seconds) +
                       " or more, not " + to_text(whole));
  }
  if (rounds > kMostRounds) {
    return usage_error("--for holds more than 1000 rounds; make --block longer");
  }
  return static_cast<int>(rounds);
}

double comparison_error(const ExperimentDesign& design) {
  return kExperimentError / static_cast<double>(design.arms.size() - 1);
}

double rate_for_halving(const ExperimentDesign& design) {
  const double minutes = static_cast<double>(design.block.count) * design.rounds / 60e9;
  return rate_needed(minutes, kHalving, {comparison_error(design), kExperimentPower, 1});
}

}  // namespace holdfast
