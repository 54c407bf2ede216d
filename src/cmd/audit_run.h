// SPDX-License-Identifier: MIT
// One run of `holdfast audit`: the tracer's stops become calls with names, and the memory of
// real-time threads is looked at in the moments that matter: before something is unlocked, when a
// thread ends, and at the end.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/audited_call.h"
#include "core/lock_coverage.h"
#include "core/lock_tally.h"
#include "probe/call_tracer_linux.h"
#include "report/audit_text.h"
#include "session/call_names.h"

namespace holdfast::cmd {

/// What to audit, and whom to tell.
struct AuditRunOptions {
  std::vector<std::string> program;  ///< Empty: `pid` is attached to.
  pid_t pid = 0;
  std::string thread;  ///< Name or id of the threads to judge; empty: those that are real-time.
  Nanos duration;      ///< 0: until the program ends, or a stop is asked for.
  std::function<void()> on_start;  ///< It runs, or is attached to.
  std::function<void(const AuditedCall&)> on_call;
  std::function<void(const Unavailable&)> on_missing;  ///< Each once.
};

/// What came of it.
struct AuditResult {
  LockTally tally;
  std::vector<ThreadCoverage> coverage;  ///< One per thread that is judged.
  AuditSummary summary;
};

/// Errors: kUnavailable when the program cannot be started, or the process not be traced.
Result<AuditResult> run_audit(const AuditRunOptions& options);

/// Only looks at what is locked now; holds nobody up but for mmap().
Result<AuditResult> look_at_locks(const AuditRunOptions& options);

}  // namespace holdfast::cmd
