// SPDX-License-Identifier: MIT
#include "core/working_set.h"

namespace holdfast {

void WorkingSet::add(const SeenFault& fault) {
  const uint64_t address = fault.address / page_bytes_ * page_bytes_;
  if (pages_.size() >= kMostPages && !pages_.contains(address)) {
    ++not_kept_;
    return;
  }
  const auto [found, is_new] = pages_.try_emplace(address);
  TouchedPage& page = found->second;
  const Nanos duration = fault.duration.value_or(Nanos(0));
  if (is_new || duration > page.longest) {
    page.owner = fault.owner;
    page.longest = duration;
  }
  page.time += duration;
  ++(fault.kind == FaultKind::kMajor ? page.major : page.others);
}

}  // namespace holdfast
