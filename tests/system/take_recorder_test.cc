// SPDX-License-Identifier: MIT
// Takes of the virtual device, whose samples tell their own frame number, read back with
// libsndfile: as long as the device ran, to the bit outside the gaps, and the gaps where they
// belong.
#include "session/take_recorder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sndfile.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "audio/virtual_device.h"
#include "core/judge.h"
#include "session/live_run.h"

namespace holdfast::session {
namespace {

constexpr int64_t kRate = 48000;
constexpr int64_t kBlock = 16;
constexpr int64_t kModulus = 1 << 24;

/// A file as libsndfile sees it.
class ReadTake {
 public:
  explicit ReadTake(const std::string& path)
      : file_(sf_open(path.c_str(), SFM_READ, &info_), sf_close) {
    EXPECT_TRUE(file_) << path << ": " << sf_strerror(nullptr);
  }
  [[nodiscard]] int64_t frames() const { return info_.frames; }
  [[nodiscard]] const SF_INFO& info() const { return info_; }

  /// Calls back with each frame's first channel as a 24-bit number, and whether all agree.
  template <class Take>
  void each(const Take& take) {
    std::vector<double> some(static_cast<size_t>(4096 * info_.channels));
    int64_t at = 0;
    for (sf_count_t n; (n = sf_readf_double(file_.get(), some.data(), 4096)) > 0;) {
      for (sf_count_t i = 0; i < n; i++) {
        const double sample = some[static_cast<size_t>(i * info_.channels)];
        take(at++, static_cast<int>(std::lround(sample * (1 << 23))));
      }
    }
    EXPECT_EQ(at, info_.frames);
  }

  /// "position:name" of each marker.
  std::vector<std::string> markers() {
    SF_CUES_VAR(2500) cues = {};
    sf_command(file_.get(), SFC_GET_CUE, &cues, sizeof cues);
    std::vector<std::string> all;
    for (uint32_t i = 0; i < cues.cue_count; i++) {
      all.push_back(std::to_string(cues.cue_points[i].sample_offset) + ":" +
                    cues.cue_points[i].name);
    }
    return all;
  }

 private:
  SF_INFO info_ = {};
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file_;
};

class TakeRecorderTest : public ::testing::Test {
 protected:
  TakeRecorderTest() {
    std::string name = ::testing::TempDir() + "holdfast-take-XXXXXX";
    folder_ = mkdtemp(name.data()) != nullptr ? name : "";
    options_.path = folder_ + "/take.wav";
  }
  ~TakeRecorderTest() override { std::filesystem::remove_all(folder_); }

  /// Records `frames` of a device and closes the take. The summary is the judge's.
  Summary record(const audio::VirtualOptions& device, int64_t frames, uint32_t channels = 1) {
    audio::VirtualDevice source(device);
    TakeRecorder recorder(options_);
    LiveRun run(source);
    LiveRun::Options run_options;
    run_options.format = {kRate, kBlock, channels};
    run_options.limit = Frames(frames);
    run_options.tap = recorder.tap();
    const auto capabilities = run.open(run_options);
    EXPECT_TRUE(capabilities.ok());
    const Result<> begun = recorder.begin(*capabilities);
    EXPECT_TRUE(begun.ok()) << (begun ? "" : begun.error().what);
    SessionInfo info;
    info.rate_hz = kRate;
    Judge judge(info, [&](const Glitch& glitch) { recorder.name(glitch); });
    const auto ended = run.run(
        [&](std::span<const Record> records) {
          judge.take(records);
          return Result<>(Done{});
        },
        [&](int) { return recorder.failure().has_value(); });
    EXPECT_TRUE(ended.ok());
    judge.finish();
    finished_ = recorder.finish();
    state_ = recorder.state();
    return judge.summary();
  }

  std::string folder_;
  TakeRecorder::Options options_;
  Result<> finished_ = Done{};
  TakeState state_;
};

/// What the device does, without any of our code: which frames it never delivers.
std::vector<bool> lost_frames(const audio::VirtualOptions& device, int64_t& elapsed) {
  std::vector<bool> lost;
  size_t fault = 0;
  const int64_t wanted = elapsed;
  elapsed = 0;
  while (elapsed < wanted) {
    while (elapsed > 0 && fault < device.faults.size() &&
           duration_of(Frames(elapsed), kRate) >= device.faults[fault].at) {
      elapsed += device.faults[fault++].frames.count;
      lost.resize(static_cast<size_t>(elapsed), true);
    }
    elapsed += kBlock;
    lost.resize(static_cast<size_t>(elapsed), false);
  }
  return lost;
}

TEST_F(TakeRecorderTest, TenThousandLossesInOneTakeAreFilledToTheFrame) {
  audio::VirtualOptions device = *audio::parse_virtual_options(":clock=fake");
  std::mt19937 random(11);
  Nanos at = kSecond;
  for (int i = 0; i < 10000; i++) {
    audio::ScriptedFault fault;
    fault.at = at;
    fault.frames = Frames(static_cast<int64_t>(1 + random() % (i % 100 == 0 ? 5000 : 200)));
    device.faults.push_back(fault);
    at += duration_of(fault.frames, kRate) + kMillisecond +
          Nanos(static_cast<int64_t>(random() % 9'000'000));
  }
  int64_t elapsed = frames_in(at, kRate).count + kRate;
  const Summary summary = record(device, elapsed);
  const std::vector<bool> lost = lost_frames(device, elapsed);
  EXPECT_EQ(summary.glitches, 10000);
  EXPECT_EQ(summary.totals.elapsed, Frames(elapsed));
  EXPECT_EQ(state_.length, Frames(elapsed));
  EXPECT_EQ(state_.filled, summary.totals.missing);
  EXPECT_EQ(state_.markers, 10000U);
  EXPECT_EQ(state_.left_out_markers, 7500U);
  ReadTake take(options_.path);
  ASSERT_EQ(take.frames(), elapsed);
  int64_t wrong = 0;
  take.each([&](int64_t frame, int value) {
    const bool is_lost = lost[static_cast<size_t>(frame)];
    wrong += value != (is_lost ? 0 : frame % kModulus - kModulus / 2) ? 1 : 0;
  });
  EXPECT_EQ(wrong, 0);
  const auto markers = take.markers();
  EXPECT_EQ(markers.size(), 2500U);
  std::printf("%lld losses in %lld frames: %lld frames wrong\n",
              static_cast<long long>(summary.glitches), static_cast<long long>(elapsed),
              static_cast<long long>(wrong));
}

TEST_F(TakeRecorderTest, WrongLabelsOfADeviceLeaveNoTraceInTheFile) {
  const auto device = *audio::parse_virtual_options(
      ":clock=fake,lose=100@1s,twin@2s,silent@3s,torn@4s,lose=7@6s,twin@6500ms,silent@"
      "7s");
  const Summary summary = record(device, kRate * 10, 2);
  EXPECT_EQ(summary.totals.elapsed, state_.length);
  ReadTake take(options_.path);
  ASSERT_EQ(take.frames(), state_.length.count);
  int64_t silent = 0;
  take.each([&](int64_t frame, int value) {
    silent += value == 0 ? 1 : 0;
    ASSERT_TRUE(value == 0 || value == frame % kModulus - kModulus / 2) << frame;
  });
  EXPECT_NEAR(static_cast<double>(silent), static_cast<double>(summary.totals.missing.count), 1);
}

TEST_F(TakeRecorderTest, AcrossARestartTheTakeIsAsLongAsTheRun) {
  const auto device = *audio::parse_virtual_options(":clock=fake,restart@1s,lose=5@2s");
  const Summary summary = record(device, kRate * 4);
  EXPECT_EQ(ReadTake(options_.path).frames(), summary.totals.elapsed.count);
  const auto markers = ReadTake(options_.path).markers();
  ASSERT_EQ(markers.size(), 2U);
  EXPECT_NE(markers[0].find("about"), std::string::npos) << markers[0];
}

TEST_F(TakeRecorderTest, MarkersAreNamedWithLengthAndCause) {
  const auto device = *audio::parse_virtual_options(":clock=fake,lose=128@1s,lose=48000@2s");
  record(device, kRate * 5);
  const auto markers = ReadTake(options_.path).markers();
  ASSERT_EQ(markers.size(), 2U);
  EXPECT_EQ(markers[0], "48000:glitch 1: 128 frames lost (2.67 ms) - device");
}

TEST_F(TakeRecorderTest, EveryFormatIsReadBack) {
  const auto device = *audio::parse_virtual_options(":clock=fake");
  for (const auto encoding : {SampleEncoding::kInt16, SampleEncoding::kInt24,
                              SampleEncoding::kInt32, SampleEncoding::kFloat32}) {
    for (const uint32_t channels : {1U, 2U, 3U, 64U}) {
      options_.encoding = encoding;
      options_.is_replacing = true;
      record(device, 4800, channels);
      ReadTake take(options_.path);
      EXPECT_EQ(take.frames(), 4800);
      EXPECT_EQ(take.info().channels, static_cast<int>(channels));
      take.each([&](int64_t frame, int value) {
        const int64_t expected = frame - kModulus / 2;
        ASSERT_LE(std::llabs(value - expected), encoding == SampleEncoding::kInt16 ? 256 : 0);
      });
    }
  }
}

TEST_F(TakeRecorderTest, PartsAreOneTake) {
  const auto device = *audio::parse_virtual_options(":clock=fake,lose=96000@119s");
  options_.part_time = kSecond * 60;
  record(device, kRate * 200);
  ASSERT_EQ(state_.paths.size(), 4U);
  int64_t frames = 0;
  for (const std::string& path : state_.paths) {
    ReadTake take(path);
    take.each([&](int64_t frame, int value) {
      const int64_t position = frames + frame;
      const bool is_lost = position >= kRate * 119 && position < kRate * 121;
      ASSERT_EQ(value, is_lost ? 0 : position % kModulus - kModulus / 2) << position;
    });
    frames += take.frames();
  }
  EXPECT_EQ(frames, state_.length.count);
  EXPECT_EQ(ReadTake(state_.paths[1]).markers().size(), 1U);
  EXPECT_EQ(ReadTake(state_.paths[2]).markers().size(), 1U);
}

TEST_F(TakeRecorderTest, BeyondFourGibibytesTheTakeIsOneFile) {
  // Six hours, of which all but two seconds are lost: the file has holes there.
  const auto device = *audio::parse_virtual_options(":clock=fake,lose=1036800000@1s");
  const Summary summary = record(device, kRate * 6 * 3600 + kRate * 2, 2);
  ReadTake take(options_.path);
  EXPECT_EQ(take.frames(), summary.totals.elapsed.count);
  EXPECT_EQ(take.info().format & SF_FORMAT_TYPEMASK, SF_FORMAT_RF64);
  struct stat status = {};
  stat(options_.path.c_str(), &status);
  EXPECT_LT(status.st_blocks * 512, 64 << 20);
}

TEST_F(TakeRecorderTest, AFullDiskEndsTheTakeAndKeepsWhatIsThere) {
  const auto device = *audio::parse_virtual_options(":clock=fake");
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit = {1000000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  record(device, kRate * 60);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_FALSE(finished_.ok());
  ReadTake take(options_.path);
  EXPECT_EQ(take.frames(), (1000000 - 49152) / 3);
  take.each([](int64_t frame, int value) { ASSERT_EQ(value, frame - kModulus / 2); });
}

TEST_F(TakeRecorderTest, AnExistingFileIsNotReplacedByAccident) {
  std::ofstream(options_.path) << "mine";
  TakeRecorder recorder(options_);
  const Result<> begun = recorder.begin({});
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::kUsage);
  std::string kept;
  std::ifstream(options_.path) >> kept;
  EXPECT_EQ(kept, "mine");
}

TEST_F(TakeRecorderTest, InRealTimeWhatTheRecorderLosesItselfIsCounted) {
  // A ring that holds next to nothing: whatever it refuses, the file is as long as the device ran.
  const auto device = *audio::parse_virtual_options(":policy=catchup,ring=64");
  options_.most_buffer_bytes = 1;
  const Summary summary = record(device, kRate, 2);
  EXPECT_EQ(state_.length, summary.totals.elapsed);
  EXPECT_EQ(ReadTake(options_.path).frames(), state_.length.count);
  EXPECT_EQ(state_.own, state_.refused);
  EXPECT_EQ(state_.filled, summary.totals.missing + state_.own);
}

}  // namespace
}  // namespace holdfast::session
