// SPDX-License-Identifier: MIT
// Whole experiments whose truth is known, measured block by block and judged after every round, as
// `holdfast prove` does: until decided or at the end.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "core/experiment_judge.h"
#include "tests/support/simulated_blocks.h"

namespace holdfast::test {

/// Ten minutes of blocks of 20 s, with 4 s lost around each.
inline ExperimentDesign ten_minutes(std::vector<LockArm> arms) {
  ExperimentDesign design;
  design.arms = std::move(arms);
  design.block = kSecond * 20;
  design.washout = kSecond * 3;
  design.rounds = *rounds_in(kSecond * 600, design, Nanos{}, kSecond);
  design.workload = "bytes=1048576";
  design.pressure = "refaults=500/s";
  return design;
}

inline BlockResult simulated_block(const PlannedBlock& planned, const ExperimentDesign& design,
                                   const TrueRate& truth, std::mt19937_64& random) {
  BlockResult block;
  block.index = planned.index;
  block.round = planned.round;
  block.arm = planned.arm;
  block.seconds = static_cast<double>(design.block.count) / 1e9;
  block.glitches = std::lround(simulated_glitches(truth, block.seconds / 60, random));
  block.page_fault_glitches = block.glitches;
  block.pressure = 500;
  return block;
}

/// Measures until it is decided. `truths`: of each arm. `drift`: how differently rounds go, as the
/// deviation of the logarithm of a factor that all arms of a round share.
inline ExperimentResult simulated_experiment(const ExperimentJudge& judge,
                                             const ExperimentDesign& design,
                                             const std::vector<TrueRate>& truths, double drift,
                                             std::mt19937_64& random) {
  std::vector<BlockResult> blocks;
  std::normal_distribution<double> normal;
  double factor = 1;
  for (const PlannedBlock& planned : plan_blocks(design)) {
    if (blocks.size() % design.arms.size() == 0) factor = std::exp(drift * normal(random));
    TrueRate truth = truths[static_cast<size_t>(planned.arm)];
    truth.per_minute *= factor;
    blocks.push_back(simulated_block(planned, design, truth, random));
    if (blocks.size() % design.arms.size() != 0) continue;
    ExperimentResult result = judge.look(blocks);
    if (result.is_decided) return result;
  }
  return judge.look(blocks);
}

}  // namespace holdfast::test
