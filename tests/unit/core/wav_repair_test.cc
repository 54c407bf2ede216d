// SPDX-License-Identifier: MIT
#include "core/wav_repair.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast {
namespace {

/// A file in memory; beyond what is kept it is all zeros, as large as it says.
struct MemoryFile {
  Bytes bytes;
  uint64_t size = 0;

  [[nodiscard]] ReadAt reader() const {
    return [this](uint64_t offset, std::span<std::byte> target) {
      std::fill(target.begin(), target.end(), std::byte{7});
      if (offset < bytes.size()) {
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                    std::min<uint64_t>(target.size(), bytes.size() - offset), target.begin());
      }
      return target.size();
    };
  }
  void apply(const std::vector<FilePatch>& patches) {
    for (const FilePatch& patch : patches) {
      std::copy(patch.bytes.begin(), patch.bytes.end(),
                bytes.begin() + static_cast<std::ptrdiff_t>(patch.offset));
    }
  }
};

/// One of our takes with `data_bytes` of samples, of which the head tells `told_bytes`.
MemoryFile take(uint64_t data_bytes, uint64_t told_bytes) {
  MemoryFile file{wav_head({}, {}), kWavDataBegin + data_bytes};
  file.apply(size_patches({}, told_bytes, 0));
  return file;
}

/// A file of another program: 16 bytes of fmt, then data, as stereo 16-bit.
MemoryFile foreign(uint32_t riff_size, uint32_t told_bytes, const Bytes& behind_head) {
  MemoryFile file;
  put_text(file.bytes, "RIFF");
  put_little(file.bytes, riff_size, 4);
  put_text(file.bytes, "WAVEfmt ");
  put_little(file.bytes, 16, 4);
  put_little(file.bytes, 1, 2);
  put_little(file.bytes, 2, 2);
  put_little(file.bytes, 44100, 4);
  put_little(file.bytes, 176400, 4);
  put_little(file.bytes, 4, 2);
  put_little(file.bytes, 16, 2);
  put_text(file.bytes, "data");
  put_little(file.bytes, told_bytes, 4);
  file.bytes.insert(file.bytes.end(), behind_head.begin(), behind_head.end());
  file.size = file.bytes.size();
  return file;
}

WavRepair plan(const MemoryFile& file) {
  const auto repair = plan_wav_repair(file.reader(), file.size);
  EXPECT_TRUE(repair.ok()) << (repair.ok() ? "" : repair.error().what);
  return repair ? *repair : WavRepair();
}

/// Repairs, and sees that nothing is wrong afterwards.
WavRepair repaired(MemoryFile file) {
  const WavRepair repair = plan(file);
  EXPECT_FALSE(repair.is_good());
  file.apply(repair.patches);
  const WavRepair after = plan(file);
  EXPECT_TRUE(after.is_good());
  EXPECT_TRUE(after.patches.empty());
  EXPECT_EQ(after.data_bytes, repair.data_bytes);
  return repair;
}

TEST(WavRepair, GoodFilesStayAsTheyAre) {
  EXPECT_TRUE(plan(take(600, 600)).is_good());
  EXPECT_TRUE(plan(take(0, 0)).is_good());
  EXPECT_TRUE(plan(foreign(36 + 8, 8, Bytes(8))).is_good());
}

TEST(WavRepair, WhatAKilledWriterHadNotToldIsFound) {
  const WavRepair repair = repaired(take(6000, 600));
  EXPECT_EQ(repair.frames(), 1000U);
  EXPECT_EQ(repair.channels, 2U);
}

TEST(WavRepair, AFileThatWasNeverToldIsReadToItsEnd) {
  MemoryFile file = take(6002, 0);
  file.bytes = wav_head({}, {});
  const WavRepair repair = repaired(file);
  EXPECT_EQ(repair.data_bytes, 6000U);
  EXPECT_EQ(repair.left_over_bytes, 2U);
}

TEST(WavRepair, MoreToldThanThereIsEndsWithTheFile) {
  EXPECT_EQ(repaired(foreign(0x80000024, 0x80000000, Bytes(403))).data_bytes, 400U);
  EXPECT_EQ(repaired(foreign(0xFFFFFFFF, 0xFFFFFFFF, Bytes(400))).data_bytes, 400U);
}

TEST(WavRepair, ChunksBehindTheSamplesStayChunks) {
  Bytes behind(400);
  put_text(behind, "LIST");
  put_little(behind, 4, 4);
  put_text(behind, "INFO");
  EXPECT_TRUE(plan(foreign(36 + 412, 400, behind)).is_good());
  const WavRepair repair = repaired(foreign(8, 400, behind));
  EXPECT_EQ(repair.data_bytes, 400U);
  EXPECT_EQ(repair.faults, std::vector<std::string>{"size of the file"});
}

TEST(WavRepair, SizesThatWrappedAtFourGibibytesBecomeSixtyFourBits) {
  const uint64_t data_bytes = uint64_t{6} << 30;
  MemoryFile file = take(data_bytes, 600);
  const WavRepair repair = repaired(file);
  EXPECT_EQ(repair.data_bytes, data_bytes);
  file.apply(repair.patches);
  MemoryFile ours = take(data_bytes, data_bytes);
  EXPECT_EQ(file.bytes, ours.bytes);
}

TEST(WavRepair, WithoutRoomForLargeSizesItSaysSo) {
  MemoryFile file = foreign(36, 600, {});
  file.size = uint64_t{5} << 30;
  const auto repair = plan_wav_repair(file.reader(), file.size);
  ASSERT_FALSE(repair);
  EXPECT_NE(repair.error().what.find("4 GiB"), std::string::npos);
}

TEST(WavRepair, NoWavIsNoWav) {
  MemoryFile text;
  put_text(text.bytes, "RIFX and so on, much longer than a head");
  text.size = text.bytes.size();
  EXPECT_FALSE(plan_wav_repair(text.reader(), text.size));
  EXPECT_FALSE(plan_wav_repair(MemoryFile().reader(), 0));
  MemoryFile headless = foreign(8, 8, Bytes(8));
  headless.bytes[12] = std::byte{'x'};
  EXPECT_FALSE(plan_wav_repair(headless.reader(), headless.size));
}

TEST(WavRepair, TheCountOfFramesInFactIsPutRightToo) {
  MemoryFile file = foreign(8, 0, {});
  Bytes fact;
  put_text(fact, "fact");
  put_little(fact, 4, 4);
  put_little(fact, 0, 4);
  file.bytes.insert(file.bytes.begin() + 36, fact.begin(), fact.end());
  file.bytes.resize(file.bytes.size() + 400);
  file.size = file.bytes.size();
  const WavRepair repair = repaired(file);
  file.apply(repair.patches);
  EXPECT_EQ(get_little(file.bytes, 44, 4), 100U);
}

}  // namespace
}  // namespace holdfast
