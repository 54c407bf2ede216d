// SPDX-License-Identifier: MIT
// Looks at regions again and again, and says what changed. A page that leaves and comes back
// between two looks is not seen: the audio thread brings a page that it needs back within one
// period. What it cannot see are therefore its counts too low, never too high; the thread's own
// fault counts (thread_faults_linux.h) tell how much was missed.
#pragma once

#include <vector>

#include "base/quantity.h"
#include "core/residency_changes.h"
#include "probe/residency_linux.h"

namespace holdfast::probe {

/// Which of `regions`, in their order, fit into `most_pages` together; one that is too large is
/// passed over. A mapping counts as 64 pages on top of its own, as the system calls for it cost
/// that much.
std::vector<bool> affordable_regions(const std::vector<Region>& regions, size_t most_pages);

/// Watches the pages of one process. Not thread safe.
class ResidencyWatch {
 public:
  /// Watches the affordable_regions(), and in any case the first. Errors as ResidencyProbe::open().
  static Result<ResidencyWatch> open(int pid, std::vector<Region> regions, size_t most_pages);

  [[nodiscard]] const ResidencyProbe& probe() const { return probe_; }
  [[nodiscard]] bool is_watched(size_t region) const { return is_watched_[region]; }

  /// The state of every page of one region, watched or not. Errors as ResidencyProbe::read().
  Result<> read(size_t region, std::vector<PageState>& pages) { return probe_.read(region, pages); }

  /// Looks once; the first look yields nothing. `time` must rise. Errors as ResidencyProbe::read().
  Result<std::vector<ResidencyEvent>> look(Nanos time, Nanos utc);

  /// Watched pages that are out of memory now and have been in it before.
  [[nodiscard]] size_t pages_out() const;

 private:
  explicit ResidencyWatch(ResidencyProbe probe) : probe_(std::move(probe)) {}

  ResidencyProbe probe_;
  std::vector<bool> is_watched_;
  std::vector<ResidencyTracker> trackers_;
  std::vector<PageState> pages_;
};

}  // namespace holdfast::probe
