// SPDX-License-Identifier: MIT
// The loop is closed around simulated memories: what an effort gives, with noise, saturation,
// thresholds and drift, as measured ones have. Time is counted in readings.
#include "core/effort_controller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace holdfast {
namespace {

/// What a memory gives for an effort at the n-th reading.
using Plant = std::function<double(double effort, int reading)>;

/// The readings of a run.
std::vector<double> run(EffortController& controller, const Plant& plant, int readings) {
  std::vector<double> actual;
  for (int reading = 0; reading < readings; ++reading) {
    actual.push_back(plant(controller.effort(), reading));
    controller.next(actual.back());
  }
  return actual;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The largest distance of a median over `window` readings from `target`, after `settling`.
double worst_window(const std::vector<double>& actual, double target, size_t settling,
                    size_t window) {
  double worst = 0;
  for (size_t end = settling + window; end <= actual.size(); ++end) {
    const auto last = actual.begin() + static_cast<std::ptrdiff_t>(end);
    const double value = median({last - static_cast<std::ptrdiff_t>(window), last});
    worst = std::max(worst, std::abs(value - target) / target);
  }
  return worst;
}

/// Noise of 5 % on each reading, as measured; the same in every run of the test.
Plant noisy(Plant plant) {
  auto random = std::make_shared<std::mt19937>(7);
  return [plant = std::move(plant), random](double effort, int reading) {
    return plant(effort, reading) * std::normal_distribution<double>(1, 0.05)(*random);
  };
}

/// Stall time of several workers: proportional at first, then less and less.
double stalls(double effort, double gain) {
  return 1 - std::pow(1 - gain * effort, 3);
}

TEST(EffortController, SettlesWithinFiveReadingsWhateverTheMemoryGives) {
  for (const double gain : {0.05, 0.2, 1.0, 5.0}) {
    EffortController controller(0.01, {0.005, 0.0001, 1});
    const auto actual = run(
        controller, [&](double e, int) { return gain * e; }, 6);
    EXPECT_NEAR(actual.back(), 0.01, 0.001) << gain;
  }
}

TEST(EffortController, HoldsStallsWithinTenPercentBesideNoise) {
  for (const double target : {0.2, 0.4, 0.6}) {
    EffortController controller(target, {target / 2, 0.001, 1});
    const auto actual = run(controller, noisy([](double e, int) { return stalls(e, 0.45); }), 300);
    EXPECT_LE(worst_window(actual, target, 10, 5), 0.1) << target;
    EXPECT_NEAR(median(actual), target, 0.02 * target) << target;
  }
}

TEST(EffortController, OneWildReadingIsNotFollowed) {
  EffortController controller(0.4, {0.4, 0.001, 1});
  const auto actual = run(
      controller, [](double e, int reading) { return reading == 20 ? 1.0 : e; }, 40);
  EXPECT_GT(actual[21], 0.4 * 0.65);
  EXPECT_NEAR(actual[26], 0.4, 0.04);
}

TEST(EffortController, FollowsADiskThatSlowsDown) {
  EffortController controller(50, {50, 1, 1e9});
  const auto actual = run(
      controller, [](double e, int reading) { return e * (reading < 50 ? 1.0 : 0.3); }, 100);
  EXPECT_NEAR(actual[49], 50, 1);
  EXPECT_NEAR(actual[60], 50, 5);
}

TEST(EffortController, DoesNotOvershootForLongAfterMemoryHasFilledUp) {
  // Nothing at all leaves before the memory is full, at the fifth reading.
  EffortController controller(0.4, {0.2, 0.001, 1});
  const auto actual = run(
      controller, [](double e, int reading) { return reading < 5 ? 0.0 : 0.8 * e; }, 30);
  EXPECT_LE(worst_window(actual, 0.4, 10, 3), 0.1);
}

TEST(EffortController, SettlesWhereLittleMoreEffortGivesMuchMore) {
  EffortController controller(0.3, {0.15, 0.001, 1});
  const auto actual = run(
      controller, [](double e, int) { return 8 * e * e; }, 40);
  EXPECT_NEAR(actual.back(), 0.3, 0.03);
}

TEST(EffortController, SaysWhatIsReachableWhenTheTargetIsNot) {
  EffortController controller(0.6, {0.3, 0.001, 1});
  run(
      controller, [](double e, int) { return 0.45 * e; }, 8);
  EXPECT_FALSE(controller.reachable());
  run(
      controller, [](double e, int) { return 0.45 * e; }, 20);
  ASSERT_TRUE(controller.reachable());
  EXPECT_NEAR(*controller.reachable(), 0.45, 0.01);
  EXPECT_DOUBLE_EQ(controller.effort(), 1);
}

TEST(EffortController, TargetThatIsAlmostReachedIsNotCalledOutOfReach) {
  EffortController controller(0.6, {0.3, 0.001, 1});
  run(
      controller, [](double e, int) { return 0.57 * e; }, 40);
  EXPECT_FALSE(controller.reachable());
}

TEST(EffortController, NewTargetBeginsWhereTheOldOneStood) {
  EffortController controller(0.2, {0.1, 0.001, 1});
  run(
      controller, [](double e, int) { return 0.5 * e; }, 20);
  controller.aim(0.4);
  EXPECT_NEAR(controller.effort(), 0.8, 0.02);
  EXPECT_DOUBLE_EQ(controller.target(), 0.4);
}

TEST(EffortController, EffortStaysInItsRange) {
  EffortController controller(1, {50, 0.5, 2});
  EXPECT_DOUBLE_EQ(controller.effort(), 2);
  EXPECT_DOUBLE_EQ(controller.next(0), 2);
  for (int i = 0; i < 20; ++i) controller.next(1e9);
  EXPECT_DOUBLE_EQ(controller.effort(), 0.5);
}

}  // namespace
}  // namespace holdfast
