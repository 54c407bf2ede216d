// SPDX-License-Identifier: MIT
// A glitch and the verdict on a run, for people and as the JSON of the command-line contract.
#pragma once

#include <string>

#include "core/glitch.h"
#include "core/session_info.h"

namespace holdfast {

/// One line, without line break, for people.
std::string glitch_line(const Glitch& glitch, const SessionInfo& info);

/// One object of schema "holdfast.glitch/1".
std::string glitch_json(const Glitch& glitch);

/// Several lines: what was counted, how late the audio thread was, and how far to trust it.
std::string summary_text(const Summary& summary, const SessionInfo& info);

/// One object of schema "holdfast.summary/1".
std::string summary_json(const Summary& summary, const SessionInfo& info);

/// What the run is made of, one line per fact: device, position source, scheduling, locks, and what
/// was not granted.
std::string session_text(const SessionInfo& info);

}  // namespace holdfast
