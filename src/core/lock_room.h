// SPDX-License-Identifier: MIT
// How much more a process may lock, and why the kernel refused a lock: its words mislead (ENOMEM
// reads as "out of RAM", EAGAIN as "try again").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/lock_call.h"

namespace holdfast {

/// What a process has locked and may lock, at one moment.
struct LockRoom {
  int64_t locked_bytes = 0;            ///< VmLck: address space, not only memory.
  std::optional<int64_t> limit_bytes;  ///< RLIMIT_MEMLOCK; nothing: unlimited.
  bool is_exempt = false;              ///< CAP_IPC_LOCK: the limit does not count.

  /// What the limit still allows; nothing when that is everything. 0 when more is locked already.
  [[nodiscard]] std::optional<int64_t> left_bytes() const;
};

/// What a range costs under the limit: the whole pages that it touches.
int64_t charged_bytes(uint64_t address, uint64_t size_bytes, uint64_t page_bytes);

/// "ENOMEM"; "errno 77" for one that lock calls do not return.
std::string errno_name(int error);

/// Why it was refused, as far as that can be told, and what to do; "" when there is nothing to say.
/// `room`: after the call.
std::string why_refused(const LockCall& call, int error, const LockRoom& room, uint64_t page_bytes);

}  // namespace holdfast
