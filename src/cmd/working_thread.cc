// SPDX-License-Identifier: MIT
#include "cmd/working_thread.h"

#include <string.h>

#include <algorithm>

#include "act/own_ranges.h"

namespace holdfast::cmd {
namespace {

/// 22 s of 16-frame blocks: whoever empties it is not locked in every arm, and was seen to wait for
/// its own pages for longer than the 5.5 s that are enough elsewhere.
constexpr size_t kRingRecords = 65'536;

bool overlaps(const MemoryRange& a, const MemoryRange& b) {
  return a.begin < b.end() && b.begin < a.end();
}

bool is_data(const MemoryRange& segment) {
  return strstr(segment.name, "data") != nullptr;
}

}  // namespace

Result<std::unique_ptr<WorkingThread>> WorkingThread::open(const StreamOptions& stream,
                                                           const WorkloadWish& wish) {
  std::unique_ptr<WorkingThread> thread(new WorkingThread(static_cast<size_t>(wish.size_bytes)));
  const Nanos block = duration_of(Frames(stream.format.block_frames), stream.format.rate_hz);
  thread->workload_ = std::make_unique<Workload>(shape_of(wish, block), thread->data_.span());
  session::LiveRun::Options run;
  run.work = {&WorkingThread::work, thread.get()};
  run.ring_records = kRingRecords;
  HF_TRY_ASSIGN(OpenedDevice opened, open_device(stream, run));
  thread->opened_.emplace(std::move(opened));
  return thread;
}

HF_RT_TEXT void WorkingThread::work(void* self, const Block& /*block*/) {
  static_cast<WorkingThread*>(self)->workload_->run();
}

std::vector<MemoryRange> WorkingThread::memory_of(LockArm arm) const {
  const MemoryRange stack = opened_->device->stack();
  if (arm == LockArm::kStack) return {stack};
  std::vector<MemoryRange> ranges;
  if (arm == LockArm::kText) {
    for (const MemoryRange& segment : act::own_segments(act::Objects::kAll)) {
      if (!is_data(segment)) ranges.push_back(segment);
    }
  }
  if (arm == LockArm::kData) {
    ranges = act::own_data_segments(act::Objects::kAll);
    ranges.push_back(data_.range("workload data"));
    for (const MemoryRange& range : opened_->device->working_set()) {
      if (!overlaps(range, stack)) ranges.push_back(range);
    }
  }
  return ranges;
}

std::vector<MemoryRange> WorkingThread::memory() const {
  std::vector<MemoryRange> ranges;
  for (const LockArm arm : {LockArm::kText, LockArm::kData, LockArm::kStack}) {
    for (const MemoryRange& range : memory_of(arm)) ranges.push_back(range);
  }
  return ranges;
}

std::vector<MemoryRange> WorkingThread::instruments() const {
  std::vector<MemoryRange> ranges;
  const auto device = opened_->device->working_set();
  for (const MemoryRange& range : opened_->run->working_set()) {
    const bool is_of_device =
        std::any_of(device.begin(), device.end(),
                    [&](const MemoryRange& one) { return one.begin == range.begin; });
    if (!is_of_device) ranges.push_back(range);
  }
  return ranges;
}

}  // namespace holdfast::cmd
