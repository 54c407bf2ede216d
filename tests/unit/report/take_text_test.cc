// SPDX-License-Identifier: MIT
#include "report/take_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(TakeText, ProgressFitsEightyColumnsWhateverItSays) {
  TakeProgress progress;
  progress.name = "a rather long name of a take, much too long.wav";
  progress.elapsed = Frames(int64_t{48000} * 3600 * 123);
  progress.glitches = 123456;
  progress.filled = Frames(48000 * 99);
  progress.peak = 0.25F;
  progress.room = kSecond * 100000;
  progress.memory_bytes = int64_t{64} << 30;
  progress.stalled_share = 0.99;
  EXPECT_LE(progress_line(progress).size(), 79U);
}

TEST(TakeText, ProgressSaysWhatMattersMost) {
  TakeProgress progress;
  progress.name = "take.wav";
  progress.elapsed = Frames(48000 * 61);
  progress.peak = 0.5F;
  progress.glitches = 3;
  progress.filled = Frames(384);
  progress.room = kSecond * 7200;
  progress.is_locked = true;
  EXPECT_EQ(progress_line(progress),
            "rec take.wav 00:01:01 |####### |  -6 dB  3 glitches 8.00 ms  for 2 h  locked");
}

TEST(TakeText, StatusSaysInWordsHowTheTakeIsDoing) {
  TakeProgress progress;
  progress.name = "take.wav";
  progress.elapsed = Frames(48000 * 3661);
  EXPECT_EQ(status_text(progress), "take.wav 01:01:01, 0 glitches, not locked");
  progress.glitches = 1;
  progress.filled = Frames(960);
  progress.own = Frames(480);
  progress.room = kSecond * 7200;
  progress.is_locked = true;
  EXPECT_EQ(status_text(progress),
            "take.wav 01:01:01, 1 glitch, 20.0 ms inserted, 10.0 ms of it lost by us, "
            "room for 2 h, locked");
  progress.name = "a\nREADY=1\x1b";
  EXPECT_EQ(status_text(progress).find('\n'), std::string::npos);
  EXPECT_EQ(status_text(progress).find('\x1b'), std::string::npos);
}

TEST(TakeText, RoomIsSaidInWholeUnits) {
  EXPECT_EQ(room_text(kSecond * 40), "room for 40 s");
  EXPECT_EQ(room_text(kSecond * 600), "room for 10 min");
  EXPECT_EQ(room_text(kSecond * 3600 * 5), "room for 5 h");
  EXPECT_EQ(room_text(kSecond * 3600 * 500), "room for days");
}

TEST(TakeText, ATakeThatLostFramesItselfIsNotWhole) {
  TakeResult take;
  take.files = {"a.wav"};
  take.length = Frames(48000);
  take.filled = Frames(480);
  take.own = Frames(480);
  take.encoding = "24";
  EXPECT_FALSE(take.is_whole());
  EXPECT_NE(take_text(take).find("lost by us     480 frames (10.0 ms)"), std::string::npos);
  EXPECT_NE(take_json(take).find("\"own_lost_frames\":480"), std::string::npos);
  EXPECT_NE(take_json(take).find("\"whole\":false"), std::string::npos);
  EXPECT_EQ(take_text(take).find("not locked"), std::string::npos);
  take.buffer_bytes = 4 << 20;
  take.unlocked_buffer_bytes = 1 << 20;
  EXPECT_NE(take_text(take).find("not locked     1024 of 4096 KiB"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
