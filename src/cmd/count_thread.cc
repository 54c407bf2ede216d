// SPDX-License-Identifier: MIT
// holdfast count --pid: the glitches of a thread of another program, seen from outside. Where the
// frames are is an estimate by the clock; why the thread was late is known as well as for our own.
#include <algorithm>

#include "cmd/counter.h"
#include "cmd/exit.h"
#include "core/thread_choice.h"
#include "probe/process_linux.h"
#include "report/duration_text.h"
#include "report/glitch_text.h"
#include "session/thread_run.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kCountThreadProgram = "holdfast count";
constexpr Nanos kLongestQuiet = kSecond;  ///< No audio thread sleeps longer between two blocks.

/// Without its sleeps and wakes there is nothing to count.
Error cannot_see(const session::Observer& observer) {
  const auto& reasons = observer.limitations();
  const std::string why = reasons.empty() ? "it cannot be observed" : reasons.front().why;
  return unavailable("its sleeps and wakes are not to be seen: " + why);
}

std::string scheduling_text(const TaskStat& thread) {
  const std::string policy = to_text(thread.policy);
  return thread.rt_priority > 0 ? policy + " " + std::to_string(thread.rt_priority) : policy;
}

Result<SessionInfo> describe(const CountOptions& options, const ThreadChoice& choice,
                             const session::Observer& observer) {
  SessionInfo info = describe_run(options);
  info.device = "thread " + choice.thread.name + " (" + std::to_string(choice.thread.id) +
                ") of process " + std::to_string(options.pid);
  info.position_source = PositionSource::kClockEstimate;
  info.scheduling = scheduling_text(choice.thread);
  info.channels = 0;
  engage_observer(options, observer, choice.thread.id, info);
  return parse_session_info(to_text(info));
}

Result<> check_block(int64_t frames) {
  if (frames >= audio::kMinBlockFrames && frames <= audio::kMaxBlockFrames) return Done{};
  return usage_error("--frames is the block size of that program: a number from 1 to 8192");
}

Result<ThreadChoice> choose(const CountOptions& options) {
  HF_TRY_ASSIGN(const std::vector<TaskStat> threads, probe::read_threads(options.pid));
  return choose_thread(threads, options.pid, options.thread);
}

}  // namespace

Result<int> count_thread(const CountOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Frames limit, limit_of(options.stream));
  HF_TRY(check_block(options.stream.format.block_frames));
  HF_TRY_ASSIGN(const ThreadChoice choice, choose(options));
  session::Observer::Options wanted;
  wanted.pid = options.pid;
  wanted.thread = choice.thread.id;
  wanted.most = parse_observation(options.observe).value_or(Observation::kNone);
  wanted.samples_regions = !options.trace.empty();
  const auto observer = session::Observer::start(wanted);
  if (observer->level() < Observation::kUserEvents) return cannot_see(*observer);
  HF_TRY_ASSIGN(const SessionInfo info, describe(options, choice, *observer));
  output.advice(session_text(info));
  Counter counter(info, output);
  HF_TRY(counter.open_trace(options));
  session::ThreadRun run(*observer, options.stream.format);
  const Result<EndReason> ended = run.run(
      duration_of(limit, info.rate_hz),
      [&](std::span<const Record> records) { return counter.take(records); },
      [&](int milliseconds) {
        wait_for_stop(milliseconds);
        counter.show_progress();
        return stop_requested();
      });
  const Result<> finished = counter.finish();
  tell_new_limitations(observer.get(), output);
  if (!ended) return ended.error();
  if (!finished) return finished.error();
  if (*ended == EndReason::kThreadEnded) return counter.exit_code();
  const Nanos quiet = run.quiet_time();
  if (quiet <= kLongestQuiet) return counter.exit_code();
  output.advice(std::string(kCountThreadProgram) + ": at the end the thread had not woken for " +
                (quiet == Nanos(INT64_MAX) ? "the whole time" : duration_text(quiet)) +
                ": it hangs, or is no audio thread; name another one with --thread\n");
  return kNotTrustworthy;
}

}  // namespace holdfast::cmd
