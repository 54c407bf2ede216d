// SPDX-License-Identifier: MIT
// holdfast record: a take that is as long as the device ran, with exact silence and a marker where
// frames are missing, and readable at any instant.
#include <memory>
#include <optional>

#include "act/lock.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/counter.h"
#include "cmd/exit.h"
#include "cmd/glitch_command.h"
#include "cmd/opened_device.h"
#include "cmd/output.h"
#include "cmd/own_run.h"
#include "cmd/status_signal.h"
#include "cmd/stream_options.h"
#include "cmd/take_labels.h"
#include "cmd/take_service.h"
#include "core/byte_size.h"
#include "probe/clock_linux.h"
#include "probe/disk_room_linux.h"
#include "report/glitch_text.h"
#include "report/take_text.h"
#include "session/desktop_notice_linux.h"
#include "session/take_recorder.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kRecordProgram = "holdfast record";
constexpr Nanos kShowEvery = kMillisecond * 250;
constexpr Nanos kLowRoom = kSecond * 60;
constexpr const char* kDefaultBuffer = "256MiB";

struct RecordOptions {
  CountOptions count;
  std::string path;
  std::string encoding = "24";
  std::string fill = "silence";
  std::string split;
  std::string buffer = kDefaultBuffer;
  std::string on_glitch;
  bool is_forced = false;
  bool is_stopping_on_glitch = false;
  bool is_failing_on_glitch = false;
  bool has_no_labels = false;
  bool has_no_notices = false;
};

bool lock_memory(const MemoryRange& range) {
  return act::lock_ranges({&range, 1}).refused.empty();
}

/// "2GiB" or "1h".
Result<> parse_split(const std::string& text, session::TakeRecorder::Options& take) {
  if (text.empty()) return Done{};
  if (const Result<Nanos> time = parse_duration(text); time) {
    take.part_time = *time;
    return Done{};
  }
  Result<int64_t> bytes = parse_byte_size(text);
  if (!bytes) {
    return usage_error("--split takes a size or a time, such as 2GiB or 1h");
  }
  take.part_bytes = *bytes;
  return Done{};
}

Result<session::TakeRecorder::Options> take_options(const RecordOptions& options) {
  session::TakeRecorder::Options take;
  take.path = options.path;
  take.encoding = parse_sample_encoding(options.encoding).value_or(SampleEncoding::kInt24);
  take.fill = parse_fill_kind(options.fill).value_or(FillKind::kSilence);
  take.is_replacing = options.is_forced;
  take.originator = "holdfast " HF_VERSION;
  if (!options.count.is_unlocked) take.lock = lock_memory;
  HF_TRY_ASSIGN(const int64_t buffer, parse_byte_size(options.buffer));
  take.most_buffer_bytes = static_cast<size_t>(buffer);
  HF_TRY(parse_split(options.split, take));
  return take;
}

/// What happens around the run: who is told of a glitch, what the terminal shows, when to stop.
class TakeWatch {
 public:
  TakeWatch(const RecordOptions& options, session::TakeRecorder& recorder, Output& output)
      : options_(options),
        recorder_(recorder),
        output_(output),
        labels_(options.path, options.is_forced),
        command_(options.on_glitch, options.path),
        service_(kRecordProgram, output) {}

  [[nodiscard]] Result<> check() const { return options_.has_no_labels ? Done{} : labels_.check(); }

  void know(const SessionInfo& info) { info_ = info; }

  void tell(const Glitch& glitch) {
    recorder_.name(glitch);
    const std::string text = marker_name(glitch, info_.rate_hz);
    if (!options_.has_no_labels) {
      labels_.add({glitch.gap.position, glitch.gap.missing, text}, info_.rate_hz);
    }
    command_.tell(glitch, text);
    notify(glitch, text);
    if (options_.is_stopping_on_glitch) request_stop();
  }

  /// Is the run to end?
  bool look(const Counter& counter) {
    command_.poll();
    const Nanos now = probe::monotonic_now();
    const bool is_asked = status_requested();
    if (is_asked || now >= next_show_) show(counter, is_asked);
    return stop_requested() || recorder_.failure().has_value();
  }

  /// The run has ended, and the take is about to.
  void stopping() { service_.stopping(); }

  /// After the run: what nobody judged has its label, too.
  TakeResult finish() {
    command_.finish();
    const std::vector<Marker> unnamed = recorder_.unnamed_markers();
    for (const Marker& marker : unnamed) {
      if (!options_.has_no_labels) labels_.add(marker, info_.rate_hz);
    }
    labels_.finish();
    if (labels_.failure()) output_.advice(warning(labels_.failure()->what));
    if (command_.failures() > 0) {
      output_.advice(
          warning("--on-glitch failed " + std::to_string(command_.failures()) + " times"));
    }
    return result();
  }

  /// "room for 5 h", or what is wrong with it.
  [[nodiscard]] std::optional<Nanos> room() const {
    const std::optional<int64_t> bytes = probe::disk_room(options_.path);
    if (!bytes || recorder_.bytes_per_second() == 0) return std::nullopt;
    return kSecond * (*bytes / recorder_.bytes_per_second());
  }

 private:
  static std::string warning(const std::string& what) {
    return std::string(kRecordProgram) + ": " + what + "\n";
  }

  /// One notice for each episode, not for each glitch.
  void notify(const Glitch& glitch, const std::string& text) {
    const bool is_new = glitch.gap.due >= last_glitch_ + kSecond;
    last_glitch_ = glitch.gap.woke;
    if (is_new && !options_.has_no_notices) notice_.show("Recording has a glitch", text);
  }

  [[nodiscard]] TakeProgress progress_of(const session::TakeState& state,
                                         const Summary& summary) const {
    TakeProgress progress;
    progress.name = options_.path.substr(options_.path.rfind('/') + 1);
    progress.elapsed = state.length;
    progress.rate_hz = info_.rate_hz;
    progress.peak = state.peak;
    progress.glitches = summary.glitches;
    progress.filled = state.filled;
    progress.own = state.own;
    progress.room = room();
    progress.memory_bytes = summary.machine.available_bytes();
    progress.stalled_share = summary.machine.stalled_share();
    progress.is_locked = info_.locked_bytes > 0;
    return progress;
  }

  void show(const Counter& counter, bool is_asked) {
    next_show_ = probe::monotonic_now() + kShowEvery;
    const session::TakeState state = recorder_.state();
    const TakeProgress progress = progress_of(state, counter.summary());
    const std::string status = status_text(progress);
    if (is_asked) output_.advice(status + "\n");
    output_.progress(progress_line(progress));
    service_.tell(state, status);
    if (has_warned_ || !progress.room || *progress.room >= kLowRoom) return;
    has_warned_ = true;
    output_.advice(warning("the disk is nearly full: " + room_text(*progress.room)));
  }

  [[nodiscard]] TakeResult result() {
    const session::TakeState state = recorder_.state();
    TakeResult take;
    take.files = state.paths;
    take.length = state.length;
    take.filled = state.filled;
    take.own = state.own;
    take.markers = static_cast<int64_t>(state.markers);
    take.left_out_markers = static_cast<int64_t>(state.left_out_markers);
    take.label_files = labels_.paths();
    take.rate_hz = info_.rate_hz;
    take.channels = static_cast<uint32_t>(info_.channels);
    take.encoding = options_.encoding == "float" ? "32-bit float" : options_.encoding + "-bit";
    take.buffer_bytes = static_cast<int64_t>(state.buffer_bytes);
    take.unlocked_buffer_bytes = static_cast<int64_t>(state.unlocked_bytes);
    take.is_complete = !recorder_.failure();
    return take;
  }

  const RecordOptions& options_;
  session::TakeRecorder& recorder_;
  Output& output_;
  TakeLabels labels_;
  GlitchCommand command_;
  TakeService service_;
  session::DesktopNotice notice_;
  SessionInfo info_;
  Nanos last_glitch_{-kSecond.count};
  Nanos next_show_;
  bool has_warned_ = false;
};

/// Glitches that were repaired are no failure, unless asked for; frames that we lost ourselves are.
int exit_code(const RecordOptions& options, const TakeResult& take, const Summary& summary) {
  if (!take.is_complete) return kUnavailable;
  if (take.own > Frames(0) || summary.dropped_records > 0) return kNotTrustworthy;
  if (summary.end_reason == static_cast<int64_t>(EndReason::kDeviceGone)) return kUnavailable;
  return options.is_failing_on_glitch && summary.glitches > 0 ? kGlitches : kHolds;
}

/// What can only be said once the device is open.
void describe_take(const OpenedDevice& opened, const SessionInfo& info, const TakeWatch& watch,
                   Output& output) {
  output.advice(session_text(info));
  const std::optional<Nanos> room = watch.room();
  if (room && opened.capabilities.is_real_time) {
    output.advice("disk           " + room_text(*room) + "\n");
  }
}

Result<int> run_take(const RecordOptions& options, const OpenedDevice& opened,
                     session::TakeRecorder& recorder, TakeWatch& watch, Output& output) {
  const CountOptions& count = options.count;
  const Protection protection = protect_own(count, opened);
  const std::unique_ptr<session::Observer> observer = observe_own(count, opened);
  HF_TRY_ASSIGN(const SessionInfo info, describe_own(count, opened, protection, observer.get()));
  watch.know(info);
  describe_take(opened, info, watch, output);
  Counter counter(info, output, [&](const Glitch& glitch) { watch.tell(glitch); });
  HF_TRY(counter.open_trace(count));
  opened.run->on_presence(
      [&](bool is_back) { tell_presence(is_back, opened, count, kRecordProgram, output); });
  const Result<EndReason> ended =
      opened.run->run([&](std::span<const Record> records) { return counter.take(records); },
                      [&](int milliseconds) {
                        wait_for_stop(milliseconds);
                        return watch.look(counter);
                      });
  watch.stopping();
  const Result<> written = recorder.finish();
  const Result<> finished = counter.finish();
  tell_new_limitations(observer.get(), output);
  const TakeResult take = watch.finish();
  if (output.is_json()) {
    output.line(take_json(take));
  } else {
    output.text(take_text(take));
  }
  if (!written) return Error(written.error()).in("the take ends here, and is kept");
  if (!ended) return ended.error();
  if (!finished) return finished.error();
  return exit_code(options, take, counter.summary());
}

Result<int> record(const RecordOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Frames limit, limit_of(options.count.stream));
  HF_TRY_ASSIGN(session::TakeRecorder::Options take, take_options(options));
  session::TakeRecorder recorder(std::move(take));
  TakeWatch watch(options, recorder, output);
  HF_TRY(watch.check());
  session::LiveRun::Options run;
  run.limit = limit;
  run.tap = recorder.tap();
  HF_TRY_ASSIGN(OpenedDevice opened, open_device(options.count.stream, run));
  HF_TRY(recorder.begin(opened.capabilities));
  opened.tap_memory = recorder.working_set();
  Result<int> code = run_take(options, opened, recorder, watch, output);
  if (!code && recorder.state().length == Frames(0)) recorder.discard();
  return code;
}

int run_record(const RecordOptions& options) {
  listen_for_status();
  Output output(kRecordProgram, options.count.output);
  return output.finish(record(options, output));
}

void add_take_options(CLI::App& command, RecordOptions& options) {
  command.add_option("FILE", options.path, "The take, a WAV file")->required();
  command.add_option("--format", options.encoding, "Samples: 16, 24, 32 or float")
      ->check(CLI::IsMember({"16", "24", "32", "float"}))
      ->capture_default_str();
  command
      .add_option("--fill", options.fill, "What missing frames become: silence, hold or crossfade")
      ->check(CLI::IsMember({"silence", "hold", "crossfade"}))
      ->capture_default_str();
  command.add_option("--split", options.split, "Begin a new file at this size or time: 2GiB, 1h");
  command
      .add_option("--buffer", options.buffer, "Memory for samples while the disk is slow, at most")
      ->capture_default_str();
  command.add_flag("--force", options.is_forced, "Replace files that exist");
  command.add_flag("--no-labels", options.has_no_labels,
                   "No label files (.labels.txt, .reaper.csv) beside the take");
}

void add_reaction_options(CLI::App& command, RecordOptions& options) {
  command.add_option("--on-glitch", options.on_glitch, "Run this shell command at a glitch");
  command.add_flag("--no-notices", options.has_no_notices, "No notice on the desktop");
  command.add_flag("--stop-on-glitch", options.is_stopping_on_glitch, "End at the first glitch");
  command.add_flag("--fail-on-glitch", options.is_failing_on_glitch, "Exit with 1 after glitches");
  CountOptions& count = options.count;
  CLI::Option* trace =
      command.add_option("--trace", count.trace, "Keep the facts in this .hft file");
  command.add_flag("--overwrite", count.is_replacing, "Replace a trace that exists")->needs(trace);
  command.add_flag("--no-lock", count.is_unlocked, "Leave memory unlocked");
  command
      .add_option("--observe", count.observe,
                  "How closely to look at the audio thread for causes, at most: all_events, "
                  "user_events, polls or none")
      ->check(CLI::IsMember({"all_events", "user_events", "polls", "none"}))
      ->capture_default_str();
}

}  // namespace

Command add_record(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("record", "Record a take; fill and mark what was lost, to the frame");
  auto options = std::make_shared<RecordOptions>();
  add_take_options(*command, *options);
  add_stream_options(*command, options->count.stream);
  add_output_options(*command, options->count.output);
  add_reaction_options(*command, *options);
  command->footer(
      "Example: holdfast record take.wav --device alsa:hw:0 --for 1h\n"
      "Exit codes: 0 the take is whole, 1 glitches (--fail-on-glitch), 2 usage, 3 cannot be done "
      "here, "
      "4 frames lost by the recorder");
  return {command, [options] { return run_record(*options); }};
}

}  // namespace holdfast::cmd
