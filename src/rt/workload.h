// SPDX-License-Identifier: MIT
// Work for an audio thread whose memory is known: pages that every block uses, pages and code paths
// that come round seldom, as in a program that keeps most of its features for later. What is used
// seldom is what memory pressure takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/memory_range.h"
#include "base/realtime.h"

namespace holdfast {

/// How much memory, and how often.
struct WorkloadShape {
  int64_t size_bytes = int64_t{1} << 20;  ///< Of data.
  double rare_share = 0.9;                ///< Of the data: used once a period, not at every block.
  int paths = 64;                         ///< Code paths, a page each; used once a period.
  int64_t blocks_per_period = 1500;       ///< In which all that is rare comes round once.

  friend bool operator==(const WorkloadShape&, const WorkloadShape&) = default;
};

/// The work of one thread.
class Workload {
 public:
  static constexpr int kMostPaths = 64;
  static constexpr size_t kPageBytes = 4096;

  /// `data`: at least `shape.size_bytes`, whole pages; outlives this object.
  Workload(const WorkloadShape& shape, std::span<unsigned char> data);

  /// What one block asks for. RT safe.
  void run() HF_REALTIME;

  /// The pages of all code paths.
  [[nodiscard]] static MemoryRange code();

 private:
  HF_RT_INLINE void touch(size_t page);

  unsigned char* data_;
  size_t hot_pages_;
  size_t rare_pages_;
  size_t paths_;
  size_t period_;
  size_t due_ = 0;  ///< Credit: a rare thing is due when it reaches the period.
  size_t next_ = 0;
  size_t stride_ = 1;  ///< Coprime to the number of rare things: no read-ahead guesses the next.
  unsigned result_ = 0;
};

}  // namespace holdfast
