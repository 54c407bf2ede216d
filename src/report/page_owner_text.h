// SPDX-License-Identifier: MIT
// Words for the owner of a page: whose it is, and where its content has to come from.
#pragma once

#include <cstdint>
#include <string>

#include "core/page_owner.h"

namespace holdfast {

/// "stack of thread audio", "libfoo.so library text, Biquad::process+0x40", "heap"; with the
/// address where nothing else is known.
std::string owner_text(const PageOwner& owner, uint64_t address);

/// "file" or "swap": where the page had to come from; "anonymous" for new or swapped-in pages that
/// needed no I/O (`is_major` is false).
std::string backing_text(const PageOwner& owner, bool is_major);

}  // namespace holdfast
