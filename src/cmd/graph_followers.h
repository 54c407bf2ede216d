// SPDX-License-Identifier: MIT
// The programs of the sound system's graph that can make our audio thread late, each looked at by
// an observer of its own: the server, and the programs whose work comes before ours.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "cmd/counter.h"
#include "cmd/opened_device.h"
#include "core/session_info.h"
#include "session/observer.h"

namespace holdfast::cmd {

using GraphFollowers = std::vector<std::unique_ptr<session::Observer>>;

/// Looks at the server's audio thread, and at those of the programs before us, as closely as at our
/// own, and says in `info` at whom, how closely, and what was not granted. They outlive the run.
/// Needs an observer of our own thread. Errors: kUnavailable where there is no server or it may not
/// be looked at. A program that may not be looked at is a limitation.
Result<GraphFollowers> follow_graph(const CountOptions& options, const OpenedDevice& opened,
                                    SessionInfo& info);

}  // namespace holdfast::cmd
