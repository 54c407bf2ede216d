// SPDX-License-Identifier: MIT
// Pushes chosen pages of a process out of memory: of this one, or of another one whose threads are
// held meanwhile, so that what is verified is what was done.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "core/eviction.h"
#include "core/regions.h"

namespace holdfast::lib {

/// What to push out, with everything held open that it takes, so that it can be done again and
/// again. One thread, always the same.
class ProcessEviction {
 public:
  /// `locked`: mappings of which nothing can leave, as far as known. Errors: kUnavailable when the
  /// process is gone, or when this kernel or user cannot do it.
  static Result<ProcessEviction> open(int pid, const std::vector<Region>& regions,
                                      std::span<const MemoryRange> locked);
  ProcessEviction(ProcessEviction&& other) noexcept;
  ProcessEviction& operator=(ProcessEviction&&) = delete;
  ~ProcessEviction();

  /// Once. Errors: kUnavailable with ESRCH when the process has ended.
  Result<Eviction> evict();

 private:
  class Ground;
  ProcessEviction(std::unique_ptr<Ground> ground, const std::vector<Region>& regions);

  std::unique_ptr<Ground> ground_;
  std::vector<EvictedRange> ranges_;
};

}  // namespace holdfast::lib
