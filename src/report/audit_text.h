// SPDX-License-Identifier: MIT
// The calls of an audit for people: a line each as they happen, then who made them.
#pragma once

#include <optional>
#include <string>

#include "core/audited_call.h"
#include "core/lock_tally.h"

namespace holdfast {

/// How an audit went, as a whole.
struct AuditSummary {
  bool has_followed = true;  ///< False: no calls were followed, only memory was looked at.
  int64_t calls = 0;
  int64_t failed = 0;
  std::optional<int64_t> least_left_bytes;  ///< Nothing: the limit never counted.
  int64_t processes = 0;
  int64_t stops = 0;  ///< How often a thread was stopped to be looked at.
  /// Of the program that was started, 128 + the signal that ended it; nothing while it runs.
  std::optional<int> program_exit_code;
  std::optional<int> program_signal;
  int64_t threads = 0;  ///< Whose coverage was taken.
  int64_t open_bytes = 0;
  std::optional<bool> holds;  ///< Nothing: no thread could be looked at.
};

/// The line above the calls.
std::string audit_heading();

/// One line, with its line break; a second one says why a call was refused, where that is known.
std::string call_text(const AuditedCall& call, uint64_t page_bytes);

/// The whole call stack, a line per function.
std::string stack_text(const AuditedCall& call);

/// What each function locked and unlocked; "" when there were no calls.
std::string callers_text(const LockTally& tally);

/// The last lines.
std::string audit_summary_text(const AuditSummary& summary);

}  // namespace holdfast
