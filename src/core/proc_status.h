// SPDX-License-Identifier: MIT
// /proc/PID/status: whose process it is and how much memory it has in RAM, in swap and locked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// The lines of status that this project uses.
struct ProcessStatus {
  std::string name;
  char state = '?';
  unsigned real_uid = 0;
  unsigned effective_uid = 0;
  int threads = 0;
  /// Memory, in bytes. Nothing for kernel threads and zombies, which have none.
  std::optional<int64_t> locked_bytes;    ///< VmLck: what counts against RLIMIT_MEMLOCK.
  std::optional<int64_t> resident_bytes;  ///< VmRSS
  std::optional<int64_t> swapped_bytes;   ///< VmSwap: private anonymous pages only.
  std::optional<uint64_t> capabilities;   ///< CapEff: one bit each, as in <linux/capability.h>.
};

/// The whole file. Errors: kBadData when Name, State, Uid or Threads is missing.
Result<ProcessStatus> parse_proc_status(std::string_view text);

}  // namespace holdfast
