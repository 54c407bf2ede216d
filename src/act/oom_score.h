// SPDX-License-Identifier: MIT
// Who dies first when memory runs out: whoever makes pressure volunteers.
#pragma once

#include "base/result.h"

namespace holdfast::act {

/// Makes this process, and children it starts later, the first choice of the out-of-memory killer.
/// Raising the score needs no privilege; lowering it again may.
Result<> volunteer_for_oom_kill();

}  // namespace holdfast::act
