// SPDX-License-Identifier: MIT
#include "core/fact_merge.h"

#include <algorithm>

namespace holdfast {

FactMerge::FactMerge(Nanos block_time, std::span<const uint32_t> others)
    : sleep_filter_(Nanos(block_time.count / kLateShare)) {
  for (const uint32_t thread : others) others_.push_back({thread, sleep_filter_});
}

void FactMerge::merge(std::span<const Record> blocks, std::span<const Record> facts, Nanos settled,
                      std::vector<Record>& out) {
  waiting_.insert(waiting_.end(), blocks.begin(), blocks.end());
  add(facts);
  const auto unsettled = std::find_if(waiting_.begin(), waiting_.end(), [&](const Record& record) {
    return record.head.kind == RecordKind::kBlock && record.head.mono_ns > settled.count;
  });
  release(static_cast<size_t>(unsettled - waiting_.begin()), out);
}

void FactMerge::add(std::span<const Record> facts) {
  if (others_.empty()) return sleep_filter_.add(facts);
  for (const Record& fact : facts) filter_of(fact).add({&fact, 1});
}

SleepFilter& FactMerge::filter_of(const Record& fact) {
  if (fact.head.kind != RecordKind::kOffCpu) return sleep_filter_;
  const uint32_t thread = record_cast<OffCpuRecord>(fact).thread;
  for (Stream& other : others_) {
    if (other.thread == thread) return other.sleep_filter;
  }
  return sleep_filter_;
}

void FactMerge::give_up(Nanos now, std::vector<Record>& out) {
  if (waiting_.empty()) return;
  LostRecord lost;
  lost.head.kind = RecordKind::kLost;
  lost.head.mono_ns = waiting_.front().head.mono_ns;
  lost.end_ns = now.count;
  lost.facts = 1;
  out.push_back(record_cast<Record>(lost));
  release(waiting_.size(), out);
}

void FactMerge::release(size_t count, std::vector<Record>& out) {
  const std::span<const Record> blocks(waiting_.data(), count);
  sleep_filter_.settle(blocks, out);
  for (Stream& other : others_) other.sleep_filter.settle(blocks, out);
  out.insert(out.end(), blocks.begin(), blocks.end());
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(count));
}

}  // namespace holdfast
