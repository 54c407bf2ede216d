// SPDX-License-Identifier: MIT
// holdfast count: counts glitches, exactly, and can keep the trace from which `explain` derives
// every line of it again.
#include <unistd.h>

#include <memory>
#include <optional>

#include "act/own_ranges.h"
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
#include "probe/process_linux.h"
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

std::string exact_losses(const audio::Capabilities& capabilities) {
  std::string text = capabilities.counts_client_lateness_exactly ? "client" : "";
  if (capabilities.counts_server_lateness_exactly) text += text.empty() ? "server" : " server";
  return text;
}

/// What counts against the lock limit of this process; 0 where that cannot be read.
int64_t locked_bytes_now() {
  const Result<ProcessStatus> status = probe::read_process_status(getpid());
  return status ? status->locked_bytes.value_or(0) : 0;
}

/// The device of a run, and what opening it brought into this process.
struct OpenedDevice {
  std::unique_ptr<audio::Device> device;
  std::unique_ptr<session::LiveRun> run;
  audio::Capabilities capabilities;
  std::vector<MemoryRange> touched;  ///< By the audio thread, as far as known.
  int64_t system_locked_bytes = 0;
};

Result<OpenedDevice> open_device(const CountOptions& options, Frames limit) {
  const act::LoadedObjects loaded_before = act::loaded_objects();
  const int64_t locked_before = locked_bytes_now();
  const std::string& named = options.stream.device;
  OpenedDevice opened;
  HF_TRY_ASSIGN(opened.device, make_device(named.empty() ? default_device() : named,
                                           options.stream.format.rate_hz));
  opened.run = std::make_unique<session::LiveRun>(*opened.device);
  session::LiveRun::Options run_options;
  run_options.format = options.stream.format;
  run_options.limit = limit;
  HF_TRY_ASSIGN(opened.capabilities, opened.run->open(run_options));
  opened.system_locked_bytes = locked_bytes_now() - locked_before;
  opened.touched = opened.run->working_set();
  for (const MemoryRange& range : audio_thread_code()) opened.touched.push_back(range);
  for (const MemoryRange& range : act::segments_loaded_since(loaded_before)) {
    opened.touched.push_back(range);
  }
  return opened;
}

Result<SessionInfo> describe(const CountOptions& options, const OpenedDevice& opened,
                             const Protection& protection, const session::Observer* observer) {
  const audio::Capabilities& capabilities = opened.capabilities;
  SessionInfo info = describe_run(options);
  info.device = capabilities.device;
  info.sound_system = capabilities.sound_system;
  info.rate_hz = capabilities.granted.rate_hz;
  info.block_frames = capabilities.granted.block_frames;
  info.channels = capabilities.granted.channels;
  info.position_source = capabilities.position_source;
  info.exact_losses = exact_losses(capabilities);
  info.late_tolerance_ns = capabilities.late_tolerance.count;
  info.system_locked_bytes = opened.system_locked_bytes;
  info.scheduling = protection.scheduling;
  info.locked_bytes = protection.locked_bytes;
  info.limitations = capabilities.limitations;
  info.limitations.insert(info.limitations.end(), protection.limitations.begin(),
                          protection.limitations.end());
  if (observer != nullptr) engage_observer(options, *observer, opened.device->thread_id(), info);
  return parse_session_info(to_text(info));  // exactly what a trace would give back
}

Protection protect_run(const CountOptions& options, const OpenedDevice& opened) {
  if (!opened.capabilities.is_real_time) return Protection{"simulated time", 0, {}};
  const auto priority = opened.capabilities.is_priority_ours ? Priority::kOurs : Priority::kSystems;
  const pid_t thread = opened.device->thread_id();
  if (!options.is_unlocked) return protect(thread, opened.touched, priority);
  Protection protection = leave_unlocked(thread, priority);
  protection.limitations.emplace_back("memory is not locked, as asked for with --no-lock");
  return protection;
}

/// Does to the audio thread's memory what memory pressure does, every so often.
class PageOuter {
 public:
  static Result<PageOuter> make(const CountOptions& options, const OpenedDevice& opened) {
    PageOuter outer;
    if (options.page_out_every.empty()) return outer;
    HF_TRY_ASSIGN(outer.every_, parse_duration(options.page_out_every));
    if (outer.every_ == Nanos(0)) {
      return Error{ErrorKind::kUsage, 0, "--page-out must be longer than 0s"};
    }
    outer.ranges_ = opened.touched;
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
  HF_TRY_ASSIGN(const OpenedDevice opened, open_device(options, limit));
  session::LiveRun& run = *opened.run;
  const Protection protection = protect_run(options, opened);
  HF_TRY_ASSIGN(PageOuter page_outer, PageOuter::make(options, opened));
  const std::unique_ptr<session::Observer> observer = observe(options, *opened.device, run);
  HF_TRY_ASSIGN(const SessionInfo info, describe(options, opened, protection, observer.get()));
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
