// SPDX-License-Identifier: MIT
// Divides the lateness of a glitch among its causes. The window from due to back is cut wherever a
// fact begins or ends; each slice goes to the one fact that outranks the others there. What no fact
// claims is unexplained. Nothing is ever concluded from pages alone: page faults are blamed only
// when one of them was recorded inside the window.
//
// Who outranks whom: a host pause everything; a stopped process all of its threads; a thread that
// was preempted was runnable, also within a fault; a fault owns the time it slept for its I/O; a
// sleep within a callback is a block; a sleep for the device ends late either because the thread
// was runnable but did not run (the run delay that the scheduler counted, at the end of the sleep)
// or because the wake itself came late; the rest of a callback is its own code.
#pragma once

#include <optional>
#include <vector>

#include "core/address_space.h"
#include "core/glitch.h"
#include "core/observation.h"
#include "core/thread_facts.h"

namespace holdfast {

/// The answer for one glitch.
struct Attribution {
  CauseKind cause = CauseKind::kUnexplained;  ///< The largest part.
  std::vector<BudgetPart> budget;             ///< Adds up to the lateness.
  bool has_lost_facts = false;
  std::optional<bool> is_memory;  ///< Nothing when nobody looked.
};

/// `facts` must hold all that is known up to gap.woke.
Attribution attribute(const Gap& gap, const ObservedThread& observed, const ThreadFacts& facts,
                      const AddressSpace& space);

/// The same from the facts of another program's audio thread, for which ours had to wait.
Attribution attribute_other(const Gap& gap, const ObservedThread& observed,
                            const ThreadFacts& facts, const AddressSpace& space);

/// How long before gap.due facts may matter: what began earlier is not asked for.
inline constexpr Nanos kFactsBeforeDue = kSecond;

}  // namespace holdfast
