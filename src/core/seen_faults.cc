// SPDX-License-Identifier: MIT
#include "core/seen_faults.h"

#include "core/thread_facts.h"

namespace holdfast {
namespace {

FaultKind kind_of(const FaultRecord& fault) {
  if ((fault.head.flags & kFaultHasNoEnd) != 0) return FaultKind::kUnknown;
  return (fault.head.flags & kFaultIsMajor) != 0 ? FaultKind::kMajor : FaultKind::kMinor;
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::kMinor:
      return "minor";
    case FaultKind::kMajor:
      return "major";
    case FaultKind::kUnknown:
      break;
  }
  return "unknown";
}

void FaultTotals::add(const SeenFault& fault) {
  faults++;
  if (fault.kind == FaultKind::kMajor) major++;
  time += fault.duration.value_or(Nanos(0));
}

void SeenFaults::add(std::span<const Record> records, std::vector<SeenFault>& faults) {
  for (const Record& record : records) {
    if (const auto line = lines_.take(record)) space_.take_line(*line);
    if (record.head.kind == RecordKind::kOffCpu) remember(record_cast<OffCpuRecord>(record));
    if (record.head.kind == RecordKind::kLost) {
      totals_.lost_facts += record_cast<LostRecord>(record).facts;
    }
    if (record.head.kind != RecordKind::kFault) continue;
    faults.push_back(describe(record_cast<FaultRecord>(record)));
    totals_.add(faults.back());
  }
}

void SeenFaults::remember(const OffCpuRecord& off) {
  if ((off.head.flags & kOffCpuIsPreempted) != 0) return;
  sleeps_.push_back(off);
  if (sleeps_.size() <= kMostSleeps) return;
  forgotten_until_ = Nanos(sleeps_.front().end_ns);
  sleeps_.pop_front();
}

SeenFault SeenFaults::describe(const FaultRecord& fault) const {
  SeenFault seen;
  seen.time = Nanos(fault.head.mono_ns);
  seen.address = fault.address;
  seen.owner = space_.owner_of(fault.address, fault.thread);
  seen.toucher = space_.owner_of(fault.instruction, fault.thread).symbol;
  seen.kind = kind_of(fault);
  seen.is_in_kernel = (fault.head.flags & kFaultIsInKernel) != 0;
  if ((fault.head.flags & (kFaultHasNoBegin | kFaultHasNoEnd)) != 0) return seen;
  seen.duration = span_of(fault).length();
  seen.asleep = asleep_in(fault);
  return seen;
}

/// A sleep inside of a fault ends before it, so it was told of before.
std::optional<Nanos> SeenFaults::asleep_in(const FaultRecord& fault) const {
  const TimeSpan span = span_of(fault);
  if (forgotten_until_ > span.begin) return std::nullopt;
  Nanos asleep;
  for (auto sleep = sleeps_.rbegin(); sleep != sleeps_.rend(); ++sleep) {
    if (Nanos(sleep->end_ns) <= span.begin) break;
    asleep += span_of(*sleep).clipped_to(span).length();
  }
  return asleep;
}

}  // namespace holdfast
