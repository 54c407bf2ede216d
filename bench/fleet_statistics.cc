// SPDX-License-Identifier: MIT
// How often the statistics of field reports are right: simulated fleets whose truth is known,
// judged from the sums that a collector keeps. One line per figure: name, asked, measured, 1 if it
// holds. Fixed seeds, so that it says the same each time.
//
// usage: fleet_statistics [FLEETS]     1000 take about a minute and a half
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/format.h"
#include "bench/simulated_fleet.h"
#include "core/fleet_comparison.h"

namespace holdfast::bench {
namespace {

constexpr double kError = 0.05;
constexpr int kGlitchReports = 250;
constexpr int kMany = 1000;  // fleets of the long form

/// Binomial counts scatter: of few fleets less can be asked. Two standard deviations of what 1000
/// would not show.
double slack(double share, int fleets) {
  return fleets >= kMany ? 0 : 2 * std::sqrt(share * (1 - share) / fleets);
}

void print(const std::string& name, int count, int fleets, double low, double high) {
  const double share = static_cast<double>(count) / fleets;
  const bool holds = share >= low - slack(low, fleets) && share <= high + slack(high, fleets);
  std::string asked = low > 0 ? format("%.0f", 100 * low) + " to " : "at most ";
  asked += format("%.0f", 100 * high) + " %";
  std::printf("%d fleets: %s\t%s\t%.1f %%\t%d\n", fleets, name.c_str(), asked.c_str(), 100 * share,
              holds ? 1 : 0);
}

/// How often each interval held the truth.
struct Coverage {
  int share = 0;
  int rate = 0;
  int ratio = 0;
  int naive = 0;  ///< Glitches per hour, had they come independently of each other.
};

void coverage(const std::string& name, const FleetTruth& truth, int fleets) {
  std::mt19937_64 random(1);
  const GlitchRate rate(truth);
  const double per_hour = rate.mean_per_second() * 3600;
  std::vector<FleetTally> tallies;
  double expected = 0;
  Coverage held;
  for (int i = 0; i < fleets; ++i) {
    tallies.push_back(simulate_fleet(truth, rate, random));
    expected += tallies.back().expected_glitched;
    tallies.back().loads.clear();
  }
  // The probability of a session has no closed form; that of all fleets together is known 30 times
  // as well as one fleet tells it.
  const double share = expected / (1.0 * fleets * truth.installs * truth.sessions);
  for (const FleetTally& tally : tallies) {
    held.share += glitched_share(tally.all, kError).interval.has(share);
    held.rate += glitches_per_hour(tally.all, kError).interval.has(per_hour);
    const FleetBucket sum = sum_of(tally.all);
    held.naive += rate_interval({sum.glitches, sum.hours}, kError).has(per_hour);
    held.ratio +=
        compare(tally.locked, tally.unlocked, kError).ratio.interval.has(truth.locked_ratio);
  }
  std::fprintf(stderr, "%s: an interval that takes glitches for independent holds %.1f %%\n",
               name.c_str(), 100.0 * held.naive / fleets);
  print("interval holds \"1 of N sessions\", " + name, held.share, fleets, 0.92, 0.97);
  print("interval holds glitches per hour, " + name, held.rate, fleets, 0.92, 0.97);
  print("interval holds the ratio of locked to unlocked, " + name, held.ratio, fleets, 0.92, 0.97);
}

void trends(int fleets) {
  std::mt19937_64 random(2);
  FleetTruth only_cpu;
  only_cpu.memory_slope = 0;
  only_cpu.cpu_slope = 3;
  const GlitchRate rate(only_cpu);
  int memory = 0;
  int cpu = 0;
  for (int i = 0; i < fleets; ++i) {
    const FleetTally tally = simulate_fleet(only_cpu, rate, random);
    memory += load_trend(tally.loads, LoadAxis::kMemory).p_value < kError;
    cpu += load_trend(tally.loads, LoadAxis::kProcessor).p_value < kError;
  }
  print("trend with memory found where only the processor counts", memory, fleets, 0, 0.07);
  print("trend with the processor found there", cpu, fleets, 0.95, 1);
}

void crossover(int fleets) {
  std::mt19937_64 random(3);
  FleetTruth truth;
  truth.step_seconds = 1;
  truth.persistence = 0.9;
  int memory = 0;
  int cpu = 0;
  double sum = 0;
  for (int i = 0; i < fleets; ++i) {
    const Crossover found =
        case_crossover(simulate_glitch_reports(truth, kGlitchReports, random), kError);
    memory += found.is_known && found.memory.interval.has(truth.memory_slope);
    cpu += found.is_known && found.cpu.interval.has(truth.cpu_slope);
    sum += found.memory.slope;
  }
  std::fprintf(stderr, "mean slope with memory from glitches alone: %.3f, truth %.3f\n",
               sum / fleets, truth.memory_slope);
  print("slope with memory from glitches alone is in its interval", memory, fleets, 0.93, 1);
  print("slope with the processor likewise", cpu, fleets, 0.93, 1);
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) {
  const int fleets = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (fleets < 1) return 2;
  holdfast::bench::FleetTruth truth;
  holdfast::bench::coverage("few users have most", truth, fleets);
  truth.clean_weight = 50;
  if (fleets >= holdfast::bench::kMany)
    holdfast::bench::coverage("and 1 of 50 clean sessions is sent", truth, fleets);
  holdfast::bench::trends(fleets);
  holdfast::bench::crossover(fleets);
  return 0;
}
