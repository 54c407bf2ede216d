// SPDX-License-Identifier: MIT
#include "probe/residency_watch_linux.h"

#include <algorithm>
#include <numeric>

namespace holdfast::probe {
namespace {

size_t cost_in_pages(const Region& region) {
  constexpr size_t kPagesPerMapping = 64;
  return region.size_bytes() / page_bytes() + region.parts.size() * kPagesPerMapping;
}

ResidencyEvent to_event(const Region& region, const ResidencyChange& change, Nanos utc) {
  ResidencyEvent event{utc, region.name, change};
  if (change.first_left) {
    event.left_address = region.address_of_page(*change.first_left, page_bytes());
  }
  if (change.first_returned) {
    event.returned_address = region.address_of_page(*change.first_returned, page_bytes());
  }
  return event;
}

}  // namespace

std::vector<bool> affordable_regions(const std::vector<Region>& regions, size_t most_pages) {
  std::vector<bool> fits;
  for (const Region& region : regions) {
    const size_t cost = cost_in_pages(region);
    fits.push_back(cost <= most_pages);
    if (fits.back()) most_pages -= cost;
  }
  return fits;
}

Result<ResidencyWatch> ResidencyWatch::open(int pid, std::vector<Region> regions,
                                            size_t most_pages) {
  HF_TRY_ASSIGN(ResidencyProbe probe, ResidencyProbe::open(pid, std::move(regions)));
  ResidencyWatch watch(std::move(probe));
  watch.is_watched_ = affordable_regions(watch.probe_.regions(), most_pages);
  if (!watch.is_watched_.empty()) watch.is_watched_.front() = true;
  watch.trackers_.resize(watch.is_watched_.size());
  return watch;
}

Result<std::vector<ResidencyEvent>> ResidencyWatch::look(Nanos time, Nanos utc) {
  std::vector<ResidencyEvent> events;
  for (size_t i = 0; i < trackers_.size(); ++i) {
    if (!is_watched_[i]) continue;
    HF_TRY(probe_.read(i, pages_));
    const ResidencyChange change = trackers_[i].update(pages_, time);
    if (!change.is_empty()) events.push_back(to_event(probe_.regions()[i], change, utc));
  }
  return events;
}

size_t ResidencyWatch::pages_out() const {
  return std::accumulate(
      trackers_.begin(), trackers_.end(), size_t{0},
      [](size_t sum, const ResidencyTracker& tracker) { return sum + tracker.pages_out(); });
}

}  // namespace holdfast::probe
