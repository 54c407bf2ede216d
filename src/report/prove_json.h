// SPDX-License-Identifier: MIT
// An experiment of `holdfast prove` as JSON Lines. Design and blocks are its journal, too:
// core/experiment_block reads back what is written here.
#pragma once

#include <string>

#include "core/experiment_block.h"
#include "core/experiment_design.h"
#include "core/experiment_judge.h"

namespace holdfast {

/// One object of schema "holdfast.prove_design/1".
std::string prove_design_json(const ExperimentDesign& design);

/// One object of schema "holdfast.prove_block/1".
std::string prove_block_json(const ExperimentDesign& design, const BlockResult& block);

/// One object of schema "holdfast.prove/1": the verdict and all that it rests on.
std::string prove_json(const ExperimentResult& result);

}  // namespace holdfast
