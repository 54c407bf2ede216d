// SPDX-License-Identifier: MIT
#include "core/wav_layout.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr size_t kChunkHead = 8;
constexpr size_t kBextBytes = 602;
constexpr size_t kRiffHead = 12;
constexpr uint16_t kTagPcm = 1;
constexpr uint16_t kTagFloat = 3;
constexpr uint16_t kTagExtensible = 0xFFFE;
constexpr size_t kLongestName = 200;  ///< libsndfile 1.2.0 reads beyond its buffer from 256 on.
constexpr size_t kCueBytes = 24;
constexpr size_t kLengthBytes = kChunkHead + 20;

void put_chunk(Bytes& out, std::string_view name, uint64_t size) {
  put_text(out, name);
  put_little(out, size, 4);
}

bool is_float(const WavFormat& format) {
  return format.encoding == SampleEncoding::kFloat32;
}

/// Python's wave and others cannot read EXTENSIBLE: it is used only where channels need it.
bool is_extensible(const WavFormat& format) {
  return format.channels > 2;
}

size_t format_bytes(const WavFormat& format) {
  return is_extensible(format) ? 40 : 16;
}

void put_format(Bytes& out, const WavFormat& format) {
  const size_t bits = 8 * sample_bytes(format.encoding);
  const uint16_t tag = is_float(format) ? kTagFloat : kTagPcm;
  put_chunk(out, "fmt ", format_bytes(format));
  put_little(out, is_extensible(format) ? kTagExtensible : tag, 2);
  put_little(out, format.channels, 2);
  put_little(out, static_cast<uint64_t>(format.rate_hz), 4);
  put_little(out, static_cast<uint64_t>(format.rate_hz) * format.frame_bytes(), 4);
  put_little(out, format.frame_bytes(), 2);
  put_little(out, bits, 2);
  if (!is_extensible(format)) return;
  put_little(out, 22, 2);
  put_little(out, bits, 2);
  put_little(out, 0, 4);  // no speaker positions: inputs of a device are not loudspeakers
  put_little(out, tag, 2);
  constexpr unsigned char kGuidTail[] = {0, 0, 0,    0, 0x10, 0,    0x80,
                                         0, 0, 0xAA, 0, 0x38, 0x9B, 0x71};
  for (const unsigned char byte : kGuidTail) out.push_back(static_cast<std::byte>(byte));
}

void put_origin(Bytes& out, const WavOrigin& origin) {
  put_chunk(out, "bext", kBextBytes);
  const size_t begin = out.size();
  put_field(out, origin.description, 256);
  put_field(out, origin.originator, 32);
  put_field(out, "", 32);
  put_field(out, origin.date, 10);
  put_field(out, origin.time, 8);
  put_little(out, origin.frames_since_midnight, 8);
  put_little(out, 1, 2);  // version
  out.resize(begin + kBextBytes);
}

std::string_view kept_name(const Marker& marker) {
  return std::string_view(marker.name).substr(0, kLongestName);
}

/// A label is its chunk head, its number, the text with a zero, and a zero to make it even.
size_t label_bytes(const Marker& marker) {
  return kChunkHead + 4 + (kept_name(marker).size() + 2) / 2 * 2;
}

bool is_representable(const Marker& marker) {
  return marker.position >= Frames(0) && marker.position <= Frames(UINT32_MAX);
}

/// Even, as chunks must be.
size_t half_bytes(const WavFormat& format) {
  return marker_area_bytes(format) / 4 * 2;
}

/// The head of a JUNK chunk that is `bytes` long with it.
Bytes junk_head(size_t bytes) {
  Bytes head;
  put_chunk(head, "JUNK", bytes - kChunkHead);
  return head;
}

}  // namespace

Bytes wav_head(const WavFormat& format, const WavOrigin& origin) {
  Bytes head;
  head.reserve(kWavDataBegin);
  put_chunk(head, "RIFF", 8);
  put_text(head, "WAVE");
  put_chunk(head, "JUNK", kDs64Bytes);
  head.resize(head.size() + kDs64Bytes);
  put_origin(head, origin);
  put_format(head, format);
  put_chunk(head, "JUNK", marker_area_bytes(format) - kChunkHead);
  head.resize(kWavDataBegin - kChunkHead);
  put_chunk(head, "data", 0);
  return head;
}

std::vector<FilePatch> size_patches(const WavFormat& format, uint64_t data_bytes,
                                    uint64_t tail_bytes) {
  const uint64_t riff_bytes = kWavDataBegin + data_bytes + data_bytes % 2 + tail_bytes - kChunkHead;
  FilePatch riff{4, {}};
  FilePatch data{kWavDataBegin - 4, {}};
  if (riff_bytes <= kWavLargestRiff) {
    put_little(riff.bytes, riff_bytes, 4);
    put_little(data.bytes, data_bytes, 4);
    return {riff, data};
  }
  riff.offset = 0;
  put_chunk(riff.bytes, "RF64", kSizeIsIn64Bits);
  put_text(riff.bytes, "WAVE");
  put_chunk(riff.bytes, "ds64", kDs64Bytes);
  put_little(riff.bytes, riff_bytes, 8);
  put_little(riff.bytes, data_bytes, 8);
  put_little(riff.bytes, data_bytes / format.frame_bytes(), 8);
  put_little(riff.bytes, 0, 4);  // no table of further sizes
  put_little(data.bytes, kSizeIsIn64Bits, 4);
  return {riff, data};
}

size_t marker_area_begin(const WavFormat& format) {
  return kRiffHead + kChunkHead + kDs64Bytes + kChunkHead + kBextBytes + kChunkHead +
         format_bytes(format);
}

size_t marker_area_bytes(const WavFormat& format) {
  return kWavDataBegin - kChunkHead - marker_area_begin(format);
}

size_t markers_that_fit(std::span<const Marker> markers, size_t bytes) {
  size_t used = kChunkHead + 4 + kChunkHead + 4;
  for (size_t i = 0; i < markers.size(); i++) {
    if (!is_representable(markers[i])) return i;
    used += kCueBytes + label_bytes(markers[i]) + kLengthBytes;
    if (used > bytes) return i;
  }
  return markers.size();
}

Bytes marker_chunks(std::span<const Marker> markers) {
  Bytes out;
  if (markers.empty()) return out;
  put_chunk(out, "cue ", 4 + kCueBytes * markers.size());
  put_little(out, markers.size(), 4);
  size_t list_bytes = 4;
  for (size_t i = 0; i < markers.size(); i++) {
    const auto at = static_cast<uint64_t>(markers[i].position.count);
    put_little(out, i + 1, 4);
    put_little(out, at, 4);
    put_text(out, "data");
    put_little(out, 0, 8);
    put_little(out, at, 4);
    list_bytes += label_bytes(markers[i]) + (markers[i].length > Frames(0) ? kLengthBytes : 0);
  }
  put_chunk(out, "LIST", list_bytes);
  put_text(out, "adtl");
  for (size_t i = 0; i < markers.size(); i++) {
    const std::string_view name = kept_name(markers[i]);
    put_chunk(out, "labl", 4 + name.size() + 1);
    put_little(out, i + 1, 4);
    put_field(out, name, (name.size() + 2) / 2 * 2);
  }
  for (size_t i = 0; i < markers.size(); i++) {
    if (markers[i].length <= Frames(0)) continue;
    put_chunk(out, "ltxt", 20);
    put_little(out, i + 1, 4);
    put_little(out, static_cast<uint64_t>(std::min<int64_t>(markers[i].length.count, UINT32_MAX)),
               4);
    put_text(out, "rgn ");
    put_little(out, 0, 8);
  }
  return out;
}

size_t markers_in_area(const WavFormat& format, std::span<const Marker> markers) {
  return markers_that_fit(markers, half_bytes(format) - kChunkHead);
}

std::vector<FilePatch> marker_patches(const WavFormat& format, std::span<const Marker> markers,
                                      MarkerHalf half) {
  const size_t begin = marker_area_begin(format);
  const size_t half_begin = begin + (half == MarkerHalf::kFront ? 0 : half_bytes(format));
  const size_t area_end = begin + marker_area_bytes(format);
  FilePatch body{half_begin, marker_chunks(markers.first(markers_in_area(format, markers)))};
  put_chunk(body.bytes, "JUNK", area_end - half_begin - body.bytes.size() - kChunkHead);
  if (half == MarkerHalf::kBack) return {body, FilePatch{begin, junk_head(half_bytes(format))}};
  FilePatch head{begin, Bytes(body.bytes.begin(), body.bytes.begin() + kChunkHead)};
  body.bytes.erase(body.bytes.begin(), body.bytes.begin() + kChunkHead);
  body.offset += kChunkHead;
  return {body, head};
}

FilePatch no_marker_area(const WavFormat& format) {
  return {marker_area_begin(format), junk_head(marker_area_bytes(format))};
}

}  // namespace holdfast
