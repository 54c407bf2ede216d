// SPDX-License-Identifier: MIT
// Judges what came of watching: how much of a page fault, of a page and of another program this
// user gets to see. It decides how well glitches can be explained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/observation.h"

namespace holdfast {

/// What was tried.
struct ObserveTrials {
  /// A thread touched `touched_pages` fresh pages while it was observed; of these, so many faults
  /// were told, by address.
  std::optional<Observation> level;  ///< How closely it could be observed; nothing: not tried.
  std::string refusal;               ///< Why not more closely; may be empty.
  int touched_pages = 0;
  int seen_faults = 0;
  std::optional<int> paranoid;  ///< kernel.perf_event_paranoid
  Trial residency;  ///< pagemap and mincore told a touched page of ours from an untouched one.
  Trial tracing;    ///< PTRACE_SEIZE of a process of the same user that is not a child.
  bool is_traced = false;  ///< By a debugger: then nobody else can, and `tracing` says little.
  Trial others;  ///< Reading pagemap of another user's process; not tried when there is none.
  int asked_symbols = 0;  ///< Functions of the program and of libc whose names were asked for.
  int named_symbols = 0;
  bool is_privileged = false;  ///< root.
};

/// Findings of the group "observe".
std::vector<Finding> check_observe(const ObserveTrials& trials);

}  // namespace holdfast
