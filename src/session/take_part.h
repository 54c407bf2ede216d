// SPDX-License-Identifier: MIT
// One file of a take. Whatever kills the writer, the file is a WAV with everything up to the last
// publish() in it: samples lie where they belong from the beginning, and each change of the head is
// one small write in an order that readers can bear.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/wav_layout.h"
#include "probe/file_descriptor.h"

namespace holdfast::session {

/// Movable; one thread at a time, never the audio thread. Positions count from the beginning of the
/// file.
class TakePart {
 public:
  struct Options {
    WavFormat format;
    WavOrigin origin;
    bool is_replacing = false;
  };

  /// Creates the file and writes its head. Errors: kUsage when it exists (and may not be replaced)
  /// or is being written, else what the system says; no file is left behind that was not there.
  static Result<TakePart> create(const std::string& path, const Options& options);

  /// Puts samples where they belong. After an error what fitted is there, and counted.
  Result<> write(Frames at, std::span<const float> samples);

  /// Makes frames silent. Beyond the end they take no room on the disk.
  Result<> silence(Frames at, Frames length);

  /// Makes what was written so far, and these markers, visible to readers.
  Result<> publish(std::span<const Marker> markers);

  /// The same for good: markers that found no room before the samples go behind them.
  Result<> close(std::span<const Marker> markers);

  [[nodiscard]] Frames frames() const { return frames_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Stays ours; -1 once closed.
  [[nodiscard]] int descriptor() const { return file_.number(); }
  /// Markers that the file cannot hold, after close().
  [[nodiscard]] size_t left_out_markers() const { return left_out_; }

 private:
  TakePart(std::string path, probe::FileDescriptor file, const WavFormat& format)
      : path_(std::move(path)), file_(std::move(file)), format_(format) {}

  [[nodiscard]] uint64_t data_bytes() const;
  Result<> put(const FilePatch& patch);
  Result<> put(uint64_t offset, std::span<const std::byte> bytes, size_t& written);
  Result<> publish_sizes(uint64_t tail_bytes);
  Error failed(int write_errno) const;

  std::string path_;
  probe::FileDescriptor file_;
  WavFormat format_;
  Frames frames_;  ///< End of the furthest frame written.
  Frames published_{-1};
  std::vector<Marker> shown_;  ///< The markers that readers see.
  MarkerHalf next_half_ = MarkerHalf::kBack;
  std::vector<std::byte> encoded_;
  size_t left_out_ = 0;
};

}  // namespace holdfast::session
