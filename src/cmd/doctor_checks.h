// SPDX-License-Identifier: MIT
// Everything that `holdfast doctor` tries, group by group: what was tried goes from probe and act
// to the judgement in core.
#pragma once

#include <functional>
#include <vector>

#include "base/quantity.h"
#include "core/finding.h"

namespace holdfast::cmd {

/// Takes the findings of one group.
using OnFindings = std::function<void(const std::vector<Finding>&)>;

/// Tries everything; each group is told as soon as it is known. `self_test`: how long the last one
/// takes; 0 leaves it out. Ends early when a stop is asked for.
void run_checks(Nanos self_test, const OnFindings& on_findings);

}  // namespace holdfast::cmd
