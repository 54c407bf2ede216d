// SPDX-License-Identifier: MIT
// The facts of a run over time, as columns of numbers: what the pictures of a page are drawn from.
#pragma once

#include "core/session_facts.h"
#include "report/json_writer.h"

namespace holdfast {

/// The member `charts` of the open object: an object per picture, null for what the trace does not
/// hold. Times count from the begin of the run, `after_us` and `after_ms` from the row before;
/// shares are per mille; null inside a column: not known. `major` of the faults: which of them
/// were.
void add_charts(JsonWriter& json, const SessionFacts& facts);

/// Where a page belongs in the picture of pages: "stack of thread audio", "libfoo.so library text".
std::string page_group(const PageOwner& owner);

}  // namespace holdfast
