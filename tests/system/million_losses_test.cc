// SPDX-License-Identifier: MIT
// A million scripted losses of 1 frame to 10 s, over block sizes, rates and counter wraps, through
// the same code that runs on the audio thread. The script is one truth, the position that every
// sample carries is another; the gaps that come out must agree with both.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <random>
#include <vector>

#include "audio/virtual_stream.h"
#include "rt/on_block.h"

namespace holdfast {
namespace {

constexpr int64_t kTotalLosses = 1'000'000;
constexpr int64_t kBlockSizes[] = {16, 32, 64, 128, 256, 512, 1024, 2048};
constexpr int64_t kRates[] = {44100, 48000, 88200, 96000, 192000};
constexpr int64_t kLosses = kTotalLosses / (std::size(kBlockSizes) * std::size(kRates));
constexpr int64_t kPositionModulus = int64_t{1} << 24;

struct Loss {
  int64_t position;
  int64_t frames;
};

/// Losses of 1 frame to 10 s, evenly spread over the orders of magnitude, one to four blocks apart.
std::vector<Loss> draw_losses(int64_t block, int64_t rate) {
  std::mt19937_64 random(static_cast<uint64_t>(block * rate));
  std::uniform_real_distribution<double> exponent(0, std::log(10.0 * static_cast<double>(rate)));
  std::vector<Loss> losses;
  int64_t position = 0;
  for (int64_t i = 0; i < kLosses; i++) {
    position += block * static_cast<int64_t>(random() % 4 + 1);
    const auto frames = static_cast<int64_t>(std::exp(exponent(random)));
    losses.push_back({position, frames});
    position += frames;
  }
  return losses;
}

audio::VirtualOptions script(const std::vector<Loss>& losses, int64_t rate) {
  audio::VirtualOptions options;
  options.is_counter_32_bit = true;
  options.start = Frames((int64_t{1} << 32) - 1000);
  for (const Loss& loss : losses) {
    options.faults.push_back({audio::FaultKind::kLose, duration_of(Frames(loss.position), rate),
                              Frames(loss.frames), Nanos(0)});
  }
  return options;
}

struct Errors {
  int64_t frames = 0;  ///< Difference of lengths and places, summed.
  int64_t missed = 0;
  int64_t invented = 0;
  int64_t by_content = 0;  ///< Blocks whose samples tell another position than was placed.
  int64_t wraps = 0;
};

/// Compares gaps as they become final with the script.
class Comparison {
 public:
  Comparison(const std::vector<Loss>& losses, Errors& errors) : losses_(losses), errors_(errors) {}

  void take(Ring<Gap>& gaps) {
    std::array<Gap, 4> some;
    for (size_t n; (n = gaps.pop(some)) > 0;) {
      for (size_t i = 0; i < n; i++) take(some[i]);
    }
  }

  void finish() { errors_.missed += static_cast<int64_t>(losses_.size() - next_); }

 private:
  void take(const Gap& gap) {
    if (next_ == losses_.size()) {
      errors_.invented++;
      return;
    }
    const Loss& loss = losses_[next_++];
    errors_.frames +=
        std::abs(gap.missing.count - loss.frames) + std::abs(gap.position.count - loss.position);
  }

  const std::vector<Loss>& losses_;
  Errors& errors_;
  size_t next_ = 0;
};

void run(int64_t block, int64_t rate, Errors& errors) {
  const std::vector<Loss> losses = draw_losses(block, rate);
  const audio::VirtualOptions options = script(losses, rate);
  audio::VirtualStream stream(options, options.faults, {rate, block, 1}, kSecond);
  std::vector<Gap> storage(8);
  Ring<Gap> gaps(storage);
  Capture capture(rate, Frames(0), nullptr, &gaps);
  Comparison comparison(losses, errors);
  std::vector<float> samples(static_cast<size_t>(block));
  const float* planes[] = {samples.data()};
  const int64_t end = losses.back().position + losses.back().frames + 300 * block;
  Nanos now;
  while (capture.totals().elapsed.count < end) {
    now = std::max(now, stream.next_wake());
    audio::Delivery delivery = stream.take(now);
    delivery.block.woke = now;
    audio::fill_with_position(samples.data(), delivery.true_position, Frames(block));
    capture.on_block(delivery.block, {planes, 1});
    const int64_t placed = capture.totals().elapsed.count - block + options.start.count;
    if (audio::position_in(samples[0]) != placed % kPositionModulus) errors.by_content++;
    comparison.take(gaps);
  }
  capture.finish();
  comparison.take(gaps);
  comparison.finish();
  errors.wraps += (options.start.count + end) >> 32;
}

TEST(MillionLosses, EveryLossIsFoundAndIsExact) {
  Errors errors;
  for (const int64_t block : kBlockSizes) {
    for (const int64_t rate : kRates) run(block, rate, errors);
  }
  std::cout << kTotalLosses << " losses, " << errors.wraps << " counter wraps: " << errors.frames
            << " frames error, " << errors.missed << " missed, " << errors.invented << " false, "
            << errors.by_content << " blocks misplaced by content\n";
  EXPECT_EQ(errors.frames, 0);
  EXPECT_EQ(errors.missed, 0);
  EXPECT_EQ(errors.invented, 0);
  EXPECT_EQ(errors.by_content, 0);
  EXPECT_GE(errors.wraps, static_cast<int64_t>(std::size(kBlockSizes) * std::size(kRates)));
}

}  // namespace
}  // namespace holdfast
