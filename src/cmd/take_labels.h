// SPDX-License-Identifier: MIT
// Label files beside a take, for editors that read no markers from a WAV: an Audacity label track
// and a marker list for Reaper. They are made at the first glitch and grow with each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/marker.h"
#include "probe/file_descriptor.h"

namespace holdfast::cmd {

/// One thread.
class TakeLabels {
 public:
  /// For the take at `take_path`: "take.wav" has "take.labels.txt" and "take.reaper.csv".
  TakeLabels(const std::string& take_path, bool is_replacing);

  /// Errors: kUsage when one of the files exists and may not be replaced.
  [[nodiscard]] Result<> check() const;

  /// Appends to both; each line is one write, so that a crash leaves whole lines. The first error
  /// is kept, and nothing is written after it.
  void add(const Marker& marker, int64_t rate_hz);

  /// The files that were made.
  [[nodiscard]] std::vector<std::string> paths() const;
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  void open();
  void append(const probe::FileDescriptor& file, const std::string& text);

  std::string audacity_path_;
  std::string reaper_path_;
  bool is_replacing_;
  probe::FileDescriptor audacity_;
  probe::FileDescriptor reaper_;
  int64_t count_ = 0;
  std::optional<Error> failure_;
};

}  // namespace holdfast::cmd
