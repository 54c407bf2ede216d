// SPDX-License-Identifier: MIT
// The end of a run: its last blocks wait for the slowest probe, but not for ever.
#pragma once

#include <functional>

#include "base/result.h"
#include "core/fact_merge.h"

namespace holdfast::session {

/// Calls `collect`, which fills and empties `merge`, until no block waits there any more, or for
/// 1.5 s. Errors: those of `collect`.
Result<> settle(const std::function<Result<>()>& collect, const FactMerge& merge);

}  // namespace holdfast::session
