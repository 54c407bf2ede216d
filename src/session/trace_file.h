// SPDX-License-Identifier: MIT
// A trace on disk. Appends whole chunks and nothing else, so that whatever kills the program or
// fills the disk costs at most the records since the last flush, never the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/trace_reader.h"
#include "core/trace_writer.h"
#include "probe/file_descriptor.h"
#include "rt/record.h"

namespace holdfast::session {

/// What to do when the file is already there. A trace is a recording: it is not lost by accident.
enum class IfExists { kRefuse, kReplace };

/// An open trace that grows. Movable; one thread, never the audio thread.
///
/// The first failed write ends it: the file is cut back to its last whole chunk and stays as it is,
/// since a trace with a hole in it would show losses that never happened. From then on every call
/// returns that same error, and records are counted as lost.
class TraceFile {
 public:
  /// Creates the file and writes its description. Errors: kUsage when it exists (and may not be
  /// replaced), else what the system says; no file is left behind that was not there before.
  static Result<TraceFile> create(const std::string& path, const SessionInfo& info,
                                  IfExists if_exists = IfExists::kRefuse);

  TraceFile(TraceFile&&) = default;
  /// Flushes; an error at this point has nobody to go to: call close() first.
  ~TraceFile();

  /// Buffers records; writes a chunk each time kChunkRecords have come together.
  Result<> add(std::span<const Record> records);

  /// Writes what is buffered as one chunk, shorter ones included. Call once a second. The data
  /// then survive the death of the program (not of the machine: there is no fsync).
  Result<> flush();

  /// Flushes and closes. The file cannot be added to afterwards.
  Result<> close();

  [[nodiscard]] int64_t records_written() const { return records_written_; }
  [[nodiscard]] int64_t records_lost() const { return records_lost_; }
  [[nodiscard]] int64_t bytes_written() const { return bytes_written_; }

 private:
  TraceFile(std::string path, probe::FileDescriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  Result<> append(std::span<const std::byte> chunk);
  Error stop(int write_errno);

  std::string path_;
  probe::FileDescriptor file_;
  TraceWriter writer_;
  std::vector<Record> buffer_;
  Error failure_;  ///< Why it ended; empty `what` while it has not.
  int64_t records_written_ = 0;
  int64_t records_lost_ = 0;
  int64_t bytes_written_ = 0;  ///< Length of the whole chunks in the file.
};

/// The bytes of a file, or of standard input when `path` is "-". Never seeks. Copies of the source
/// share one position.
Result<ByteSource> open_byte_source(const std::string& path);

/// Opens the trace at `path` ("-": standard input). Errors end in " -- PATH".
Result<TraceReader> open_trace(const std::string& path);

}  // namespace holdfast::session
