// SPDX-License-Identifier: MIT
// How much more than chance counts vary from block to block. A burst of glitches is one event that
// is counted many times; pressure that comes and goes does the same. What either does to an
// experiment shows in the scatter of its blocks.
#pragma once

#include <vector>

#include "core/event_rate.h"

namespace holdfast {

/// The blocks of one arm.
using ArmBlocks = std::vector<EventCount>;

/// All blocks of an arm as one.
EventCount sum_of(const ArmBlocks& blocks);

/// Pearson's chi-squared of all blocks against the rate of their arm, over its degrees of freedom
/// (P. McCullagh & J. Nelder, "Generalized Linear Models", 2nd ed. 1989, 4.5.2 and 6.2.3); 0.2 at
/// least, since blocks that look smoother than that are chance. An arm without an event tells
/// nothing of its scatter and is left out; without any event, or any second block, nothing is
/// known, and Poisson's law is assumed where there is no event, no interval at all where there are
/// some.
Dispersion estimate_dispersion(const std::vector<ArmBlocks>& arms);

}  // namespace holdfast
