// SPDX-License-Identifier: MIT
// An experiment of `holdfast prove` as a page: its verdict, rates and ratios with their intervals,
// and every block. All of it is HTML and SVG; no script is needed to read it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/experiment_block.h"
#include "core/experiment_judge.h"

namespace holdfast {

/// An experiment and what is concluded from it.
struct ExperimentView {
  ExperimentResult result;
  std::vector<BlockResult> blocks;
};

/// Judges each.
std::vector<ExperimentView> views_of(std::span<const ExperimentJournal> journals);

/// One self-contained file of HTML. More than one experiment: one after the other, and beside each
/// other where they differ in pressure.
std::string experiment_page(std::span<const ExperimentView> views);

/// One object of schema "holdfast.report/1", kind "experiment": all that the page shows.
std::string experiment_report_json(std::span<const ExperimentView> views);

/// A block of text for a message; complete lines. It holds none of `names`, nor a folder of a home.
std::string experiment_paste_text(std::span<const ExperimentView> views,
                                  std::span<const std::string> names);

}  // namespace holdfast
