// SPDX-License-Identifier: MIT
// Tries whether this user may hold a process of its own that is not a child, as `holdfast evict`
// and `holdfast watch --pid` do.
#pragma once

#include "core/finding.h"

namespace holdfast::act {

/// A child seizes this process by ptrace, and ends, which lets it go; nothing is stopped by it. The
/// conditions of try_in_child() hold.
Trial try_to_trace();

/// A debugger holds this process, so that nobody else can.
bool is_being_traced();

}  // namespace holdfast::act
