// SPDX-License-Identifier: MIT
// From counters to what `holdfast load` shows and holds: the rates of everything that it reads.
#pragma once

#include <optional>

#include "act/load_worker.h"
#include "core/counter_rate.h"
#include "core/load_sample.h"
#include "probe/pressure_gauge_linux.h"

namespace holdfast::cmd {

/// Keeps the latest rate of each counter. One thread.
class LoadRatesReader {
 public:
  /// Without others in the scope there is nobody whose faults could be told.
  explicit LoadRatesReader(bool has_others) : has_others_(has_others) {}

  /// One reading of everything, taken at the same moment. What the workers' counters said before
  /// they were started anew must be in `report` already.
  void add(const probe::PressureCounts& counts, const act::LoadReport& report);

  [[nodiscard]] const LoadRates& rates() const { return rates_; }

  /// A new reading of the goal's quantity since the last call, as the controller wants it: each
  /// only once. kLeft and kPasses are no rates: none.
  std::optional<double> take(LoadGoal goal);

 private:
  struct Rate {
    CounterRate counter;
    bool is_new = false;

    void add(Nanos now, int64_t count, double scale, std::optional<double>& target);
  };
  Rate* rate_of(LoadGoal goal);

  bool has_others_;
  /// The kernel sums stalls up every 2 s.
  Rate stalls_some_{{kMillisecond * 1900, kSecond * 5}};
  Rate stalls_full_{{kMillisecond * 1900, kSecond * 5}};
  Rate swap_out_{{kSecond, kSecond}};
  Rate refaults_{{kSecond, kSecond}};
  Rate others_{{kSecond, kSecond}};
  Rate processor_{{kSecond, kSecond}};
  Rate touched_{{kSecond, kSecond}};
  LoadRates rates_;
};

/// A target needs its counter. Errors: kUnavailable, with what to do.
Result<> check_sensors(const probe::PressureGauge& gauge, LoadGoal goal);

}  // namespace holdfast::cmd
