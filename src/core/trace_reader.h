// SPDX-License-Identifier: MIT
// Decodes a trace, chunk by chunk, from anything that yields bytes; no seeking, memory independent
// of length. Whole chunks are believed, everything after the first broken one is not: the reader
// ends there and says where and why. It never guesses where the next chunk might begin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/session_info.h"
#include "core/trace_format.h"
#include "rt/record.h"

struct ZSTD_DCtx_s;

namespace holdfast {

/// Reads up to the span's size, returns how many bytes; 0 at the end. May return fewer than asked.
using ByteSource = std::function<Result<size_t>(std::span<std::byte>)>;

/// How a trace ended.
enum class TraceEnd {
  kNotYet,      ///< Not read to its end.
  kClean,       ///< At the end of a chunk.
  kTruncated,   ///< Inside a chunk: the writer was killed, or the file was cut.
  kCorrupt,     ///< A chunk is not what its writer wrote.
  kUnreadable,  ///< The byte source failed.
};

/// How far a reader got.
struct TraceProgress {
  TraceEnd end = TraceEnd::kNotYet;
  std::string statement;        ///< Where and why it ended; empty unless it ended badly.
  int64_t bytes = 0;            ///< Length of the whole chunks read: where a bad one begins.
  int64_t chunks = 0;           ///< Whole chunks read, those skipped included.
  int64_t records = 0;          ///< Records returned by next().
  int64_t skipped_records = 0;  ///< Of kinds this program does not know.
  int64_t skipped_chunks = 0;   ///< Of kinds this program does not know.
};

/// One pass over one trace. Movable; one thread. Holds at most three buffers of kMaxChunkBytes.
class TraceReader {
 public:
  /// Reads the description. Errors: kBadData when this is no trace, a newer one, or one whose
  /// description is damaged or gives no sample rate; the source's own error when it fails.
  static Result<TraceReader> open(ByteSource source);

  /// The next records, in file order; empty at the end, whatever kind of end (see progress()).
  /// Valid until the next call.
  std::span<const Record> next();

  [[nodiscard]] const SessionInfo& info() const { return info_; }
  /// The text of the first chunk, schema included.
  [[nodiscard]] const std::string& description() const { return description_; }
  [[nodiscard]] const TraceProgress& progress() const { return progress_; }

 private:
  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  explicit TraceReader(ByteSource source) : source_(std::move(source)) {}

  Result<> read_description();
  bool read_chunk();
  void count_chunk();
  bool read_header();
  bool read_payload();
  bool fill(std::span<std::byte> target, size_t& filled);
  bool unpack();
  bool decode_records();
  void keep_known_records();
  bool end(TraceEnd how, const std::string& why);

  ByteSource source_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> context_;
  SessionInfo info_;
  std::string description_;
  TraceProgress progress_;
  Error source_error_;
  ChunkHeader header_;        ///< Of the current chunk.
  size_t header_filled_ = 0;  ///< How much of it there was.
  // Payloads are kept as words, so that the columns inside them are aligned.
  std::vector<uint64_t> stored_;
  std::vector<uint64_t> raw_;
  std::vector<Record> records_;
  size_t record_count_ = 0;
};

}  // namespace holdfast
