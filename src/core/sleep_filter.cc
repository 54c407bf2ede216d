// SPDX-License-Identifier: MIT
#include "core/sleep_filter.h"

#include <algorithm>

namespace holdfast {

void SleepFilter::add(std::span<const Record> facts) {
  for (const Record& fact : facts) {
    const bool is_off_cpu = fact.head.kind == RecordKind::kOffCpu;
    if (is_off_cpu && (fact.head.flags & kOffCpuIsPreempted) == 0) {
      sleeps_.push_back(record_cast<OffCpuRecord>(fact));
    } else {
      others_.push_back(fact);
    }
  }
}

void SleepFilter::settle(std::span<const Record> blocks, std::vector<Record>& kept) {
  kept.insert(kept.end(), others_.begin(), others_.end());
  others_.clear();
  lates_.clear();
  for (const Record& record : blocks) {
    if (record.head.kind != RecordKind::kBlock) continue;
    const auto block = record_cast<BlockRecord>(record);
    const int64_t woke_ns = block.head.mono_ns;
    // A thread that skipped blocks may be right on time for the one it took then.
    const bool is_late = woke_ns - block.due_ns >= late_.count;
    const bool is_jump = block.position_frames != next_position_frames_;
    if (is_late || is_jump) lates_.push_back({last_woke_ns_, woke_ns});
    last_woke_ns_ = woke_ns;
    next_position_frames_ = block.position_frames + block.frames;
  }
  auto late = lates_.begin();
  while (!sleeps_.empty() && sleeps_.front().end_ns <= last_woke_ns_) {
    const OffCpuRecord& sleep = sleeps_.front();
    while (late != lates_.end() && late->end_ns < sleep.end_ns) ++late;
    const bool is_kept = late != lates_.end() && late->begin_ns <= sleep.end_ns;
    if (is_kept) kept.push_back(record_cast<Record>(sleep));
    sleeps_.pop_front();
  }
}

}  // namespace holdfast
