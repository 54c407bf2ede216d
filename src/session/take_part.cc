// SPDX-License-Identifier: MIT
#include "session/take_part.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace holdfast::session {
namespace {

Error cannot_create_part(const std::string& path, int create_errno) {
  if (create_errno == EEXIST) {
    return Error{ErrorKind::kUsage, EEXIST,
                 path + " exists already: not overwritten; take another name, or --force"};
  }
  return system_error("cannot create " + path, create_errno);
}

}  // namespace

Result<TakePart> TakePart::create(const std::string& path, const Options& options) {
  const int only_new = options.is_replacing ? 0 : O_EXCL;
  probe::FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | only_new, 0666));
  if (file.number() < 0) return cannot_create_part(path, errno);
  // Held until the file is closed: neither repaired nor replaced while it grows.
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorKind::kUsage, EWOULDBLOCK, path + " is being written by another program"};
  }
  if (ftruncate(file.number(), 0) != 0) {
    return Error{ErrorKind::kUsage, errno, path + " is no ordinary file: a take needs one"};
  }
  TakePart part(path, std::move(file), options.format);
  if (Result<> written = part.put({0, wav_head(options.format, options.origin)}); !written) {
    unlink(path.c_str());
    return std::move(written.error());
  }
  return part;
}

Error TakePart::failed(int write_errno) const {
  return system_error("cannot write to " + path_, write_errno);
}

uint64_t TakePart::data_bytes() const {
  return static_cast<uint64_t>(frames_.count) * format_.frame_bytes();
}

/// `written` tells how much of it is in the file, also after an error.
Result<> TakePart::put(uint64_t offset, std::span<const std::byte> bytes, size_t& written) {
  for (written = 0; written < bytes.size();) {
    const ssize_t size = pwrite(file_.number(), bytes.data() + written, bytes.size() - written,
                                static_cast<off_t>(offset + written));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed(errno);
    if (size == 0) return failed(ENOSPC);
    written += static_cast<size_t>(size);
  }
  return Done{};
}

Result<> TakePart::put(const FilePatch& patch) {
  size_t written = 0;
  return put(patch.offset, patch.bytes, written);
}

Result<> TakePart::write(Frames at, std::span<const float> samples) {
  encoded_.resize(samples.size() * sample_bytes(format_.encoding));
  encode(samples, format_.encoding, encoded_.data());
  const uint64_t offset = kWavDataBegin + static_cast<uint64_t>(at.count) * format_.frame_bytes();
  size_t written = 0;
  Result<> put_all = put(offset, encoded_, written);
  const auto whole = static_cast<int64_t>(written / format_.frame_bytes());
  if (whole > 0) frames_ = std::max(frames_, at + Frames(whole));
  return put_all;
}

Result<> TakePart::silence(Frames at, Frames length) {
  const Frames end = at + length;
  // What lies before the end was written provisionally; the rest is a hole that reads as zeros.
  const Frames written_end = std::min(end, frames_);
  if (at < written_end) {
    const std::vector<float> zeros(size_t{1} << 14);
    const auto most = static_cast<int64_t>(zeros.size() / format_.channels);
    while (at < written_end) {
      const int64_t count = std::min(most, (written_end - at).count);
      HF_TRY(write(at, std::span(zeros).first(static_cast<size_t>(count) * format_.channels)));
      at += Frames(count);
    }
  }
  if (end <= frames_) return Done{};
  const Frames before = std::exchange(frames_, end);
  if (ftruncate(file_.number(), static_cast<off_t>(kWavDataBegin + data_bytes())) == 0) {
    return Done{};
  }
  frames_ = before;
  return failed(errno);
}

Result<> TakePart::publish_sizes(uint64_t tail_bytes) {
  for (const FilePatch& patch : size_patches(format_, data_bytes(), tail_bytes)) HF_TRY(put(patch));
  published_ = frames_;
  return Done{};
}

Result<> TakePart::publish(std::span<const Marker> markers) {
  if (published_ != frames_) HF_TRY(publish_sizes(0));
  const auto fitting = markers.first(markers_in_area(format_, markers));
  if (std::equal(fitting.begin(), fitting.end(), shown_.begin(), shown_.end())) return Done{};
  for (const FilePatch& patch : marker_patches(format_, fitting, next_half_)) HF_TRY(put(patch));
  next_half_ = next_half_ == MarkerHalf::kBack ? MarkerHalf::kFront : MarkerHalf::kBack;
  shown_.assign(fitting.begin(), fitting.end());
  return Done{};
}

Result<> TakePart::close(std::span<const Marker> markers) {
  const uint64_t data_end = kWavDataBegin + data_bytes();
  // A write that failed halfway may have left a part of a frame.
  if (ftruncate(file_.number(), static_cast<off_t>(data_end)) != 0) return failed(errno);
  HF_TRY(publish(markers));
  const size_t most = std::min(markers.size(), kWavMostMarkers);
  const size_t kept = markers_that_fit(markers.first(most), SIZE_MAX);
  const bool needs_tail = kept > markers_in_area(format_, markers);
  left_out_ = markers.size() - kept;
  Bytes tail;
  if (needs_tail) tail = marker_chunks(markers.first(kept));
  if (data_bytes() % 2 != 0) tail.insert(tail.begin(), std::byte{0});
  if (!tail.empty()) HF_TRY(put({data_end, tail}));
  if (needs_tail) {
    HF_TRY(publish_sizes(tail.size() - data_bytes() % 2));
    HF_TRY(put(no_marker_area(format_)));
  }
  if (fdatasync(file_.number()) != 0) return failed(errno);
  if (::close(file_.release()) != 0 && errno != EINTR) return failed(errno);
  return Done{};
}

}  // namespace holdfast::session
