// SPDX-License-Identifier: MIT
#include "session/live_run.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "probe/clock_linux.h"
#include "session/settling.h"

namespace holdfast::session {
namespace {

constexpr size_t kPopRecords = 4096;
constexpr uint64_t kSimulatedCollectBlocks = 4096;
constexpr Nanos kForEver{int64_t{1} << 61};
constexpr Nanos kClockEvery = kSecond * 10;
constexpr Nanos kTryEvery = kMillisecond * 250;
constexpr int64_t kLongCallShare = 4;  ///< Of a block's time: longer calls are noted.

/// The limit was meant as a time, at the rate that was asked for.
Frames limit_at(int64_t granted_rate_hz, const LiveRun::Options& options) {
  if (granted_rate_hz == options.format.rate_hz) return options.limit;
  return frames_in(duration_of(options.limit, options.format.rate_hz), granted_rate_hz);
}

RecordHead head(RecordKind kind) {
  RecordHead result;
  result.kind = kind;
  result.mono_ns = probe::monotonic_now().count;
  return result;
}

}  // namespace

Result<audio::Capabilities> LiveRun::open(const Options& options) {
  options_ = options;
  storage_ = PageBuffer<Record>(options.ring_records);
  ring_.emplace(storage_.span());
  popped_.resize(kPopRecords);
  // In simulated time the audio thread is the caller's; it empties its ring itself.
  HF_TRY_ASSIGN(audio::Capabilities capabilities,
                device_.open(options.format, {&LiveRun::on_block, this}));
  options_.limit = limit_at(capabilities.granted.rate_hz, options);
  options_.format = capabilities.granted;
  capture_.emplace(options_.format.rate_hz, options_.limit, &*ring_, nullptr,
                   capabilities.position_source);
  if (options.work.call != nullptr) {
    const Nanos period = duration_of(Frames(options_.format.block_frames), options_.format.rate_hz);
    work_timer_.emplace(
        options.work,
        WorkTimer::Options{Nanos(period.count / kLongCallShare), options.counts_work_faults},
        *ring_);
  }
  is_real_time_ = capabilities.is_real_time;
  // Before any observer: where descriptors are few, this one matters most.
  if (is_real_time_ && device_.thread_id() != 0) HF_TRY(count_faults_of_thread());
  return capabilities;
}

Result<> LiveRun::count_faults_of_thread() {
  HF_TRY_ASSIGN(faults_, probe::ThreadFaultCounter::open(getpid(), device_.thread_id()));
  return Done{};
}

std::vector<MemoryRange> LiveRun::working_set() const {
  std::vector<MemoryRange> ranges(device_.working_set().begin(), device_.working_set().end());
  ranges.push_back(range_of(*this, "capture and ring indices"));
  ranges.push_back(storage_.range("record ring"));
  return ranges;
}

HF_RT_TEXT bool LiveRun::on_block(void* self, Block& block, Samples samples) {
  auto* run = static_cast<LiveRun*>(self);
  bool goes_on = run->capture_->on_block(block, samples);
  const BlockHandler& tap = run->options_.tap;
  if (tap.call != nullptr) goes_on &= tap.call(tap.context, block, samples);
  if (run->work_timer_) run->work_timer_->run(block);
  if (run->is_real_time_) return goes_on;
  if (++run->blocks_since_collect_ < kSimulatedCollectBlocks) return goes_on;
  return run->collect_in_simulated_time() && goes_on;
}

bool LiveRun::collect_in_simulated_time() {
  blocks_since_collect_ = 0;
  if (Result<> collected = collect(); !collected) {
    sink_error_ = std::move(collected.error());
    return false;
  }
  return !(*wait_)(0);
}

Result<EndReason> LiveRun::run(const Sink& sink, const Wait& wait) {
  sink_ = &sink;
  wait_ = &wait;
  if (faults_) {
    HF_TRY_ASSIGN(faults_at_start_, faults_->read());
  }
  HF_TRY(note_clock());
  HF_TRY(note_faults());
  HF_TRY(begin_to_observe());
  if (options_.limit > Frames(0)) {
    end_time_ = probe::monotonic_now() + duration_of(options_.limit, options_.format.rate_hz);
  }
  HF_TRY(device_.start());
  Result<EndReason> reason = watch();
  device_.stop();
  capture_->finish();
  HF_TRY(settle());
  if (sink_error_) return std::move(*sink_error_);
  if (!reason) return reason;
  EndRecord end;
  end.head = head(RecordKind::kEnd);
  end.reason = static_cast<int64_t>(*reason);
  HF_TRY(give(record_cast<Record>(end)));
  return reason;
}

Result<> LiveRun::begin_to_observe() {
  if (observer_ == nullptr) return Done{};
  const Nanos block = duration_of(Frames(options_.format.block_frames), options_.format.rate_hz);
  merge_ = FactMerge(block, followed_threads_);
  popped_.resize(options_.ring_records);
  observer_->know_stack(device_.stack(), device_.thread_local_storage());
  return collect();
}

Result<EndReason> LiveRun::watch() {
  while (true) {
    const bool is_stopped = (*wait_)(is_real_time_ ? kCollectMilliseconds : 0);
    const audio::DeviceState state = device_.state();
    HF_TRY(collect());
    // A thread that has ended its loop faults on its way out; that is no concern of the run's.
    if (state == audio::DeviceState::kRunning) HF_TRY(note_faults());
    if (probe::monotonic_now() >= next_clock_) HF_TRY(note_clock());
    if (state == audio::DeviceState::kGone) {
      HF_TRY_ASSIGN(const bool may_go_on, wait_for_return(is_stopped));
      if (!may_go_on) return EndReason::kDeviceGone;
      continue;
    }
    if (state == audio::DeviceState::kFinished && !is_stopped) return EndReason::kFinished;
    if (is_stopped) return EndReason::kInterrupted;
  }
}

/// The device is gone: false when there is nothing to wait for any more.
Result<bool> LiveRun::wait_for_return(bool is_stopped) {
  const Nanos now = probe::monotonic_now();
  if (is_stopped || !device_.may_return() || now >= end_time_) return false;
  if (!is_away_ && on_presence_) on_presence_(false);
  is_away_ = true;
  if (now < next_try_) return true;
  next_try_ = now + kTryEvery;
  if (!device_.try_to_return()) return true;
  is_away_ = false;
  HF_TRY(take_back());
  return true;
}

/// What a new audio thread changes: its memory is to be protected, its faults to be counted, and
/// the observer looks at one that has ended, so from now on its facts are lost.
Result<> LiveRun::take_back() {
  if (on_presence_) on_presence_(true);
  if (device_.thread_id() != 0) {
    faults_before_ = faults_so_far_;
    HF_TRY(count_faults_of_thread());
    HF_TRY_ASSIGN(faults_at_start_, faults_->read());
  }
  if (observer_ == nullptr) return Done{};
  LostRecord lost;
  lost.head = head(RecordKind::kLost);
  lost.end_ns = kForEver.count;
  lost.facts = 1;
  return give(record_cast<Record>(lost));
}

Result<> LiveRun::collect() {
  if (observer_ != nullptr) return collect_with_facts();
  for (size_t count; (count = ring_->pop(popped_)) > 0;) {
    HF_TRY((*sink_)({popped_.data(), count}));
  }
  return Done{};
}

/// Blocks are taken out of the ring before the probes are asked: whatever happened to the thread up
/// to them is then in the answer.
Result<> LiveRun::collect_with_facts() {
  const size_t count = ring_->pop(popped_);
  facts_.clear();
  out_.clear();
  observer_->collect(facts_);
  for (Observer* follower : followers_) follower->collect(facts_);
  note_lost_callbacks();
  Nanos settled = observer_->settled();
  for (const Observer* follower : followers_) settled = std::min(settled, follower->settled());
  merge_.merge({popped_.data(), count}, facts_, settled, out_);
  return out_.empty() ? Result<>(Done{}) : (*sink_)(out_);
}

Result<> LiveRun::settle() {
  HF_TRY(session::settle([this] { return collect(); }, merge_));
  out_.clear();
  merge_.give_up(probe::monotonic_now(), out_);
  return out_.empty() ? Result<>(Done{}) : (*sink_)(out_);
}

/// Some time since the last look: their absence proves nothing there.
void LiveRun::note_lost_callbacks() {
  LostRecord lost;
  lost.head = head(RecordKind::kLost);
  lost.end_ns = lost.head.mono_ns;
  lost.head.mono_ns = std::exchange(last_look_ns_, lost.end_ns);
  const int64_t dropped = work_timer_ ? work_timer_->dropped() : 0;
  lost.facts = dropped - std::exchange(lost_callbacks_, dropped);
  if (lost.facts > 0) facts_.push_back(record_cast<Record>(lost));
}

Result<> LiveRun::note_faults() {
  if (!faults_) return Done{};
  const Result<probe::ThreadFaults> now = faults_->read();
  if (!now) return Done{};  // the thread has ended; the last reading stands
  FaultsRecord record;
  record.head = head(RecordKind::kFaults);
  faults_so_far_.major = faults_before_.major + now->major - faults_at_start_.major;
  faults_so_far_.minor = faults_before_.minor + now->minor - faults_at_start_.minor;
  record.major = faults_so_far_.major;
  record.minor = faults_so_far_.minor;
  return give(record_cast<Record>(record));
}

Result<> LiveRun::note_clock() {
  ClockRecord record;
  record.head = head(RecordKind::kClock);
  record.utc_minus_mono_ns = probe::utc_minus_monotonic().count;
  next_clock_ = Nanos(record.head.mono_ns) + kClockEvery;
  return give(record_cast<Record>(record));
}

Result<> LiveRun::give(const Record& record) {
  return (*sink_)({&record, 1});
}

}  // namespace holdfast::session
