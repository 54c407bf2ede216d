// SPDX-License-Identifier: MIT
#include "act/oom_score.h"

#include "act/small_file.h"

namespace holdfast::act {

Result<> volunteer_for_oom_kill() {
  return write_small_file("/proc/self/oom_score_adj", "1000");
}

}  // namespace holdfast::act
