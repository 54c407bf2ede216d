// SPDX-License-Identifier: MIT
// /proc/vmstat: what the whole machine has swapped, and which faults it took. Of its 180 lines, the
// three that tell whether memory was short.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// Counters since the machine started; -1 where the kernel does not keep them.
struct MachineSwapping {
  int64_t swapped_in_bytes = -1;
  int64_t swapped_out_bytes = -1;
  int64_t major_faults = -1;
};

/// The whole file; it counts in pages of `page_bytes`. Errors: kBadData when none of the three is
/// in it, or when one is not a number.
Result<MachineSwapping> parse_proc_vmstat(std::string_view text, int64_t page_bytes);

}  // namespace holdfast
