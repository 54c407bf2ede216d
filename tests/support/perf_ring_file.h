// SPDX-License-Identifier: MIT
// A perf ring in a file: six words (tail, head, the ids of begin, minor and major, 0), then the
// ring as it lay in memory. tests/fixtures/perf holds one, made by record_perf_ring.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/perf_records.h"

namespace holdfast::test {

/// Owns the words that its view points to.
struct PerfRingFile {
  std::vector<uint64_t> ring;
  uint64_t tail = 0;
  uint64_t head = 0;
  PerfFaultIds ids;

  [[nodiscard]] PerfRingView view() const { return {ring, tail, head, ids}; }
};

/// Any bytes: what is missing is 0, and the ring is cut to a power of two.
inline PerfRingFile parse_perf_ring(std::span<const std::byte> bytes) {
  std::vector<uint64_t> words(bytes.size() / sizeof(uint64_t));
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uint64_t));
  constexpr size_t kHeaderWords = 6;
  if (words.size() < kHeaderWords) return {};
  PerfRingFile file = {{}, words[0], words[1], {words[2], words[3], words[4]}};
  const auto ring = std::span(words).subspan(kHeaderWords);
  const auto whole = ring.first(std::bit_floor(ring.size()));
  file.ring.assign(whole.begin(), whole.end());
  return file;
}

/// The ring in the file at `path`; empty when there is none.
inline PerfRingFile read_perf_ring(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> content((std::istreambuf_iterator<char>(file)), {});
  return parse_perf_ring(std::as_bytes(std::span(content)));
}

/// False when it could not be written.
inline bool write_perf_ring(const std::string& path, const PerfRingView& view) {
  const uint64_t front[] = {view.tail,      view.head,      view.ids.begin,
                            view.ids.minor, view.ids.major, 0};
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(front), sizeof front);
  file.write(reinterpret_cast<const char*>(view.words.data()),
             static_cast<std::streamsize>(view.words.size_bytes()));
  return file.good();
}

}  // namespace holdfast::test
