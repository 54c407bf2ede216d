// SPDX-License-Identifier: MIT
#include "report/label_track.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(LabelTrack, AudacityGetsSecondsAndTheName) {
  EXPECT_EQ(audacity_label({Frames(24000), Frames(48), "glitch 1: 48 frames lost"}, 48000),
            "0.500000000\t0.501000000\tglitch 1: 48 frames lost\n");
}

TEST(LabelTrack, APointStartsWhereItEnds) {
  EXPECT_EQ(audacity_label({Frames(48000), Frames(0), "x"}, 48000),
            "1.000000000\t1.000000000\tx\n");
  EXPECT_EQ(reaper_row({Frames(48000), Frames(0), "x"}, 2, 48000), "M2,\"x\",1.000000000,,\n");
}

TEST(LabelTrack, ReaperGetsARegion) {
  EXPECT_EQ(reaper_header(), "#,Name,Start,End,Length\n");
  EXPECT_EQ(reaper_row({Frames(24000), Frames(480), "a \"b\", c"}, 1, 48000),
            "R1,\"a \"\"b\"\", c\",0.500000000,0.510000000,0.010000000\n");
}

TEST(LabelTrack, NamesStayOnTheirLine) {
  EXPECT_EQ(audacity_label({Frames(0), Frames(0), "a\tb\nc"}, 48000),
            "0.000000000\t0.000000000\ta b c\n");
}

}  // namespace
}  // namespace holdfast
