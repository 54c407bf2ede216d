// SPDX-License-Identifier: MIT
#include "core/processor_history.h"

#include <algorithm>

namespace holdfast {
namespace {

// What the kernel calls a thread whose id is already gone.
constexpr uint32_t kEnded = ~uint32_t{0};

void name_other(const std::vector<ThreadReturn>& returns, OffCpuRecord& record) {
  const auto found = std::find_if(returns.begin(), returns.end(), [&](const ThreadReturn& event) {
    return event.processor == record.processor && event.time_ns > record.head.mono_ns &&
           event.time_ns <= record.end_ns;
  });
  if (found == returns.end()) return;
  record.instead = found->before;
  record.instead_since_ns = found->before_since_ns;
}

}  // namespace

void ProcessorHistory::add(const PerfEvent& event, std::vector<ThreadReturn>& returns) {
  if (event.kind == PerfEventKind::kLost) return add_lost();
  if (event.kind != PerfEventKind::kSwitchIn) return;
  if (event.thread == thread_) {
    const uint32_t before = event.other == kEnded ? running_ : event.other;
    const bool is_known = before != 0 && before == running_;
    returns.push_back({event.time_ns, event.processor, before, is_known ? running_since_ns_ : 0});
  }
  running_ = event.thread == kEnded ? 0 : event.thread;
  running_since_ns_ = event.time_ns;
}

void name_others(const std::vector<ThreadReturn>& returns, size_t first,
                 std::vector<Record>& records) {
  for (size_t i = first; i < records.size(); ++i) {
    if (records[i].head.kind != RecordKind::kOffCpu) continue;
    auto record = record_cast<OffCpuRecord>(records[i]);
    name_other(returns, record);
    records[i] = record_cast<Record>(record);
  }
}

void forget_returns(int64_t time_ns, std::vector<ThreadReturn>& returns) {
  std::erase_if(returns, [&](const ThreadReturn& event) { return event.time_ns <= time_ns; });
}

}  // namespace holdfast
