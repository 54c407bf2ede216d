// SPDX-License-Identifier: MIT
// What `holdfast load` tells: once a second how hard it presses and what that costs, and for each
// step, at its end, how well the target was held.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/quantity.h"
#include "core/hold_meter.h"
#include "core/load_target.h"

namespace holdfast {

/// Where the load is on its way.
enum class LoadPhase {
  kSettling,     ///< Not yet within 10 % of the target over 10 s.
  kHolding,      ///< Within.
  kUnreachable,  ///< All effort there is gives less than the target.
  kPassing,      ///< There is no target.
};

/// Rates around one moment; nothing where this machine does not tell.
struct LoadRates {
  std::optional<double> stalls_some;  ///< Share of time.
  std::optional<double> stalls_full;
  std::optional<double> swap_out_bytes;  ///< Per second.
  std::optional<double> refaults;        ///< Pages per second.
  std::optional<double>
      other_major_faults;      ///< Per second, of everybody in the scope but the load.
  double processor_share = 0;  ///< Of one processor, used by the load and its control.
  double touched_bytes = 0;    ///< Per second, by the load.
};

/// One moment.
struct LoadSample {
  Nanos elapsed;  ///< Since the first worker began.
  LoadTarget target;
  LoadPhase phase = LoadPhase::kSettling;
  std::optional<double> actual;  ///< Of the target's quantity; nothing before the first reading.
  LoadRates rates;
  int64_t left_bytes = 0;     ///< To others without swapping, in the scope.
  int64_t ballast_bytes = 0;  ///< Locked by the load.
  int64_t passes = 0;         ///< Only of kPasses.
  int kills = 0;              ///< How often the kernel has killed the load, which is its right.
};

/// A shorter step is not judged: half of it goes by before there is a window.
inline constexpr Nanos kShortestJudged = kSecond * 20;

/// One step at its end: a target, how it was held, and what happened to others meanwhile.
struct LoadStep {
  LoadTarget target;
  HoldResult hold;
  std::optional<double> reachable;           ///< Where the target was out of reach.
  std::optional<double> other_major_faults;  ///< Per second, over the whole step.
  double processor_share = 0;
  Nanos length;
};

/// "settling", "holding", "unreachable", "passing".
std::string_view name_of(LoadPhase phase);

}  // namespace holdfast
