// SPDX-License-Identifier: MIT
// /proc/pressure/memory (PSI, kernel 4.20), and memory.pressure of a cgroup v2, which looks the
// same: how long tasks stood waiting for memory. The averages in it are left alone: differences of
// the totals say more.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// Counters since the machine (or the cgroup) started; the kernel keeps whole microseconds.
struct MemoryStalls {
  int64_t some_ns = 0;  ///< At least one task waited.
  int64_t full_ns = 0;  ///< All tasks that were not idle did.
};

/// The whole file. Errors: kBadData.
Result<MemoryStalls> parse_memory_stalls(std::string_view text);

}  // namespace holdfast
