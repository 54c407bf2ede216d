// SPDX-License-Identifier: MIT
// A run in one block of text, to paste into a message to somebody else.
#pragma once

#include <span>
#include <string>

#include "core/session_facts.h"

namespace holdfast {

/// Complete lines: verdict, numbers, the glitches that lost most, machine, limits. Holds none of
/// `names`, no other names of people that the trace's paths give away, and no folder of a home.
std::string session_paste_text(const SessionFacts& facts, std::span<const std::string> names);

}  // namespace holdfast
