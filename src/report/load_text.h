// SPDX-License-Identifier: MIT
// The live line, the result of each step and the staircase of `holdfast load`, for people and as
// JSON of schema "holdfast.load/1", whose objects say in `event` which of the two they are.
#pragma once

#include <string>
#include <vector>

#include "core/load_sample.h"

namespace holdfast {

/// "00:12  psi_some 39.2 % of 40.0 % (holding) | ..." without a line break.
std::string load_line(const LoadSample& sample);

/// `event` "sample".
std::string load_json(const LoadSample& sample);

/// `event` "note": what was limited, refused, or ended.
std::string load_note_json(const std::string& note);

/// One sentence or two, without a line break.
std::string load_step_text(const LoadStep& step);

/// `event` "step".
std::string load_step_json(const LoadStep& step);

/// The dose-response table of a staircase: a line for each step; complete lines.
std::string load_stairs_text(const std::vector<LoadStep>& steps);

}  // namespace holdfast
