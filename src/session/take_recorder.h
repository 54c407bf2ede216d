// SPDX-License-Identifier: MIT
// Records a take: the audio thread copies blocks into a ring, one thread puts them together and
// writes them at their positions, one brings them to the disk, and one adds memory when the disk is
// slow. With simulated time everything happens on the caller's thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "audio/device.h"
#include "core/take_assembly.h"
#include "core/take_markers.h"
#include "session/disk_pacer.h"
#include "session/sample_buffer.h"
#include "session/take_file.h"

namespace holdfast::session {

/// What is known of a take, while it runs and at its end.
struct TakeState {
  Frames length;   ///< Of what is in the files.
  Frames filled;   ///< Of these, inserted for missing ones.
  Frames own;      ///< Of these, for what this program had no room for.
  Frames refused;  ///< What it had no room for so far, whether filled already or not.
  size_t markers = 0;
  size_t left_out_markers = 0;  ///< At the end: those that the files cannot hold.
  size_t buffer_bytes = 0;      ///< Memory for samples on their way ...
  size_t unlocked_bytes = 0;    ///< ... and how much of what was added to it is not locked.
  int64_t looks = 0;  ///< How often the writing thread came by; stands still while the disk does.
  float peak = 0;     ///< Largest sample since it was asked for last.
  std::vector<std::string> paths;
};

/// One take. Not movable. One thread calls it, except where said otherwise.
class TakeRecorder {
 public:
  struct Options {
    std::string path;
    SampleEncoding encoding = SampleEncoding::kInt24;
    FillKind fill = FillKind::kSilence;
    bool is_replacing = false;
    int64_t part_bytes = 0;  ///< Start another file before this one gets larger; 0: never ...
    Nanos part_time;         ///< ... or longer; 0: never.
    size_t most_buffer_bytes = size_t{256} << 20;
    std::string originator;
    std::function<bool(const MemoryRange&)> lock;  ///< As SampleBuffer::Options::lock.
  };

  explicit TakeRecorder(Options options);
  ~TakeRecorder();

  /// What the audio thread calls for each block, from begin() on. RT safe, and true, with real
  /// time.
  BlockHandler tap() { return {&TakeRecorder::on_block, this}; }

  /// The device is open and has not begun: creates file and memory. Errors: as TakeFile::create();
  /// kUsage when a part would be too short.
  Result<> begin(const audio::Capabilities& capabilities);

  /// What the audio thread touches here; valid from begin() on.
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// A glitch was judged: its marker gets its name. Any thread but the audio thread.
  void name(const Glitch& glitch);

  [[nodiscard]] TakeState state();
  /// Bytes that a second takes on the disk.
  [[nodiscard]] int64_t bytes_per_second() const;
  /// Why the take ended before its time: a full disk, for one. What was written is kept.
  [[nodiscard]] std::optional<Error> failure();

  /// The device has stopped: everything on its way is written, and the files are closed.
  Result<> finish();

  /// Nothing was recorded and nothing will be: the files go. After begin() only.
  void discard();

  /// Markers without a cause; after finish().
  [[nodiscard]] std::vector<Marker> unnamed_markers() const { return markers_->unnamed(); }

 private:
  static bool on_block(void* self, Block& block, Samples samples);
  Result<TakeFile::Options> file_options(const audio::Capabilities& capabilities) const;
  TakeAssembly::Target target();
  void run();
  void drain();
  void publish_when_due();
  void keep(Result<> outcome);
  void note_progress();
  void follow_newest();

  Options options_;
  WavFormat format_;
  bool is_real_time_ = true;
  std::unique_ptr<SampleBuffer> buffer_;
  std::optional<TakeAssembly> assembly_;
  DiskPacer pacer_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> has_failed_{false};
  std::atomic<float> peak_{0};
  std::atomic<int64_t> looks_{0};
  int64_t blocks_ = 0;
  Nanos next_publish_;
  uint64_t published_version_ = 0;
  std::vector<Marker> shown_;
  size_t followed_parts_ = 0;

  std::optional<TakeFile> file_;  ///< The writing thread's, which may wait for the disk in it.

  std::mutex
      mutex_;  ///< Guards what follows; held for moments, never by the audio thread or for I/O.
  std::optional<TakeMarkers> markers_;
  std::optional<Error> failure_;
  TakeState state_;
  std::thread thread_;
};

}  // namespace holdfast::session
