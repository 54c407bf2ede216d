// SPDX-License-Identifier: MIT
// One live run: a device, the audio thread's rings, and the thread that empties them. Everything
// that is known leaves as records, in one order; who judges or keeps them is somebody else.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "audio/device.h"
#include "base/page_buffer.h"
#include "core/fact_merge.h"
#include "probe/thread_faults_linux.h"
#include "rt/on_block.h"
#include "rt/record.h"
#include "rt/ring.h"
#include "session/observer.h"
#include "session/work_timer_linux.h"

namespace holdfast::session {

/// How often a run, of its own device or of another's thread, collects what was noted.
inline constexpr int kCollectMilliseconds = 50;

/// Runs one device once. Not movable: the audio thread knows its address. One thread.
class LiveRun {
 public:
  struct Options {
    audio::StreamFormat format;
    Frames limit;                     ///< Frames to run for; 0 until stopped.
    size_t ring_records = 16384;      ///< 5.5 s of 16-frame blocks at 48 kHz, in 1 MiB.
    Work work;                        ///< Called for each block, after it has been noted.
    bool counts_work_faults = false;  ///< See WorkTimer::Options.
    /// Called for each block with its samples, after it has been noted; false ends the stream.
    BlockHandler tap;
  };
  /// Takes records as they come; the span is valid during the call. An error ends the run.
  using Sink = std::function<Result<>(std::span<const Record>)>;
  /// Waits up to so many milliseconds; true when the run is to end.
  using Wait = std::function<bool(int milliseconds)>;

  explicit LiveRun(audio::Device& device) : device_(device) {}

  /// Allocates everything and opens the device. Its audio thread is parked until run().
  Result<audio::Capabilities> open(const Options& options);

  /// All memory that the audio thread touches; valid from open() on.
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// Looks at the audio thread from now on; before run(). The observer outlives the run.
  void observe(Observer& observer) { observer_ = &observer; }

  /// Looks at another program's audio thread, too (Observer::Options::is_follower); before run(),
  /// and only beside an observer of our own.
  void follow(Observer& observer, pid_t thread) {
    followers_.push_back(&observer);
    followed_threads_.push_back(static_cast<uint32_t>(thread));
  }

  /// Called on the collecting thread when the device went away (false) and is waited for, and when
  /// it came back (true), with an audio thread that nobody has protected yet. Before run().
  using OnPresence = std::function<void(bool is_back)>;
  void on_presence(OnPresence tell) { on_presence_ = std::move(tell); }

  /// Runs until the limit, until the device ends, until `wait` says so, or until the sink fails.
  /// Whatever happens, the audio thread has stopped and every record has reached the sink after.
  Result<EndReason> run(const Sink& sink, const Wait& wait);

 private:
  static bool on_block(void* self, Block& block, Samples samples);
  bool collect_in_simulated_time();
  Result<> collect();
  Result<> collect_with_facts();
  Result<> note_faults();
  Result<> count_faults_of_thread();
  Result<bool> wait_for_return(bool is_stopped);
  Result<> take_back();
  Result<> note_clock();
  Result<> settle();
  void note_lost_callbacks();
  Result<> begin_to_observe();
  Result<> give(const Record& record);
  Result<EndReason> watch();

  audio::Device& device_;
  Options options_;
  bool is_real_time_ = true;
  PageBuffer<Record> storage_;
  std::optional<Ring<Record>> ring_;
  std::optional<Capture> capture_;
  std::optional<WorkTimer> work_timer_;
  std::vector<Record> popped_;
  Observer* observer_ = nullptr;
  std::vector<Observer*> followers_;
  std::vector<uint32_t> followed_threads_;
  FactMerge merge_{Nanos(0)};
  std::vector<Record> facts_;
  std::vector<Record> out_;
  int64_t lost_callbacks_ = 0;
  int64_t last_look_ns_ = 0;
  std::optional<probe::ThreadFaultCounter> faults_;
  probe::ThreadFaults faults_at_start_;
  probe::ThreadFaults faults_before_;  ///< Of audio threads that ended with their server.
  probe::ThreadFaults faults_so_far_;
  OnPresence on_presence_;
  bool is_away_ = false;
  Nanos next_try_;
  Nanos end_time_{INT64_MAX};  ///< The limit, as a time: a device that is away counts no frames.
  const Sink* sink_ = nullptr;
  const Wait* wait_ = nullptr;
  std::optional<Error> sink_error_;  ///< Simulated time: met inside a handler call.
  uint64_t blocks_since_collect_ = 0;
  Nanos next_clock_;
};

}  // namespace holdfast::session
