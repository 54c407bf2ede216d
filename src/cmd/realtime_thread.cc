// SPDX-License-Identifier: MIT
#include "cmd/realtime_thread.h"

#include <algorithm>

#include "probe/page_cache_linux.h"

namespace holdfast::cmd {

RealtimeThread::RealtimeThread(const TaskStat& stat) : pages_(probe::page_bytes()) {
  probe::ThreadEvents::Options options;
  options.off_cpu = false;
  options.names_others = false;
  if (auto events = probe::ThreadEvents::open(stat.id, options)) {
    events_.emplace(std::move(*events));
  } else {
    blindness_ = events.error().what;
  }
  report_.id = stat.id;
  report_.is_seen = events_.has_value();
  note(stat);
  told_ = counts_.major + counts_.minor;
}

void RealtimeThread::note(const TaskStat& stat) {
  report_.name = stat.name;
  if (stat.is_realtime()) {
    report_.policy = stat.policy;
    report_.priority = stat.rt_priority;
  }
  counts_ = {stat.minor_faults, stat.major_faults};
  if (is_protected_) {
    report_.after = {counts_.minor - report_.before.minor, counts_.major - report_.before.major};
  } else {
    report_.before = counts_;
  }
}

void RealtimeThread::look(const AddressSpace& space, std::vector<SeenFault>& faults) {
  if (!events_) return;
  records_.clear();
  events_->drain(records_);
  for (const Record& record : records_) {
    if (record.head.kind != RecordKind::kFault) continue;
    const auto fault = record_cast<FaultRecord>(record);
    SeenFault seen;
    seen.time = Nanos(fault.head.mono_ns);
    seen.address = fault.address;
    seen.owner = space.owner_of(fault.address, static_cast<uint32_t>(id()));
    const uint16_t flags = fault.head.flags;
    if ((flags & kFaultHasNoEnd) == 0) {
      seen.kind = (flags & kFaultIsMajor) != 0 ? FaultKind::kMajor : FaultKind::kMinor;
    }
    if ((flags & (kFaultHasNoBegin | kFaultHasNoEnd)) == 0) {
      seen.duration = Nanos(fault.end_ns - fault.head.mono_ns);
    }
    ++seen_;
    pages_.add(seen);
    faults.push_back(std::move(seen));
  }
}

void RealtimeThread::add_page(uint64_t address, const AddressSpace& space) {
  SeenFault fault;
  fault.address = address;
  fault.owner = space.owner_of(address, static_cast<uint32_t>(id()));
  fault.kind = FaultKind::kMinor;
  pages_.add(fault);
}

int64_t RealtimeThread::take_unseen() {
  const int64_t all = counts_.major + counts_.minor - told_;
  const int64_t unseen = std::max<int64_t>(all - seen_, 0);
  told_ = counts_.major + counts_.minor;
  seen_ = 0;
  return unseen;
}

void RealtimeThread::protect() {
  if (is_protected_) return;
  is_protected_ = true;
  report_.before = counts_;
  report_.after = {};
}

}  // namespace holdfast::cmd
