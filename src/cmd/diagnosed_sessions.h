// SPDX-License-Identifier: MIT
// The part of a diagnosis that is about recorded sessions: of each a copy of its trace, cut to the
// times that matter and without names, and the reports of that copy.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "cmd/diagnosis_draft.h"

namespace holdfast::cmd {

/// Which sessions, and what of them.
struct DiagnosedSessions {
  std::vector<std::string> inputs;  ///< Traces, or folders of them; none: the current folder.
  std::vector<Nanos> times;         ///< UTC; none: the whole session.
  Nanos around;                     ///< So much before and after each of the times.
};

/// Adds a folder "session-N" for each: of traces all, of a folder the one that began last, or with
/// `times` all that contain one. `on_session` is told where each comes from. No session in the
/// current folder is no error but a gap. Errors: kUsage when what was asked for is not there; what
/// the system says of a trace that was named.
Result<> diagnose_sessions(const DiagnosedSessions& wish, Redaction& redaction,
                           DiagnosisDraft& draft,
                           const std::function<void(const std::string&)>& on_session);

}  // namespace holdfast::cmd
