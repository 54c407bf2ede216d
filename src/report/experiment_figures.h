// SPDX-License-Identifier: MIT
// The pictures of an experiment, as SVG that needs no script: estimates with their intervals, and
// blocks in the order of time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/event_rate.h"
#include "core/experiment_judge.h"

namespace holdfast {

/// One line of a picture of intervals.
struct IntervalRow {
  std::string label;
  double estimate = 0;
  Interval interval;
  std::string text;  ///< Stands at the right.
};

/// Rates from 0 on.
std::string rate_figure(std::span<const IntervalRow> rows, const std::string& label);

/// Ratios on a logarithmic axis, with a line at 1.
std::string ratio_figure(std::span<const IntervalRow> rows, const std::string& label);

/// Glitches with a page fault inside of every block, coloured by arm; a block that does not count
/// is hollow.
std::string blocks_figure(const ExperimentResult& result, std::span<const BlockResult> blocks);

}  // namespace holdfast
