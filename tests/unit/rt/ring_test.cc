// SPDX-License-Identifier: MIT
#include "rt/ring.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace holdfast {
namespace {

TEST(Ring, GivesBackInOrder) {
  std::array<int, 8> storage;
  Ring<int> ring(storage);
  for (int i = 0; i < 5; i++) EXPECT_TRUE(ring.push(i));
  std::array<int, 8> out;
  ASSERT_EQ(ring.pop(out), 5U);
  for (int i = 0; i < 5; i++) EXPECT_EQ(out[static_cast<size_t>(i)], i);
  EXPECT_EQ(ring.pop(out), 0U);
}

TEST(Ring, DropsAndCountsWhenFull) {
  std::array<int, 4> storage;
  Ring<int> ring(storage);
  for (int i = 0; i < 7; i++) EXPECT_EQ(ring.push(i), i < 4);
  EXPECT_EQ(ring.dropped(), 3U);
  std::array<int, 1> out;
  EXPECT_EQ(ring.pop(out), 1U);
  EXPECT_EQ(out[0], 0);
  EXPECT_TRUE(ring.push(9));
}

TEST(Ring, KeepsAReserve) {
  std::array<int, 4> storage;
  Ring<int> ring(storage);
  EXPECT_TRUE(ring.push(1, 2));
  EXPECT_TRUE(ring.push(2, 2));
  EXPECT_FALSE(ring.push(3, 2));
  EXPECT_TRUE(ring.push(3));
}

TEST(Ring, StorageIsRoundedDownToAPowerOfTwo) {
  std::array<int, 7> storage;
  EXPECT_EQ(Ring<int>(storage).capacity(), 4U);
}

TEST(Ring, LosesNothingBetweenTwoThreadsThatItDoesNotCount) {
  constexpr uint64_t kValues = 200'000;
  std::vector<uint64_t> storage(1024);
  Ring<uint64_t> ring(storage);
  std::atomic<bool> is_over{false};
  std::thread producer([&] {
    for (uint64_t i = 1; i <= kValues; i++) ring.push(i);
    is_over = true;
  });
  uint64_t received = 0;
  uint64_t previous = 0;
  while (true) {
    const bool was_over = is_over;
    std::array<uint64_t, 64> out;
    const size_t count = ring.pop(out);
    for (size_t i = 0; i < count; i++) {
      ASSERT_GT(out[i], previous);
      previous = out[i];
    }
    received += count;
    if (was_over && count == 0) break;
  }
  producer.join();
  EXPECT_EQ(received + ring.dropped(), kValues);
}

}  // namespace
}  // namespace holdfast
