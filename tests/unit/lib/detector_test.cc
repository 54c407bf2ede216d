// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <holdfast/holdfast.h>

#include <array>
#include <memory>

#include "tests/support/realtime_guard.h"

namespace {

constexpr int64_t kFrames = 16;

/// A detector through the C interface, fed with blocks of 16 frames.
class Detector : public ::testing::Test {
 protected:
  Detector() {
    hf_gap_detector_options options = {};
    options.struct_size = sizeof options;
    options.rate_hz = 48000;
    options.capacity = 4;
    EXPECT_EQ(hf_gap_detector_create(&options, &detector_), HF_OK) << hf_error_text();
  }
  ~Detector() override { hf_gap_detector_destroy(detector_); }

  hf_placement place(int64_t position) {
    hf_block block = block_at(position);
    hf_placement placement = {};
    placement.struct_size = sizeof placement;
    EXPECT_EQ(hf_gap_detector_place(detector_, &block, &placement), HF_OK);
    return placement;
  }

  static hf_block block_at(int64_t position) {
    hf_block block = {};
    block.struct_size = sizeof block;
    block.position = position;
    block.frames = kFrames;
    block.due_ns = (position + kFrames) * 1'000'000'000 / 48000;
    block.woke_ns = block.due_ns + 1000;
    return block;
  }

  hf_loss next_loss() {
    hf_loss loss = {};
    loss.struct_size = sizeof loss;
    EXPECT_EQ(hf_gap_detector_next(detector_, &loss), 1);
    return loss;
  }

  hf_stream_totals totals() {
    hf_stream_totals totals = {};
    totals.struct_size = sizeof totals;
    EXPECT_EQ(hf_gap_detector_totals(detector_, &totals), HF_OK);
    return totals;
  }

  hf_gap_detector* detector_ = nullptr;
};

TEST_F(Detector, TellsAtOnceHowMuchIsMissing) {
  place(5000);
  const hf_placement placement = place(5000 + kFrames + 100);
  EXPECT_EQ(placement.missing, 100);
  EXPECT_EQ(placement.at, kFrames + 100);
  EXPECT_EQ(placement.is_placed, 1);
}

TEST_F(Detector, ALossIsFetchedOnceItIsFinal) {
  place(0);
  place(116);
  hf_loss loss = {};
  loss.struct_size = sizeof loss;
  EXPECT_EQ(hf_gap_detector_next(detector_, &loss), 0);
  EXPECT_EQ(hf_gap_detector_finish(detector_), HF_OK);
  loss = next_loss();
  EXPECT_EQ(loss.position, 16);
  EXPECT_EQ(loss.missing_frames, 100);
  EXPECT_EQ(loss.error_frames, 0);
  EXPECT_EQ(loss.is_exact, 1);
  EXPECT_EQ(loss.source, static_cast<uint32_t>(HF_SOURCE_CLIENT));
  EXPECT_EQ(loss.woke_ns, (116 + kFrames) * 1'000'000'000 / 48000 + 1000);
}

TEST_F(Detector, FramesAddUp) {
  place(0);
  place(48);
  place(64);
  const hf_stream_totals sums = totals();
  EXPECT_EQ(sums.elapsed_frames, 80);
  EXPECT_EQ(sums.received_frames, 48);
  EXPECT_EQ(sums.missing_frames, 32);
  EXPECT_EQ(sums.losses, 1);
}

TEST_F(Detector, LossesThatNobodyFetchesAreCounted) {
  for (int64_t i = 0; i < 8; ++i) place(100 * i);
  hf_gap_detector_finish(detector_);
  EXPECT_EQ(totals().losses, 7);
  EXPECT_EQ(totals().losses_not_kept, 3);
}

TEST_F(Detector, AllocatesNothingAndWaitsForNothing) {
  const std::array<float, kFrames> samples = {1};
  const float* planes[] = {samples.data()};
  hf_loss loss = {};
  loss.struct_size = sizeof loss;
  const holdfast::test::RealtimeSection section;
  for (int64_t i = 0; i < 1000; ++i) {
    hf_block block = block_at(kFrames * (i + i / 100));
    block.woke_ns = 0;  // the clock is asked
    block.planes = planes;
    block.channels = 1;
    hf_placement placement = {};
    placement.struct_size = sizeof placement;
    hf_gap_detector_place(detector_, &block, &placement);
    hf_gap_detector_next(detector_, &loss);
  }
}

TEST_F(Detector, ItsMemoryIsWholePagesThatHoldIt) {
  const hf_range memory = hf_gap_detector_memory(detector_);
  EXPECT_EQ(memory.address, detector_);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.address) % 4096, 0U);
  EXPECT_EQ(memory.size_bytes % 4096, 0U);
}

TEST_F(Detector, BlocksThatMakeNoSenseAreRefused) {
  hf_block block = block_at(0);
  block.frames = -1;
  EXPECT_EQ(hf_gap_detector_place(detector_, &block, nullptr), HF_ERROR_USAGE);
  block = block_at(0);
  block.position = INT64_MAX - 5;
  EXPECT_EQ(hf_gap_detector_place(detector_, &block, nullptr), HF_ERROR_USAGE);
  block = block_at(0);
  block.struct_size = 0;
  EXPECT_EQ(hf_gap_detector_place(detector_, &block, nullptr), HF_ERROR_USAGE);
  EXPECT_EQ(hf_gap_detector_place(detector_, nullptr, nullptr), HF_ERROR_USAGE);
  EXPECT_EQ(hf_gap_detector_place(nullptr, &block, nullptr), HF_ERROR_USAGE);
  EXPECT_EQ(totals().blocks, 0);
}

TEST(DetectorOptions, ThatMakeNoSenseAreToldWhy) {
  auto* detector = reinterpret_cast<hf_gap_detector*>(1);
  hf_gap_detector_options options = {};
  options.struct_size = sizeof options;
  EXPECT_EQ(hf_gap_detector_create(&options, &detector), HF_ERROR_USAGE);
  EXPECT_EQ(detector, nullptr);
  EXPECT_STREQ(hf_error_text(), "`rate_hz` is no sample rate");
  options.rate_hz = 48000;
  options.position_source = 9;
  EXPECT_EQ(hf_gap_detector_create(&options, &detector), HF_ERROR_USAGE);
  options.position_source = 0;
  options.capacity = UINT32_MAX;
  EXPECT_EQ(hf_gap_detector_create(&options, &detector), HF_ERROR_USAGE);
  EXPECT_EQ(hf_gap_detector_create(&options, nullptr), HF_ERROR_USAGE);
  hf_gap_detector_destroy(nullptr);
}

}  // namespace
