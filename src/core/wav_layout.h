// SPDX-License-Identifier: MIT
// Where everything lies in a take. The file is readable at any instant: all that changes while it
// grows are two sizes and an area of fixed length before the samples, which holds the markers.
//
//   RIFF | WAVE | JUNK 28, ds64 beyond 4 GiB | bext | fmt | marker area | data ...
//
// What readers were measured to bear decided this: markers behind the samples are lost to a killed
// writer, more than 64 KiB before them make libsndfile give up, and a size that says 0 is repaired
// by libsndfile and ffmpeg.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/byte_order.h"
#include "core/marker.h"
#include "core/sample_encoding.h"

namespace holdfast {

/// What the 32-bit sizes of an RF64 file say: the true ones are in its ds64 chunk (EBU Tech 3306).
inline constexpr uint32_t kSizeIsIn64Bits = 0xFFFF'FFFF;
/// The ds64 chunk without its head, with no table.
inline constexpr size_t kDs64Bytes = 28;

/// What a frame is made of.
struct WavFormat {
  SampleEncoding encoding = SampleEncoding::kInt24;
  uint32_t channels = 2;
  int64_t rate_hz = 48000;

  [[nodiscard]] size_t frame_bytes() const { return channels * sample_bytes(encoding); }
};

/// What the bext chunk says of the first frame; editors place takes by it.
struct WavOrigin {
  std::string originator;   ///< The program; up to 32 bytes are kept.
  std::string description;  ///< Up to 256 bytes are kept.
  std::string date;         ///< "2024-02-13", local time.
  std::string time;         ///< "16:26:25".
  uint64_t frames_since_midnight = 0;
};

/// Bytes before the first sample: whole pages, so that samples begin at a page. libsndfile 1.2.0
/// complains of a chunk before them that is longer than 50 KiB.
inline constexpr size_t kWavDataBegin = 49152;
/// Larger files need 64-bit sizes. A little less than 4 GiB, so that the tail still fits.
inline constexpr uint64_t kWavLargestRiff = 0xFFFF'FFFFULL - (1U << 20);

/// Bytes to be written at an offset of a file.
struct FilePatch {
  uint64_t offset = 0;
  Bytes bytes;
};

/// The first kWavDataBegin bytes of a take without samples or markers. Its sizes say "unknown".
Bytes wav_head(const WavFormat& format, const WavOrigin& origin);

/// What makes the sizes right for `data_bytes` of samples, followed by `tail_bytes` of other chunks
/// (the padding byte of odd data not included). In the order in which they are to be written: the
/// file is readable after each.
std::vector<FilePatch> size_patches(const WavFormat& format, uint64_t data_bytes,
                                    uint64_t tail_bytes);

/// Where the marker area begins, and how long it is.
size_t marker_area_begin(const WavFormat& format);
size_t marker_area_bytes(const WavFormat& format);

/// How many of the first `markers` fit in `bytes` as chunks; names are cut to 200 bytes. A marker
/// beyond frame 2^32 fits nowhere: the format has 32 bits for it.
size_t markers_that_fit(std::span<const Marker> markers, size_t bytes);

/// Chunks `cue ` and `LIST adtl` with all `markers`; nothing when there are none. All names come
/// before all lengths: a length between names makes libsndfile and ffmpeg lose the names after it.
Bytes marker_chunks(std::span<const Marker> markers);

/// The marker area has two halves, one of which is seen. A writer that is killed while it fills the
/// other leaves the one that is seen as it was.
enum class MarkerHalf { kFront, kBack };

/// Puts those of the first `markers` that fit into `half` and makes it the one that is seen: first
/// what nobody sees yet, then eight bytes that switch over. `half` must be the other one than last
/// time; the first time, kBack.
std::vector<FilePatch> marker_patches(const WavFormat& format, std::span<const Marker> markers,
                                      MarkerHalf half);

/// How many of the first `markers` marker_patches() keeps.
size_t markers_in_area(const WavFormat& format, std::span<const Marker> markers);

/// Makes the whole area empty: the markers are elsewhere.
FilePatch no_marker_area(const WavFormat& format);

/// libsndfile skips the chunk of a file with more.
inline constexpr size_t kWavMostMarkers = 2500;

}  // namespace holdfast
