// SPDX-License-Identifier: MIT
#include "report/glitch_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

SessionInfo info() {
  SessionInfo result;
  result.device = "virtual:policy=skip";
  result.rate_hz = 48000;
  result.block_frames = 16;
  result.channels = 2;
  result.scheduling = "SCHED_FIFO 70";
  result.locked_bytes = 1024 * 512;
  return result;
}

Glitch glitch() {
  Glitch result;
  result.index = 3;
  result.gap.position = Frames(48000 * 61);
  result.gap.missing = Frames(128);
  result.gap.due = Nanos(5'000'000'000);
  result.gap.woke = Nanos(5'002'900'000);
  result.utc = Nanos(1'707'841'585'258'015'000);
  result.budget.emplace_back();
  result.budget.back().time = Nanos(2'900'000);
  return result;
}

TEST(GlitchText, LineBeginsWithTheTimeAsTheSeedWritesIt) {
  EXPECT_EQ(glitch_line(glitch(), info()),
            "2024-02-13 16:26:25.258015 UTC  glitch 3 at 00:01:01.000: 128 frames (2.67 ms) lost, "
            "client late by 2.90 ms, cause: unexplained");
}

TEST(GlitchText, BoundedLossSaysItsBound) {
  Glitch bounded = glitch();
  bounded.gap.is_exact = false;
  bounded.gap.error = Frames(16);
  EXPECT_NE(glitch_line(bounded, info()).find("lost, +-16,"), std::string::npos);
}

TEST(GlitchText, ALateServerIsNamed) {
  Glitch servers = glitch();
  servers.gap.source = LossSource::kServer;
  servers.process = "jackd (1234)";
  EXPECT_TRUE(glitch_line(servers, info()).ends_with("cause: unexplained in jackd (1234)"));
  EXPECT_EQ(nlohmann::json::parse(glitch_json(servers))["process"], "jackd (1234)");
}

TEST(GlitchText, JsonKeepsTheContract) {
  const auto json = nlohmann::json::parse(glitch_json(glitch()));
  EXPECT_EQ(json["schema"], "holdfast.glitch/1");
  EXPECT_EQ(json["utc"], "2024-02-13T16:26:25.258015Z");
  for (const char* name :
       {"index", "utc", "mono_ns", "position_frames", "missing_frames", "error_frames", "exact",
        "source", "lateness_ns", "cause", "memory", "budget"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json["budget"][0]["cause"], "unexplained");
  EXPECT_EQ(json["budget"][0]["ns"], json["lateness_ns"]);
}

TEST(SummaryText, JsonKeepsTheContract) {
  Summary summary;
  summary.own_major_faults = 0;
  summary.own_minor_faults = 2;
  const auto json = nlohmann::json::parse(summary_json(summary, info()));
  EXPECT_EQ(json["schema"], "holdfast.summary/1");
  for (const char* name :
       {"device", "position_source", "rate_hz", "block_frames", "elapsed_frames", "received_frames",
        "missing_frames", "glitches", "episodes", "causes", "own_major_faults", "own_minor_faults",
        "dropped_records", "trustworthy"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json["trustworthy"], false);
}

TEST(SummaryText, WhatWasNotCountedIsNullNotZero) {
  const auto json = nlohmann::json::parse(summary_json(Summary(), info()));
  EXPECT_TRUE(json["own_major_faults"].is_null());
  EXPECT_NE(summary_text(Summary(), info()).find("not counted"), std::string::npos);
}

TEST(SummaryText, NamesWhatWasNotGrantedAndWhatCannotBeTrusted) {
  SessionInfo limited = info();
  limited.limitations = {"the audio thread runs as SCHED_OTHER"};
  Summary summary;
  summary.own_major_faults = 2;
  summary.own_minor_faults = 1;
  const std::string text = summary_text(summary, limited);
  EXPECT_NE(text.find("limited        the audio thread runs as SCHED_OTHER"), std::string::npos);
  EXPECT_NE(text.find("NOT TRUSTWORTHY: the counter's own audio thread took 3 page faults"),
            std::string::npos);
}

TEST(SessionText, SaysWhoseLatenessIsExactAndWhatTheSoundSystemLocked) {
  SessionInfo run = info();
  run.sound_system = "jack2 1.9.21, server default";
  run.position_source = PositionSource::kServerCounter;
  run.exact_losses = "client";
  run.system_locked_bytes = 39 << 20;
  const std::string text = session_text(run);
  EXPECT_NE(text.find("(jack2 1.9.21, server default)"), std::string::npos);
  EXPECT_NE(text.find("server_counter; exact when our thread is late, bounded"), std::string::npos);
  EXPECT_NE(text.find("39936 KiB by the sound system"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
