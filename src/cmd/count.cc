// SPDX-License-Identifier: MIT
// holdfast count: counts glitches, exactly, and can keep the trace from which `explain` derives
// every line of it again.
#include <unistd.h>

#include <memory>
#include <optional>

#include "act/page_out.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/counter.h"
#include "cmd/device_registry.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/protect.h"
#include "cmd/stream_options.h"
#include "probe/clock_linux.h"
#include "report/glitch_text.h"
#include "session/live_run.h"
#include "session/observer.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kCountProgram = "holdfast count";

/// Looks at the audio thread as closely as asked and allowed. Null when not asked to, and with
/// simulated time, where there is no such thread.
std::unique_ptr<session::Observer> observe(const CountOptions& options, const audio::Device& device,
                                           session::LiveRun& run) {
  session::Observer::Options wanted;
  wanted.pid = getpid();
  wanted.thread = device.thread_id();
  wanted.most = parse_observation(options.observe).value_or(Observation::kNone);
  if (wanted.thread == 0 || wanted.most == Observation::kNone) return nullptr;
  std::unique_ptr<session::Observer> observer = session::Observer::start(wanted);
  run.observe(*observer);
  return observer;
}

Result<SessionInfo> describe(const CountOptions& options, const audio::Capabilities& capabilities,
                             const Protection& protection, const session::Observer* observer,
                             pid_t thread) {
  SessionInfo info = describe_run(options);
  info.device = capabilities.device;
  info.position_source = capabilities.position_source;
  info.scheduling = protection.scheduling;
  info.locked_bytes = protection.locked_bytes;
  info.limitations = protection.limitations;
  if (observer != nullptr) engage_observer(options, *observer, thread, info);
  return parse_session_info(to_text(info));  // exactly what a trace would give back
}

std::vector<MemoryRange> touched_memory(const session::LiveRun& run) {
  std::vector<MemoryRange> ranges = run.working_set();
  for (const MemoryRange& range : audio_thread_code()) ranges.push_back(range);
  return ranges;
}

Protection protect_run(const CountOptions& options, const audio::Capabilities& capabilities,
                       const audio::Device& device, const session::LiveRun& run) {
  if (!capabilities.is_real_time) return Protection{"simulated time", 0, {}};
  if (!options.is_unlocked) return protect(device.thread_id(), touched_memory(run));
  Protection protection = leave_unlocked(device.thread_id());
  protection.limitations.emplace_back("memory is not locked, as asked for with --no-lock");
  return protection;
}

/// Does to the audio thread's memory what memory pressure does, every so often.
class PageOuter {
 public:
  static Result<PageOuter> make(const CountOptions& options, const session::LiveRun& run) {
    PageOuter outer;
    if (options.page_out_every.empty()) return outer;
    HF_TRY_ASSIGN(outer.every_, parse_duration(options.page_out_every));
    if (outer.every_ == Nanos(0)) {
      return Error{ErrorKind::kUsage, 0, "--page-out must be longer than 0s"};
    }
    outer.ranges_ = touched_memory(run);
    return outer;
  }

  void look_at_clock() {
    const Nanos now = probe::monotonic_now();
    if (ranges_.empty() || now < next_) return;
    next_ = now + every_;
    act::page_out(ranges_);
  }

 private:
  std::vector<MemoryRange> ranges_;
  Nanos every_;
  Nanos next_;
};

Result<int> count(const CountOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Frames limit, limit_of(options.stream));
  HF_TRY_ASSIGN(const std::unique_ptr<audio::Device> device,
                make_device(options.stream.device, options.stream.format.rate_hz));
  session::LiveRun run(*device);
  session::LiveRun::Options run_options;
  run_options.format = options.stream.format;
  run_options.limit = limit;
  HF_TRY_ASSIGN(const audio::Capabilities capabilities, run.open(run_options));
  const Protection protection = protect_run(options, capabilities, *device, run);
  HF_TRY_ASSIGN(PageOuter page_outer, PageOuter::make(options, run));
  const std::unique_ptr<session::Observer> observer = observe(options, *device, run);
  HF_TRY_ASSIGN(const SessionInfo info,
                describe(options, capabilities, protection, observer.get(), device->thread_id()));
  output.advice(session_text(info));
  Counter counter(info, output);
  HF_TRY(counter.open_trace(options));
  const Result<EndReason> ended =
      run.run([&](std::span<const Record> records) { return counter.take(records); },
              [&](int milliseconds) {
                wait_for_stop(milliseconds);
                page_outer.look_at_clock();
                counter.show_progress();
                return stop_requested();
              });
  const Result<> finished = counter.finish();
  tell_new_limitations(observer.get(), output);
  if (!ended) return ended.error();
  if (!finished) return finished.error();
  if (*ended == EndReason::kDeviceGone) {
    output.advice(std::string(kCountProgram) + ": the device went away; see `holdfast devices`\n");
  }
  return counter.exit_code();
}

int run_count(const CountOptions& options) {
  Output output(kCountProgram, options.output);
  return output.finish(options.pid != 0 ? count_thread(options, output) : count(options, output));
}

}  // namespace

Command add_count(CLI::App& app) {
  CLI::App* command = app.add_subcommand("count", "Count glitches, to the frame");
  auto options = std::make_shared<CountOptions>();
  add_stream_options(*command, options->stream);
  add_output_options(*command, options->output);
  CLI::Option* trace =
      command->add_option("--trace", options->trace, "Keep the facts in this .hft file");
  command->add_flag("--overwrite", options->is_replacing, "Replace a trace that exists")
      ->needs(trace);
  command->add_flag("--no-lock", options->is_unlocked,
                    "Leave memory unlocked, to see what memory pressure does");
  command->add_option("--page-out", options->page_out_every,
                      "Push own pages out this often, as memory pressure would, e.g. 100ms");
  command
      ->add_option("--observe", options->observe,
                   "How closely to look at the audio thread for causes, at most: all_events, "
                   "user_events, polls or none")
      ->check(CLI::IsMember({"all_events", "user_events", "polls", "none"}))
      ->capture_default_str();
  CLI::Option* pid =
      command->add_option("--pid", options->pid, "Count the glitches of a thread of this process")
          ->check(CLI::Range(1, 1 << 22));
  command->add_option("--thread", options->thread, "Id or name of that thread")->needs(pid);
  command->footer(
      "What --device virtual understands is in holdfast-count(1).\n"
      "Example: holdfast count --frames 16 --for 10s --trace take.hft\n"
      "Exit codes: 0 no glitch, 1 glitches, 2 usage, 3 cannot be done here, 4 not trustworthy");
  return {command, [options] { return run_count(*options); }};
}

}  // namespace holdfast::cmd
