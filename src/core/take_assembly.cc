// SPDX-License-Identifier: MIT
#include "core/take_assembly.h"

#include <algorithm>
#include <utility>

namespace holdfast {
namespace {

constexpr size_t kBatchSamples = size_t{1} << 16;
constexpr int64_t kFillFrames = 4096;

}  // namespace

TakeAssembly::TakeAssembly(const Options& options, Target target)
    : options_(options),
      target_(std::move(target)),
      timeline_(options.rate_hz, options.position_source),
      last_frame_(options.channels) {}

Frames TakeAssembly::frames_of(const Held& held) const {
  return Frames(static_cast<int64_t>(held.samples.size() / options_.channels));
}

void TakeAssembly::take(const Block& block, const float* planes, int64_t refused_frames) {
  const Placement placement = timeline_.place(block);
  relocate(placement);
  if (placement.has_closed_gap) close(timeline_.closed_gap());
  own_of_open_gap_ += Frames(refused_frames - std::exchange(refused_frames_, refused_frames));
  if (placement.is_placed) hold(placement.at, block, planes);
  settle(timeline_.settled());
}

void TakeAssembly::finish(int64_t refused_frames) {
  Placement moved;
  while (timeline_.finish(&moved)) {
    relocate(moved);
    close(timeline_.closed_gap());
  }
  settle(Frames(INT64_MAX));
  lost_at_end_ = Frames(refused_frames - refused_frames_);
  if (lost_at_end_ > Frames(0)) {
    Gap gap;
    gap.position = timeline_.totals().elapsed;
    gap.missing = own_of_open_gap_ = lost_at_end_;
    close(gap);
  }
  flush();
}

/// Interleaves; what lies before the settled part has been written, and stays.
void TakeAssembly::hold(Frames at, const Block& block, const float* planes) {
  const Frames skipped = std::max(settled_ - at, Frames(0));
  if (skipped >= block.frames) return;
  Held held{at + skipped, {}, false};
  if (!spare_.empty()) {
    held.samples = std::move(spare_.back());
    spare_.pop_back();
  }
  const auto frames = static_cast<size_t>(block.frames.count);
  const auto first = static_cast<size_t>(skipped.count);
  const size_t channels = options_.channels;
  held.samples.resize((frames - first) * channels);
  for (size_t channel = 0; channel < channels; channel++) {
    const float* plane = planes + channel * frames;
    for (size_t i = first; i < frames; i++)
      held.samples[(i - first) * channels + channel] = plane[i];
  }
  held_.push_back(std::move(held));
}

void TakeAssembly::relocate(const Placement& placement) {
  if (placement.relocated_by == Frames(0)) return;
  for (Held& held : held_) {
    if (held.at < placement.relocated_from) continue;
    held.at -= placement.relocated_by;
    held.is_written = false;
  }
}

void TakeAssembly::close(const Gap& gap) {
  const Frames end = gap.position + gap.missing;
  // A buffer that nobody had filled was placed there for a while.
  std::erase_if(held_, [&](const Held& held) {
    return held.at >= gap.position && held.at + frames_of(held) <= end;
  });
  if (gap.missing > Frames(0)) fill(gap);
  target_.on_gap({gap, std::min(std::exchange(own_of_open_gap_, Frames(0)), gap.missing)});
}

void TakeAssembly::fill(const Gap& gap) {
  flush();
  if (options_.fill == FillKind::kSilence) {
    target_.silence(gap.position, gap.missing);
    return;
  }
  const std::vector<float> before = frame_at(gap.position - Frames(1));
  const std::vector<float> after = frame_at(gap.position + gap.missing);
  std::vector<float> frames;
  for (int64_t from = 0; from < gap.missing.count; from += kFillFrames) {
    const int64_t count = std::min(kFillFrames, gap.missing.count - from);
    frames.resize(static_cast<size_t>(count) * options_.channels);
    fill_gap(options_.fill, {gap.missing, before, after}, options_.rate_hz, Frames(from), frames);
    target_.write(gap.position + Frames(from), frames);
  }
}

/// Zeros where nothing was recorded. The latest block that covers it holds it.
std::vector<float> TakeAssembly::frame_at(Frames position) const {
  for (auto held = held_.rbegin(); held != held_.rend(); ++held) {
    if (position < held->at || position >= held->at + frames_of(*held)) continue;
    const auto index = static_cast<size_t>((position - held->at).count) * options_.channels;
    return {held->samples.data() + index, held->samples.data() + index + options_.channels};
  }
  if (position == last_frame_at_) return last_frame_;
  return std::vector<float>(options_.channels);
}

void TakeAssembly::settle(Frames settled) {
  while (!held_.empty() && held_.front().at + frames_of(held_.front()) <= settled) {
    Held& held = held_.front();
    if (!held.is_written) put(held);
    remember(held);
    spare_.push_back(std::move(held.samples));
    held_.pop_front();
  }
  settled_ = std::max(settled_, settled);
  const Frames oldest =
      timeline_.totals().elapsed - frames_in(options_.hold_at_most, options_.rate_hz);
  for (Held& held : held_) {
    if (held.is_written) continue;
    if (held.at >= oldest) break;
    put(held);
    held.is_written = true;
  }
}

void TakeAssembly::remember(const Held& held) {
  const Frames last = held.at + frames_of(held) - Frames(1);
  if (last < last_frame_at_) return;
  last_frame_at_ = last;
  std::copy_n(held.samples.end() - options_.channels, options_.channels, last_frame_.begin());
}

void TakeAssembly::put(const Held& held) {
  const Frames batch_end =
      batch_at_ + Frames(static_cast<int64_t>(batch_.size() / options_.channels));
  if (held.at != batch_end || batch_.size() >= kBatchSamples) flush();
  if (batch_.empty()) batch_at_ = held.at;
  batch_.insert(batch_.end(), held.samples.begin(), held.samples.end());
}

void TakeAssembly::flush() {
  if (!batch_.empty()) target_.write(batch_at_, batch_);
  batch_.clear();
}

}  // namespace holdfast
