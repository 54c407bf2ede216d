// SPDX-License-Identifier: MIT
// One call that locks or unlocks, with everything that `holdfast audit` found out about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "core/lock_call.h"
#include "core/lock_room.h"
#include "core/page_owner.h"

namespace holdfast {

/// One function on the way to the call.
struct CallFrame {
  uint64_t address = 0;  ///< Innermost: behind the system call; else where it returns to.
  PageOwner owner;       ///< Of the code there.
};

/// One call.
struct AuditedCall {
  int64_t index = 0;  ///< From 1.
  Nanos utc;
  int pid = 0;
  int thread = 0;
  std::string process;
  std::string thread_name;
  bool is_realtime = false;  ///< The thread, at that moment.
  LockCall call;
  std::optional<int64_t> result;  ///< Nothing when the thread was killed in the call.
  int error = 0;                  ///< The errno; 0 when it succeeded.
  LockRoom room;                  ///< After the call.
  std::string object;             ///< What lies at its address: "heap"; "" where it names none.
  std::vector<CallFrame> stack;   ///< Innermost first; never empty.

  [[nodiscard]] bool has_succeeded() const { return result && error == 0; }
  /// Where the range begins: for mmap what the kernel chose.
  [[nodiscard]] uint64_t address() const;
};

/// Which frame of `stack` to name as the caller: the innermost outside of the C library and the
/// dynamic linker; where its name is not known, the next one in the same file that has one. Where
/// there is none at all, the innermost.
size_t find_caller(const std::vector<CallFrame>& stack);

/// "Jack::JackShmMem::operator new" without the offset; where there is no symbol "+0x1a2b", the
/// offset in the file; where there is no file, the address.
std::string function_text(const CallFrame& frame);

/// "libjackserver.so.0 Jack::JackShmMem::operator new".
std::string frame_text(const CallFrame& frame);

}  // namespace holdfast
