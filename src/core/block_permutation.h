// SPDX-License-Identifier: MIT
// The test that assumes nothing of how glitches come: only that the order of the arms was drawn by
// lot. If an arm made no difference, its blocks and those of the reference could have changed
// places in any round; how often would that have given a difference as large as the one that was
// seen?
#pragma once

#include <cstdint>
#include <vector>

#include "core/event_rate.h"

namespace holdfast {

/// One round: one block of each of two arms, which the lot could have exchanged.
struct BlockPair {
  EventCount treated;
  EventCount reference;
};

/// Two-sided p-value of the difference of the mean rates, over all exchanges within rounds
/// (R. Fisher, "The Design of Experiments", 1935, section 21). Exact up to 12 rounds; beyond, that
/// of 4095 exchanges drawn from `seed`, counting the one that happened (B. Phipson & G. Smyth,
/// Stat. Appl. Genet. Mol. Biol. 9, 2010: never 0, never too small). 1 without rounds; with n
/// rounds it cannot be less than 2 / 2^n.
double permutation_p_value(const std::vector<BlockPair>& rounds, uint64_t seed);

}  // namespace holdfast
