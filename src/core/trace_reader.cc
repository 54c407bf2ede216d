// SPDX-License-Identifier: MIT
// Every step returns whether reading may go on; a step that says no has called end() with the
// reason. Sizes are checked before anything is allocated, the checksum before anything is decoded.
#include "core/trace_reader.h"

#include <zstd.h>

#include <algorithm>

#include "base/check.h"
#include "core/record_columns.h"
#include "core/record_schema.h"

namespace holdfast {
namespace {

Error bad_trace(const std::string& what) {
  return Error{ErrorKind::kBadData, 0, what};
}

/// The first `size` bytes of a buffer that grows and never shrinks.
std::span<std::byte> first_bytes(std::vector<uint64_t>& words, size_t size) {
  const size_t count = (size + sizeof(uint64_t) - 1) / sizeof(uint64_t);
  if (words.size() < count) words.resize(count);
  return std::as_writable_bytes(std::span(words)).first(size);
}

std::string newer_format(uint16_t format) {
  return "written by a newer version (format " + std::to_string(format) +
         "; this program reads up to " + std::to_string(kTraceFormat) + "): update Holdfast";
}

}  // namespace

void TraceReader::FreeContext::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

Result<TraceReader> TraceReader::open(ByteSource source) {
  TraceReader reader(std::move(source));
  HF_TRY(reader.read_description());
  return reader;
}

Result<> TraceReader::read_description() {
  const bool is_whole = read_chunk();
  if (progress_.end == TraceEnd::kUnreadable) return source_error_;
  if (header_filled_ == 0) return bad_trace("not a Holdfast trace: it is empty");
  if (header_.magic != kTraceMagic) return bad_trace("not a Holdfast trace");
  if (header_.format > kTraceFormat) return bad_trace(newer_format(header_.format));
  if (!is_whole) return bad_trace("no description -- " + progress_.statement);
  if (header_.kind != ChunkKind::kDescription || !unpack()) {
    return bad_trace("no description at the start of the trace");
  }
  description_.assign(reinterpret_cast<const char*>(raw_.data()), header_.raw_bytes);
  count_chunk();
  HF_TRY_ASSIGN(info_, parse_session_info(description_));
  if (info_.rate_hz == 0) return bad_trace("the description gives no sample rate");
  return Done{};
}

std::span<const Record> TraceReader::next() {
  while (progress_.end == TraceEnd::kNotYet && read_chunk()) {
    const bool is_known = header_.kind == ChunkKind::kRecords;
    if (is_known && !decode_records()) break;
    count_chunk();
    if (!is_known) {
      progress_.skipped_chunks++;
      continue;
    }
    keep_known_records();
    if (record_count_ > 0) return {records_.data(), record_count_};
  }
  return {};
}

/// Reads and verifies one chunk of any kind, as it is stored.
bool TraceReader::read_chunk() {
  return read_header() && read_payload();
}

/// The current chunk is whole and understood, or of a kind to skip.
void TraceReader::count_chunk() {
  progress_.chunks++;
  progress_.bytes += static_cast<int64_t>(sizeof header_ + header_.stored_bytes);
}

bool TraceReader::read_header() {
  std::array<std::byte, sizeof(ChunkHeader)> bytes = {};
  if (!fill(bytes, header_filled_)) return false;
  header_ = std::bit_cast<ChunkHeader>(bytes);
  if (header_filled_ == 0) return end(TraceEnd::kClean, "");
  if (header_filled_ < bytes.size()) return end(TraceEnd::kTruncated, "ends inside a chunk header");
  if (header_.magic != kTraceMagic) return end(TraceEnd::kCorrupt, "no chunk begins here");
  if (header_.format > kTraceFormat) {
    return end(TraceEnd::kCorrupt, newer_format(header_.format));
  }
  if (header_.stored_bytes > kMaxChunkBytes || header_.raw_bytes > kMaxChunkBytes) {
    return end(TraceEnd::kCorrupt, "chunk larger than any chunk may be");
  }
  return true;
}

bool TraceReader::read_payload() {
  const std::span<std::byte> payload = first_bytes(stored_, header_.stored_bytes);
  size_t filled = 0;
  if (!fill(payload, filled)) return false;
  if (filled < payload.size()) return end(TraceEnd::kTruncated, "ends inside a chunk");
  if (checksum_of(header_, payload) != header_.checksum) {
    return end(TraceEnd::kCorrupt, "checksum differs");
  }
  if (header_.format == 0) return end(TraceEnd::kCorrupt, "there is no format 0");
  if (header_.sequence != progress_.chunks) {
    return end(TraceEnd::kCorrupt, "chunk " + std::to_string(header_.sequence) + " where chunk " +
                                       std::to_string(progress_.chunks) + " should be");
  }
  return true;
}

/// Fills `target` as far as the source has bytes.
bool TraceReader::fill(std::span<std::byte> target, size_t& filled) {
  filled = 0;
  while (filled < target.size()) {
    Result<size_t> got = source_(target.subspan(filled));
    if (!got) {
      source_error_ = got.error();
      return end(TraceEnd::kUnreadable, source_error_.what);
    }
    if (*got == 0) break;
    HF_CHECK(*got <= target.size() - filled);
    filled += *got;
  }
  return true;
}

/// The payload before compression, in raw_.
bool TraceReader::unpack() {
  if ((header_.flags & ~(kChunkIsZstd | kChunkIsColumns)) != 0) {
    return end(TraceEnd::kCorrupt, "unknown flags");
  }
  if ((header_.flags & kChunkIsZstd) == 0) {
    std::swap(stored_, raw_);
    if (header_.raw_bytes == header_.stored_bytes) return true;
    return end(TraceEnd::kCorrupt, "sizes contradict each other");
  }
  if (!context_) context_.reset(ZSTD_createDCtx());
  HF_CHECK(context_ != nullptr);
  const std::span<std::byte> raw = first_bytes(raw_, header_.raw_bytes);
  const size_t size = ZSTD_decompressDCtx(context_.get(), raw.data(), raw.size(), stored_.data(),
                                          header_.stored_bytes);
  if (size == raw.size()) return true;
  return end(TraceEnd::kCorrupt, "does not decompress to what it should");
}

/// The payload as records, in records_.
bool TraceReader::decode_records() {
  record_count_ = 0;
  if (header_.raw_bytes % sizeof(Record) != 0) {
    return end(TraceEnd::kCorrupt, "holds a part of a record");
  }
  if (!unpack()) return false;
  record_count_ = header_.raw_bytes / sizeof(Record);
  if (records_.size() < record_count_) records_.resize(record_count_);
  const std::span<Record> records(records_.data(), record_count_);
  if ((header_.flags & kChunkIsColumns) != 0) {
    from_columns(std::span(raw_).first(record_count_ * kRecordWords), records);
  } else {
    std::ranges::copy(std::as_bytes(std::span(raw_)).first(header_.raw_bytes),
                      std::as_writable_bytes(records).begin());
  }
  return true;
}

void TraceReader::keep_known_records() {
  Record* const first = records_.data();
  Record* const last = first + record_count_;
  Record* const kept = std::remove_if(
      first, last, [](const Record& record) { return schema_of(record.head.kind) == nullptr; });
  progress_.skipped_records += last - kept;
  progress_.records += kept - first;
  record_count_ = static_cast<size_t>(kept - first);
}

/// Notes how the trace ended; returns false, for `return end(...)`.
bool TraceReader::end(TraceEnd how, const std::string& why) {
  progress_.end = how;
  if (how != TraceEnd::kClean) {
    progress_.statement = why + ": chunk " + std::to_string(progress_.chunks) + " at byte " +
                          std::to_string(progress_.bytes) + "; " +
                          std::to_string(progress_.records) + " records before it were read";
  }
  return false;
}

}  // namespace holdfast
