// SPDX-License-Identifier: MIT
// A run of a device of our own, with its audio thread protected and observed: what `count` and
// `record` have in common before the first block.
#pragma once

#include <memory>

#include "cmd/counter.h"
#include "cmd/opened_device.h"
#include "cmd/output.h"
#include "core/session_info.h"
#include "session/observer.h"

namespace holdfast::cmd {

/// Looks at the audio thread as closely as asked and allowed. Null when not asked to, and with
/// simulated time, where there is no such thread.
std::unique_ptr<session::Observer> observe_own(const CountOptions& options,
                                               const OpenedDevice& opened);

/// Everything that a trace says of the run. `observer` may be null.
Result<SessionInfo> describe_own(const CountOptions& options, const OpenedDevice& opened,
                                 const Protection& protection, const session::Observer* observer);

/// Locks what --no-lock leaves to be locked, and sees to the priority.
Protection protect_own(const CountOptions& options, const OpenedDevice& opened);

/// A sound server that ends and comes back: said at once, and its new audio thread protected.
void tell_presence(bool is_back, const OpenedDevice& opened, const CountOptions& options,
                   const char* program, Output& output);

}  // namespace holdfast::cmd
