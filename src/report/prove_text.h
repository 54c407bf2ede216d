// SPDX-License-Identifier: MIT
// An experiment of `holdfast prove` in words: what it can find, each block, and the verdict.
#pragma once

#include <string>

#include "core/experiment_block.h"
#include "core/experiment_design.h"
#include "core/experiment_judge.h"

namespace holdfast {

/// What will be done, and what it can find; complete lines.
std::string prove_plan_text(const ExperimentDesign& design);

/// One finished block, without a line break.
std::string prove_block_text(const ExperimentDesign& design, const BlockResult& block);

/// The verdict in one sentence or two, without a line break.
std::string prove_verdict(const ExperimentResult& result);

/// A table of the arms, the comparisons, and the verdict; complete lines.
std::string prove_text(const ExperimentResult& result);

}  // namespace holdfast
