// SPDX-License-Identifier: MIT
// The files of a take: one, or, when it is to be split, one after the other, cut at a frame. The
// take is one line of frames; this is where it is cut.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/marker.h"
#include "session/take_part.h"

namespace holdfast::session {

/// One thread, never the audio thread. Positions are those of the take.
class TakeFile {
 public:
  struct Options {
    TakePart::Options part;
    Frames part_frames;  ///< Length of each file but the last; 0: one file.
    /// All markers so far, for a file that is closed while the take goes on.
    std::function<std::vector<Marker>()> markers;
  };

  /// Creates the first file. Errors: as TakePart::create().
  static Result<TakeFile> create(const std::string& path, const Options& options);

  /// As TakePart. Files that this reaches are made, and those long past are closed.
  Result<> write(Frames at, std::span<const float> samples);
  Result<> silence(Frames at, Frames length);
  Result<> publish(const std::vector<Marker>& markers);
  /// Closes what can be closed, also when an error comes in between; the first one is returned.
  Result<> close(const std::vector<Marker>& markers);

  /// End of the furthest frame written.
  [[nodiscard]] Frames frames() const;
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  /// Of the newest file; -1 when closed.
  [[nodiscard]] int descriptor() const { return parts_.empty() ? -1 : parts_.back().descriptor(); }
  [[nodiscard]] size_t left_out_markers() const { return left_out_; }

 private:
  explicit TakeFile(std::string path, const Options& options)
      : path_(std::move(path)), options_(options) {}

  Result<> add_part();
  Result<> reach(int64_t index);
  Result<> close_first(const std::vector<Marker>& markers);
  [[nodiscard]] std::string path_of(int64_t index) const;
  [[nodiscard]] std::vector<Marker> markers_of(int64_t index,
                                               const std::vector<Marker>& markers) const;
  [[nodiscard]] int64_t index_of(Frames at) const;
  [[nodiscard]] Frames begin_of(int64_t index) const;
  [[nodiscard]] Frames end_of(int64_t index) const;

  std::string path_;
  Options options_;
  std::deque<TakePart> parts_;  ///< Those still open.
  int64_t first_open_ = 0;      ///< Index of the first of them.
  std::vector<std::string> paths_;
  size_t left_out_ = 0;
};

}  // namespace holdfast::session
