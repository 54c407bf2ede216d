// SPDX-License-Identifier: MIT
// Memory that is taken and locked, so that less is left: the first pass of the seed, held at a size
// that may grow and shrink.
#pragma once

#include <cstdint>
#include <vector>

#include "base/memory_range.h"

namespace holdfast::act {

/// Locked memory in steps of 1 MiB. The destructor gives everything back.
class Ballast {
 public:
  Ballast() = default;
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;
  ~Ballast();

  /// Takes one step more. 0, or the errno of the refusal: EAGAIN or ENOMEM beyond RLIMIT_MEMLOCK.
  int grow();
  /// Gives one step back; nothing when there is none.
  void shrink();

  [[nodiscard]] int64_t size_bytes() const {
    return static_cast<int64_t>(steps_.size()) * kStepBytes;
  }

  static constexpr int64_t kStepBytes = int64_t{1} << 20;

 private:
  std::vector<MemoryRange> steps_;
};

}  // namespace holdfast::act
