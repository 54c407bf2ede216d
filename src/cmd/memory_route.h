// SPDX-License-Identifier: MIT
// How `holdfast run` gets something done in the memory of another process: by a thread of ours
// inside it, or from outside with ptrace. Orders are answered later, in their order.
#pragma once

#include <sys/types.h>

#include <memory>

#include "act/program_channels.h"
#include "base/result.h"
#include "core/run_report.h"

namespace holdfast::cmd {

/// One process. One thread calls.
class MemoryRoute {
 public:
  MemoryRoute() = default;
  MemoryRoute(const MemoryRoute&) = delete;
  MemoryRoute& operator=(const MemoryRoute&) = delete;
  virtual ~MemoryRoute() = default;

  [[nodiscard]] virtual RunRoute kind() const = 0;
  /// Whether somebody is there to carry out orders.
  [[nodiscard]] virtual bool is_ready() const = 0;
  /// False: no room now; try again later.
  virtual bool order(const MemoryOrder& order) = 0;
  /// Everything ordered may begin.
  virtual void begin() = 0;
  /// The next answer; false when there is none yet.
  virtual bool take(MemoryAnswer& answer) = 0;
};

/// Through the library in the process. `channel` outlives it.
std::unique_ptr<MemoryRoute> preload_route(ProgramChannel& channel);

/// With ptrace, through the process's main thread.
std::unique_ptr<MemoryRoute> attach_route(pid_t pid);

}  // namespace holdfast::cmd
