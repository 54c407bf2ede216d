// SPDX-License-Identifier: MIT
#include "rt/shared_ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>
#include <vector>

namespace holdfast {
namespace {

struct Value {
  uint64_t producer;
  uint64_t number;
};

TEST(SharedRing, ValuesComeOutInTheirOrder) {
  SharedRing<Value, 4> ring = {};
  Value value = {};
  EXPECT_FALSE(ring.pop(value));
  for (uint64_t lap = 0; lap < 10; ++lap) {
    EXPECT_TRUE(ring.push({0, lap * 2}));
    EXPECT_TRUE(ring.push({0, lap * 2 + 1}));
    ASSERT_TRUE(ring.pop(value));
    EXPECT_EQ(value.number, lap * 2);
    ASSERT_TRUE(ring.pop(value));
    EXPECT_EQ(value.number, lap * 2 + 1);
  }
}

TEST(SharedRing, AFullOneDropsAndCounts) {
  SharedRing<Value, 4> ring = {};
  for (uint64_t i = 0; i < 6; ++i) EXPECT_EQ(ring.push({0, i}), i < 4);
  EXPECT_EQ(ring.dropped(), 2U);
  Value value = {};
  for (uint64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(ring.pop(value));
    EXPECT_EQ(value.number, i);
  }
  EXPECT_FALSE(ring.pop(value));
}

TEST(SharedRing, ZeroedMemoryIsAnEmptyRing) {
  using Small = SharedRing<Value, 4>;
  alignas(Small) unsigned char memory[sizeof(Small)];
  std::memset(memory, 0, sizeof memory);
  auto* const ring = reinterpret_cast<Small*>(memory);
  Value value = {};
  EXPECT_FALSE(ring->pop(value));
  EXPECT_TRUE(ring->push({0, 7}));
  ASSERT_TRUE(ring->pop(value));
  EXPECT_EQ(value.number, 7U);
}

TEST(SharedRing, WhatSeveralPushIsNeitherLostNorMixed) {
  constexpr uint64_t kEach = 20'000;
  auto ring = std::make_unique<SharedRing<Value, 64>>();
  std::vector<std::thread> producers;
  for (uint64_t producer = 0; producer < 3; ++producer) {
    producers.emplace_back([&ring, producer] {
      for (uint64_t number = 0; number < kEach;) number += ring->push({producer, number}) ? 1 : 0;
    });
  }
  uint64_t next[3] = {};
  Value value = {};
  for (uint64_t taken = 0; taken < 3 * kEach;) {
    if (!ring->pop(value)) continue;
    ASSERT_LT(value.producer, 3U);
    ASSERT_EQ(value.number, next[value.producer]++);
    ++taken;
  }
  for (std::thread& producer : producers) producer.join();
}

}  // namespace
}  // namespace holdfast
