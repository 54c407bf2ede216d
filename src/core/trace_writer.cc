// SPDX-License-Identifier: MIT
#include "core/trace_writer.h"

#include <zstd.h>

#include <cstring>
#include <string>

#include "base/check.h"
#include "core/record_columns.h"

namespace holdfast {
namespace {

// Of the levels -5 to 3, the smallest output that still encodes at 1 GB/s of records.
constexpr int kZstdLevel = 1;

}  // namespace

void TraceWriter::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

std::span<const std::byte> TraceWriter::description(const SessionInfo& info) {
  HF_CHECK(sequence_ == 0);
  const std::string text = describe(info);
  HF_CHECK(text.size() <= kMaxChunkBytes);
  chunk_.resize(sizeof(ChunkHeader) + text.size());
  std::memcpy(chunk_.data() + sizeof(ChunkHeader), text.data(), text.size());
  ChunkHeader header;
  header.raw_bytes = static_cast<uint32_t>(text.size());
  return finish(header, text.size());  // not compressed: `head take.hft` shows what it is
}

std::span<const std::byte> TraceWriter::records(std::span<const Record> records) {
  HF_CHECK(sequence_ > 0 && !records.empty() && records.size() <= kChunkRecords);
  if (!context_) context_.reset(ZSTD_createCCtx());
  HF_CHECK(context_ != nullptr);
  columns_.resize(kChunkRecords * kRecordWords);
  const std::span<uint64_t> columns(columns_.data(), records.size() * kRecordWords);
  to_columns(records, columns);

  const size_t bound = ZSTD_compressBound(columns.size_bytes());
  if (chunk_.size() < sizeof(ChunkHeader) + bound) chunk_.resize(sizeof(ChunkHeader) + bound);
  const size_t stored = ZSTD_compressCCtx(context_.get(), chunk_.data() + sizeof(ChunkHeader),
                                          bound, columns.data(), columns.size_bytes(), kZstdLevel);
  HF_CHECK(!ZSTD_isError(stored));  // cannot fail: the output has room for the worst case
  ChunkHeader header;
  header.kind = ChunkKind::kRecords;
  header.flags = kChunkIsZstd | kChunkIsColumns;
  header.raw_bytes = static_cast<uint32_t>(columns.size_bytes());
  return finish(header, stored);
}

std::span<const std::byte> TraceWriter::finish(ChunkHeader header, size_t stored_bytes) {
  const std::span<const std::byte> chunk(chunk_.data(), sizeof header + stored_bytes);
  header.stored_bytes = static_cast<uint32_t>(stored_bytes);
  header.sequence = sequence_++;
  header.checksum = checksum_of(header, chunk.subspan(sizeof header));
  std::memcpy(chunk_.data(), &header, sizeof header);
  return chunk;
}

}  // namespace holdfast
