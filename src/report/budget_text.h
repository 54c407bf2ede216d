// SPDX-License-Identifier: MIT
// Words for causes: where the time of a glitch went and what proves it, and the sentence that sums
// up a run.
#pragma once

#include <string>

#include "core/glitch.h"
#include "core/session_info.h"

namespace holdfast {

/// "stack of thread audio", "libfoo.so library text, Biquad::process+0x40"; with the address where
/// nothing else is known. Empty for causes that have no place.
std::string place_text(const BudgetPart& part);

/// "swap" or "file": where the page had to come from; "anonymous" for new or swapped-in pages that
/// needed no I/O. Empty for other causes.
std::string backing_text(const BudgetPart& part);

/// "2 major faults, 3.61 ms, 1.39 ms of it asleep for I/O; touched by f+0x12".
std::string evidence_text(const BudgetPart& part);

/// "page_fault 92 % (stack of thread audio)": the largest cause, without line break.
std::string cause_text(const Glitch& glitch);

/// One line per part: cause, time, share, place, evidence.
std::string budget_text(const Glitch& glitch);

/// What the run says about its glitches: how many of how many, the most expensive owner of pages,
/// what to try next; or, honestly, that it was not memory, or that nobody looked. No line break.
std::string verdict_text(const Summary& summary, const SessionInfo& info);

/// A table of the most expensive owners of pages; empty without page faults.
std::string pages_text(const Summary& summary);

}  // namespace holdfast
