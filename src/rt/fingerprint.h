// SPDX-License-Identifier: MIT
// What the timeline needs to know of a block's contents: is it all zero, and is it the same as the
// block before. One pass over the samples, no copies.
#pragma once

#include <cstdint>

#include "base/realtime.h"
#include "rt/block.h"

namespace holdfast {

/// Sets `content` and `is_silent` of `block` from its samples. -0.0 counts as silence. RT safe.
void fingerprint(Block& block, Samples samples) HF_REALTIME;

}  // namespace holdfast
