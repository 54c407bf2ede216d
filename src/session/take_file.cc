// SPDX-License-Identifier: MIT
#include "session/take_file.h"

#include <algorithm>

namespace holdfast::session {
namespace {

/// What was filled in late reaches back less than one part; the one before stays open for it.
constexpr size_t kOpenParts = 2;

}  // namespace

Result<TakeFile> TakeFile::create(const std::string& path, const Options& options) {
  TakeFile file(path, options);
  HF_TRY(file.add_part());
  return file;
}

/// "take.wav" becomes "take-001.wav".
std::string TakeFile::path_of(int64_t index) const {
  if (options_.part_frames == Frames(0)) return path_;
  std::string number = std::to_string(index + 1);
  if (number.size() < 3) number.insert(0, 3 - number.size(), '0');
  const size_t name = path_.rfind('/') == std::string::npos ? 0 : path_.rfind('/') + 1;
  const size_t dot = path_.rfind('.');
  const size_t stem = dot == std::string::npos || dot <= name ? path_.size() : dot;
  return path_.substr(0, stem) + "-" + number + path_.substr(stem);
}

int64_t TakeFile::index_of(Frames at) const {
  return options_.part_frames == Frames(0) ? 0 : at.count / options_.part_frames.count;
}

Frames TakeFile::begin_of(int64_t index) const {
  return options_.part_frames * index;
}

Frames TakeFile::end_of(int64_t index) const {
  return options_.part_frames == Frames(0) ? Frames(INT64_MAX) : begin_of(index + 1);
}

Result<> TakeFile::add_part() {
  const int64_t index = first_open_ + static_cast<int64_t>(parts_.size());
  TakePart::Options options = options_.part;
  options.origin.frames_since_midnight += static_cast<uint64_t>(begin_of(index).count);
  HF_TRY_ASSIGN(TakePart part, TakePart::create(path_of(index), options));
  paths_.push_back(part.path());
  parts_.push_back(std::move(part));
  return Done{};
}

Result<> TakeFile::close_first(const std::vector<Marker>& markers) {
  const std::vector<Marker> own = markers_of(first_open_, markers);
  Result<> closed = parts_.front().close(own);
  left_out_ += parts_.front().left_out_markers();
  parts_.pop_front();
  first_open_++;
  return closed;
}

/// Opens files up to that of `index`.
Result<> TakeFile::reach(int64_t index) {
  while (first_open_ + static_cast<int64_t>(parts_.size()) <= index) {
    HF_TRY(add_part());
    if (parts_.size() > kOpenParts) HF_TRY(close_first(options_.markers()));
  }
  return Done{};
}

Result<> TakeFile::write(Frames at, std::span<const float> samples) {
  const size_t channels = options_.part.format.channels;
  while (!samples.empty()) {
    const int64_t index = index_of(at);
    HF_TRY(reach(index));
    if (index < first_open_) return Error{ErrorKind::kBadData, 0, "a file of the take is closed"};
    const auto frames = static_cast<int64_t>(samples.size() / channels);
    const int64_t count = std::min(frames, (end_of(index) - at).count);
    const auto now = samples.first(static_cast<size_t>(count) * channels);
    HF_TRY(parts_[static_cast<size_t>(index - first_open_)].write(at - begin_of(index), now));
    at += Frames(count);
    samples = samples.subspan(now.size());
  }
  return Done{};
}

Result<> TakeFile::silence(Frames at, Frames length) {
  while (length > Frames(0)) {
    const int64_t index = index_of(at);
    HF_TRY(reach(index));
    if (index < first_open_) return Error{ErrorKind::kBadData, 0, "a file of the take is closed"};
    const Frames count = std::min(length, end_of(index) - at);
    HF_TRY(parts_[static_cast<size_t>(index - first_open_)].silence(at - begin_of(index), count));
    at += count;
    length -= count;
  }
  return Done{};
}

/// A region that is cut has a marker in both files.
std::vector<Marker> TakeFile::markers_of(int64_t index, const std::vector<Marker>& markers) const {
  if (options_.part_frames == Frames(0)) return markers;
  std::vector<Marker> own;
  for (Marker marker : markers) {
    const Frames end = std::min(marker.position + marker.length, end_of(index));
    const Frames begin = std::max(marker.position, begin_of(index));
    const bool is_point = marker.length == Frames(0) && index_of(marker.position) == index;
    if (begin >= end && !is_point) continue;
    marker.position = begin - begin_of(index);
    marker.length = end - begin;
    own.push_back(std::move(marker));
  }
  return own;
}

Result<> TakeFile::publish(const std::vector<Marker>& markers) {
  for (size_t i = 0; i < parts_.size(); i++) {
    HF_TRY(parts_[i].publish(markers_of(first_open_ + static_cast<int64_t>(i), markers)));
  }
  return Done{};
}

Result<> TakeFile::close(const std::vector<Marker>& markers) {
  Result<> first = Done{};
  while (!parts_.empty()) {
    Result<> closed = close_first(markers);
    if (first && !closed) first = std::move(closed);
  }
  return first;
}

Frames TakeFile::frames() const {
  for (size_t i = parts_.size(); i > 0; i--) {
    const Frames frames = parts_[i - 1].frames();
    if (frames > Frames(0)) return begin_of(first_open_ + static_cast<int64_t>(i) - 1) + frames;
  }
  return begin_of(first_open_);
}

}  // namespace holdfast::session
