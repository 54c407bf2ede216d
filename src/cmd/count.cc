// SPDX-License-Identifier: MIT
// holdfast count: counts glitches, exactly, and can keep the trace from which `explain` derives
// every line of it again.
#include <sys/utsname.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "act/page_out.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/device_registry.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/protect.h"
#include "cmd/stream_options.h"
#include "cmd/verdict.h"
#include "core/judge.h"
#include "probe/clock_linux.h"
#include "report/glitch_text.h"
#include "session/live_run.h"
#include "session/trace_file.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgram = "holdfast count";
constexpr Nanos kFlushEvery = kSecond;

struct CountOptions {
  StreamOptions stream;
  OutputOptions output;
  std::string trace;
  bool is_replacing = false;
  bool is_unlocked = false;
  std::string page_out_every;  ///< Empty: leave own pages alone.
};

std::string machine_text() {
  utsname name = {};
  uname(&name);
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  return std::string(name.sysname) + " " + name.release + " " + name.machine + ", " +
         std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " processors, " +
         std::to_string(pages / 1024 * page_bytes / 1024) + " MiB";
}

Result<SessionInfo> describe(const CountOptions& options, const audio::Capabilities& capabilities,
                             const Protection& protection) {
  SessionInfo info;
  info.program = "holdfast " HF_VERSION;
  info.device = capabilities.device;
  info.position_source = capabilities.position_source;
  info.rate_hz = options.stream.format.rate_hz;
  info.block_frames = options.stream.format.block_frames;
  info.channels = options.stream.format.channels;
  info.machine = machine_text();
  info.scheduling = protection.scheduling;
  info.locked_bytes = protection.locked_bytes;
  info.utc_minus_mono_ns = probe::utc_minus_monotonic().count;
  info.limitations = protection.limitations;
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

/// Everything between the records and the user.
class Counter {
 public:
  Counter(SessionInfo info, Output& output)
      : info_(std::move(info)),
        output_(output),
        judge_(info_, [this](const Glitch& glitch) { print_glitch(glitch, info_, output_); }) {}

  Result<> open_trace(const CountOptions& options) {
    if (options.trace.empty()) return Done{};
    const auto if_exists =
        options.is_replacing ? session::IfExists::kReplace : session::IfExists::kRefuse;
    HF_TRY_ASSIGN(session::TraceFile file,
                  session::TraceFile::create(options.trace, info_, if_exists));
    trace_.emplace(std::move(file));
    return Done{};
  }

  /// The same records, in the same order, for the judge and for the trace.
  Result<> take(std::span<const Record> records) {
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

  void show_progress() {
    const Summary& summary = judge_.summary();
    output_.progress(std::to_string(frames_in_seconds(summary)) + " s  " +
                     std::to_string(summary.glitches) + " glitches  " +
                     std::to_string(summary.totals.missing.count) + " frames lost");
  }

  Result<> finish() {
    judge_.finish();
    const Summary& summary = judge_.summary();
    const bool has_begun = summary.totals.blocks > 0 || summary.end_reason;
    if (has_begun) print_summary(summary, info_, output_);
    return trace_ ? trace_->close() : Result<>(Done{});
  }

  [[nodiscard]] int exit_code() const { return exit_code_of(judge_.summary()); }

 private:
  [[nodiscard]] int64_t frames_in_seconds(const Summary& summary) const {
    return summary.totals.elapsed.count / info_.rate_hz;
  }

  SessionInfo info_;
  Output& output_;
  Judge judge_;
  std::optional<session::TraceFile> trace_;
  Nanos next_flush_;
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
  HF_TRY_ASSIGN(const SessionInfo info, describe(options, capabilities, protection));
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
  if (!ended) return ended.error();
  if (!finished) return finished.error();
  if (*ended == EndReason::kDeviceGone) {
    output.advice(std::string(kProgram) + ": the device went away; see `holdfast devices`\n");
  }
  return counter.exit_code();
}

int run_count(const CountOptions& options) {
  Output output(kProgram, options.output);
  return output.finish(count(options, output));
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
  command->footer(
      "What --device virtual understands is in holdfast-count(1).\n"
      "Example: holdfast count --frames 16 --for 10s --trace take.hft\n"
      "Exit codes: 0 no glitch, 1 glitches, 2 usage, 3 cannot be done here, 4 not trustworthy");
  return {command, [options] { return run_count(*options); }};
}

}  // namespace holdfast::cmd
