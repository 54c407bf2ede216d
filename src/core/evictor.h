// SPDX-License-Identifier: MIT
// Pushes pages out so that the next access needs I/O, and says of each what became of it. Asking
// the kernel once is not enough: a page of data goes to swap and stays in RAM beside it, where the
// next access finds it. It has to be read back, clean now, and pushed out again.
#pragma once

#include <cstddef>
#include <vector>

#include "core/eviction.h"
#include "core/eviction_ground.h"

namespace holdfast {

/// One piece of a range; its place in the list is its number for the EvictionGround.
struct EvictionPart {
  size_t range = 0;  ///< Index of the range that it counts for.
  size_t pages = 0;
};

/// When to give up. Threads that are held take no time from others, but lose their own.
struct EvictionLimits {
  int most_attempts = 60;          ///< Per batch of pages.
  Nanos longest_hold{20'000'000};  ///< After this the threads run for as long.
  size_t batch_pages = 128;        ///< Of pages that go to swap: so many at a time.
};

/// Pushes out every page of `parts` that is in RAM. `ranges` come with names and sizes, and are
/// returned with their counts, each judged while the threads were held. Errors: the ground's.
Result<Eviction> evict(std::vector<EvictedRange> ranges, const std::vector<EvictionPart>& parts,
                       EvictionGround& ground, const EvictionLimits& limits = {});

}  // namespace holdfast
