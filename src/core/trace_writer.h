// SPDX-License-Identifier: MIT
// Encodes a trace, chunk by chunk, into bytes. Writes nothing itself: who appends the bytes to a
// file or a socket is somebody else's business (session/trace_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/session_info.h"
#include "core/trace_format.h"
#include "rt/record.h"

struct ZSTD_CCtx_s;

namespace holdfast {

/// One per trace. Call description() once, first; the chunks must be written in the order of the
/// calls. Returned bytes are owned by the writer and valid until its next call. One thread.
class TraceWriter {
 public:
  /// The first chunk.
  std::span<const std::byte> description(const SessionInfo& info);

  /// One chunk of 1 to kChunkRecords records. Allocates on its first calls only.
  std::span<const std::byte> records(std::span<const Record> records);

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  std::span<const std::byte> finish(ChunkHeader header, size_t stored_bytes);

  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  std::vector<uint64_t> columns_;
  std::vector<std::byte> chunk_;  ///< Header and payload; grows, never shrinks.
  uint32_t sequence_ = 0;
};

}  // namespace holdfast
