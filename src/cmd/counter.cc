// SPDX-License-Identifier: MIT
#include "cmd/counter.h"

#include "cmd/protect.h"
#include "cmd/verdict.h"
#include "probe/clock_linux.h"
#include "probe/machine_linux.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr Nanos kFlushEvery = kSecond;

}  // namespace

SessionInfo describe_run(const CountOptions& options) {
  SessionInfo info;
  info.program = "holdfast " HF_VERSION;
  info.rate_hz = options.stream.format.rate_hz;
  info.block_frames = options.stream.format.block_frames;
  info.channels = options.stream.format.channels;
  info.machine = to_text(probe::this_machine());
  info.swap_bytes = probe::swap_bytes();
  info.lock_limit_bytes = probe::lock_limit_bytes();
  info.utc_minus_mono_ns = probe::utc_minus_monotonic().count;
  return info;
}

void engage_observer(const CountOptions& options, const session::Observer& observer, int thread,
                     SessionInfo& info) {
  info.observation = observer.level();
  info.observed_thread = thread;
  for (const Unavailable& missing : observer.limitations()) {
    const std::string& remedy = missing.how_to_get_it;
    info.limitations.push_back(remedy.empty() ? missing.why : missing.why + "; " + remedy);
  }
  // With --no-lock nothing is: a page of the heap may hold a part of the audio thread's, too.
  std::vector<MemoryRange> touched;
  if (!options.is_unlocked) {
    touched = observer.working_set();
    for (const MemoryRange& range : whole_program()) touched.push_back(range);
  }
  for (const std::string& limitation : protect_observer(observer.thread_id(), touched)) {
    info.limitations.push_back(limitation);
  }
}

void tell_new_limitations(session::Observer* observer, Output& output) {
  if (observer == nullptr) return;
  for (const Unavailable& missing : observer->take_new_limitations()) {
    output.advice("limited        " + missing.why + "; " + missing.how_to_get_it + "\n");
  }
}

Counter::Counter(SessionInfo info, Output& output, Judge::OnGlitch also_tell)
    : info_(std::move(info)),
      output_(output),
      also_tell_(std::move(also_tell)),
      judge_(info_, [this](const Glitch& glitch) {
        print_glitch(glitch, info_, output_);
        if (also_tell_) also_tell_(glitch);
      }) {}

Result<> Counter::open_trace(const CountOptions& options) {
  if (options.trace.empty()) return Done{};
  const auto if_exists =
      options.is_replacing ? session::IfExists::kReplace : session::IfExists::kRefuse;
  HF_TRY_ASSIGN(session::TraceFile file,
                session::TraceFile::create(options.trace, info_, if_exists));
  trace_.emplace(std::move(file));
  return Done{};
}

Result<> Counter::take(std::span<const Record> records) {
  // Kept before it is judged: a verdict may wait for whoever reads stdout.
  const Result<> kept = trace_ ? trace_->add(records) : Result<>(Done{});
  judge_.take(records);
  HF_TRY(kept);
  if (!trace_) return Done{};
  const Nanos newest(records.back().head.mono_ns);
  if (newest < next_flush_) return Done{};
  next_flush_ = newest + kFlushEvery;
  return trace_->flush();
}

void Counter::show_progress() {
  const Summary& summary = judge_.summary();
  output_.progress(std::to_string(summary.totals.elapsed.count / info_.rate_hz) + " s  " +
                   std::to_string(summary.glitches) + " glitches  " +
                   std::to_string(summary.totals.missing.count) + " frames lost");
}

Result<> Counter::finish() {
  judge_.finish();
  const Summary& summary = judge_.summary();
  const bool has_begun = summary.totals.blocks > 0 || summary.end_reason;
  if (has_begun) print_summary(summary, info_, output_);
  return trace_ ? trace_->close() : Result<>(Done{});
}

int Counter::exit_code() const {
  return exit_code_of(judge_.summary());
}

}  // namespace holdfast::cmd
