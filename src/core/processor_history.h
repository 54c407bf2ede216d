// SPDX-License-Identifier: MIT
// Who ran on a processor just before the observed thread came back to it, from the context switches
// of the whole processor. These only add a name to what the thread's own ring tells: where they
// are missing or lost, the name is missing, and nothing else.
#pragma once

#include <cstdint>
#include <vector>

#include "core/perf_records.h"
#include "rt/record.h"

namespace holdfast {

/// The observed thread came to a processor.
struct ThreadReturn {
  int64_t time_ns = 0;
  uint32_t processor = 0;
  uint32_t before = 0;          ///< Who ran there until then; 0 idle or not known.
  int64_t before_since_ns = 0;  ///< Since when; 0 not known.
};

/// Follows the switches of one processor. Not thread safe.
class ProcessorHistory {
 public:
  /// Looks out for `thread`.
  explicit ProcessorHistory(uint32_t thread) : thread_(thread) {}

  /// Takes the next switch or loss; appends the return of the thread, if it is one.
  void add(const PerfEvent& event, std::vector<ThreadReturn>& returns);

  /// Something is missing: who runs now is not known.
  void add_lost() { *this = ProcessorHistory(thread_); }

 private:
  uint32_t thread_;
  uint32_t running_ = 0;  // 0: idle or not known
  int64_t running_since_ns_ = 0;
};

/// Says in the kOffCpu records from index `first` on who ran before the thread came back. The
/// kernel writes a switch into the ring of the processor first, then into that of the thread
/// (perf_iterate_sb(), Linux 4.3 to 6.18): so the return that belongs to an interval lies within
/// it, and each interval holds one at most.
void name_others(const std::vector<ThreadReturn>& returns, size_t first,
                 std::vector<Record>& records);

/// Removes the returns up to `time_ns`: the thread's own ring has been read further than that.
void forget_returns(int64_t time_ns, std::vector<ThreadReturn>& returns);

}  // namespace holdfast
