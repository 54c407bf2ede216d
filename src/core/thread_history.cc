// SPDX-License-Identifier: MIT
#include "core/thread_history.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace holdfast {
namespace {

uint16_t flag_if(bool holds, uint16_t flag) {
  return holds ? flag : uint16_t{0};
}

void set_flag(RecordHead& head, uint16_t flag) {
  head.flags = static_cast<uint16_t>(head.flags | flag);
}

}  // namespace

ThreadHistory::ThreadHistory(uint32_t thread, Nanos since, uint64_t page_bytes)
    : thread_(thread), page_mask_(~(page_bytes - 1)), known_until_(since) {
  HF_CHECK(std::has_single_bit(page_bytes));
}

void ThreadHistory::add(const PerfEvent& event, std::vector<Record>& records) {
  switch (event.kind) {
    case PerfEventKind::kFaultBegin:
      begin_fault(event, records);
      break;
    case PerfEventKind::kFaultEnd:
      end_fault(event, records);
      break;
    case PerfEventKind::kSwitchOut:
      leave(event);
      break;
    case PerfEventKind::kSwitchIn:
      come_back(event, records);
      break;
    case PerfEventKind::kLost:
      add_lost(static_cast<int64_t>(event.lost), Nanos(event.time_ns), records);
      break;
  }
  known_until_ = std::max(known_until_, Nanos(event.time_ns));
}

void ThreadHistory::add_lost(int64_t facts, Nanos until, std::vector<Record>& records) {
  drop_open_from(0, records);
  off_cpu_since_ = Nanos();
  LostRecord record;
  record.head.kind = RecordKind::kLost;
  record.head.mono_ns = known_until_.count;
  record.end_ns = std::max(until, known_until_).count;
  record.facts = facts;
  records.push_back(record_cast<Record>(record));
  known_until_ = std::max(until, known_until_);
}

/// All that one event alone tells about a fault.
FaultRecord ThreadHistory::fault(const PerfEvent& event) const {
  FaultRecord record;
  record.head.kind = RecordKind::kFault;
  record.head.flags = flag_if(event.is_in_kernel, kFaultIsInKernel);
  record.head.mono_ns = event.time_ns;
  record.address = event.address;
  // Where the kernel's code lies is a secret of the machine (kptr_restrict), and traces are shared.
  record.instruction = event.is_in_kernel ? 0 : event.instruction;
  record.thread = thread_;
  record.processor = event.processor;
  return record;
}

void ThreadHistory::drop_open_from(size_t first, std::vector<Record>& records) {
  for (size_t i = first; i < open_count_; ++i) {
    FaultRecord record = fault(open_[i]);
    set_flag(record.head, kFaultHasNoEnd);
    records.push_back(record_cast<Record>(record));
  }
  open_count_ = std::min(first, open_count_);
}

void ThreadHistory::drop_oldest(std::vector<Record>& records) {
  FaultRecord record = fault(open_[0]);
  set_flag(record.head, kFaultHasNoEnd);
  records.push_back(record_cast<Record>(record));
  std::move(open_.begin() + 1, open_.end(), open_.begin());
  --open_count_;
}

size_t ThreadHistory::find_open(uint64_t address) const {
  size_t i = open_count_;
  while (i > 0 && ((open_[i - 1].address ^ address) & page_mask_) != 0) --i;
  return i == 0 ? open_count_ : i - 1;
}

void ThreadHistory::begin_fault(const PerfEvent& event, std::vector<Record>& records) {
  drop_open_from(event.is_in_kernel ? find_open(event.address) : 0, records);
  if (open_count_ == open_.size()) drop_oldest(records);
  open_[open_count_++] = event;
}

void ThreadHistory::end_fault(const PerfEvent& event, std::vector<Record>& records) {
  const size_t open = find_open(event.address);
  FaultRecord record;
  if (open == open_count_) {
    record = fault(event);
    set_flag(record.head, kFaultHasNoBegin);
  } else {
    drop_open_from(open + 1, records);
    record = fault(open_[open]);
    --open_count_;
  }
  // The kernel's fast clock may step back by some nanoseconds when it is adjusted.
  record.end_ns = std::max(record.head.mono_ns, event.time_ns);
  record.processor = event.processor;
  set_flag(record.head, flag_if(event.is_major, kFaultIsMajor));
  records.push_back(record_cast<Record>(record));
}

void ThreadHistory::leave(const PerfEvent& event) {
  off_cpu_since_ = Nanos(event.time_ns);
  is_preempted_ = event.is_preempted;
}

void ThreadHistory::come_back(const PerfEvent& event, std::vector<Record>& records) {
  if (off_cpu_since_ == Nanos()) return;  // it left before the observation, or during a loss
  OffCpuRecord record;
  record.head.kind = RecordKind::kOffCpu;
  record.head.flags = flag_if(is_preempted_, kOffCpuIsPreempted);
  record.head.mono_ns = off_cpu_since_.count;
  record.end_ns = std::max(off_cpu_since_.count, event.time_ns);
  record.thread = thread_;
  record.processor = event.processor;
  records.push_back(record_cast<Record>(record));
  off_cpu_since_ = Nanos();
}

}  // namespace holdfast
