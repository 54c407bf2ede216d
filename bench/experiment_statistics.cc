// SPDX-License-Identifier: MIT
// The long form of what the unit tests of core/experiment_judge and core/event_rate check in short:
// simulated experiments whose truth is known. One line per figure: name, asked, measured, 1 if it
// holds. Fixed seeds, so that it says the same each time. About a minute.
#include <cstdio>
#include <vector>

#include "core/dispersion.h"
#include "tests/support/simulated_experiment.h"

namespace holdfast {
namespace {

constexpr int kCoverageExperiments = 10'000;
constexpr int kEqualExperiments = 1'000;

void print(const char* name, double burst, double percent, const char* asked, bool holds) {
  std::printf("%s, bursts of %g\t%s\t%.1f %%\t%d\n", name, burst, asked, percent, holds ? 1 : 0);
}

void coverage(double burst) {
  std::mt19937_64 random(7);
  int rate = 0;
  int ratio = 0;
  for (int i = 0; i < kCoverageExperiments; ++i) {
    const ArmBlocks none = test::simulated_arm({20, burst}, 12, 1.0 / 3, random);
    const ArmBlocks half = test::simulated_arm({10, burst}, 12, 1.0 / 3, random);
    rate += rate_interval(sum_of(none), 0.05, estimate_dispersion({none})).has(20);
    const Dispersion dispersion = estimate_dispersion({none, half});
    ratio += ratio_interval(sum_of(half), sum_of(none), 0.05, dispersion).has(0.5);
  }
  const double rate_percent = 100.0 * rate / kCoverageExperiments;
  const double ratio_percent = 100.0 * ratio / kCoverageExperiments;
  print("10,000 experiments: interval holds the rate", burst, rate_percent, ">= 94 %",
        rate_percent >= 94);
  print("10,000 experiments: interval holds the ratio", burst, ratio_percent, ">= 94 %",
        ratio_percent >= 94);
}

/// Percentage of experiments that end in `wanted`, or in anything else when `is_other`.
double share(const std::vector<LockArm>& arms, const std::vector<test::TrueRate>& truths,
             double drift, ExperimentVerdict wanted) {
  const ExperimentDesign design = test::ten_minutes(arms);
  const ExperimentJudge judge(design);
  std::mt19937_64 random(1);
  int count = 0;
  for (int i = 0; i < kEqualExperiments; ++i) {
    count += test::simulated_experiment(judge, design, truths, drift, random).verdict == wanted;
  }
  return 100.0 * count / kEqualExperiments;
}

void equal_arms(double burst, double drift) {
  const std::vector<LockArm> arms = {LockArm::kNone, LockArm::kNone};
  const double same =
      share(arms, {{20, burst}, {20, burst}}, drift, ExperimentVerdict::kNoDifference);
  print("1,000 A/A experiments: called different", burst, 100 - same, "<= 5 %", 100 - same <= 5);
}

void halving() {
  const double found =
      share({LockArm::kNone, LockArm::kAll}, {{20, 1}, {10, 1}}, 0, ExperimentVerdict::kRemoves);
  print("halving at 20 a minute, 10 min: found", 1, found, ">= 90 %", found >= 90);
}

}  // namespace
}  // namespace holdfast

int main() {
  for (const double burst : {1.0, 2.0, 5.0}) holdfast::coverage(burst);
  for (const double burst : {1.0, 4.0}) holdfast::equal_arms(burst, burst > 1 ? 0.5 : 0);
  holdfast::halving();
  return 0;
}
