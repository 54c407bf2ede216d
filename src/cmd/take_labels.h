// SPDX-License-Identifier: MIT
// Label files beside a take, for editors that read no markers from a WAV: an Audacity label track
// and a marker list for Reaper. They are made at the first glitch and grow with each, on a thread
// of their own: the disk may not answer just now, and whoever judges glitches cannot wait for it.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "core/marker.h"
#include "probe/file_descriptor.h"

namespace holdfast::cmd {

/// Not movable. One thread.
class TakeLabels {
 public:
  /// For the take at `take_path`: "take.wav" has "take.labels.txt" and "take.reaper.csv".
  TakeLabels(const std::string& take_path, bool is_replacing);
  ~TakeLabels() { finish(); }

  /// Errors: kUsage when one of the files exists and may not be replaced.
  [[nodiscard]] Result<> check() const;

  /// Appends to both, soon, and never waits; each line is one write, so that a crash leaves whole
  /// lines. The first error is kept, and nothing is written after it.
  void add(const Marker& marker, int64_t rate_hz);

  /// Waits until everything is written; nothing is added after it.
  void finish();

  /// The files that were made, and why no more was written; after finish().
  [[nodiscard]] std::vector<std::string> paths() const;
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Label {
    Marker marker;
    int64_t rate_hz;
  };

  void run();
  void write(const Label& label);
  void open();
  void append(const probe::FileDescriptor& file, const std::string& text);

  std::string audacity_path_;
  std::string reaper_path_;
  bool is_replacing_;
  probe::FileDescriptor audacity_;
  probe::FileDescriptor reaper_;
  int64_t count_ = 0;
  std::optional<Error> failure_;

  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable changed_;
  std::deque<Label> waiting_;
  bool is_finishing_ = false;
  std::thread thread_;  ///< From the first label on. What stands above is its own.
};

}  // namespace holdfast::cmd
