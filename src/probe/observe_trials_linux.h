// SPDX-License-Identifier: MIT
// Tries out how much of page faults and pages this user gets to see: by taking some, and looking.
#pragma once

#include "core/observe_check.h"

namespace holdfast::probe {

/// Everything but `tracing`, `is_traced` and the symbols. Starts a thread that touches eight fresh
/// pages while it is observed; it has ended on return.
ObserveTrials try_to_observe();

}  // namespace holdfast::probe
