// SPDX-License-Identifier: MIT
#include "probe/lock_coverage_linux.h"

#include "probe/page_cache_linux.h"
#include "probe/residency_linux.h"
#include "probe/watch_target_linux.h"

namespace holdfast::probe {

Result<ThreadCoverage> read_lock_coverage(pid_t pid, pid_t thread, CoverageMoment moment,
                                          std::vector<Unavailable>& missing) {
  HF_TRY_ASSIGN(WatchTarget target, read_watch_target(pid, std::to_string(thread)));
  HF_TRY_ASSIGN(ResidencyProbe probe, ResidencyProbe::open(pid, std::move(target.regions)));
  ThreadCoverage coverage;
  coverage.pid = pid;
  coverage.process = target.status.name;
  coverage.thread = target.choice.thread;
  coverage.moment = moment;
  coverage.are_locks_known = target.locked.has_value();
  const std::vector<MemoryRange> locked = target.locked.value_or(std::vector<MemoryRange>());
  std::vector<PageState> pages;
  for (size_t i = 0; i < probe.regions().size(); ++i) {
    HF_TRY(probe.read(i, pages));
    coverage.regions.push_back(cover_region(probe.regions()[i], pages, locked, page_bytes()));
  }
  missing.insert(missing.end(), target.missing.begin(), target.missing.end());
  return coverage;
}

}  // namespace holdfast::probe
