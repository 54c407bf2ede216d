// SPDX-License-Identifier: MIT
// /proc/PID/task/TID/syscall: where a thread that is not running stands, and so where its stack is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// The two registers of a thread that waits in the kernel.
struct BlockedAt {
  uintptr_t stack_pointer = 0;
  uintptr_t program_counter = 0;
};

/// One line. Nothing when the thread was "running": read again later. Errors: kBadData.
Result<std::optional<BlockedAt>> parse_proc_syscall(std::string_view line);

}  // namespace holdfast
