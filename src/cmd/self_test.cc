// SPDX-License-Identifier: MIT
#include "cmd/self_test.h"

#include <unistd.h>

#include "cmd/counter.h"
#include "cmd/exit.h"
#include "cmd/protect.h"
#include "session/observer.h"

namespace holdfast::cmd {
namespace {

session::LiveRun::Options run_options(const audio::StreamFormat& format, Nanos duration) {
  session::LiveRun::Options options;
  options.format = format;
  options.limit = frames_in(duration, format.rate_hz);
  return options;
}

}  // namespace

SelfTestRun::SelfTestRun(Nanos duration)
    : duration_(duration), opened_(live_run_.open(run_options(format_, duration))) {}

std::vector<MemoryRange> SelfTestRun::touched_memory() const {
  if (!opened_) return {};
  std::vector<MemoryRange> ranges = live_run_.working_set();
  for (const MemoryRange& range : audio_thread_code()) ranges.push_back(range);
  return ranges;
}

Result<> SelfTestRun::try_to_run(SelfTest& test) {
  if (!opened_) return opened_.error();
  const Protection protection = protect(device_.thread_id(), touched_memory());
  session::Observer::Options wanted;
  wanted.pid = getpid();
  wanted.thread = device_.thread_id();
  const auto observer = session::Observer::start(wanted);
  live_run_.observe(*observer);
  const CountOptions options;
  SessionInfo info = describe_run(options);
  engage_observer(options, *observer, device_.thread_id(), info);
  Judge judge(info, [](const Glitch&) {});
  const auto ended = live_run_.run(
      [&](std::span<const Record> records) {
        judge.take(records);
        return Result<>(Done{});
      },
      [](int milliseconds) {
        wait_for_stop(milliseconds);
        return stop_requested();
      });
  judge.finish();
  test.summary = judge.summary();
  test.tolerance = opened_->late_tolerance;
  test.period = duration_of(Frames(format_.block_frames), format_.rate_hz);
  test.scheduling = protection.scheduling;
  test.is_realtime = protection.scheduling.starts_with("SCHED_FIFO");
  test.is_locked = protection.limitations.empty() || protection.locked_bytes > 0;
  if (!ended) return ended.error();
  return Done{};
}

SelfTest SelfTestRun::run() {
  SelfTest test;
  const Result<> done = try_to_run(test);
  if (!done) test.failure = done.error().what;
  return test;
}

}  // namespace holdfast::cmd
