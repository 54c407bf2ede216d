// SPDX-License-Identifier: MIT
// Who locks how much: the calls of an audit, added up by the function that made them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/audited_call.h"

namespace holdfast {

/// The calls of one kind that one function made, in all processes.
struct CallerSum {
  std::string caller;  ///< As frame_text().
  LockCallKind kind = LockCallKind::kMlock;
  int64_t calls = 0;
  int64_t failed = 0;
  int64_t asked_bytes = 0;  ///< Of those that succeeded.
  int last_error = 0;       ///< The errno of the last that failed.
};

/// Adds up. Not thread safe.
class LockTally {
 public:
  void add(const AuditedCall& call);

  /// In the order in which they came first.
  [[nodiscard]] const std::vector<CallerSum>& callers() const { return callers_; }
  [[nodiscard]] int64_t calls() const { return calls_; }
  [[nodiscard]] int64_t failed() const { return failed_; }
  /// The least that was left under the limit after a call; nothing when it never counted.
  [[nodiscard]] std::optional<int64_t> least_left_bytes() const { return least_left_bytes_; }

 private:
  std::vector<CallerSum> callers_;
  int64_t calls_ = 0;
  int64_t failed_ = 0;
  std::optional<int64_t> least_left_bytes_;
};

}  // namespace holdfast
