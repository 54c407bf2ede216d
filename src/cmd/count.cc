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
#include "cmd/exit.h"
#include "cmd/graph_followers.h"
#include "cmd/opened_device.h"
#include "cmd/output.h"
#include "cmd/own_run.h"
#include "cmd/protect.h"
#include "cmd/stream_options.h"
#include "probe/clock_linux.h"
#include "report/glitch_text.h"
#include "session/live_run.h"
#include "session/observer.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kCountProgram = "holdfast count";

/// Does to the audio thread's memory what memory pressure does, every so often.
class PageOuter {
 public:
  static Result<PageOuter> make(const CountOptions& options, const OpenedDevice& opened) {
    PageOuter outer;
    if (options.page_out_every.empty()) return outer;
    HF_TRY_ASSIGN(outer.every_, parse_duration(options.page_out_every));
    if (outer.every_ == Nanos(0)) {
      return usage_error("--page-out must be longer than 0s");
    }
    outer.ranges_ = opened.touched_memory();
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
  if (options.is_following_server && options.observe == "none") {
    return usage_error("--follow-server needs --observe to be more than none");
  }
  HF_TRY_ASSIGN(const Frames limit, limit_of(options.stream));
  HF_TRY_ASSIGN(const OpenedDevice opened, open_device(options.stream, limit));
  session::LiveRun& run = *opened.run;
  const Protection protection = protect_own(options, opened);
  HF_TRY_ASSIGN(PageOuter page_outer, PageOuter::make(options, opened));
  const std::unique_ptr<session::Observer> observer = observe_own(options, opened);
  HF_TRY_ASSIGN(SessionInfo info, describe_own(options, opened, protection, observer.get()));
  GraphFollowers followers;
  if (options.is_following_server) {
    HF_TRY_ASSIGN(followers, follow_graph(options, opened, info));
    HF_TRY_ASSIGN(info, parse_session_info(to_text(info)));
  }
  output.advice(session_text(info));
  run.on_presence(
      [&](bool is_back) { tell_presence(is_back, opened, options, kCountProgram, output); });
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
  for (const auto& follower : followers) tell_new_limitations(follower.get(), output);
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
  CLI::Option* follow = command->add_flag(
      "--follow-server", options->is_following_server,
      "When the sound server, or a program before us, was late, look for the cause there");
  CLI::Option* pid =
      command->add_option("--pid", options->pid, "Count the glitches of a thread of this process")
          ->check(CLI::Range(1, 1 << 22));
  follow->excludes(pid);
  command->add_option("--thread", options->thread, "Id or name of that thread")->needs(pid);
  command->footer(
      "What --device virtual understands is in holdfast-count(1).\n"
      "Example: holdfast count --frames 16 --for 10s --trace take.hft\n"
      "Exit codes: 0 no glitch, 1 glitches, 2 usage, 3 cannot be done here, 4 not trustworthy");
  return {command, [options] { return run_count(*options); }};
}

}  // namespace holdfast::cmd
