// SPDX-License-Identifier: MIT
// The arms of an experiment: what of a real-time thread's memory is locked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast {

/// One condition. The order is that of the words below.
enum class LockArm : uint8_t {
  kNone,   ///< Nothing.
  kStack,  ///< The thread's stack.
  kData,   ///< What it writes: working set, static data, rings.
  kText,   ///< Code and constants, of the program and all libraries.
  kPlan,   ///< What `holdfast plan` would lock: the pages it was seen to touch.
  kAll,    ///< Everything there is: mlockall(MCL_CURRENT).
};

/// "none", "stack", "data", "text", "plan", "all".
std::string_view name_of(LockArm arm);

/// For sentences: "nothing locked", "the lock plan locked", ...
std::string_view words_for(LockArm arm);

/// "none,plan,all": two arms or more, the first of which is the reference. All of them the same,
/// "none,none", is an A/A experiment. Errors: kUsage, also when some but not all are the same, or
/// when there are more than six.
Result<std::vector<LockArm>> parse_arms(std::string_view text);

/// What parse_arms() reads back.
std::string to_text(const std::vector<LockArm>& arms);

/// True when all arms are the same, so that no difference is there to be found.
bool is_same_throughout(const std::vector<LockArm>& arms);

}  // namespace holdfast
