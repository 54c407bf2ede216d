// SPDX-License-Identifier: MIT
#include "session/take_recorder.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

#include "base/realtime.h"
#include "probe/clock_linux.h"

namespace holdfast::session {
namespace {

/// What a killed program loses: readers see what was there at the last publish().
constexpr Nanos kPublishEvery = kMillisecond * 200;
constexpr std::chrono::milliseconds kDrainEvery{10};
constexpr int64_t kBlocksPerLook = 1024;
constexpr size_t kPage = 4096;
constexpr size_t kSmallestChunk = size_t{1} << 16;
constexpr size_t kFirstChunks = 16;
constexpr Nanos kShortestPart = kSecond * 60;

/// Local time, as editors expect it, and its distance from midnight.
WavOrigin origin_now(const std::string& originator, int64_t rate_hz) {
  const std::time_t now = std::time(nullptr);
  std::tm local = {};
  localtime_r(&now, &local);
  WavOrigin origin;
  origin.originator = originator;
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", &local);
  origin.date = text;
  std::strftime(text, sizeof text, "%H:%M:%S", &local);
  origin.time = text;
  const int64_t seconds = (local.tm_hour * 60 + local.tm_min) * 60 + local.tm_sec;
  origin.frames_since_midnight = static_cast<uint64_t>(seconds * rate_hz);
  return origin;
}

/// A second of blocks lies in kFirstChunks of these, and several blocks in each.
size_t chunk_bytes_for(const audio::StreamFormat& format) {
  const size_t entry = SampleRing::entry_bytes(Frames(format.block_frames), format.channels);
  const auto blocks = static_cast<size_t>(format.rate_hz / format.block_frames + 1);
  const size_t share = std::max(entry * blocks / kFirstChunks, 4 * entry);
  return std::max(kSmallestChunk, (share + kPage) / kPage * kPage);
}

float peak_of(const float* samples, size_t count) {
  float peak = 0;
  for (size_t i = 0; i < count; i++) peak = std::max(peak, std::fabs(samples[i]));
  return peak;
}

}  // namespace

TakeRecorder::TakeRecorder(Options options) : options_(std::move(options)) {}

TakeRecorder::~TakeRecorder() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<TakeFile::Options> TakeRecorder::file_options(
    const audio::Capabilities& capabilities) const {
  TakeFile::Options options;
  options.part = {format_, origin_now(options_.originator, format_.rate_hz), options_.is_replacing};
  if (options_.part_bytes > 0) {
    const int64_t data_bytes = options_.part_bytes - static_cast<int64_t>(kWavDataBegin);
    options.part_frames = Frames(data_bytes / static_cast<int64_t>(format_.frame_bytes()));
  }
  if (options_.part_time > Nanos(0)) {
    options.part_frames = frames_in(options_.part_time, format_.rate_hz);
  }
  const bool is_split = options_.part_bytes > 0 || options_.part_time > Nanos(0);
  if (is_split && options.part_frames < frames_in(kShortestPart, capabilities.granted.rate_hz)) {
    return usage_error("--split makes files shorter than a minute; use a larger one");
  }
  return options;
}

Result<> TakeRecorder::begin(const audio::Capabilities& capabilities) {
  const audio::StreamFormat& granted = capabilities.granted;
  format_ = {options_.encoding, granted.channels, granted.rate_hz};
  is_real_time_ = capabilities.is_real_time;
  HF_TRY_ASSIGN(TakeFile::Options file, file_options(capabilities));
  file.markers = [this] {
    const std::lock_guard lock(mutex_);
    return markers_->list();
  };
  HF_TRY_ASSIGN(TakeFile created, TakeFile::create(options_.path, file));
  file_.emplace(std::move(created));
  markers_.emplace(format_.rate_hz);
  note_progress();
  TakeAssembly::Options assembly;
  assembly.rate_hz = format_.rate_hz;
  assembly.channels = format_.channels;
  assembly.position_source = capabilities.position_source;
  assembly.fill = options_.fill;
  assembly_.emplace(assembly, target());
  SampleBuffer::Options buffer;
  buffer.chunk_bytes = chunk_bytes_for(granted);
  buffer.first_chunks = is_real_time_ ? kFirstChunks : 2;
  buffer.most_chunks = options_.most_buffer_bytes / buffer.chunk_bytes;
  buffer.lock = options_.lock;
  buffer_ = std::make_unique<SampleBuffer>(std::move(buffer));
  if (!is_real_time_) return Done{};
  follow_newest();
  buffer_->start();
  pacer_.start();
  thread_ = std::thread([this] { run(); });
  return Done{};
}

std::vector<MemoryRange> TakeRecorder::working_set() const {
  std::vector<MemoryRange> ranges = buffer_->working_set();
  ranges.push_back(range_of(*this, "recorder"));
  return ranges;
}

TakeAssembly::Target TakeRecorder::target() {
  return {[this](Frames at, std::span<const float> samples) {
            if (!has_failed_) keep(file_->write(at, samples));
          },
          [this](Frames at, Frames length) {
            if (!has_failed_) keep(file_->silence(at, length));
          },
          [this](const TakeGap& gap) {
            if (has_failed_) return;
            const std::lock_guard lock(mutex_);
            markers_->add(gap);
            state_.filled += gap.gap.missing;
            state_.own += gap.own;
          }};
}

/// The first failure ends the take.
void TakeRecorder::keep(Result<> outcome) {
  if (outcome) return;
  const std::lock_guard lock(mutex_);
  if (failure_) return;
  failure_ = std::move(outcome.error());
  has_failed_ = true;
}

HF_RT_TEXT bool TakeRecorder::on_block(void* self, Block& block, Samples samples) {
  auto* recorder = static_cast<TakeRecorder*>(self);
  recorder->buffer_->ring().push(block, samples);
  if (recorder->is_real_time_) return true;
  recorder->drain();
  return !recorder->has_failed_;
}

void TakeRecorder::run() {
  while (!is_stopping_) {
    drain();
    looks_++;
    std::this_thread::sleep_for(kDrainEvery);
  }
}

void TakeRecorder::drain() {
  SampleRing& ring = buffer_->ring();
  float peak = 0;
  while (const SampleEntry* entry = ring.front()) {
    const size_t count = static_cast<size_t>(entry->block.frames.count) * entry->channels;
    peak = std::max(peak, peak_of(entry->samples(), count));
    assembly_->take(entry->block, entry->samples(), entry->refused_frames);
    ring.pop();
    // Also while more comes in than the disk takes.
    if (++blocks_ % kBlocksPerLook == 0) publish_when_due();
  }
  if (peak > peak_.load(std::memory_order_relaxed)) peak_ = peak;
  if (!is_real_time_) return;
  assembly_->flush();
  publish_when_due();
  note_progress();
}

/// What others may ask while the file waits for the disk.
void TakeRecorder::note_progress() {
  const std::lock_guard lock(mutex_);
  state_.length = file_->frames();
  state_.left_out_markers = file_->left_out_markers();
  if (state_.paths.size() != file_->paths().size()) state_.paths = file_->paths();
}

void TakeRecorder::publish_when_due() {
  if (probe::monotonic_now() < next_publish_) return;
  assembly_->flush();
  if (has_failed_) return;
  note_progress();
  {
    const std::lock_guard lock(mutex_);
    if (markers_->version() != published_version_) {
      published_version_ = markers_->version();
      shown_ = markers_->list();
    }
  }
  keep(file_->publish(shown_));
  if (is_real_time_) follow_newest();
  next_publish_ = probe::monotonic_now() + kPublishEvery;
}

/// The pacer brings the newest file to the disk.
void TakeRecorder::follow_newest() {
  if (file_->paths().size() == followed_parts_) return;
  followed_parts_ = file_->paths().size();
  pacer_.follow(file_->descriptor());
}

void TakeRecorder::name(const Glitch& glitch) {
  const std::lock_guard lock(mutex_);
  markers_->name(glitch);
}

TakeState TakeRecorder::state() {
  TakeState state;
  {
    const std::lock_guard lock(mutex_);
    state = state_;
    state.markers = markers_->size();
  }
  state.refused = Frames(buffer_->ring().refused_frames());
  state.buffer_bytes = buffer_->bytes();
  state.unlocked_bytes = buffer_->unlocked_bytes();
  state.looks = looks_;
  state.peak = peak_.exchange(0);
  return state;
}

int64_t TakeRecorder::bytes_per_second() const {
  return static_cast<int64_t>(format_.frame_bytes()) * format_.rate_hz;
}

std::optional<Error> TakeRecorder::failure() {
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return failure_;
  }
  return pacer_.failure();
}

void TakeRecorder::discard() {
  if (!file_) return;
  static_cast<void>(finish());
  for (const std::string& path : file_->paths()) unlink(path.c_str());
}

Result<> TakeRecorder::finish() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
  buffer_->stop();
  pacer_.stop();
  drain();
  assembly_->finish(buffer_->ring().refused_frames());
  note_progress();  // of what is closed nobody knows the length
  const Frames length = state_.length;
  Result<> closed = file_->close(markers_->list());
  note_progress();
  state_.length = length;
  if (failure_) return *failure_;
  return closed;
}

}  // namespace holdfast::session
