// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <holdfast/holdfast.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/realtime_guard.h"

namespace {

constexpr int64_t kReportBlockFrames = 480;

/// A program whose user's settings are in a folder that is thrown away.
class ReportSession : public ::testing::Test {
 protected:
  ReportSession() {
    char name[] = "/tmp/holdfast-report-XXXXXX";
    folder_ = mkdtemp(name);
    inside_ = folder_ + "/inside";
    program_ = {sizeof program_, "App", "1.0", nullptr, inside_.c_str()};
    session_.struct_size = sizeof session_;
    session_.rate_hz = 48000;
    session_.block_frames = kReportBlockFrames;
    session_.backend = "timer";
  }
  ~ReportSession() override {
    hf_report_destroy(report_);
    std::filesystem::remove_all(folder_);
  }

  void begin() {
    ASSERT_EQ(hf_report_create(&program_, &session_, &report_), HF_OK) << hf_error_text();
  }
  int block(int64_t position) {
    hf_block block = {};
    block.struct_size = sizeof block;
    block.position = position;
    block.frames = kReportBlockFrames;
    block.due_ns = (position + kReportBlockFrames) * 1'000'000'000 / 48000 + 1;
    block.woke_ns = block.due_ns + 1000;
    return hf_report_block(report_, &block);
  }
  int agree(int consent) {
    hf_report_settings settings = {};
    settings.struct_size = sizeof settings;
    settings.consent = consent;
    return hf_report_agree(&program_, &settings);
  }
  hf_report_counts counts() {
    hf_report_counts counts = {};
    counts.struct_size = sizeof counts;
    EXPECT_EQ(hf_report_read_counts(report_, &counts), HF_OK) << hf_error_text();
    return counts;
  }

  std::string folder_;
  std::string inside_;
  hf_report_program program_ = {};
  hf_report_session session_ = {};
  hf_report* report_ = nullptr;
};

TEST_F(ReportSession, ConsentIsOffUntilTheUserSaysOtherwise) {
  EXPECT_EQ(hf_report_consent(&program_), HF_CONSENT_OFF);
  EXPECT_EQ(agree(HF_CONSENT_DETAIL), HF_OK);
  EXPECT_EQ(hf_report_consent(&program_), HF_CONSENT_DETAIL);
  EXPECT_EQ(agree(HF_CONSENT_OFF), HF_OK);
  EXPECT_EQ(hf_report_consent(&program_), HF_CONSENT_OFF);
}

TEST_F(ReportSession, WithoutConsentNothingIsMeasuredAndNothingWritten) {
  begin();
  EXPECT_EQ(hf_report_watch_current_thread(report_, nullptr), HF_OK);
  EXPECT_EQ(block(0), HF_OK);
  EXPECT_EQ(hf_report_finish(report_, HF_END_CLEAN), HF_OK);
  EXPECT_EQ(counts().blocks, 0);
  EXPECT_EQ(hf_report_text(report_), nullptr);
  EXPECT_NE(std::string(hf_error_text()).find("reports are off"), std::string::npos);
  EXPECT_EQ(hf_report_queue(report_), HF_REPORT_OFF);
  EXPECT_EQ(hf_report_send(&program_, nullptr, nullptr), HF_OK);
  EXPECT_EQ(agree(HF_CONSENT_OFF), HF_OK);
  EXPECT_FALSE(std::filesystem::exists(inside_));
}

TEST_F(ReportSession, ABlockCostsNothingThatARealtimeThreadMayNotDo) {
  session_.flags = HF_REPORT_PREVIEW;
  session_.capacity = 4;
  begin();
  const hf_range memory = hf_report_memory(report_);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.address) % 4096, 0U);
  EXPECT_EQ(memory.size_bytes % 4096, 0U);
  int failures = 0;
  {
    const holdfast::test::RealtimeSection section;
    for (int64_t i = 0; i < 1000; ++i) failures += block((i + (i >= 500)) * kReportBlockFrames);
  }
  EXPECT_EQ(failures, 0);
  static_cast<void>(hf_report_finish(report_, HF_END_CLEAN));
  // What the ring had no room for is counted all the same.
  EXPECT_EQ(counts().blocks, 1000);
  EXPECT_EQ(counts().glitches, 1);
  EXPECT_EQ(counts().lost_frames, kReportBlockFrames);
  EXPECT_LE(counts().not_kept_blocks, 1000);
}

TEST_F(ReportSession, AThreadThatIsToldTooLateIsRefused) {
  session_.flags = HF_REPORT_PREVIEW;
  begin();
  EXPECT_EQ(block(0), HF_OK);
  EXPECT_EQ(hf_report_finish(report_, HF_END_CLEAN), HF_ERROR_UNAVAILABLE);
  EXPECT_EQ(hf_report_watch_current_thread(report_, nullptr), HF_ERROR_USAGE);
}

TEST_F(ReportSession, BadArgumentsAreRefusedWithASentence) {
  const auto refuses = [this](const char* words) {
    hf_report* report = nullptr;
    const int code = hf_report_create(&program_, &session_, &report);
    EXPECT_EQ(report, nullptr);
    EXPECT_NE(std::string(hf_error_text()).find(words), std::string::npos) << hf_error_text();
    return code == HF_ERROR_USAGE;
  };
  const hf_report_session good = session_;
  session_.rate_hz = 0;
  EXPECT_TRUE(refuses("rate_hz"));
  session_ = good;
  session_.block_frames = 0;
  EXPECT_TRUE(refuses("block_frames"));
  session_ = good;
  session_.direction = 9;
  EXPECT_TRUE(refuses("direction"));
  session_ = good;
  session_.arm = 9;
  EXPECT_TRUE(refuses("arm"));
  session_ = good;
  session_.capacity = UINT32_MAX;
  EXPECT_TRUE(refuses("capacity"));
  session_ = good;
  session_.flags = 1U << 31;
  EXPECT_TRUE(refuses("flags"));
  session_ = good;
  program_.folder = "relative";
  EXPECT_TRUE(refuses("absolute"));
  program_.id = "";
  EXPECT_TRUE(refuses("id"));
  EXPECT_EQ(hf_report_consent(&program_), HF_ERROR_USAGE);
  EXPECT_EQ(hf_report_agree(nullptr, nullptr), HF_ERROR_USAGE);
  EXPECT_EQ(hf_report_create(&program_, &session_, nullptr), HF_ERROR_USAGE);
}

TEST_F(ReportSession, WithoutAReportEveryCallIsHarmless) {
  EXPECT_EQ(block(0), HF_ERROR_USAGE);
  EXPECT_EQ(hf_report_finish(nullptr, HF_END_CLEAN), HF_ERROR_USAGE);
  EXPECT_EQ(hf_report_text(nullptr), nullptr);
  EXPECT_EQ(hf_report_queue(nullptr), HF_ERROR_USAGE);
  EXPECT_EQ(hf_report_watch_current_thread(nullptr, nullptr), HF_ERROR_USAGE);
  EXPECT_EQ(hf_report_memory(nullptr).size_bytes, 0U);
  hf_report_destroy(nullptr);
}

TEST_F(ReportSession, ASessionWithoutABlockIsNoReport) {
  session_.flags = HF_REPORT_PREVIEW;
  begin();
  EXPECT_EQ(hf_report_finish(report_, HF_END_CLEAN), HF_ERROR_UNAVAILABLE);
  EXPECT_EQ(hf_report_text(report_), nullptr);
  EXPECT_EQ(hf_report_queue(report_), HF_ERROR_UNAVAILABLE);
}

}  // namespace
