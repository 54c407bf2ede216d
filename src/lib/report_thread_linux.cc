// SPDX-License-Identifier: MIT
#include "lib/report_thread_linux.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <new>

#include "act/priority.h"
#include "probe/clock_linux.h"

namespace holdfast::lib {
namespace {

// Blocks and the thread's counters at each turn, the machine at every second: so the load is known
// within 100 ms of each glitch.
constexpr auto kTurn = std::chrono::milliseconds(50);
constexpr size_t kBatch = 128;  // 8 KiB of the thread's stack

Nanos own_cpu_time() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return kSecond * time.tv_sec + Nanos(time.tv_nsec);
}

}  // namespace

Result<> ReportThread::start() {
  HF_TRY_ASSIGN(memory_, probe::MemoryUseProbe::open());
  HF_TRY_ASSIGN(processors_, probe::ProcessorUseProbe::open(getpid()));
  return thread_.start("holdfast-report", &ReportThread::enter, this);
}

Result<> ReportThread::watch_caller() {
  const auto thread = static_cast<int>(syscall(SYS_gettid));
  HF_TRY_ASSIGN(probe::ThreadUseProbe probe, probe::ThreadUseProbe::open(getpid(), thread));
  HF_TRY_ASSIGN(const ThreadUseRecord reading, probe.read());
  const std::scoped_lock lock(watching_);
  if (builder_) return usage_error("the thread to watch must be told before its first block");
  info_.scheduling = act::to_text(act::read_scheduling(0));
  use_ = std::move(probe);
  first_use_ = record_cast<Record>(reading);
  return Done{};
}

void ReportThread::enter(void* self) {
  auto* thread = static_cast<ReportThread*>(self);
  act::make_ordinary();  // whoever made it may be a real-time thread
  try {
    thread->run();
  } catch (const std::bad_alloc&) {
    thread->is_out_of_memory_ = true;
  }
  thread->counts_.cpu = own_cpu_time();
}

void ReportThread::run() {
  bool reads_machine = true;
  bool is_over = false;
  while (!is_over) {
    is_over = is_over_.try_acquire_for(kTurn);
    look(reads_machine || is_over);
    reads_machine = !reads_machine;
  }
  // What was read before the last blocks does not reach beyond them.
  facts_.clear();
  read_machine();
  if (builder_) builder_->take(facts_);
}

void ReportThread::stop() {
  is_over_.release();
  thread_.join();
}

/// The blocks that wait are counted before the readings, and taken after them: what happened up to
/// each has been told when it comes.
void ReportThread::look(bool reads_machine) {
  const size_t count = blocks_.size();
  facts_.clear();
  if (reads_machine) read_machine();
  if (count > 0 && !builder_) begin();
  if (!builder_) return;
  if (use_) {
    if (const auto reading = use_->read()) facts_.push_back(record_cast<Record>(*reading));
  }
  builder_->take(facts_);
  take_blocks(count);
}

void ReportThread::read_machine() {
  const auto memory = memory_->read();
  if (memory) facts_.push_back(record_cast<Record>(*memory));
  const auto processors = processors_->read();
  if (processors) facts_.push_back(record_cast<Record>(*processors));
  if (!memory || !processors) return;
  const Nanos now = probe::monotonic_now();
  if (counts_.readings++ > 0) {
    counts_.furthest_reading = std::max(counts_.furthest_reading, now - last_reading_);
  }
  last_reading_ = now;
}

/// Only now: whom it is about must be known, and the audio thread says so before its first block.
void ReportThread::begin() {
  const std::scoped_lock lock(watching_);
  if (first_use_) {
    info_.observed_thread = record_cast<ThreadUseRecord>(*first_use_).thread;
    info_.observation = Observation::kPolls;
  }
  builder_.emplace(info_);
  if (first_use_) builder_->take({&*first_use_, 1});
}

void ReportThread::take_blocks(size_t count) {
  std::array<Record, kBatch> batch;
  while (count > 0) {
    const size_t popped = blocks_.pop({batch.data(), std::min(count, batch.size())});
    builder_->take({batch.data(), popped});
    count -= popped;
  }
}

Result<FieldReport> ReportThread::finish(EndReason reason) {
  stop();
  if (is_out_of_memory_) return Error{ErrorKind::kSystem, 0, "memory was short: no report"};
  if (!builder_) return unavailable("there was no block to report");
  EndRecord end;
  end.head.kind = RecordKind::kEnd;
  end.head.mono_ns = probe::monotonic_now().count;
  end.reason = static_cast<int64_t>(reason);
  const auto record = record_cast<Record>(end);
  builder_->take({&record, 1});
  auto report = builder_->finish();
  if (!report) return unavailable(report.error().what);
  return report;
}

}  // namespace holdfast::lib
