// SPDX-License-Identifier: MIT
#include "rt/counter32.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Counter32, GoesOnAcrossTheWrap) {
  Counter32 counter;
  counter.restart(0xFFFFFFF0U);
  EXPECT_EQ(counter.widen(0xFFFFFFF0U), Frames(0xFFFFFFF0LL));
  EXPECT_EQ(counter.widen(0x00000000U), Frames(0x100000000LL));
  EXPECT_EQ(counter.widen(0x00000010U), Frames(0x100000010LL));
}

TEST(Counter32, StepsBackwardAcrossTheWrap) {
  Counter32 counter;
  counter.restart(0);
  counter.widen(0x10);
  EXPECT_EQ(counter.widen(0xFFFFFFF0U), Frames(-16));
  EXPECT_EQ(counter.widen(0x20), Frames(32));
}

TEST(Counter32, SurvivesManyWraps) {
  Counter32 counter;
  counter.restart(0);
  int64_t truth = 0;
  for (int i = 0; i < 100; i++) {
    truth += 0x30000000;
    EXPECT_EQ(counter.widen(static_cast<uint32_t>(truth)), Frames(truth));
  }
}

}  // namespace
}  // namespace holdfast
