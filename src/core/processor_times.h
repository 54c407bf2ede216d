// SPDX-License-Identifier: MIT
// The cpu lines of /proc/stat: what the processors did since the machine started, in ticks of
// sysconf(_SC_CLK_TCK), mostly 10 ms. Steal is what the hypervisor admits to have taken; a host
// that does not report it leaves it at 0.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast {

/// One line, in ticks.
struct ProcessorTimes {
  int number = -1;     ///< Of the processor; -1 for the sum of all.
  int64_t busy = 0;    ///< Programs, kernel and interrupts; guests are programs.
  int64_t idle = 0;    ///< With nothing to do.
  int64_t iowait = 0;  ///< Idle, while somebody waited for I/O.
  int64_t steal = 0;   ///< Ready to run, but the host ran something else.
};

/// All lines.
struct MachineTimes {
  ProcessorTimes total;
  std::vector<ProcessorTimes> processors;  ///< Those online, by rising number.
};

/// The file, or its beginning: reading stops at the first line that is not about a processor.
/// Errors: kBadData.
Result<MachineTimes> parse_processor_times(std::string_view text);

/// Only the first line. Errors: kBadData.
Result<ProcessorTimes> parse_total_times(std::string_view text);

}  // namespace holdfast
