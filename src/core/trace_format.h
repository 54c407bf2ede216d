// SPDX-License-Identifier: MIT
// The frame of the `.hft` trace: a sequence of chunks, each a fixed header and a payload, under one
// checksum. Chunks are only ever appended, each stands for itself, and so a trace can be read up to
// its last whole chunk whatever happened to its writer. docs/trace-format.md is the whole format.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/session_info.h"

namespace holdfast {

/// What every chunk begins with.
inline constexpr std::array<char, 4> kTraceMagic = {'H', 'F', 'T', 'R'};
/// Rises when an old reader would misread a new trace. New kinds of chunk or record do not need it.
inline constexpr uint16_t kTraceFormat = 1;
/// Bound on both sizes of a chunk, and so on a reader's memory.
inline constexpr uint32_t kMaxChunkBytes = 1 << 20;
/// What a writer puts into one chunk at most: 256 KiB of records, which stay in the L2 cache.
inline constexpr size_t kChunkRecords = 4096;

/// What a chunk holds. A reader skips kinds it does not know.
enum class ChunkKind : uint16_t {
  kDescription = 1,  ///< Text: see describe(). The first chunk, and no other.
  kRecords = 2,      ///< Records of rt/record.h.
};

inline constexpr uint32_t kChunkIsZstd = 1;     ///< The payload is one zstd frame.
inline constexpr uint32_t kChunkIsColumns = 2;  ///< Inside, columns: see core/record_columns.h.

/// The first 32 bytes of a chunk, little-endian, as they lie in the file.
struct ChunkHeader {
  std::array<char, 4> magic = kTraceMagic;
  uint16_t format = kTraceFormat;
  ChunkKind kind = ChunkKind::kDescription;
  uint32_t flags = 0;
  uint32_t stored_bytes = 0;  ///< Length of the payload in the file.
  uint32_t raw_bytes = 0;     ///< Its length after decompression.
  uint32_t sequence = 0;      ///< 0 for the description, then up by one per chunk.
  uint64_t checksum = 0;      ///< checksum_of(). Last, so that all before it is covered.
};
static_assert(sizeof(ChunkHeader) == 32 && offsetof(ChunkHeader, checksum) == 24);
static_assert(std::endian::native == std::endian::little, "the trace is little-endian");

/// XXH3-64 (seed 0) over the header before its checksum, followed by the payload as stored.
uint64_t checksum_of(const ChunkHeader& header, std::span<const std::byte> payload);

/// The text of the first chunk: "holdfast trace 1", the SessionInfo, the schema of the records.
std::string describe(const SessionInfo& info);

}  // namespace holdfast
