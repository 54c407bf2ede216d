// SPDX-License-Identifier: MIT
// Field reports through libholdfast, of sessions in real time: a thread with a timer that loses
// blocks and takes a page fault on purpose.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <holdfast/holdfast.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "core/report_validator.h"
#include "reporter/reporter.h"

namespace {

using nlohmann::json;

constexpr int kBlocks = 60;  // of 10 ms
constexpr int64_t kBlockNs = 10'000'000;
constexpr int64_t kFrames = 480;
constexpr int kLost = 30;

/// Two pages of a file whose second one is not in memory.
class PushedOutPage {
 public:
  explicit PushedOutPage(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
    const std::string content(8192, 'x');
    is_written_ = write(file, content.data(), content.size()) == 8192 && fsync(file) == 0;
    memory_ = static_cast<volatile char*>(mmap(nullptr, 8192, PROT_READ, MAP_SHARED, file, 0));
    close(file);
  }
  ~PushedOutPage() { munmap(const_cast<char*>(memory_), 8192); }
  PushedOutPage(const PushedOutPage&) = delete;
  PushedOutPage& operator=(const PushedOutPage&) = delete;

  /// True when it left: not where the file system keeps files in memory.
  bool push() {
    touch();
    hf_evict_request request = {};
    request.struct_size = sizeof request;
    request.address = const_cast<char*>(memory_) + 4096;
    request.size_bytes = 4096;
    hf_evict_result result = {};
    result.struct_size = sizeof result;
    return is_written_ && hf_evict(&request, &result) == HF_OK && result.left_pages == 1;
  }
  char touch() const { return memory_[4096]; }

 private:
  volatile char* memory_ = nullptr;
  bool is_written_ = false;
};

class FieldReportSession : public ::testing::Test {
 protected:
  FieldReportSession() {
    char name[] = "/var/tmp/holdfast-field-XXXXXX";
    folder_ = mkdtemp(name);
    settings_ = folder_ + "/settings";
    program_ = {sizeof program_, "App", "1.0", nullptr, settings_.c_str()};
    session_.struct_size = sizeof session_;
    session_.rate_hz = 48000;
    session_.block_frames = kFrames;
    session_.backend = "timer";
    session_.device_class = "usb";
    session_.direction = HF_DIRECTION_DUPLEX;
    session_.arm = HF_ARM_ALL;
    session_.assigned = HF_ASSIGNED_PER_SESSION;
    session_.flags = HF_REPORT_REPAIRED;
  }
  ~FieldReportSession() override {
    hf_report_destroy(report_);
    std::filesystem::remove_all(folder_);
  }

  void agree(int consent) {
    hf_report_settings settings = {};
    settings.struct_size = sizeof settings;
    settings.consent = consent;
    ASSERT_EQ(hf_report_agree(&program_, &settings), HF_OK) << hf_error_text();
  }

  void audio_thread(PushedOutPage& page) {
    hf_protect_report protection = {};
    protection.struct_size = sizeof protection;
    protection.locked_bytes = 8192;
    ASSERT_EQ(hf_report_watch_current_thread(report_, &protection), HF_OK) << hf_error_text();
    timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (int i = 0; i < kBlocks; ++i) {
      due.tv_nsec += kBlockNs;
      if (due.tv_nsec >= 1'000'000'000) due = {due.tv_sec + 1, due.tv_nsec - 1'000'000'000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
      if (i == kLost) has_faulted_ = page.push() && page.touch() == 'x';
      if (i == kLost) continue;
      hf_block block = {};
      block.struct_size = sizeof block;
      block.position = i * kFrames;
      block.frames = kFrames;
      block.due_ns = due.tv_sec * int64_t{1'000'000'000} + due.tv_nsec;
      ASSERT_EQ(hf_report_block(report_, &block), HF_OK);
    }
  }

  void run() {
    PushedOutPage page(folder_ + "/page");
    ASSERT_EQ(hf_report_create(&program_, &session_, &report_), HF_OK) << hf_error_text();
    std::thread([&] { audio_thread(page); }).join();
    ASSERT_EQ(hf_report_finish(report_, HF_END_DEVICE_LOST), HF_OK) << hf_error_text();
    ASSERT_EQ(hf_report_finish(report_, HF_END_CLEAN), HF_OK) << "the second time does nothing";
  }

  std::string folder_;
  std::string settings_;
  hf_report_program program_ = {};
  hf_report_session session_ = {};
  hf_report* report_ = nullptr;
  bool has_faulted_ = false;
};

TEST_F(FieldReportSession, IsToldInFullAndQueuedOnce) {
  agree(HF_CONSENT_DETAIL);
  run();
  const char* text = hf_report_text(report_);
  ASSERT_NE(text, nullptr) << hf_error_text();
  holdfast::ReportValidator validator;
  const int64_t hour = holdfast::reporter::utc_seconds() / 3600;
  EXPECT_EQ(validator.check(text, hour).refusal, "") << text;
  const json told = json::parse(text);
  EXPECT_EQ(told["app"]["id"], "app");
  EXPECT_EQ(told["session"]["direction"], "duplex");
  EXPECT_EQ(told["session"]["end"], "device_lost");
  EXPECT_EQ(told["session"]["duration_ms"], kBlocks * 10);
  EXPECT_EQ(told["audio"]["device_class"], "usb");
  EXPECT_EQ(told["protect"]["arm"], "all");
  EXPECT_EQ(told["protect"]["assigned"], "session");
  EXPECT_EQ(told["protect"]["locked_kib"], 8);
  EXPECT_EQ(told["exposure"]["glitches"], 1);
  EXPECT_EQ(told["exposure"]["frames_lost"], kFrames);
  EXPECT_EQ(told["glitches"][0]["repaired"], true);
  EXPECT_EQ(told["glitches"][0]["hist"]["mem"].size(), 1U);
  EXPECT_GE(told["faults"]["rt_major"], has_faulted_ ? 1 : 0) << text;
  const std::string shown = text;
  EXPECT_EQ(hf_report_queue(report_), HF_REPORT_QUEUED) << hf_error_text();
  EXPECT_EQ(hf_report_queue(report_), HF_REPORT_ALREADY_QUEUED) << hf_error_text();
  const std::filesystem::path waiting = settings_ + "/reports/waiting";
  const std::filesystem::directory_iterator first(waiting);
  ASSERT_NE(first, std::filesystem::directory_iterator());
  EXPECT_EQ(std::filesystem::file_size(first->path()), shown.size());
  agree(HF_CONSENT_OFF);
  EXPECT_EQ(hf_report_queue(report_), HF_REPORT_OFF) << hf_error_text();
  agree(HF_CONSENT_DETAIL);
  EXPECT_EQ(hf_report_queue(report_), HF_REPORT_OFF) << "it was measured under another consent";
}

TEST_F(FieldReportSession, TheMeasuringTellsOfItself) {
  session_.flags = HF_REPORT_PREVIEW;
  run();
  hf_report_counts counts = {};
  counts.struct_size = sizeof counts;
  ASSERT_EQ(hf_report_read_counts(report_, &counts), HF_OK) << hf_error_text();
  EXPECT_EQ(counts.blocks, kBlocks - 1);
  EXPECT_EQ(counts.glitches, 1);
  EXPECT_EQ(counts.not_kept_blocks, 0);
  EXPECT_GE(counts.readings, 2);
  EXPECT_GT(counts.furthest_reading_ns, 0);
  EXPECT_GT(counts.thread_cpu_ns, 0);
  const char* text = hf_report_text(report_);
  ASSERT_NE(text, nullptr) << hf_error_text();
  EXPECT_EQ(json::parse(text)["install"], "0000000000000000");
  EXPECT_EQ(hf_report_queue(report_), HF_REPORT_OFF);
  EXPECT_FALSE(std::filesystem::exists(settings_));
}

}  // namespace
