// SPDX-License-Identifier: MIT
#include "core/take_markers.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr int64_t kMarkerRate = 48000;

TakeGap gap_at(int64_t position, int64_t missing, int64_t own = 0) {
  TakeGap gap;
  gap.gap.position = Frames(position);
  gap.gap.missing = Frames(missing);
  gap.own = Frames(own);
  return gap;
}

Glitch glitch_at(int64_t index, int64_t position, int64_t missing) {
  Glitch glitch;
  glitch.index = index;
  glitch.gap = gap_at(position, missing).gap;
  glitch.cause = CauseKind::kPageFault;
  BudgetPart part;
  part.kind = CauseKind::kPageFault;
  part.owner.mapping = "libasound.so.2";
  glitch.budget.push_back(part);
  return glitch;
}

TEST(TakeMarkers, NameSaysLengthAndCause) {
  EXPECT_EQ(marker_name(glitch_at(3, 0, 128), kMarkerRate),
            "glitch 3: 128 frames lost (2.67 ms) - page fault in libasound.so.2");
}

TEST(TakeMarkers, BoundedLossesSaySo) {
  Glitch glitch = glitch_at(1, 0, 480);
  glitch.gap.is_exact = false;
  glitch.gap.error = Frames(16);
  glitch.cause = CauseKind::kServer;
  EXPECT_EQ(marker_name(glitch, kMarkerRate),
            "glitch 1: about 480 frames lost (10.00 ms, +-16 frames) - server");
}

TEST(TakeMarkers, GapAndCauseMeetWhicheverComesFirst) {
  TakeMarkers markers(kMarkerRate);
  markers.name(glitch_at(1, 100, 16));
  markers.add(gap_at(100, 16));
  markers.add(gap_at(50, 1));
  EXPECT_EQ(markers.unnamed().size(), 1U);
  const uint64_t version = markers.version();
  markers.name(glitch_at(2, 50, 1));
  EXPECT_GT(markers.version(), version);
  const std::vector<Marker> all = markers.list();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].position, Frames(50));
  EXPECT_EQ(all[0].name.substr(0, 23), "glitch 2: 1 frame lost ");
  EXPECT_EQ(all[1].length, Frames(16));
  EXPECT_TRUE(markers.unnamed().empty());
}

TEST(TakeMarkers, WhatTheRecorderLostItselfIsNeverBlamedOnOthers) {
  TakeMarkers markers(kMarkerRate);
  markers.add(gap_at(10, 32, 32));
  markers.add(gap_at(100, 48, 32));
  EXPECT_EQ(markers.list()[0].name, "recorder overflow: 32 frames lost (0.67 ms) by the recorder");
  EXPECT_EQ(markers.list()[1].name,
            "recorder overflow: 48 frames lost (1.00 ms), 32 of them by the recorder");
  EXPECT_EQ(markers.unnamed().size(), 2U);
}

TEST(TakeMarkers, NothingLostIsAPoint) {
  TakeMarkers markers(kMarkerRate);
  markers.add(gap_at(10, 0));
  EXPECT_EQ(markers.list()[0].length, Frames(0));
  EXPECT_EQ(markers.list()[0].name, "glitch: nothing lost");
}

}  // namespace
}  // namespace holdfast
