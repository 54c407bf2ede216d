// SPDX-License-Identifier: MIT
#include "probe/page_returns_linux.h"

#include <string>
#include <utility>

#include "probe/clock_linux.h"
#include "probe/watch_target_linux.h"

namespace holdfast::probe {
namespace {

constexpr size_t kMostPages = 8192;

}  // namespace

Result<PageReturns> PageReturns::open(pid_t pid, pid_t thread,
                                      const std::optional<MemoryRange>& stack) {
  HF_TRY_ASSIGN(WatchTarget target, read_watch_target(pid, std::to_string(thread), stack));
  HF_TRY_ASSIGN(ResidencyWatch watch,
                ResidencyWatch::open(pid, std::move(target.regions), kMostPages));
  return PageReturns(thread, std::move(watch));
}

void PageReturns::look(std::vector<Record>& facts) {
  const Nanos now = monotonic_now();
  const auto events = watch_.look(now, Nanos(0));
  if (!events) return;  // the process has ended
  for (const ResidencyEvent& event : *events) {
    if (!event.change.first_returned) continue;
    FaultRecord fault;
    fault.head.kind = RecordKind::kFault;
    fault.head.flags = kFaultHasNoBegin;
    fault.head.mono_ns = fault.end_ns = now.count;
    fault.address = event.returned_address;
    fault.thread = static_cast<uint32_t>(thread_);
    facts.push_back(record_cast<Record>(fault));
  }
}

}  // namespace holdfast::probe
