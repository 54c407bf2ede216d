// SPDX-License-Identifier: MIT
// The one directory in which everything is kept that has to be taken away again. Only this user can
// write there, so what it lists can be trusted at the next start.
#pragma once

#include <string>

#include "base/result.h"

namespace holdfast::act {

/// Makes and returns the directory: /var/lib/holdfast for root (on a disk, so that swap files fit
/// and a power failure does not make them forgotten), else $XDG_RUNTIME_DIR/holdfast, else
/// /tmp/holdfast-UID. Errors: kUnavailable when it belongs to somebody else or others may write.
Result<std::string> make_state_directory();

/// "holdfast-" + `kind` + "-PID-RANDOM": a name that nobody else has.
std::string unique_name(const std::string& kind);

}  // namespace holdfast::act
