// SPDX-License-Identifier: MIT
#include "cmd/load_rates.h"

#include <sys/resource.h>

#include <algorithm>

namespace holdfast::cmd {
namespace {

int64_t own_processor_ns() {
  rusage use = {};
  getrusage(RUSAGE_SELF, &use);
  return (int64_t{use.ru_utime.tv_sec} + use.ru_stime.tv_sec) * kSecond.count +
         (int64_t{use.ru_utime.tv_usec} + use.ru_stime.tv_usec) * kMicrosecond.count;
}

constexpr double kPerNanosecond = 1e-9;

}  // namespace

void LoadRatesReader::Rate::add(Nanos now, int64_t count, double scale,
                                std::optional<double>& target) {
  const auto rate = counter.add(now, count);
  if (!rate) return;
  target = *rate * scale;
  is_new = true;
}

void LoadRatesReader::add(const probe::PressureCounts& counts, const act::LoadReport& report) {
  const Nanos now = counts.time;
  stalls_some_.add(now, counts.stalled_some_ns, kPerNanosecond, rates_.stalls_some);
  stalls_full_.add(now, counts.stalled_full_ns, kPerNanosecond, rates_.stalls_full);
  swap_out_.add(now, counts.swapped_out_bytes, 1, rates_.swap_out_bytes);
  refaults_.add(now, counts.refaults, 1, rates_.refaults);
  const int64_t others = counts.major_faults < 0
                             ? -1
                             : std::max<int64_t>(0, counts.major_faults - report.major_faults);
  if (has_others_) others_.add(now, others, 1, rates_.other_major_faults);
  std::optional<double> rate;
  processor_.add(now, report.processor_ns + own_processor_ns(), kPerNanosecond, rate);
  rates_.processor_share = rate.value_or(rates_.processor_share);
  rate.reset();
  touched_.add(now, report.touched_bytes, 1, rate);
  rates_.touched_bytes = rate.value_or(rates_.touched_bytes);
}

LoadRatesReader::Rate* LoadRatesReader::rate_of(LoadGoal goal) {
  switch (goal) {
    case LoadGoal::kStallsSome:
      return &stalls_some_;
    case LoadGoal::kStallsFull:
      return &stalls_full_;
    case LoadGoal::kSwapOut:
      return &swap_out_;
    case LoadGoal::kRefaults:
      return &refaults_;
    case LoadGoal::kLeft:
    case LoadGoal::kPasses:
      return nullptr;
  }
  return nullptr;
}

std::optional<double> LoadRatesReader::take(LoadGoal goal) {
  Rate* rate = rate_of(goal);
  if (rate == nullptr || !rate->is_new) return std::nullopt;
  rate->is_new = false;
  if (goal == LoadGoal::kStallsSome) return rates_.stalls_some;
  if (goal == LoadGoal::kStallsFull) return rates_.stalls_full;
  return goal == LoadGoal::kSwapOut ? rates_.swap_out_bytes : rates_.refaults;
}

Result<> check_sensors(const probe::PressureGauge& gauge, LoadGoal goal) {
  const bool is_share = goal == LoadGoal::kStallsSome || goal == LoadGoal::kStallsFull;
  const probe::PressureCounts counts = gauge.read();
  if (is_share && !gauge.has_stalls()) {
    return unavailable(
        "this kernel does not tell memory stalls (PSI); boot it with psi=1, or hold "
        "--swap-out, --refaults or --left");
  }
  if (goal == LoadGoal::kSwapOut && counts.swapped_out_bytes < 0) {
    return unavailable("this kernel does not count what is swapped out");
  }
  if (goal == LoadGoal::kRefaults && counts.refaults < 0) {
    return unavailable("this kernel does not count refaults");
  }
  return Done{};
}

}  // namespace holdfast::cmd
