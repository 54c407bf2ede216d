// SPDX-License-Identifier: MIT
// The lock plan of a recorded run, in its report: the list that `holdfast plan` makes of the same
// trace, under the lock limit that the run had.
#pragma once

#include <string>

#include "core/session_facts.h"
#include "report/json_writer.h"

namespace holdfast {

/// A report lists so many ranges; `holdfast plan` all.
inline constexpr size_t kListedLocks = 40;

/// A section of HTML; empty when there is no plan.
std::string lock_plan_section_html(const SessionFacts& facts);

/// The member "lock_plan" of the report: null when there is none.
void add_lock_plan(JsonWriter& json, const SessionFacts& facts);

/// One line with line break for a text report; empty when there is no plan.
std::string lock_plan_line(const SessionFacts& facts);

}  // namespace holdfast
