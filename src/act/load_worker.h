// SPDX-License-Identifier: MIT
// The processes that press, apart from the one that decides how hard: they are the first to be
// killed when memory runs out, they enter the cgroup that is pressed, and they end with their
// owner. Orders and reports pass through shared memory, so that neither side waits for the other.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "act/child_process.h"
#include "act/memory_cgroup.h"
#include "act/page_ring.h"
#include "base/result.h"

namespace holdfast::act {

/// What the workers do, apart from how hard.
enum class LoadMethod {
  kPasses,  ///< The seed's two passes, over and over.
  kFresh,   ///< Rings of pages that are new each time.
  kAgain,   ///< Rings of pages that have left and are needed again.
};

/// What to start.
struct LoadWorkerOptions {
  LoadMethod method = LoadMethod::kFresh;
  std::vector<RingKind> kinds;         ///< One ring of each; their steps alternate.
  int64_t ring_bytes = 0;              ///< Of each ring.
  int64_t floor_bytes = 0;             ///< What the cgroup, or the machine, must keep available.
  int64_t machine_floor_bytes = 0;     ///< Below this every worker gives all back and ends.
  std::optional<MemoryCgroup> cgroup;  ///< Entered, and pressed.
  std::string stall_cgroup;            ///< Entered; see stall_cgroup.h.
  bool is_on_one_processor = false;    ///< All that turn rings share one.
};

/// How hard to press from now on.
struct LoadOrders {
  int64_t ballast_bytes = 0;
  double squeezes_per_second = 0;  ///< How often everything in the cgroup is asked to leave.
  int64_t bytes_per_second = 0;    ///< Touched by all workers together.
  double share = 0;                ///< Of each worker's time in which it waits for memory.
};

/// Why a worker ended by itself.
enum class LoadEnd : int { kNone, kMachineFloor, kNoRing };

/// What the workers have done so far, together.
struct LoadReport {
  int64_t ballast_bytes = 0;
  int64_t touched_bytes = 0;
  int64_t processor_ns = 0;
  int64_t major_faults = 0;
  int64_t passes = 0;
  int lock_errno = 0;  ///< Of the last refusal to lock ballast.
  LoadEnd end = LoadEnd::kNone;
};

/// The running workers. The destructor kills them, and all memory they took is free.
class LoadWorkers {
 public:
  /// Starts one that carries the ballast (or repeats the passes) and `count` that turn rings, to
  /// begin with `orders`. Call it from the main thread.
  static Result<LoadWorkers> start(const LoadWorkerOptions& options, int count,
                                   const LoadOrders& orders);

  LoadWorkers(LoadWorkers&& other) noexcept;
  LoadWorkers& operator=(LoadWorkers&&) = delete;
  ~LoadWorkers();

  void order(const LoadOrders& orders);
  [[nodiscard]] LoadReport report() const;
  /// The exit code of one that has ended, by itself (see LoadReport::end) or killed (137); nothing
  /// as long as all run.
  std::optional<int> first_end();

  static constexpr int kMost = 8;  ///< Processes, all together.

  /// What both sides see; in memory that fork() shares.
  struct Board;

 private:
  explicit LoadWorkers(Board* board) : board_(board) {}

  Board* board_;
  std::vector<ChildProcess> workers_;
};

}  // namespace holdfast::act
