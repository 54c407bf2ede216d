// SPDX-License-Identifier: MIT
// What `holdfast load` is asked to hold: one number of the memory system, as people write it. All
// but one are rates of a counter; the exception is an amount of memory to leave.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast {

/// What is held.
enum class LoadGoal {
  kPasses,      ///< Nothing: the seed's two passes, over and over.
  kStallsSome,  ///< Share of time in which at least one task waited for memory (PSI "some").
  kStallsFull,  ///< Share of time in which all tasks that were not idle did (PSI "full").
  kSwapOut,     ///< Bytes per second that leave to swap.
  kRefaults,    ///< Pages per second that had left and were needed again.
  kLeft,        ///< Bytes of memory that are left to others without swapping.
};

/// A goal and its value: a share of 1, bytes per second, pages per second, or bytes.
struct LoadTarget {
  LoadGoal goal = LoadGoal::kPasses;
  double value = 0;

  friend bool operator==(const LoadTarget&, const LoadTarget&) = default;
};

/// "40%" or "12.5%" for stalls, "50MB/s" for swap-out, "500/s" for refaults, "200MB" for left.
/// Sizes are in powers of 1024, as everywhere. Errors: kUsage with an example; what no load could
/// reach (0, 100 % and more of a time) is refused here.
Result<LoadTarget> parse_load_target(LoadGoal goal, std::string_view text);

/// A goal by its option's name and its value: "psi=40%", "psi-full=10%", "swap-out=50MB/s",
/// "refaults=500/s", "left=200MB"; "passes" has none. Errors: kUsage, with what there is.
Result<LoadTarget> parse_named_target(std::string_view text);

/// "40.0 %", "50.0 MiB/s", "500 /s", "200.0 MiB".
std::string load_value_text(LoadGoal goal, double value);

/// "psi_some", "psi_full", "swap_out", "refaults", "left", "passes": stable names for JSON.
std::string_view name_of(LoadGoal goal);

/// A staircase of `steps` equal steps that ends at `target`. For kLeft it goes down to the target
/// from `left_now_bytes`; all other goals climb from 0.
std::vector<LoadTarget> staircase(const LoadTarget& target, int steps, double left_now_bytes);

}  // namespace holdfast
