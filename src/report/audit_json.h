// SPDX-License-Identifier: MIT
// An audit for programs: JSON Lines of the schemas holdfast.audit_call/1, holdfast.audit_caller/1,
// holdfast.audit_coverage/1, holdfast.audit_missing/1 and holdfast.audit_summary/1.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "core/lock_coverage.h"
#include "report/audit_text.h"

namespace holdfast {

/// One call with its whole stack.
std::string audit_call_json(const AuditedCall& call, uint64_t page_bytes);

/// What one function locked and unlocked.
std::string audit_caller_json(const CallerSum& sum);

/// One thread with all its regions.
std::string audit_coverage_json(const ThreadCoverage& coverage);

/// Something that could not be found out, and what it would take.
std::string audit_missing_json(const Unavailable& missing);

std::string audit_summary_json(const AuditSummary& summary);

}  // namespace holdfast
