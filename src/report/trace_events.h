// SPDX-License-Identifier: MIT
// A run in the trace event format that Perfetto and Chrome read, on the clock of the kernel, so
// that it can be laid beside a trace of perf or ftrace.
#pragma once

#include <string>

#include "core/session_facts.h"

namespace holdfast {

/// One JSON object with `traceEvents`; times in microseconds of CLOCK_MONOTONIC. Glitches, page
/// faults and pauses are slices on a lane each; lateness, memory, stalls and processors counters,
/// and so is the share of each region that is in memory.
std::string trace_events_json(const SessionFacts& facts);

}  // namespace holdfast
