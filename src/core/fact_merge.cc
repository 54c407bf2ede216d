// SPDX-License-Identifier: MIT
#include "core/fact_merge.h"

#include <algorithm>

namespace holdfast {

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
  if (server_thread_ == 0) return sleep_filter_.add(facts);
  server_facts_.clear();
  own_facts_.clear();
  for (const Record& fact : facts) {
    const bool is_servers = fact.head.kind == RecordKind::kOffCpu &&
                            record_cast<OffCpuRecord>(fact).thread == server_thread_;
    (is_servers ? server_facts_ : own_facts_).push_back(fact);
  }
  sleep_filter_.add(own_facts_);
  server_filter_.add(server_facts_);
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
  if (server_thread_ != 0) server_filter_.settle(blocks, out);
  out.insert(out.end(), blocks.begin(), blocks.end());
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(count));
}

}  // namespace holdfast
