// SPDX-License-Identifier: MIT
#include "probe/fact_drain_linux.h"

#include <time.h>

#include <array>
#include <utility>

#include "probe/clock_linux.h"

namespace holdfast::probe {
namespace {

constexpr Nanos kLookEvery = kMillisecond * 20;
/// 5 s of a thread that wakes 3000 times a second.
constexpr size_t kRingRecords = 16384;
/// More than the kernel's ring of the thread holds.
constexpr size_t kMostInOneLook = 8192;

void sleep_for(Nanos time) {
  const timespec duration = {time.count / kSecond.count, time.count % kSecond.count};
  nanosleep(&duration, nullptr);
}

}  // namespace

FactDrain::FactDrain(std::optional<ThreadEvents> events, std::optional<ThreadUseProbe> use)
    : events_(std::move(events)),
      use_(std::move(use)),
      storage_(kRingRecords),
      ring_(storage_.span()),
      taken_(monotonic_now()) {
  found_.reserve(kMostInOneLook);
}

FactDrain::~FactDrain() {
  is_over_ = true;
  thread_.join();
}

Result<> FactDrain::start() {
  return thread_.start(
      "fact-drain", [](void* self) { static_cast<FactDrain*>(self)->look_on(); }, this);
}

std::vector<MemoryRange> FactDrain::working_set() const {
  return {thread_.stack("observer's stack"), range_of(*this, "observer"),
          storage_.range("observer's ring"),
          MemoryRange{reinterpret_cast<uintptr_t>(found_.data()),
                      found_.capacity() * sizeof(Record), "observer's records"}};
}

void FactDrain::look_on() {
  while (!is_over_.load(std::memory_order_relaxed)) {
    look();
    sleep_for(kLookEvery);
  }
}

void FactDrain::look() {
  const Nanos begun = monotonic_now();
  found_.clear();
  bool has_ended = events_ && events_->has_ended();  // before: then this look brings all the rest
  if (events_) events_->drain(found_);
  if (use_ && !look_at_use() && !events_) has_ended = true;
  for (const Record& record : found_) ring_.push(record);
  settled_ns_.store(begun.count, std::memory_order_release);
  if (has_ended) has_ended_.store(true, std::memory_order_release);
}

bool FactDrain::look_at_use() {
  const Result<ThreadUseRecord> use = use_->read();
  if (use) found_.push_back(record_cast<Record>(*use));
  return static_cast<bool>(use);
}

void FactDrain::take(std::vector<Record>& records) {
  std::array<Record, 64> popped;
  for (size_t count; (count = ring_.pop(popped)) > 0;) {
    records.insert(records.end(), popped.begin(), popped.begin() + static_cast<ptrdiff_t>(count));
  }
  LostRecord lost;
  lost.head.kind = RecordKind::kLost;
  lost.head.mono_ns = taken_.count;
  taken_ = monotonic_now();
  lost.end_ns = taken_.count;
  const uint64_t dropped = ring_.dropped();
  lost.facts = static_cast<int64_t>(dropped - std::exchange(dropped_, dropped));
  if (lost.facts > 0) records.push_back(record_cast<Record>(lost));
}

}  // namespace holdfast::probe
