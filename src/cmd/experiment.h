// SPDX-License-Identifier: MIT
// An experiment from its first block to its verdict: pressed, shown as it goes, kept, and judged.
// What `holdfast prove` and `holdfast demo` have in common.
#pragma once

#include <string>

#include "cmd/output.h"
#include "cmd/prove_journal.h"
#include "cmd/prove_stage.h"
#include "core/experiment_design.h"

namespace holdfast::cmd {

/// What a block takes besides its counted time and its washout: to start under pressure, to end.
inline constexpr Nanos kBlockOverhead = kMillisecond * 1500;
/// What a load needs until it holds; blocks begin then.
inline constexpr Nanos kPressureSettles = kSecond * 10;

/// Runs what `journal` does not hold yet. Whatever ends it, a stop included, what was measured gets
/// its verdict, and its page (see report/experiment_page.h) when `page` names a file. Returns the
/// exit code that the verdict stands for. Errors: of the load, of the blocks, of the page.
Result<int> run_experiment(const ExperimentDesign& design, ProveStage& stage, ProveJournal& journal,
                           const std::string& page, Output& output);

}  // namespace holdfast::cmd
