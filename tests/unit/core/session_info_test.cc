// SPDX-License-Identifier: MIT
#include "core/session_info.h"

#include <gtest/gtest.h>

#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

ErrorKind kind_of_error(const Result<SessionInfo>& result) {
  EXPECT_FALSE(result.ok());
  return result.error().kind;
}

TEST(SessionInfo, TextComesBackAsWritten) {
  SessionInfo info = test::sample_info();
  info.position_source = PositionSource::kClockEstimate;
  info.locked_bytes = 1 << 20;
  info.sound_system = "jack2 1.9.21, server default";
  info.exact_losses = "client";
  info.system_locked_bytes = 39 << 20;
  info.late_tolerance_ns = 1'333'333;
  info.lock_limit_bytes = INT64_MAX;
  info.swap_bytes = 0;
  info.followed = {{"jackd (1234)", true, Observation::kUserEvents, 1236},
                   {"a name of several words (7)", false, Observation::kPolls, 9}};
  info.utc_minus_mono_ns = INT64_MIN;
  const Result<SessionInfo> back = parse_session_info(to_text(info));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, info);
}

TEST(SessionInfo, EmptyAndOddStringsComeBackAsWritten) {
  SessionInfo info = test::sample_info();
  info.program = "";
  info.device = "  spaces at  both ends ";
  info.machine = "device not-a-key";
  info.limitations = {"", "limitation"};
  const Result<SessionInfo> back = parse_session_info(to_text(info));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, info);
}

TEST(SessionInfo, WhatIsNotKnownIsNotStated) {
  EXPECT_EQ(to_text(SessionInfo()).find("rate_hz"), std::string::npos);
  const Result<SessionInfo> back = parse_session_info(to_text(SessionInfo()));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, SessionInfo());
}

TEST(SessionInfo, LineBreaksInValuesBecomeSpaces) {
  SessionInfo info = test::sample_info();
  info.machine = "one\ntwo\r\nthree";
  const Result<SessionInfo> back = parse_session_info(to_text(info));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->machine, "one two  three");
}

TEST(SessionInfo, UnknownKeysAreSkippedAndMissingOnesKeepDefaults) {
  const Result<SessionInfo> info = parse_session_info("colour blue\n\nrate_hz 44100");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->rate_hz, 44100);
  EXPECT_EQ(info->block_frames, 0);
  EXPECT_EQ(info->position_source, PositionSource::kDeviceCounter);
}

TEST(SessionInfo, NumbersThatAreNoneAreBadData) {
  for (const char* text : {"rate_hz", "rate_hz ", "rate_hz x", "rate_hz 48000Hz", "channels 1.5",
                           "locked_bytes 99999999999999999999", "position_source guess"}) {
    EXPECT_EQ(kind_of_error(parse_session_info(text)), ErrorKind::kBadData) << text;
  }
}

TEST(SessionInfo, RatesAndBlocksOutOfRangeAreBadData) {
  for (const char* text : {"rate_hz 0", "rate_hz -48000", "rate_hz 10000001", "block_frames 0",
                           "block_frames 1048577", "channels -1"}) {
    EXPECT_EQ(kind_of_error(parse_session_info(text)), ErrorKind::kBadData) << text;
  }
}

TEST(SessionInfo, ErrorsNameTheKeyAndTheValue) {
  const Result<SessionInfo> info = parse_session_info("rate_hz fast\n");
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.error().what, "session info: rate_hz \"fast\" is not a number");
}

TEST(SessionInfo, PositionSourcesHaveNames) {
  EXPECT_EQ(name_of(PositionSource::kDeviceCounter), "device_counter");
  EXPECT_EQ(name_of(PositionSource::kServerCounter), "server_counter");
  EXPECT_EQ(name_of(PositionSource::kClockEstimate), "clock_estimate");
}

}  // namespace
}  // namespace holdfast
