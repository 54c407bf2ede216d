// SPDX-License-Identifier: MIT
// The audio thread of one block of an experiment, in a process of its own: what it does, what of it
// is locked, and what it takes to learn what a lock plan would lock.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/memory_range.h"
#include "base/page_buffer.h"
#include "cmd/opened_device.h"
#include "core/lock_arm.h"
#include "core/workload_text.h"
#include "rt/workload.h"

namespace holdfast::cmd {

/// An open device whose thread works through a workload. Not movable: the thread knows it.
class WorkingThread {
 public:
  /// Opens it; its thread is parked. Errors: as open_device().
  static Result<std::unique_ptr<WorkingThread>> open(const StreamOptions& stream,
                                                     const WorkloadWish& wish);

  [[nodiscard]] OpenedDevice& opened() { return *opened_; }

  /// Everything that this thread may touch and an arm may lock: not the rings into which it notes.
  [[nodiscard]] std::vector<MemoryRange> memory() const;
  /// The part of it that `arm` locks: known beforehand for stack, data and text only.
  [[nodiscard]] std::vector<MemoryRange> memory_of(LockArm arm) const;
  /// What belongs to the experiment and not to the thread: locked in every arm.
  [[nodiscard]] std::vector<MemoryRange> instruments() const;

 private:
  explicit WorkingThread(size_t size_bytes) : data_(size_bytes) {}
  static void work(void* self, const Block& block);

  PageBuffer<unsigned char> data_;
  std::unique_ptr<Workload> workload_;
  std::optional<OpenedDevice> opened_;
};

}  // namespace holdfast::cmd
