// SPDX-License-Identifier: MIT
// The budget of a glitch where the kernel gives no events, only counters: of each slow callback
// (faults, switches, time on the processor), and of the thread between two readings. The amounts
// are right; where in time they lie is not known, so the parts are marked as estimated.
#pragma once

#include "core/address_space.h"
#include "core/budget.h"
#include "core/observation.h"
#include "core/thread_facts.h"

namespace holdfast {

/// What a minor fault costs where only the number of them is known (measured: 1.5 us for a new
/// page, 0.7 us for one that is in memory already). Rather too small than too large, so that memory
/// is not blamed for what code did.
inline constexpr Nanos kLeastMinorFault = kMicrosecond;

/// For levels kPolls and kCounters.
Budget budget_from_counters(TimeSpan window, const ObservedThread& observed,
                            const ThreadFacts& facts, const AddressSpace& space);

}  // namespace holdfast
