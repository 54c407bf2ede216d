// SPDX-License-Identifier: MIT
#include "core/residency_changes.h"

#include <algorithm>

#include "base/check.h"

namespace holdfast {

ResidencyTracker::Place ResidencyTracker::place_of(PageState state, Place before) {
  switch (state) {
    case PageState::kResident:
      return Place::kMapped;
    case PageState::kUntouched:
      return Place::kNeverSeen;  // the program gave it back
    case PageState::kSwapCache:
    case PageState::kPageCache:
      if (before == Place::kNeverSeen) return before;
      return Place::kUnmapped;
    case PageState::kSwapped:
    case PageState::kNotResident:
    case PageState::kUnknown:
      break;
  }
  return before == Place::kNeverSeen ? before : Place::kOut;
}

void ResidencyTracker::note_return(const Page& page, size_t index, Nanos time,
                                   ResidencyChange& change) const {
  const AwayTime away{previous_ - page.first_out, time - page.last_in};
  if (change.returned++ == 0) change.first_returned = index;
  if (away.at_most > change.longest_away.at_most) change.longest_away = away;
}

ResidencyChange ResidencyTracker::update(std::span<const PageState> pages, Nanos time) {
  if (pages_.empty()) pages_.resize(pages.size());
  HF_CHECK(pages_.size() == pages.size());
  ResidencyChange change;
  for (size_t i = 0; i < pages.size(); ++i) {
    Page& page = pages_[i];
    const Place before = page.place;
    page.place = place_of(pages[i], before);
    if (before == Place::kMapped || before == Place::kUnmapped) ++change.resident_before;
    if (page.place == Place::kOut && before != Place::kOut) {
      page.first_out = time;
      change.left.add(pages[i]);
      if (!change.first_left) change.first_left = i;
    }
    if (page.place == Place::kUnmapped && before == Place::kMapped) change.unmapped.add(pages[i]);
    const bool is_in = page.place == Place::kMapped || page.place == Place::kUnmapped;
    if (before == Place::kOut && is_in) note_return(page, i, time, change);
    if (is_in) page.last_in = time;
  }
  previous_ = time;
  return change;
}

size_t ResidencyTracker::pages_out() const {
  return static_cast<size_t>(std::count_if(
      pages_.begin(), pages_.end(), [](const Page& page) { return page.place == Place::kOut; }));
}

}  // namespace holdfast
