// SPDX-License-Identifier: MIT
#include "blind/synthetic_trace.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "audio/virtual_stream.h"
#include "blind/scripted_faults.h"
#include "rt/record.h"
#include "session/trace_file.h"

namespace holdfast::blind {
namespace {

constexpr uint32_t kThread = 4711;
constexpr Nanos kStart = kSecond * 1000;
constexpr audio::StreamFormat kFormat = {48000, 16, 2};

RecordHead head(RecordKind kind, Nanos when, uint16_t flags = 0) {
  RecordHead result;
  result.kind = kind;
  result.flags = flags;
  result.mono_ns = when.count;
  return result;
}

SessionInfo describe(Observation level) {
  SessionInfo info;
  info.program = "blind_victim";
  info.device = "synthetic";
  info.rate_hz = kFormat.rate_hz;
  info.block_frames = kFormat.block_frames;
  info.channels = kFormat.channels;
  info.machine = "none";
  info.scheduling = "SCHED_FIFO 70";
  info.observation = level;
  info.observed_thread = kThread;
  info.times_callbacks = level > Observation::kPolls ? 1 : 0;
  return info;
}

/// One audio thread that nothing happens to but what it is told.
class Story {
 public:
  Story(Observation level, std::mt19937_64& random)
      : level_(level), random_(random), stream_({}, {}, kFormat, kStart), now_(kStart) {
    add_line("thread " + std::to_string(kThread) + " audio");
  }

  /// Blocks in time, for `duration`.
  void go_on(Nanos duration) {
    for (const Nanos end = now_ + duration; now_ < end;) block(stream_.next_wake());
  }

  /// All processors stand still in the middle of the thread's sleep.
  Truth pause_asleep(Nanos duration) {
    const Nanos asleep = now_;
    Truth truth = pause(stream_.next_wake() - Nanos(draw(random_, 1'000, 300'000)), duration);
    const Nanos back = truth.end + Nanos(draw(random_, 5'000, 20'000));
    sleep(asleep, back);
    block(back);
    return truth;
  }

  /// All processors stand still in the middle of a callback. Its processor time goes on: the guest
  /// does not know better.
  Truth pause_awake(Nanos duration) {
    block(stream_.next_wake());
    const Nanos begin = now_;
    Truth truth = pause(begin + Nanos(draw(random_, 1'000, 20'000)), duration);
    now_ = truth.end + Nanos(draw(random_, 1'000, 20'000));
    CallbackRecord callback;
    callback.head = head(RecordKind::kCallback, begin);
    callback.end_ns = now_.count;
    callback.cpu_ns = (now_ - begin).count;
    if (level_ > Observation::kPolls) add(callback);
    block(std::max(now_ + kMicrosecond, stream_.next_wake()));
    return truth;
  }

  /// The server comes late with everybody's blocks; the thread sleeps meanwhile.
  Truth late_server(Nanos duration) {
    Truth truth;
    const Nanos asleep = now_;
    truth.block = position_;
    truth.begin = stream_.next_wake();
    truth.end = truth.begin + duration;
    const Nanos back = truth.end + Nanos(draw(random_, 5'000, 20'000));
    sleep(asleep, back);
    block(back, LossSource::kServer);
    return truth;
  }

  void end() {
    EndRecord record;
    record.head = head(RecordKind::kEnd, now_);
    record.reason = static_cast<int64_t>(EndReason::kFinished);
    add(record);
  }

  [[nodiscard]] const std::vector<Record>& records() const { return records_; }

 private:
  template <class Kind>
  void add(const Kind& record) {
    records_.push_back(record_cast<Record>(record));
  }

  void add_line(std::string_view line) {
    TextRecord record;
    while (!line.empty()) {
      const std::string_view part = line.substr(0, sizeof record.text);
      line.remove_prefix(part.size());
      record.head = head(RecordKind::kText, now_, line.empty() ? kTextIsLast : uint16_t{0});
      std::memset(record.text, 0, sizeof record.text);
      std::memcpy(record.text, part.data(), part.size());
      add(record);
    }
  }

  void sleep(Nanos begin, Nanos end) {
    if (level_ < Observation::kUserEvents) return;
    OffCpuRecord record;
    record.head = head(RecordKind::kOffCpu, begin);
    record.end_ns = end.count;
    record.thread = kThread;
    add(record);
  }

  /// The thread takes what the device has, awake at or soon after `wake`.
  void block(Nanos wake, LossSource source = LossSource::kClient) {
    now_ = std::max(wake, now_) + Nanos(draw(random_, 2'000, 15'000));
    Block block = stream_.take(now_).block;
    block.woke = now_;
    block.source = source;
    block.content = random_();
    position_ = block.position.count;
    add(to_record(block));
    now_ += kMicrosecond;  // what the thread does with it
  }

  Truth pause(Nanos begin, Nanos duration) {
    PauseRecord record;
    record.head = head(RecordKind::kPause, std::max(begin, now_), kPauseIsHost);
    record.end_ns = record.head.mono_ns + duration.count;
    record.steal_ns = duration.count / 10'000'000 * 10'000'000;  // counted in ticks
    add(record);
    Truth truth;
    truth.block = position_;
    truth.begin = Nanos(record.head.mono_ns);
    truth.end = Nanos(record.end_ns);
    return truth;
  }

  Observation level_;
  std::mt19937_64& random_;
  audio::VirtualStream stream_;
  Nanos now_;
  int64_t position_ = -1;
  std::vector<Record> records_;
};

}  // namespace

bool is_synthetic(const std::string& class_name) {
  return class_name == "host_pause" || class_name == "server";
}

Result<> write_synthetic(const SyntheticOptions& options, const std::string& trace,
                         TruthFile& truths, std::mt19937_64& random) {
  Story story(options.observation, random);
  const Expectation expectation = {options.class_name, "", "", "", "", 0};
  for (size_t i = 0; i < options.glitches; i++) {
    story.go_on(Nanos(draw(random, 15'000'000, 65'000'000)));
    const Nanos duration(draw(random, 2'000'000, 20'000'000));
    if (options.class_name == "server") {
      truths.add(story.late_server(duration), expectation);
    } else {
      truths.add(i % 2 == 0 ? story.pause_asleep(duration) : story.pause_awake(duration),
                 expectation);
    }
  }
  story.go_on(kMillisecond * 100);
  story.end();
  HF_TRY_ASSIGN(session::TraceFile file,
                session::TraceFile::create(trace, describe(options.observation),
                                           session::IfExists::kReplace));
  HF_TRY(file.add(story.records()));
  return file.close();
}

}  // namespace holdfast::blind
