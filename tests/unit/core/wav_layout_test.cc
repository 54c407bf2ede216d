// SPDX-License-Identifier: MIT
#include "core/wav_layout.h"

#include <gtest/gtest.h>

#include <map>

namespace holdfast {
namespace {

std::string text_at(const Bytes& bytes, size_t at, size_t size) {
  std::string text;
  for (size_t i = at; i < at + size && i < bytes.size(); i++) {
    text += static_cast<char>(std::to_integer<unsigned char>(bytes[i]));
  }
  return text;
}

/// Chunk names with where their contents begin, as any reader walks them; fails the test when they
/// do not end exactly at the end.
std::multimap<std::string, size_t> chunks_of(const Bytes& file, size_t from, size_t to) {
  std::multimap<std::string, size_t> chunks;
  size_t at = from;
  while (at + 8 <= to) {
    chunks.emplace(text_at(file, at, 4), at + 8);
    const size_t size = get_little(file, at + 4, 4);
    at += 8 + size + size % 2;
  }
  EXPECT_EQ(at, to);
  return chunks;
}

void put_into(const FilePatch& patch, Bytes& file) {
  std::copy(patch.bytes.begin(), patch.bytes.end(),
            file.begin() + static_cast<std::ptrdiff_t>(patch.offset));
}

Marker marker(int64_t position, int64_t length, const std::string& name) {
  return {Frames(position), Frames(length), name};
}

TEST(WavLayout, HeadIsChunksUpToTheData) {
  for (const uint32_t channels : {1U, 2U, 3U, 64U}) {
    const WavFormat format{SampleEncoding::kInt24, channels, 48000};
    const Bytes head = wav_head(format, {});
    ASSERT_EQ(head.size(), kWavDataBegin);
    const auto chunks = chunks_of(head, 12, head.size());
    EXPECT_EQ(chunks.count("JUNK"), 2U);
    EXPECT_EQ(chunks.find("data")->second, kWavDataBegin);
    const size_t fmt = chunks.find("fmt ")->second;
    EXPECT_EQ(get_little(head, fmt, 2), channels > 2 ? 0xFFFEU : 1U);
    EXPECT_EQ(get_little(head, fmt + 2, 2), channels);
    EXPECT_EQ(get_little(head, fmt + 8, 4), 48000U * 3 * channels);
    EXPECT_EQ(marker_area_begin(format) + marker_area_bytes(format) + 8, kWavDataBegin);
  }
}

TEST(WavLayout, OriginCarriesTheTimeOfTheFirstFrame) {
  const Bytes head = wav_head({}, {"holdfast", "take", "2024-02-13", "16:26:25", 0x1'0000'0001});
  const size_t bext = chunks_of(head, 12, head.size()).find("bext")->second;
  EXPECT_EQ(text_at(head, bext + 256, 8), "holdfast");
  EXPECT_EQ(text_at(head, bext + 320, 18), "2024-02-1316:26:25");
  EXPECT_EQ(get_little(head, bext + 338, 8), 0x1'0000'0001U);
}

TEST(WavLayout, SizesOfASmallFileAreThirtyTwoBits) {
  Bytes head = wav_head({}, {});
  for (const FilePatch& patch : size_patches({}, 600, 0)) put_into(patch, head);
  EXPECT_EQ(text_at(head, 0, 4), "RIFF");
  EXPECT_EQ(get_little(head, 4, 4), kWavDataBegin + 600 - 8);
  EXPECT_EQ(get_little(head, kWavDataBegin - 4, 4), 600U);
}

TEST(WavLayout, OddDataArePaddedInTheOuterSizeOnly) {
  const WavFormat mono{SampleEncoding::kInt24, 1, 48000};
  Bytes head = wav_head(mono, {});
  for (const FilePatch& patch : size_patches(mono, 3, 0)) put_into(patch, head);
  EXPECT_EQ(get_little(head, 4, 4), kWavDataBegin + 4 - 8);
  EXPECT_EQ(get_little(head, kWavDataBegin - 4, 4), 3U);
}

TEST(WavLayout, BeyondFourGibibytesSizesAreSixtyFourBits) {
  const uint64_t data_bytes = 6ULL << 30;
  Bytes head = wav_head({}, {});
  for (const FilePatch& patch : size_patches({}, data_bytes, 0)) put_into(patch, head);
  EXPECT_EQ(text_at(head, 0, 4), "RF64");
  EXPECT_EQ(text_at(head, 12, 4), "ds64");
  EXPECT_EQ(get_little(head, 4, 4), 0xFFFFFFFFU);
  EXPECT_EQ(get_little(head, 20, 8), kWavDataBegin + data_bytes - 8);
  EXPECT_EQ(get_little(head, 28, 8), data_bytes);
  EXPECT_EQ(get_little(head, 36, 8), data_bytes / 6);
  EXPECT_EQ(get_little(head, kWavDataBegin - 4, 4), 0xFFFFFFFFU);
  chunks_of(Bytes(head.begin(), head.end() - 8), 12, head.size() - 8);
}

TEST(WavLayout, SizesChangeOverBeforeThirtyTwoBitsAreFull) {
  const auto is_rf64 = [](uint64_t data_bytes) {
    return size_patches({}, data_bytes, 0).front().offset == 0;
  };
  EXPECT_FALSE(is_rf64(kWavLargestRiff - kWavDataBegin));
  EXPECT_TRUE(is_rf64(kWavLargestRiff - kWavDataBegin + 10));
}

TEST(WavLayout, MarkersAreSeenAfterTheLastPatchAndTheOldOnesUntilThen) {
  Bytes head = wav_head({}, {});
  std::vector<Marker> markers;
  for (size_t i = 0; i < 400; i++) {
    markers.push_back(
        marker(static_cast<int64_t>(i) * 1000, i % 5 == 0 ? 0 : 16, std::string(i % 90, 'x')));
    const auto half = i % 2 == 0 ? MarkerHalf::kBack : MarkerHalf::kFront;
    for (const FilePatch& patch : marker_patches({}, markers, half)) {
      // Killed anywhere within a patch: what was seen before is seen still.
      for (size_t kept = 0; kept <= patch.bytes.size(); kept += 1 + patch.bytes.size() / 3) {
        if (patch.bytes.size() == 8 && kept > 0) break;
        Bytes torn = head;
        put_into({patch.offset, Bytes(patch.bytes.begin(),
                                      patch.bytes.begin() + static_cast<std::ptrdiff_t>(kept))},
                 torn);
        const auto chunks = chunks_of(torn, 12, torn.size());
        ASSERT_EQ(chunks.count("cue "), i > 0 ? 1U : 0U);
        if (i == 0) continue;
        ASSERT_EQ(get_little(torn, chunks.find("cue ")->second, 4),
                  markers_in_area({}, std::span(markers).first(i)));
      }
      put_into(patch, head);
    }
    const auto chunks = chunks_of(head, 12, head.size());
    ASSERT_EQ(chunks.count("cue "), 1U);
    ASSERT_EQ(chunks.count("LIST"), 1U);
    ASSERT_EQ(get_little(head, chunks.find("cue ")->second, 4), markers_in_area({}, markers));
  }
  EXPECT_GT(markers_in_area({}, markers), 150U);
  EXPECT_LT(markers_in_area({}, markers), 400U);
  put_into(no_marker_area({}), head);
  EXPECT_EQ(chunks_of(head, 12, head.size()).count("cue "), 0U);
}

TEST(WavLayout, NamesComeBeforeLengths) {
  const std::vector<Marker> markers = {marker(10, 5, "a"), marker(20, 0, "point"),
                                       marker(30, 7, "bb")};
  const Bytes chunks = marker_chunks(markers);
  const size_t list = 8 + 4 + 3 * 24;
  ASSERT_EQ(text_at(chunks, list, 4), "LIST");
  std::string names;
  for (size_t at = list + 12; at < chunks.size();) {
    names += text_at(chunks, at, 4) + " ";
    const size_t size = get_little(chunks, at + 4, 4);
    at += 8 + size + size % 2;
  }
  EXPECT_EQ(names, "labl labl labl ltxt ltxt ");
  EXPECT_EQ(get_little(chunks, 12 + 4, 4), 10U);
  EXPECT_EQ(get_little(chunks, 12 + 24 + 20, 4), 20U);
}

TEST(WavLayout, LongNamesAreCutShortOfWhatReadersOverrun) {
  const std::vector<Marker> markers = {marker(0, 0, std::string(1000, 'n'))};
  EXPECT_LT(marker_chunks(markers).size(), 300U);
}

TEST(WavLayout, MarkersBeyondThirtyTwoBitsDoNotFit) {
  const std::vector<Marker> markers = {marker(1, 1, "a"), marker(int64_t{1} << 33, 1, "b")};
  EXPECT_EQ(markers_that_fit(markers, 1 << 20), 1U);
  EXPECT_EQ(marker_chunks({}).size(), 0U);
}

}  // namespace
}  // namespace holdfast
