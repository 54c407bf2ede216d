// SPDX-License-Identifier: MIT
// The tables of a run's page: every glitch, whose pages cost most, what the run was made on, and
// how far to trust it.
#pragma once

#include <string>

#include "core/session_facts.h"

namespace holdfast {

/// Sections of HTML; empty where there is nothing to list.
std::string glitch_table_html(const SessionFacts& facts);
std::string page_cost_table_html(const SessionFacts& facts);
std::string machine_section_html(const SessionFacts& facts);
std::string trust_section_html(const SessionFacts& facts);

}  // namespace holdfast
