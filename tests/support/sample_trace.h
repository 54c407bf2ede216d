// SPDX-License-Identifier: MIT
// Traces made in memory, for every test that needs one: realistic blocks, whole traces as bytes,
// chunks forged by hand, and what a reader makes of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include "core/trace_reader.h"
#include "core/trace_writer.h"

namespace holdfast::test {

using Bytes = std::vector<std::byte>;

inline SessionInfo sample_info() {
  SessionInfo info;
  info.program = "holdfast 0.1.0";
  info.device = "virtual:ring=4";
  info.rate_hz = 48000;
  info.block_frames = 16;
  info.channels = 2;
  info.machine = "Linux 6.1, 2 processors, 8 GiB";
  info.scheduling = "SCHED_FIFO 70";
  info.limitations = {"no real-time priority", "memory not locked"};
  return info;
}

/// Blocks of 16 frames at 48 kHz that wake some 10 us late; contents do not compress.
inline std::vector<Record> sample_blocks(size_t count, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> lateness_ns(12'000, 8'000);
  std::vector<Record> records(count);
  for (size_t i = 0; i < count; i++) {
    Block block;
    block.position = Frames(static_cast<int64_t>(16 * i));
    block.frames = Frames(16);
    block.due = kSecond * 1000 + duration_of(block.position, 48000);
    block.woke = block.due + Nanos(static_cast<int64_t>(std::max(2'000.0, lateness_ns(random))));
    block.content = random();
    records[i] = record_cast<Record>(to_record(block));
  }
  return records;
}

inline void append(Bytes& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// A whole trace; `ends` receives where each of its chunks ends.
inline Bytes sample_trace(std::span<const Record> records, size_t chunk_records = kChunkRecords,
                          std::vector<size_t>* ends = nullptr) {
  TraceWriter writer;
  Bytes bytes;
  append(bytes, writer.description(sample_info()));
  if (ends != nullptr) ends->push_back(bytes.size());
  for (size_t i = 0; i < records.size(); i += chunk_records) {
    append(bytes, writer.records(records.subspan(i, std::min(chunk_records, records.size() - i))));
    if (ends != nullptr) ends->push_back(bytes.size());
  }
  return bytes;
}

/// A chunk with the right sizes and checksum for `payload`, whatever else `header` says.
inline Bytes forged_chunk(ChunkHeader header, std::span<const std::byte> payload) {
  header.stored_bytes = static_cast<uint32_t>(payload.size());
  if (header.raw_bytes == 0) header.raw_bytes = header.stored_bytes;
  header.checksum = checksum_of(header, payload);
  Bytes chunk;
  append(chunk, std::as_bytes(std::span(&header, 1)));
  append(chunk, payload);
  return chunk;
}

/// The bytes as a source that hands out at most `most` per call. They must outlive it.
inline ByteSource source_of(std::span<const std::byte> bytes, size_t most = SIZE_MAX) {
  return [bytes, most](std::span<std::byte> target) mutable -> Result<size_t> {
    const size_t size = std::min({target.size(), bytes.size(), most});
    std::copy_n(bytes.begin(), size, target.begin());
    bytes = bytes.subspan(size);
    return size;
  };
}

/// What came out of a trace.
struct ReadTrace {
  std::vector<Record> records;
  TraceProgress progress;
};

/// Reads to the end.
inline ReadTrace read_all(TraceReader& reader) {
  ReadTrace out;
  while (true) {
    const std::span<const Record> records = reader.next();
    if (records.empty()) break;
    out.records.insert(out.records.end(), records.begin(), records.end());
  }
  out.progress = reader.progress();
  return out;
}

/// True when `part` is the beginning of `whole`, bit for bit.
inline bool is_beginning(std::span<const Record> part, std::span<const Record> whole) {
  return part.size() <= whole.size() &&
         std::ranges::equal(std::as_bytes(part), std::as_bytes(whole.first(part.size())));
}

inline bool are_equal(std::span<const Record> a, std::span<const Record> b) {
  return a.size() == b.size() && is_beginning(a, b);
}

}  // namespace holdfast::test
