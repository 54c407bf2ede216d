// SPDX-License-Identifier: MIT
#include "rt/sample_ring.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "base/page_buffer.h"
#include "tests/support/block_builder.h"

namespace holdfast {
namespace {

constexpr uint32_t kChannels = 3;
constexpr size_t kChunkBytes = 4096;

/// A ring whose blocks carry their position in every sample.
class SampleRingTest : public ::testing::Test {
 protected:
  void add_chunk() {
    chunks_.emplace_back(kChunkBytes);
    ring_.add(chunks_.back().data());
  }

  bool push(int64_t position, int64_t frames = 16) {
    std::vector<float> plane(static_cast<size_t>(frames), static_cast<float>(position));
    const std::array<const float*, kChannels> planes = {plane.data(), plane.data(), plane.data()};
    return ring_.push(test::block_at(position, frames), {planes.data(), kChannels});
  }

  std::array<SampleSlot, 8> fresh_ = {};
  std::array<SampleSlot, 8> used_ = {};
  std::vector<PageBuffer<std::byte>> chunks_;
  SampleRing ring_{fresh_, used_, kChunkBytes};
};

TEST_F(SampleRingTest, BlocksComeOutAsTheyWentIn) {
  add_chunk();
  ASSERT_TRUE(push(7));
  const SampleEntry* entry = ring_.front();
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->block.position, Frames(7));
  EXPECT_EQ(entry->channels, kChannels);
  for (size_t i = 0; i < 16U * kChannels; i++) EXPECT_EQ(entry->samples()[i], 7.0F);
  ring_.pop();
  EXPECT_EQ(ring_.front(), nullptr);
}

TEST_F(SampleRingTest, RefusedBlocksAreCountedAndToldByTheNextOne) {
  add_chunk();
  int64_t position = 0;
  while (push(position)) position += 16;
  EXPECT_FALSE(push(position + 16));
  EXPECT_EQ(ring_.refused_frames(), 32);
  while (ring_.front() != nullptr) {
    EXPECT_EQ(ring_.front()->refused_frames, 0);
    ring_.pop();
  }
  add_chunk();
  ASSERT_TRUE(push(position + 32));
  ASSERT_NE(ring_.front(), nullptr);
  EXPECT_EQ(ring_.front()->refused_frames, 32);
}

TEST_F(SampleRingTest, ABlockLargerThanAChunkIsRefused) {
  add_chunk();
  EXPECT_FALSE(push(0, 1000));
  EXPECT_TRUE(push(1000));
}

TEST_F(SampleRingTest, EmptiedChunksAreUsedAgainForEver) {
  add_chunk();
  add_chunk();
  for (int64_t i = 0; i < 1000; i++) {
    ASSERT_TRUE(push(i * 16));
    ASSERT_NE(ring_.front(), nullptr);
    ASSERT_EQ(ring_.front()->block.position, Frames(i * 16));
    ring_.pop();
  }
}

TEST_F(SampleRingTest, TwoThreadsLoseNothing) {
  for (int i = 0; i < 4; i++) add_chunk();
  constexpr int64_t kBlocks = 20000;
  std::thread producer([this] {
    for (int64_t i = 0; i < kBlocks; i++) {
      while (!push(i)) std::this_thread::yield();
    }
  });
  for (int64_t i = 0; i < kBlocks;) {
    const SampleEntry* entry = ring_.front();
    if (entry == nullptr) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(entry->block.position, Frames(i));
    ASSERT_EQ(entry->samples()[47], static_cast<float>(i));
    ring_.pop();
    i++;
  }
  producer.join();
}

}  // namespace
}  // namespace holdfast
